"""The clocks of one order, and what happened to them since the last look. Pure: no table, no present time of its own.

clocks = clocks_of(facts, rules, now)
events = clock_events(before, clocks)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from seawall.kernel.markets import Market, Platform
from seawall.rulebook.book import RulesOn
from seawall.rulebook.deadlines import Deadline, deadline
from seawall.rulebook.schema import ClockSpec, Rule
from seawall.rulebook.words import (
    ENDS,
    RESTARTING,
    Authority,
    Certainty,
    ClockKind,
    Event,
    Sellers,
    StormKind,
    Trait,
)


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """What is known of one order: instants with a zone, and nothing guessed."""

    ref: str
    platform: Platform
    market: Market
    events: Mapping[Event, datetime]
    platform_deadlines: Mapping[ClockKind, datetime] = field(default_factory=dict)
    """Deadlines that the platform itself gave for this order; they beat computed ones."""
    traits: frozenset[Trait] = frozenset()
    carrier: str = ""
    zone: ZoneInfo | None = None
    """Zone of the shop's deadlines where it is not the market's."""
    buyer_zone: ZoneInfo | None = None


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    WARNING = "warning"
    BREACHED = "breached"
    MET = "met"
    MISSED = "missed"
    """It ended, but after the breach."""

    @property
    def is_over(self) -> bool:
        """Whether what it waits for has happened."""
        return self in (ClockState.MET, ClockState.MISSED)


@dataclass(frozen=True, kw_only=True)
class Other:
    """What another authority says of the same deadline. It is shown and drives nothing."""

    rule_id: str
    certainty: Certainty
    breach_at: datetime
    when: Trait | None = None
    """What the order or shop would have to be."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One running deadline of one order, on one authority. `rule_id` is empty for the platform's own column.

    A deadline that starts when another runs out is no surer than that one: it takes over its doubt.
    """

    ref: str
    kind: ClockKind
    state: ClockState
    authority: Authority
    certainty: Certainty
    must_check: bool
    rule_id: str
    source: str
    started_at: datetime | None
    warn_at: datetime
    breach_at: datetime
    ended_at: datetime | None
    when: Trait | None = None
    """What the order or shop would have to be for this figure; None where it does not matter."""
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    rule: Rule | None
    spec: ClockSpec | None = None
    span: Deadline
    ended_at: datetime | None

    def order(self) -> tuple[bool, datetime, int]:
        """Running before ended; the earliest breach first; then the surest."""
        rank = self.rule.certainty.rank if self.rule else -1
        return self.ended_at is not None, self.span.breach_at, rank


def applicable(facts: OrderFacts, rules: RulesOn) -> tuple[Rule, ...]:
    """The rules that speak of this order, the surest first. What is not known of the order excludes none."""
    return tuple(r for r in rules.find(platform=facts.platform, market=facts.market) if _binds(r, facts))


def _binds(rule: Rule, facts: OrderFacts) -> bool:
    if rule.carrier and facts.carrier and rule.carrier.casefold() not in facts.carrier.casefold():
        return False
    return rule.sellers is Sellers.ALL or Trait(rule.sellers.value).opposite not in facts.traits


@dataclass(frozen=True)
class _Look:
    """One look at one order."""

    facts: OrderFacts
    rules: RulesOn
    happened: dict[Event, datetime]
    now: datetime
    found: dict[ClockKind, Clock] = field(default_factory=dict)


def clocks_of(facts: OrderFacts, rules: RulesOn, now: datetime) -> list[Clock]:
    """One clock of each kind that has started, the next to breach first, those that are over last.

    The platform's own deadline drives where there is one. Else the team's figure, else the earliest of the rules that
    apply; what the others say is kept beside it. Events after `now` have not happened yet.
    """
    look = _Look(facts, rules, {event: at for event, at in facts.events.items() if at <= now}, now)
    driving = [(rule, spec) for rule in applicable(facts, rules) for spec in rule.clocks if _is_for(spec, facts)]
    for kind in ClockKind:  # the ship-by clock comes first: others start when it runs out
        clock = _clock(kind, [(rule, spec) for rule, spec in driving if spec.kind is kind], look)
        if clock is not None:
            look.found[kind] = clock
            if kind is ClockKind.SHIP_BY:
                look.happened[Event.SHIP_BY_DUE] = clock.breach_at
    return sorted(look.found.values(), key=lambda c: (c.state.is_over, c.breach_at, c.kind))


def _clock(kind: ClockKind, driving: Iterable[tuple[Rule, ClockSpec]], look: _Look) -> Clock | None:
    candidates = sorted(_candidates(driving, look), key=_Candidate.order)
    if (own := look.facts.platform_deadlines.get(kind)) is not None:
        candidates = [_of_platform(kind, own, look), *candidates]
    elif by_team := [c for c in candidates if c.rule and c.rule.certainty is Certainty.OPERATOR]:
        candidates = [by_team[0], *(c for c in candidates if c is not by_team[0])]
    if not candidates:
        return None
    drives, *rest = candidates
    rule, span = drives.rule, drives.span
    certainty, must_check = _doubt(drives, look)
    return Clock(
        ref=look.facts.ref, kind=kind, state=_state(span, drives.ended_at, look.now), authority=_authority(rule),
        certainty=certainty, must_check=must_check, when=_when(drives),
        rule_id=rule.id if rule else "", source=rule.source if rule else "",
        started_at=None if rule is None else span.started_at, warn_at=span.warn_at, breach_at=span.breach_at,
        ended_at=drives.ended_at,
        others=tuple(
            Other(
                rule_id=each.rule.id, certainty=_doubt(each, look)[0], breach_at=each.span.breach_at, when=_when(each)
            )
            for each in rest if each.rule
        ),
    )  # fmt: skip


def _doubt(candidate: _Candidate, look: _Look) -> tuple[Certainty, bool]:
    """How sure a deadline is, and whether it must be checked: by its rule, and by the clock it starts from."""
    rule, spec = candidate.rule, candidate.spec
    if rule is None or spec is None:
        return Certainty.PLATFORM, False
    before = look.found.get(ClockKind.SHIP_BY) if spec.anchor is Event.SHIP_BY_DUE else None
    if before is None:
        return rule.certainty, rule.must_check
    weaker = max(rule.certainty, before.certainty, key=lambda each: each.rank)
    return weaker, rule.must_check or before.must_check


def _when(candidate: _Candidate) -> Trait | None:
    return candidate.spec.when if candidate.spec else None


def _authority(rule: Rule | None) -> Authority:
    if rule is None:
        return Authority.PLATFORM_COLUMN
    return Authority.OVERRIDE if rule.certainty is Certainty.OPERATOR else Authority.RULE


def _candidates(driving: Iterable[tuple[Rule, ClockSpec]], look: _Look) -> Iterator[_Candidate]:
    facts = look.facts
    for rule, spec in driving:
        anchor = _anchor(spec, look.happened)
        if spec.amount is None or anchor is None:
            continue
        zone = (facts.buyer_zone if spec.zone == "buyer" else facts.zone) or facts.market.zone
        span = deadline(spec, anchor, facts.market, zone, look.rules.defaults.warn_hours[spec.kind])
        ended = _ended(spec.kind, spec.ends_with or ENDS[spec.kind], look.happened, span.started_at)
        yield _Candidate(rule=rule, spec=spec, span=span, ended_at=ended)


def _anchor(spec: ClockSpec, happened: Mapping[Event, datetime]) -> datetime | None:
    """The start. Cash-on-delivery orders are paid at the door, and some files hold no time of payment: then the order
    itself starts the clock, which is earlier."""
    at = happened.get(spec.anchor)
    if spec.anchor is Event.PAID:
        shipped, ordered = happened.get(Event.SHIPPED), happened.get(Event.ORDERED)
        if at is None or (shipped is not None and at > shipped):
            return ordered
    return at


def _is_for(spec: ClockSpec, facts: OrderFacts) -> bool:
    if spec.when is None or spec.when in facts.traits:
        return True
    return not spec.when_known and spec.when.opposite not in facts.traits


def _ended(
    kind: ClockKind, ends: Iterable[Event], happened: Mapping[Event, datetime], started: datetime | None
) -> datetime | None:
    """The first event that ends the clock; for one that can start again, the first after its start."""
    at = [happened[event] for event in ends if event in happened]
    if kind in RESTARTING and started is not None:
        at = [each for each in at if each >= started]
    return min(at, default=None)


def _of_platform(kind: ClockKind, own: datetime, look: _Look) -> _Candidate:
    zone = look.facts.zone or look.facts.market.zone
    breach = own.astimezone(zone)
    started = min(look.happened.get(Event.ORDERED, breach).astimezone(zone), breach)
    warn = max(breach - timedelta(hours=look.rules.defaults.warn_hours[kind]), started)
    span = Deadline(started_at=started, warn_at=warn, breach_at=breach)
    return _Candidate(rule=None, span=span, ended_at=_ended(kind, ENDS[kind], look.happened, None))


def _state(span: Deadline, ended: datetime | None, now: datetime) -> ClockState:
    """A deadline is kept up to and with its last instant."""
    if ended is not None:
        return ClockState.MET if ended <= span.breach_at else ClockState.MISSED
    if now > span.breach_at:
        return ClockState.BREACHED
    return ClockState.WARNING if now >= span.warn_at else ClockState.RUNNING


def gaps_of(facts: OrderFacts, rules: RulesOn) -> tuple[Rule, ...]:
    """Rules whose figure nobody knows and that would drive a clock of this order: the team must be asked."""
    return tuple(r for r in applicable(facts, rules) if any(spec.amount is None for spec in r.clocks))


def golden_window(storm: StormKind, clocks: Iterable[Clock], rules: RulesOn) -> Clock | None:
    """The clock that closes a storm's golden window for this order: the earliest of its kinds that is not over."""
    kinds = rules.defaults.golden[storm]
    return min(
        (clock for clock in clocks if clock.kind in kinds and not clock.state.is_over),
        key=lambda clock: clock.breach_at,
        default=None,
    )


