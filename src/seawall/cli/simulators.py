"""seawall simulators: stand-in marketplaces over real HTTP, as a process of their own."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.files import existing
from seawall.kernel.errors import Misuse, Refused
from seawall.kernel.markets import Platform

app = typer.Typer(no_args_is_help=True)


@app.callback()
def simulators() -> None:
    """Stand-in marketplaces on this machine."""


@app.command("run")
def run(
    platform: Annotated[str, typer.Option(help="shopee, lazada, tiktok-shop, or all.")] = "all",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one; the first line names it.")] = 8790,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    faults: Annotated[Path | None, typer.Option(help="Fault plan, TOML or JSON.")] = None,
    state: Annotated[Path | None, typer.Option(help="Journal file, so that a restart remembers.")] = None,
    log: Annotated[Path | None, typer.Option(help="JSON lines of every message the platforms accepted.")] = None,
    calls: Annotated[Path | None, typer.Option(help="JSON lines of all calls, without tokens.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of buyers' behaviour.")] = 1,
    switch: Annotated[
        list[str] | None, typer.Option("--set", metavar="SWITCH=VALUE", help="A switch; may be repeated.")
    ] = None,
) -> None:
    """Run until stopped. Replaces this process: nothing of Seawall is loaded beside it."""
    known = [*(each.value for each in Platform), "all"]
    if platform not in known:
        raise Misuse("simulator_unknown", platform=platform, known=", ".join(known))
    if importlib.util.find_spec("simulators") is None:
        raise Refused("simulators_missing")
    command = [
        sys.executable, "-m", "simulators", "run", "--platform", platform, "--host", host, "--port", str(port),
        "--seed", str(seed),
    ]  # fmt: skip
    if faults:
        command += ["--faults", str(existing(faults))]
    for assignment in switch or []:
        command += ["--set", assignment]
    if log:
        command += ["--log", str(log)]
    if calls:
        command += ["--calls", str(calls)]
    if state:
        command += ["--state", str(state)]
    os.execv(sys.executable, command)  # noqa: S606  # our own module, its arguments as a list
