"""`python -m simulators run --platform lazada --port 8601`."""

import argparse
import asyncio
import sys
from pathlib import Path

from simulators.core.faults import FaultError
from simulators.core.journal import JournalError
from simulators.core.switches import SwitchError
from simulators.launch import BUILDERS, Settings, build


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped. 0 when stopped by a signal, 2 for a wrong setting or journal, 3 when the port is taken."""
    given = _parser().parse_args(arguments)
    settings = Settings(
        platforms=sorted(BUILDERS) if given.platform == "all" else [given.platform],
        faults=given.faults,
        seed=given.seed,
        log=given.log,
        calls=given.calls,
        state=given.state,
        assignments=given.set or [],
    )
    try:
        server = build(settings)
    except (FaultError, SwitchError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        asyncio.run(server.run_until_stopped(given.host, given.port))
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"cannot listen on {given.host}:{given.port}: {error.strerror or error}\n")
        return 3
    return 0


def _port(text: str) -> int:
    """0 to 65535. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators", description="Stand-in marketplaces over real HTTP.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="serve until stopped")
    run.add_argument(
        "--platform",
        choices=[*sorted(BUILDERS), "all"],
        default="all",
        help="which marketplace stands in; all by default",
    )
    run.add_argument("--port", type=_port, required=True, help="0 takes a free port; the first line printed names it")
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--faults", type=Path, help="TOML or JSON file with faults and switches")
    run.add_argument("--seed", type=int, default=0, help="who the buyers are and which random faults fire")
    run.add_argument("--log", type=Path, help="JSON lines of every message the platforms accepted")
    run.add_argument("--calls", type=Path, help="JSON lines of all calls")
    run.add_argument("--state", type=Path, help="journal; a restart goes on from it")
    run.add_argument("--set", action="append", metavar="[PLATFORM.]SWITCH=VALUE",
                     help="a switch, of one platform or of all that know it; may be repeated")  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
