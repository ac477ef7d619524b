"""Pictures a second beside Chromium, both drawing the same transcripts in one run. Run: python bench/evidence.py [N]

Chromium gets one page for all, which is its quickest way; it renders the same bubbles as HTML with the same fonts.
"""

import resource
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.evidence.chats import SAID, chat, talk

from seawall.evidence.pictures.pool import drawing
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript
from seawall.kernel.clock import monotonic
from seawall.kernel.markets import Market

STORM = 24_000
LANGUAGES = ("th", "vi", "id", "ms", "fil", "en")


def transcripts(count: int) -> list[Transcript]:
    """Chats in the six languages, no two alike."""
    made = []
    for place in range(count):
        what = SAID[LANGUAGES[place % len(LANGUAGES)]]
        made.append(chat(*talk(f"{what['text']} {place}", what["answer"]), market=Market(what["market"])))
    return made


def html_of(transcript: Transcript) -> str:
    """The same chat as a page."""
    bubbles = "".join(
        f'<div class="{bubble.speaker.value}"><p>{escape(bubble.text)}</p><small>{bubble.at} {bubble.standing} '
        f"{escape(bubble.message_id)}</small></div>"
        for bubble in transcript.bubbles
    )
    return (
        "<style>body{margin:18px;background:#eef1f4;font:14px 'Noto Sans',sans-serif}p{padding:9px;border-radius:7px;"
        "background:#fff;display:inline-block;margin:0}.seller{text-align:right}.seller p{background:#d9ecdf}</style>"
        f"<h3>{transcript.key.platform.title} {escape(transcript.shop_name)} {transcript.key.order_id}</h3>"
        f"<p>Drawn from platform records, not a screenshot</p>{bubbles}<code>{transcript.drawn_from}</code>"
    )


def chromium(what: list[Transcript]) -> float:
    """Pictures a second by Chromium, its start left out."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 585, "height": 600})
        page.set_content(html_of(what[0]))
        page.screenshot(full_page=True)
        started = monotonic()
        for transcript in what:
            page.set_content(html_of(transcript))
            page.screenshot(full_page=True)
        took = monotonic() - started
        browser.close()
    return len(what) / took


def main() -> None:
    """Draw, compare, and print the numbers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    what = transcripts(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = monotonic()
        made = list(drawing(what, folder, processes=2))
        rate = count / (monotonic() - started)
        sizes = [page_path(folder, page).stat().st_size for result in made for page in result.pages]
        started = monotonic()
        few = list(drawing(what[:200], folder / "one", processes=0))
        alone = len(few) / (monotonic() - started)
    browser = chromium(what[: min(count, 200)])
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"two processes {rate:6.1f} pictures/s, their start included ({count:,} pictures)")
    print(f"one process   {alone:6.1f} pictures/s, fonts loaded for the first picture included")
    print(
        f"chromium      {browser:6.1f} pictures/s; ratio {alone / browser:.1f}x with one process, "
        f"{rate / browser:.1f}x with two (these step back for whatever else the machine does)"
    )
    print(f"a picture     {sum(sizes) / len(sizes) / 1000:6.1f} kB; memory of the largest process {child:.0f} MB")
    print(f"{STORM:,} from cold: {STORM / rate / 60:.1f} min, extrapolated from {count:,}")


if __name__ == "__main__":
    main()