class ClockEventKind(StrEnum):
    """What happened to a clock between two looks."""

    WARN = "warn"
    BREACH = "breach"
    MOVED = "moved"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class ClockEvent:
    """Something to be told about a clock. `at` is when the mark was reached or the clock ended, not when that was seen;
    for a clock that moved it is the new deadline."""

    kind: ClockEventKind
    at: datetime
    clock: Clock


_REACHED = {
    ClockState.RUNNING: 0, ClockState.MET: 0, ClockState.WARNING: 1, ClockState.BREACHED: 2, ClockState.MISSED: 2,
}  # fmt: skip


def clock_events(before: Iterable[Clock], now: Iterable[Clock]) -> list[ClockEvent]:
    """What to tell after comparing the clocks of two looks. The same look twice tells nothing.

    A clock that passed both marks unseen tells both. One whose deadline moved tells so, and then starts over: its marks
    are told again when it reaches them. A clock that was over before the first look tells nothing.
    """
    known = {(clock.ref, clock.kind): clock for clock in before}
    events: list[ClockEvent] = []
    for clock in now:
        old = known.get((clock.ref, clock.kind))
        reached = _REACHED[old.state] if old else 0
        if old is not None and old.breach_at != clock.breach_at:
            events.append(ClockEvent(kind=ClockEventKind.MOVED, at=clock.breach_at, clock=clock))
            reached = 0
        if clock.state.is_over:
            if clock.ended_at is not None and old is not None and not old.state.is_over:
                events.append(ClockEvent(kind=ClockEventKind.ENDED, at=clock.ended_at, clock=clock))
            continue
        if reached < 1 <= _REACHED[clock.state]:
            events.append(ClockEvent(kind=ClockEventKind.WARN, at=clock.warn_at, clock=clock))
        if reached < 2 <= _REACHED[clock.state]:
            events.append(ClockEvent(kind=ClockEventKind.BREACH, at=clock.breach_at, clock=clock))
    return sorted(events, key=lambda event: (event.at, event.clock.kind))
