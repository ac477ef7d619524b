"""How the command line speaks: one object as JSON, or words and tables; refusals in the reader's language."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rich.console import Console
from rich.table import Table

from seawall.kernel.errors import SeawallError

_as_json: ContextVar[bool] = ContextVar("as_json", default=False)
_captured: ContextVar[list[Any] | None] = ContextVar("captured", default=None)

_shown: ContextVar[bool] = ContextVar("shown", default=True)

_WIDE = 200
"""Columns where nobody's window sets them: in a file or a pipe, a table folded at 80 is hard to read and to search."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def set_json(wanted: bool) -> None:
    """Whether results come out as JSON for the rest of this process."""
    _as_json.set(wanted)


def is_json() -> bool:
    """Whether results come out as JSON."""
    return _as_json.get()


def emit(result: Any, people: Callable[[Console], None] | None = None) -> None:
    """Print a result: as one JSON object, or by `people` for a reader. A capturing caller gets the object itself."""
    captured = _captured.get()
    if captured is not None:
        captured.append(result)
        if people is not None and _shown.get():
            people(out)
        return
    if is_json():
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2, default=str) + "\n")
        sys.stdout.flush()
    elif people is not None:
        people(out)
    else:
        for key, value in result.items():
            out.print(f"{key}: {value}", markup=False)


@contextmanager
def capturing(*, show: bool) -> Iterator[list[Any]]:
    """Collect the objects that commands emit in this block; with `show` they also speak to people."""
    found: list[Any] = []
    token, shown = _captured.set(found), _shown.set(show)
    try:
        yield found
    finally:
        _captured.reset(token)
        _shown.reset(shown)


def table(*columns: str) -> Table:
    """A plain table."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        name, side, _ = column.partition(">")
        made.add_column(name, justify="right" if side else "left", overflow="fold", min_width=len(name))
    return made


def complain(error: SeawallError) -> None:
    """Say what went wrong: JSON on stdout when JSON was asked for, else one sentence on stderr."""
    if is_json():
        body = {"error": error.code, "text": str(error), "params": dict(error.params)}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
    else:
        err.print(str(error), style="red", markup=False)
