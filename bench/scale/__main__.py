"""Claim latency, chores and pages at 24,000 and at 1,000,000 ledger rows, side by side, with the growth between them.

Run: PYTHONPATH=src:. python -m bench.scale [ROWS] [SHOPS]     (a database server of its own, thrown away at the end)
"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SMALL = (24_000, 25)


def main(arguments: list[str]) -> None:
    """The parent: both sizes, one table."""
    if arguments[:1] == ["work"]:
        _in_django(arguments[1])
        from bench.scale.measure import work

        sys.stdout.write(json.dumps(work(float(arguments[2]))) + "\n")
        return
    if arguments[:1] == ["one"]:
        _one(int(arguments[1]), int(arguments[2]))
        return
    rows, shops = (int(each) for each in [*arguments, *("1000000", "2000")[len(arguments) :]])
    from seawall.embedded import EmbeddedServer

    folder = Path(tempfile.mkdtemp(prefix="seawall-scale-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedServer(folder / "database", durable=False) as info:
        small, large = (_measured(info.url, folder, *size) for size in (SMALL, (rows, shops)))
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    _print(small, large)


def _measured(url: str, folder: Path, rows: int, shops: int) -> dict[str, Any]:
    import psycopg

    name = f"rows_{rows}"
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # a number of ours
    environment = os.environ | {
        "DATABASE_URL": url.replace("/seawall?", f"/{name}?"), "SEAWALL_HOME": str(folder / "home"),
        "SEAWALL_LOG_LEVEL": "error", "PYTHONPATH": "src:.",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", "one", str(rows), str(shops)],
        env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _in_django(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    from seawall.cli.context import ready

    ready()


def _one(rows: int, shops: int) -> None:
    """A child: fills its own database and measures it."""
    _in_django(os.environ["DATABASE_URL"])
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", interactive=False, verbosity=0)
    from bench.scale import measure
    from bench.scale.fill import fill

    filled = fill(rows=rows, shops=shops)
    sys.stderr.write(f"filled {rows:,} rows in {filled.took_s:.0f} s\n")
    found = {
        "rows": rows, "shops": shops, "fill_s": round(filled.took_s, 1),
        "pages": measure.pages(filled), "plan": measure.claim_plan(),
        **measure.claims_of_two(os.environ["DATABASE_URL"]),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found, default=dataclasses.asdict) + "\n")


def _print(small: dict[str, Any], large: dict[str, Any]) -> None:
    def line(name: str, a: dict[str, float], b: dict[str, float], more: str = "") -> None:
        print(
            f"{name:42} {a['p50']:8.2f} {a['p95']:8.2f}   {b['p50']:9.2f} {b['p95']:9.2f}"
            f"   x{b['p50'] / a['p50']:5.2f} x{b['p95'] / a['p95']:5.2f} {more}"
        )

    print(f"{'milliseconds':42} {small['rows']:>17,}   {large['rows']:>19,}   growth")
    print(f"{'':42} {'p50':>8} {'p95':>8}   {'p50':>9} {'p95':>9}   {'p50':>6} {'p95':>6}")
    for name in ("claim", "settle", "chores"):
        line(f"{name}, two workers at once", small[name], large[name])
    for path, a in small["pages"].items():
        b = large["pages"][path]
        line(path, a["ms"], b["ms"], f"queries {a['queries']} -> {b['queries']}")
    print(f"rows a second, two workers, no platform: {small['rows_a_second']:,} -> {large['rows_a_second']:,}")
    print("\nThe claim's plan at the larger size:\n" + large["plan"])


if __name__ == "__main__":
    main(sys.argv[1:])
