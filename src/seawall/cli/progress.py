"""Progress bars with counts and time left, on standard error, so that results stay clean on standard output."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from seawall.cli.output import err, is_json


def bar() -> Progress:
    """A bar with counts, elapsed time and time left; silent where JSON was asked for."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=err,
        disable=is_json() or not err.is_terminal,
        transient=False,
    )


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A `progress(stage, done, total)` function that draws one bar a stage."""
    with bar() as shown:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=total)
            shown.update(tasks[stage], completed=done, total=total)

        yield progress
