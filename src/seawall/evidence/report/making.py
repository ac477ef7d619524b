"""Make a report: from a pack's members to PDF files."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seawall.evidence.report.attaching import attachments
from seawall.evidence.report.drawing import Job, prepared, set_all
from seawall.evidence.report.phrases import EDITIONS, LANGUAGES, phrases
from seawall.evidence.report.sheets import Thumb, data_of
from seawall.evidence.report.source import Source, whole
from seawall.evidence.report.story import Story, read_story
from seawall.evidence.report.volumes import (
    MESSAGES_ATTACHED,
    ORDERS_A_VOLUME,
    PICTURES_A_VOLUME,
    Volume,
    chosen,
    volumes_of,
)
from seawall.evidence.seal import layout
from seawall.kernel.errors import InvalidInput

Progress = Callable[[str, int, int], None]
Sign = Callable[[Path], None]
"""Puts a signature into a finished PDF."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a report is made."""

    editions: Sequence[str] = EDITIONS
    """`en`, `zh`."""
    orders_a_volume: int = ORDERS_A_VOLUME
    pictures_a_volume: int = PICTURES_A_VOLUME
    messages_attached: int = MESSAGES_ATTACHED
    processes: int = 1
    sign: Sign | None = None


def make_report(source: Source, folder: Path, wishes: Wishes, progress: Progress | None = None) -> list[Path]:
    """Write report-en.pdf and report-zh.pdf (or report-en-1.pdf, ... where there are several volumes) into `folder`.

    `progress("report", done, total)` counts volumes. Raises Refused(report_not_drawn, picture_font_missing),
    InvalidInput(report_edition_unknown).
    """
    for edition in wishes.editions:
        if edition not in LANGUAGES:
            raise InvalidInput("report_edition_unknown", found=edition[:40], known=", ".join(EDITIONS))
    story = read_story(source)
    volumes = volumes_of(story, wishes.orders_a_volume)
    made = []
    with tempfile.TemporaryDirectory(prefix="report-", dir=folder) as work:
        jobs = _jobs(_Desk(source, story, Path(work), folder, wishes), volumes)
        total = len(volumes) * len(wishes.editions)
        for path in set_all(jobs, processes=wishes.processes):
            if wishes.sign is not None:
                wishes.sign(path)
            made.append(path)
            if progress is not None:
                progress("report", len(made), total)
    return sorted(made)


@dataclass(frozen=True)
class _Desk:
    """What all volumes of a report are made with."""

    source: Source
    story: Story
    work: Path
    out: Path
    wishes: Wishes


def _jobs(desk: _Desk, volumes: Sequence[Volume]) -> Iterator[Job]:
    story, wishes = desk.story, desk.wishes
    for volume in volumes:
        thumbs = _thumbs(desk, volume)
        for edition in wishes.editions:
            say = phrases(LANGUAGES[edition])
            attached = attachments(desk.source, story, volume, say, desk.work, most=wishes.messages_attached)
            name = f"{layout.REPORT}{edition}" + (f"-{volume.number}" if volume.of > 1 else "")
            data = data_of(story, volume, say, thumbs, attached)
            yield prepared(name, desk.work, data, desk.out / f"{name}.pdf", story.sealed_at)


def _thumbs(desk: _Desk, volume: Volume) -> list[Thumb]:
    """The pictures of a volume, written where typst finds them. The first volume also needs the sample's."""
    story, thumbs = desk.story, []
    for row in chosen(story, volume, desk.wishes.pictures_a_volume):
        found = story.pictures[row.number]
        width, height = _write_picture(desk, found.path)
        thumbs.append(Thumb(row, found.path, width, height, found.pages))
    sample = story.sample
    if volume.is_first and sample is not None and sample.row is not None and sample.row.number in story.pictures:
        _write_picture(desk, story.pictures[sample.row.number].path)
    return thumbs


def _write_picture(desk: _Desk, path: str) -> tuple[int, int]:
    """Write a page of a picture and give its size in pixels, which a PNG has in its first bytes."""
    data = whole(desk.source, path)
    target = desk.work / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
