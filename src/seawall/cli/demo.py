"""seawall demo: a whole storm against simulators, and synthetic export files."""

import os
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.output import emit
from seawall.demo.limits import Limits

app = typer.Typer(no_args_is_help=True)


@app.command("customs-return")
def customs_return(
    orders: Annotated[int, typer.Option(min=30, max=200_000, help="How many orders the container held.")] = 2400,
    seed: Annotated[int, typer.Option(help="Another seed, another storm.")] = 1,
    limits: Annotated[
        Limits,
        typer.Option(
            help="Limits the marketplaces keep: some (a container in minutes), real (days; time is moved on), none."
        ),
    ] = Limits.SOME,
    fresh: Annotated[bool, typer.Option("--fresh", help="Leave an unfinished storm and begin another.")] = False,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Keep the console open at the end.")] = True,
) -> int:
    """Play a customs storm from the order export to a sealed, verified pack."""
    from seawall.cli.main import call
    from seawall.demo.customs_return import CustomsReturn

    keep_open = serve and os.environ.get("SERVE", "1") != "0" and os.isatty(1)
    return CustomsReturn(orders=orders, seed=seed, limits=limits, is_fresh=fresh, keep_open=keep_open, call=call).play()


@app.command("make-files")
def make_files(
    out: Annotated[Path, typer.Argument(help="Folder to write into.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    orders: Annotated[int, typer.Option(min=1, max=200_000, help="Orders in each large file.")] = 40,
) -> None:
    """Write synthetic export files in every format, good and bad, with what each must give (expected.json)."""
    from seawall.demo.files.api import make_files as write

    written = write(out, seed=seed, orders=orders)
    emit({"folder": str(out), "files": len(written)})
