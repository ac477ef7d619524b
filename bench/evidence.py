"""Pictures a second beside Chromium, both drawing the same chats in one run. Run: python -m bench.evidence [N]

Chromium gets one page for all, which is its quickest way; it renders the same bubbles as HTML with the machine's fonts.
Both draw in turns of 40 chats, so that whatever else the machine does hits both; the processor time of each is printed
beside, since it hardly depends on that.
"""

import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from itertools import islice
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright
from tests.evidence.chats import SAID, chat, talk

from seawall.evidence.pictures.pool import DrawingPool, draw_and_store
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript
from seawall.kernel.clock import monotonic
from seawall.kernel.markets import Market

STORM = 24_000
LANGUAGES = ("th", "vi", "id", "ms", "fil", "en")
TURN, COMPARED = 40, 400


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


class Measured:
    """How long something took in all, by the clock on the wall and by the processor."""

    def __init__(self, draw: Callable[[Transcript], object], processor_s: Callable[[], float]) -> None:
        self._draw, self._processor_s = draw, processor_s
        self.pictures, self.wall_s, self.cpu_s = 0, 0.0, 0.0

    def take(self, some: list[Transcript]) -> None:
        """Draw these, and count."""
        wall, cpu = monotonic(), self._processor_s()
        for transcript in some:
            self._draw(transcript)
        self.pictures += len(some)
        self.wall_s += monotonic() - wall
        self.cpu_s += self._processor_s() - cpu

    @property
    def rate(self) -> float:
        """Pictures a second, by the clock on the wall."""
        return self.pictures / self.wall_s

    @property
    def each_ms(self) -> float:
        """Processor time of a picture, in milliseconds."""
        return 1000 * self.cpu_s / self.pictures


def own_s() -> float:
    """Processor seconds of this process."""
    return sum(os.times()[:2])


def family_s() -> float:
    """Processor seconds of the browser: of every process below this one but this one."""
    total = 0.0
    for each in psutil.Process().children(recursive=True):
        try:
            total += sum(each.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


def compare(what: list[Transcript], folder: Path) -> tuple[Measured, Measured]:
    """Ours in one process, and Chromium, turn by turn; the first picture of each, with what it loads, left out."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page: Page = browser.new_page(viewport={"width": 585, "height": 600})

        def shoot(transcript: Transcript) -> None:
            page.set_content(html_of(transcript))
            page.screenshot(full_page=True)

        ours, theirs = Measured(lambda each: draw_and_store(each, folder), own_s), Measured(shoot, family_s)
        draw_and_store(what[0], folder / "first")
        shoot(what[0])
        for some in turns(what):
            ours.take(some)
            theirs.take(some)
        browser.close()
    return ours, theirs


def turns(what: list[Transcript]) -> Iterator[list[Transcript]]:
    """TURN chats at a time."""
    rest = iter(what)
    while some := list(islice(rest, TURN)):
        yield some


def main() -> None:
    """Draw, compare, and print the numbers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    what = transcripts(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load = os.getloadavg()[0]
        ours, theirs = compare(what[:COMPARED], folder / "one")
        processes = os.cpu_count() or 1
        started = monotonic()
        with DrawingPool(processes) as pool:
            made = list(pool.draw(what, folder))
        rate = count / (monotonic() - started)
        sizes = [page_path(folder, page).stat().st_size for result in made for page in result.pages]
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"machine       {processes} processors, load {load:.1f} before the run: others work here too")
    print(f"ours          {ours.rate:6.1f} pictures/s in one process, {ours.each_ms:.1f} ms of processor time each")
    print(f"chromium      {theirs.rate:6.1f} pictures/s, {theirs.each_ms:.1f} ms of processor time each")
    print(
        f"ratio         {ours.rate / theirs.rate:6.1f}x by the clock, {theirs.each_ms / ours.each_ms:.1f}x by the"
        f" processor, one process of ours ({ours.pictures} chats, turn by turn)"
    )
    print(f"all together  {rate:6.1f} pictures/s in {processes} processes that step back, start included ({count:,})")
    print(f"a picture     {sum(sizes) / len(sizes) / 1000:6.1f} kB; largest process {child.ru_maxrss / 1024:.0f} MB")
    print(f"{STORM:,} from cold: {STORM / rate / 60:.1f} min at that rate, extrapolated from {count:,}")


if __name__ == "__main__":
    main()
