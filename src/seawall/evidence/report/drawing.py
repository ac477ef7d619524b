"""Set a volume: typst makes a PDF/A-3b of its data. The same data and files give the same bytes."""

import json
import multiprocessing
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from seawall.evidence.pictures import fonts
from seawall.kernel.errors import Param, Refused

STANDARD: Final = "a-3b"
"""PDF/A-3b (ISO 19005-3): typst refuses to write what it knows to break it. No second validator has been run."""
_TEMPLATE = Path(__file__).with_name("report.typ")


@dataclass(frozen=True, slots=True)
class Job:
    """One volume to be set: its data lie in `folder` beside what they name."""

    name: str
    folder: Path
    data: str
    out: Path
    at: datetime


def prepared(name: str, folder: Path, data: dict[str, Any], out: Path, at: datetime) -> Job:
    """Write the data and the template where typst reads them."""
    file = f"{name}.json"
    (folder / file).write_text(json.dumps(data, ensure_ascii=True), encoding="ascii")
    template = folder / _TEMPLATE.name
    if not template.exists():
        shutil.copyfile(_TEMPLATE, template)
    return Job(name, folder, file, out, at)


def set_one(job: Job) -> Path:
    """The volume's PDF. Raises Refused(report_not_drawn, picture_font_missing)."""
    compiler = typst.Compiler(
        str(job.folder / _TEMPLATE.name), root=str(job.folder), font_paths=fonts.loaded(), sys_inputs={"data": job.data}
    )
    try:
        # Tags for screen readers would triple the size of an annex (measured); PDF/A-3b asks for none.
        compiler.compile(
            output=str(job.out), format="pdf", pdf_standards=[STANDARD], timestamp=int(job.at.timestamp()),
            pdf_tags=False,
        )  # fmt: skip
    except typst.TypstError as error:
        raise Refused("report_not_drawn", name=job.name, why=error.message[:300]) from None
    return job.out


def set_all(jobs: Iterable[Job], *, processes: int) -> Iterator[Path]:
    """Set volumes, each in a process of its own that ends with it, so that memory is given back; the results come in
    the order of the jobs. `processes` 0 sets them in this process.

    Raises as `set_one` does; a process that is killed or dies of a volume is Refused(report_ended_its_process).
    """
    if processes <= 0:
        yield from (set_one(job) for job in jobs)
        return
    # Spawned, not forked: the caller may have threads, an event loop and a database session.
    context = multiprocessing.get_context("spawn")
    waiting = list(jobs)
    with ProcessPoolExecutor(processes, mp_context=context, max_tasks_per_child=1) as pool:
        made = pool.map(_set_apart, waiting)
        for job in waiting:
            try:
                refused = next(made)
            except BrokenProcessPool:
                raise Refused("report_ended_its_process", name=job.name) from None
            if refused is not None:
                raise Refused(refused[0], **refused[1])
            yield job.out


def _set_apart(job: Job) -> tuple[str, dict[str, Param]] | None:
    """In a process of its own: what was refused, as plain values, since a refusal does not survive the way back."""
    try:
        set_one(job)
    except Refused as refusal:
        return refusal.code, dict(refusal.params)
    return None
