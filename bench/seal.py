"""How long sealing and verifying 24,000 orders takes, and how much memory. Run: python -m bench.seal [ORDERS]"""

import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.evidence.packs import NOON, a_push, a_record, a_reply, an_order, contents

from seawall.evidence.records import OrderEvidence
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.packfile import write_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.clock import monotonic

TEXT = "สวัสดีค่ะ คุณลูกค้า ร้านขอแจ้งเรื่องคำสั่งซื้อ สินค้าล็อตนี้ถูกศุลกากรส่งกลับ จึงไม่สามารถจัดส่งได้ ร้านขออภัยเป็นอย่างยิ่ง " * 2
# One order in twenty is answered, one in ten is only acknowledged, the rest are confirmed.


def outcome_of(place: int) -> str:
    """The outcome of the order at a place."""
    return "answered" if place % 20 == 0 else "acknowledged" if place % 10 == 5 else "confirmed"


def orders(count: int) -> Iterator[OrderEvidence]:
    """Orders with one to four records each, three most often: 2.9 on average."""
    for place in range(count):
        order_id = str(880011223300000 + place)
        text = f"{TEXT} {order_id}"
        records = [a_record(order_id, f"{place}a", text=text)]
        outcome = outcome_of(place)
        if outcome != "acknowledged":
            records.append(a_push(order_id, f"{place}b", text=text))
            records.append(a_push(order_id, f"{place}c", text=text, our_at=NOON + timedelta(seconds=place % 90)))
        if outcome == "answered":
            records.append(a_reply(order_id, f"{place}d"))
        yield an_order(order_id, *records, outcome=outcome)


def cpu_s() -> float:
    """Processor seconds this process has used: says more than the clock on a machine that does other work too."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Seal and verify, and print the numbers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24_000
    before = cpu_s()
    made = sum(len(order.records) for order in orders(count))
    making = cpu_s() - before
    outcomes = Counter(outcome_of(place) for place in range(count))
    what = replace(contents([]), planned=count, outcomes=outcomes, orders=orders(count))
    with tempfile.TemporaryDirectory() as folder:
        started, before = monotonic(), cpu_s()
        pack = write_pack(what, SigningKey.generate(), Path(folder) / "bench.zip")
        seal_wall, seal_cpu, seal_peak = monotonic() - started, cpu_s() - before - making, peak_mb()
        started, before = monotonic(), cpu_s()
        report = verify_pack(pack.path)
        verify_wall, verify_cpu = monotonic() - started, cpu_s() - before
    print(f"orders {count:,}, records {made:,}, pack {pack.size / 1e6:.1f} MB, tree of {pack.tree_size:,} leaves")
    print(f"seal    {seal_wall:6.2f} s with making the orders; {seal_cpu:.2f} s CPU without; peak {seal_peak:.0f} MB")
    print(
        f"verify  {verify_wall:6.2f} s; {verify_cpu:.2f} s CPU; ok {report.ok}, items {report.items:,}, "
        f"peak {peak_mb():.0f} MB"
    )


if __name__ == "__main__":
    main()
