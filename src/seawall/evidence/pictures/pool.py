"""Draw many transcripts in processes of their own, at low priority: whatever sends messages goes first."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Self, TypeAlias

from seawall.evidence.pictures.drawing import draw
from seawall.evidence.pictures.store import store_page
from seawall.evidence.pictures.transcript import Transcript
from seawall.kernel.errors import Param, Refused

_AT_ONCE = 16
"""Transcripts handed to a process together."""
_AHEAD = 4
"""Such parcels under way for each process: enough to keep it busy, few enough to keep memory flat."""
STEPS_BACK = 10
"""How far processes step back for sends (their `nice`)."""
WAITED_FOR = 2
"""The same where a person waits for the pictures: sends still go first."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What became of a transcript: the hashes of its stored pages, or why there are none."""

    drawn_from: str
    """Empty when the process that drew it ended in mid-drawing: it is tried again at the next occasion."""
    pages: tuple[str, ...]
    missing: tuple[int, ...]
    refused_code: str = ""
    refused_params: Mapping[str, Param] = field(default_factory=dict)


_Parcel: TypeAlias = list[Transcript]
_UnderWay: TypeAlias = "deque[tuple[_Parcel, Future[list[Drawing]]]]"


class DrawingPool:
    """Processes that draw. They start with the first chat, keep their fonts (210 MB each) and end with `close`, or with
    this process, however that ends. `processes` 0 draws in this process."""

    def __init__(self, processes: int, *, steps_back: int = STEPS_BACK) -> None:
        self._processes, self._steps_back = processes, steps_back
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; a later `draw` starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def draw(self, transcripts: Iterable[Transcript], folder: Path) -> Iterator[Drawing]:
        """Draw and store; the results come in the order of the transcripts.

        A process that is killed, or dies of a chat, costs nobody else's picture: what it had in hand is drawn one by
        one, and the chat that ends a process again is given up. Raises Refused(picture_font_missing): without its
        fonts nothing is drawn at all.
        """
        if self._processes <= 0:
            yield from (draw_and_store(transcript, folder) for transcript in transcripts)
            return
        rest = iter(transcripts)
        under_way: _UnderWay = deque()
        self._hand_out(under_way, rest, folder, self._processes * _AHEAD)
        while under_way:
            parcel, future = under_way.popleft()
            try:
                done = future.result()
            except BrokenProcessPool:
                done = self._one_by_one(parcel, folder)
                under_way = deque((each, self._submit(each, folder)) for each, _ in under_way)
            yield from done
            self._hand_out(under_way, rest, folder, 1)

    def _hand_out(self, under_way: _UnderWay, rest: Iterator[Transcript], folder: Path, most: int) -> None:
        under_way.extend((parcel, self._submit(parcel, folder)) for parcel in _parcels(rest, most))

    def _submit(self, parcel: _Parcel, folder: Path) -> "Future[list[Drawing]]":
        try:
            return self._started().submit(_draw_all, parcel, folder)
        except BrokenProcessPool:
            self.close()
            return self._started().submit(_draw_all, parcel, folder)

    def _one_by_one(self, parcel: _Parcel, folder: Path) -> list[Drawing]:
        done = []
        for transcript in parcel:
            self.close()
            try:
                done += self._submit([transcript], folder).result()
            except BrokenProcessPool:
                order = transcript.key.order_id
                done.append(Drawing("", (), (), "picture_ended_its_process", {"order": order}))
        self.close()
        return done

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned, not forked: the caller may have threads, an event loop and a database session.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._processes, mp_context=context, initializer=_begin, initargs=(self._steps_back,)
            )
        return self._pool


def draw_and_store(transcript: Transcript, folder: Path) -> Drawing:
    """Draw one picture and store its pages. A chat that cannot be drawn is no error: the result says why."""
    try:
        picture = draw(transcript)
    except Refused as refusal:
        if refusal.code == "picture_font_missing":
            raise
        return Drawing(transcript.drawn_from, (), (), refusal.code, dict(refusal.params))
    for page in picture.pages:
        store_page(folder, page.sha256, page.data)
    return Drawing(picture.drawn_from, tuple(page.sha256 for page in picture.pages), picture.missing)


def _draw_all(transcripts: _Parcel, folder: Path) -> list[Drawing]:
    return [draw_and_store(transcript, folder) for transcript in transcripts]


def _parcels(rest: Iterator[Transcript], most: int) -> Iterator[_Parcel]:
    for _ in range(most):
        parcel = list(islice(rest, _AT_ONCE))
        if not parcel:
            return
        yield parcel


def _begin(steps_back: int) -> None:
    """Of a fresh process: step back for others, leave Ctrl-C to the parent, and end when the parent has ended (one that
    is killed outright ends nobody, and its children would wait for work for ever)."""
    if hasattr(os, "nice"):
        os.nice(steps_back)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
