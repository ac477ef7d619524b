"""seawall inbox: what replies want, from a file of them; needs no database."""

from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.files import existing
from seawall.cli.output import out

app = typer.Typer(no_args_is_help=True)


@app.callback()
def inbox() -> None:
    """Buyers' replies."""


@app.command("intents")
def intents(
    file: Annotated[Path, typer.Argument(help="Replies, one JSON object a line: id, text, and lang where known.")],
) -> int:
    """What each reply wants: one JSON object a line with id, intent and score. A bad line is told in its place."""
    import json

    from seawall.inbox.intents import intents_jsonl

    with existing(file).open(encoding="utf-8", errors="replace") as lines:
        for result in intents_jsonl(lines):
            out.file.write(json.dumps(result, ensure_ascii=False) + "\n")
    out.file.flush()
    return 0
