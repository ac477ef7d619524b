"""The outcome bar: ledger states gathered into segments, in a fixed order, that add up to N. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import pgettext_lazy as _p

from seawall.incidents.queries import CaseCounts
from seawall.web.look import Words

SEGMENTS: tuple[tuple[str, Words, str, tuple[str, ...]], ...] = (
    ("known", _p("outcome", "Read, answered"), "ok", ("read", "answered")),
    ("delivered", _p("outcome", "On record"), "run", ("confirmed",)),
    ("accepted", _p("outcome", "Accepted"), "run2", ("acknowledged",)),
    ("by_hand", _p("outcome", "Sent by hand"), "run2", ("sent_by_hand",)),
    ("person", _p("outcome", "Needs a person"), "warn", ("needs_person", "unknown")),
    ("refused", _p("outcome", "Refused"), "risk", ("rejected", "blocked")),
    ("unreachable", _p("outcome", "No way to write"), "mute", ("no_connection", "unreachable")),
    ("dropped", _p("outcome", "Not sent"), "off", ("left_out", "too_late")),
    ("waiting", _p("outcome", "Waiting"), "wait", ("waiting", "claimed", "unplanned")),
)
"""Key, words, tone of the bar, ledger states. `unplanned` counts orders that no ledger row stands for yet.

Accepted is a segment of its own: an id from the platform is not proof that the buyer sees the message."""

SEGMENT_OF = {state: key for key, _, _, states in SEGMENTS for state in states}


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of the bar. `x` and `width` are percent of the bar's length; small parts are drawn a little wider."""

    key: str
    words: Words
    tone: str
    count: int
    share: float
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The outcomes of a storm beside the number of orders it must account for."""

    segments: tuple[Segment, ...]
    counts: Mapping[str, int]
    sum: int
    expected: int

    @property
    def adds_up(self) -> bool:
        """Whether every order has exactly one outcome."""
        return self.sum == self.expected

    @property
    def contacted(self) -> int:
        """Buyers whose message the platform took and did not filter, or a person sent in Seller Center and shows."""
        return sum(
            self.counts.get(state, 0) for state in ("sent_by_hand", "acknowledged", "confirmed", "read", "answered")
        )

    def of(self, key: str) -> int:
        """The number of one segment."""
        return next(each.count for each in self.segments if each.key == key)


def tally(counts: Mapping[str, int], *, expected: int) -> Tally:
    """The bar for these counts (ledger states and `unplanned`). Raises KeyError for a state that has no segment."""
    for state in counts:
        SEGMENT_OF[state]
    found = [(key, words, tone, sum(counts.get(s, 0) for s in states)) for key, words, tone, states in SEGMENTS]
    total = sum(count for *_, count in found)
    return Tally(segments=tuple(_placed(found, total)), counts=dict(counts), sum=total, expected=expected)


def storm_tally(counts: Mapping[str, int], cases: CaseCounts, *, has_plan: bool) -> Tally:
    """The bar of a storm. Before there is a plan, orders without a ledger row wait; with one, each must have a row:
    one that has none is not counted, so that the sum shows the loss."""
    unplanned = {} if has_plan else {"unplanned": cases.unplanned}
    return tally({**counts, **unplanned}, expected=cases.total)


LEAST_WIDTH = 0.4
"""Percent of the bar that a part of at least one order is drawn with: one of 24,000 must still be seen."""


def _placed(found: list[tuple[str, Words, str, int]], total: int) -> Iterator[Segment]:
    raised = [max(100 * count / total, LEAST_WIDTH) if count else 0.0 for *_, count in found] if total else []
    scale = 100 / sum(raised) if raised and sum(raised) else 0.0
    x = 0.0
    for (key, words, tone, count), width in zip(found, raised or [0.0] * len(found), strict=True):
        wide = width * scale
        share = 100 * count / total if total else 0.0
        yield Segment(key=key, words=words, tone=tone, count=count, share=share, x=round(x, 3), width=round(wide, 3))
        x += wide
