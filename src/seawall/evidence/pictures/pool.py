"""Draw many transcripts in processes of their own, at low priority: whatever sends messages goes first."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from seawall.evidence.pictures.drawing import draw
from seawall.evidence.pictures.store import store_page
from seawall.evidence.pictures.transcript import Transcript
from seawall.kernel.errors import Refused

_AT_ONCE = 16
"""Transcripts handed to a process together."""
_AHEAD = 4
"""Such parcels under way for each process: enough to keep it busy, few enough to keep memory flat."""
_NICE = 10


@dataclass(frozen=True, slots=True)
class Drawing:
    """What became of a transcript: the hashes of its stored pages, or why there are none."""

    drawn_from: str
    pages: tuple[str, ...]
    missing: tuple[int, ...]
    refused_code: str = ""


def drawing(transcripts: Iterable[Transcript], folder: Path, *, processes: int) -> Iterator[Drawing]:
    """Draw and store; the results come in the order of the transcripts. `processes` 0 draws in this process.

    Raises Refused(picture_font_missing): without its fonts nothing is drawn at all.
    """
    if processes <= 0:
        yield from (draw_and_store(transcript, folder) for transcript in transcripts)
        return
    rest = iter(transcripts)
    # Spawned, not forked: the caller may have threads, an event loop and a database session.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_step_back) as pool:
        under_way = [pool.submit(_draw_all, parcel, folder) for parcel in _parcels(rest, processes * _AHEAD)]
        while under_way:
            yield from under_way.pop(0).result()
            under_way.extend(pool.submit(_draw_all, parcel, folder) for parcel in _parcels(rest, 1))


def draw_and_store(transcript: Transcript, folder: Path) -> Drawing:
    """Draw one picture and store its pages. A chat that cannot be drawn is no error: the result says why."""
    try:
        picture = draw(transcript)
    except Refused as refusal:
        if refusal.code == "picture_font_missing":
            raise
        return Drawing(transcript.drawn_from, (), (), refusal.code)
    for page in picture.pages:
        store_page(folder, page.sha256, page.data)
    return Drawing(picture.drawn_from, tuple(page.sha256 for page in picture.pages), picture.missing)


def _draw_all(transcripts: list[Transcript], folder: Path) -> list[Drawing]:
    return [draw_and_store(transcript, folder) for transcript in transcripts]


def _parcels(rest: Iterator[Transcript], most: int) -> Iterator[list[Transcript]]:
    for _ in range(most):
        parcel = list(islice(rest, _AT_ONCE))
        if not parcel:
            return
        yield parcel


def _step_back() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)
