"""The whole measurement as one table. Run: PYTHONPATH=src:. python -m bench.send [--messages N] [--rounds R]

What is measured: messages a second from the first that the platform took to the last that is recorded in PostgreSQL,
which writes durably. Of several rounds the best counts: what other work on the machine took away is not the engine's.
The ceiling at a latency is 100 in flight divided by it. Conversations are known, so that a message is one call.
"""

import argparse
import os

import psutil
from bench.send import engine, peers, shops
from bench.send.place import Platform, a_database
from rich.console import Console
from rich.table import Table

AT_ONCE = 100
LATENCIES = (0, 50)
FLOOR_PER_S, FLOOR_SHARE = 3_000, 0.85


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=10_000)
    options.add_argument("--jobs", type=int, default=3_000, help="for procrastinate")
    options.add_argument("--celery-jobs", type=int, default=500)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--skip-shops", action="store_true")
    chosen = options.parse_args()
    os.environ["SEAWALL_LOG_LEVEL"] = "error"
    platform = Platform()
    console = Console(width=110)
    try:
        with a_database() as url:
            rates = _rates(platform, url, chosen)
            console.print(_table(rates))
            if not chosen.skip_shops:
                _print_shops(console, shops.ten_shops(platform))
    finally:
        platform.stop()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    console.print(f"{psutil.cpu_count()} processors; load of the last 1, 5 and 15 minutes {load}.")


def _rates(platform: Platform, url: str, chosen: argparse.Namespace) -> dict[tuple[str, int], float]:
    best: dict[tuple[str, int], float] = {}
    for number in range(chosen.rounds):
        for latency in LATENCIES:
            found = {
                "seawall": engine.rate(platform, chosen.messages, latency_ms=latency, slug=f"a{number}-{latency}"),
                "seawall, 2 processes": engine.rate(
                    platform, chosen.messages, latency_ms=latency, slug=f"b{number}-{latency}", processes=2
                ),
                "procrastinate": peers.procrastinate_rate(platform, url, chosen.jobs, latency_ms=latency),
                "celery (SQLAlchemy)": peers.celery_rate(platform, url, chosen.celery_jobs, latency_ms=latency),
            }
            for name, rate in found.items():
                best[name, latency] = max(best.get((name, latency), 0), rate)
    return best


def _table(rates: dict[tuple[str, int], float]) -> Table:
    ceiling = AT_ONCE / (LATENCIES[1] / 1000)
    table = Table("messages a second", title="Sending, 100 in flight")
    for head in ("0 ms", "ratio", "50 ms", "ratio", f"of the ceiling {ceiling:,.0f}"):
        table.add_column(head, justify="right")
    for name in dict.fromkeys(name for name, _ in rates):
        quick, slow = rates[name, 0], rates[name, 50]
        table.add_row(
            name, f"{quick:,.0f}", f"{rates['seawall', 0] / quick:.1f}", f"{slow:,.0f}",
            f"{rates['seawall', 50] / slow:.1f}", f"{slow / ceiling:.0%}",
        )  # fmt: skip
    table.add_row("floor", f"{FLOOR_PER_S:,}", "", f"{FLOOR_SHARE * ceiling:,.0f}", "", f"{FLOOR_SHARE:.0%}")
    return table


def _print_shops(console: Console, found: shops.TenShops) -> None:
    table = Table("ten shops at 5 a second, one with 92 %", "measured", "floor", title="Lanes")
    table.add_row("least share of its allowance", f"{found.least_share:.1%}", "95 %")
    table.add_row("large shop's share", f"{found.large_share:.1%}", "95 %")
    table.add_row('answers "too fast"', str(found.refused), "0")
    table.add_row("small shops done after", f"{found.small_done_s:.2f} s", f"{found.small_minimum_s:.2f} s is least")
    table.add_row("golden window: first out after", f"{found.golden_first_s:.2f} s", "0.50 s")
    table.add_row("golden window: all 5 out after", f"{found.golden_done_s:.2f} s", "1.00 s is least")
    console.print(table)


if __name__ == "__main__":
    main()
