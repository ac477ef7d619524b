"""How a report is cut: orders into volumes and pages, and which pictures a volume shows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from seawall.evidence.records import Grade
from seawall.evidence.report.story import Place, Row, Story

ORDERS_A_VOLUME = 4_000
"""Measured (bench/report.py): a volume of so many stays far below 1 GiB of memory while it is set."""
PICTURES_A_VOLUME = 90
MESSAGES_ATTACHED = 64 << 20
"""Bytes of records embedded in a volume at most (ours): receivers set limits of their own, mostly unknown."""
_LINES_A_PAGE = 57
_HEADING_LINES = 3


@dataclass(frozen=True)
class Volume:
    """A part of a report."""

    number: int
    of: int
    rows: Sequence[Row]

    @property
    def is_first(self) -> bool:
        """Whether it is the volume that tells the whole story."""
        return self.number == 1

    @property
    def messages(self) -> tuple[int, int]:
        """Where the records of its orders stand in messages.jsonl: first byte, and the one after the last."""
        return (self.rows[0].start, self.rows[-1].end) if self.rows else (0, 0)


def volumes_of(story: Story, most: int = ORDERS_A_VOLUME) -> list[Volume]:
    """The volumes of a story, of about equal size; one even when there is no order."""
    count = max(1, -(-len(story.rows) // most))
    size = -(-len(story.rows) // count) if story.rows else 0
    return [Volume(n + 1, count, story.rows[n * size : (n + 1) * size]) for n in range(count)]


@dataclass(frozen=True)
class Block:
    """Orders of one shop on one page."""

    place: Place
    rows: Sequence[Row]


def annex_pages(rows: Sequence[Row]) -> list[list[Block]]:
    """The rows of an annex as pages of full lines, each shop under a heading of its own on every page."""
    pages: list[list[Block]] = []
    free = 0
    for place, group in groupby(rows, key=lambda row: row.place):
        rest = list(group)
        while rest:
            if free < _HEADING_LINES + 2:
                pages.append([])
                # The first page has the heading and the note of the annex above its lines.
                free = _LINES_A_PAGE - (5 if len(pages) == 1 else 0)
            taken, rest = rest[: free - _HEADING_LINES], rest[free - _HEADING_LINES :]
            pages[-1].append(Block(place, taken))
            free -= _HEADING_LINES + len(taken)
    return pages


def chosen(story: Story, volume: Volume, most: int = PICTURES_A_VOLUME) -> list[Row]:
    """The orders whose pictures a volume shows, in their order: all, or from each shop and grade at even steps, so that
    nothing but place and strength of proof has a say. The same pack gives the same choice."""
    having = [row for row in volume.rows if row.number in story.pictures]
    if len(having) <= most:
        return having
    groups: dict[tuple[Place, Grade], list[Row]] = defaultdict(list)
    for row in having:
        groups[row.place, row.grade].append(row)
    shares = _shares([len(group) for group in groups.values()], most)
    taken = [
        group[place * len(group) // share]
        for group, share in zip(groups.values(), shares, strict=True)
        for place in range(share)
    ]
    return sorted(taken, key=lambda row: row.number)


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """`most` dealt out one each in turn, so that a small group is shown too, to no group more than it has."""
    shares = [0] * len(sizes)
    left = most
    while left:
        for place, size in enumerate(sizes):
            if left and shares[place] < size:
                shares[place] += 1
                left -= 1
    return shares
