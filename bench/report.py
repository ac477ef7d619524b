"""Pages a second and memory of a report. Run: python -m bench.report [ORDERS]

A storm in six languages is sealed without a report; then the report of that pack is made as `seawall evidence report`
makes it: volumes in processes of their own, two at a time.
"""

import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.evidence import pdf
from tests.evidence.chats import SAID
from tests.evidence.packs import KEY, a_push, a_record, a_reply, an_order, contents
from tests.evidence.test_pack_pictures import pictured

from seawall.evidence.records import OrderEvidence
from seawall.evidence.report.doors import report_of
from seawall.evidence.report.making import Wishes
from seawall.evidence.seal.packfile import write_pack
from seawall.kernel.clock import monotonic
from seawall.kernel.markets import Market, Platform

PLACES = (
    (Platform.SHOPEE, Market.MY, "ms"), (Platform.LAZADA, Market.TH, "th"), (Platform.TIKTOK, Market.VN, "vi"),
    (Platform.SHOPEE, Market.ID, "id"), (Platform.LAZADA, Market.PH, "fil"), (Platform.SHOPEE, Market.SG, "en"),
)  # fmt: skip
PICTURED = 400
"""Orders with a picture: more than the sheets of all volumes show, few enough to be drawn here."""


def outcome_of(number: int) -> str:
    """Every fourth is answered; every twentieth could not be reached."""
    return "no_connection" if number % 20 == 19 else "answered" if number % 4 == 0 else "confirmed"


def orders(count: int) -> Iterator[OrderEvidence]:
    """A storm, shop by shop."""
    step = max(1, count // PICTURED)
    for number in range(count):
        platform, market, language = PLACES[number * len(PLACES) // count]
        order_id, outcome = f"88001122{number:08}", outcome_of(number)
        place = {"platform": platform, "market": market, "shop": f"10000000{number * 40 // count:02}"}
        said = SAID[language]
        words = {**place, "language": language, "text": f"{said['text']} {order_id}"}
        held = [a_record(order_id, f"{number}a", **words), a_push(order_id, f"{number}b", **words)]
        if outcome == "answered":
            held.append(a_reply(order_id, f"{number}c", **{**words, "text": said["answer"]}))
        order = an_order(order_id, *(held if outcome != "no_connection" else []), outcome=outcome, **place)
        yield pictured(order) if number % step == 0 else order


def main() -> None:
    """Seal, report, and print the numbers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24_000
    counts = Counter(outcome_of(number) for number in range(count))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        what = replace(contents([]), planned=count, outcomes=counts, orders=orders(count))
        pack = write_pack(what, KEY, folder / "pack.zip").path
        started = monotonic()
        made = report_of(pack, folder, Wishes(processes=2))
        took = monotonic() - started
        pages = sum(len(pdf.pages(path.read_bytes())) for path in made)
        size = sum(path.stat().st_size for path in made)
    parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    child, busy = children.ru_maxrss / 1024, children.ru_utime + children.ru_stime
    print(
        f"{count:,} orders: {len(made)} files, {pages:,} pages, {size / 1e6:.0f} MB in {took:.1f} s, verifying included"
    )
    print(f"{pages / took:.0f} pages/s by the clock; {pages / busy:.0f} a second of processor time ({busy:.0f} s)")
    print(f"memory of the largest process {child:.0f} MB, of this one {parent:.0f} MB")


if __name__ == "__main__":
    main()
