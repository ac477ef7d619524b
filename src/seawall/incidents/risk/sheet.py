"""The sums of the risk sheet, from plain values to plain values. Pure: no table, no present time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from math import ceil

from seawall.incidents.risk.assumptions import Assumptions

HORIZON_H = 48
"""Hours the reply wave is shown for (ours)."""
TAIL = Decimal("0.5")


@dataclass(frozen=True, kw_only=True)
class Range:
    """A figure with its doubt."""

    low: Decimal
    likely: Decimal
    high: Decimal


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A rate from which a platform acts, as the rulebook has it."""

    rule_id: str
    percent: Decimal | None
    """None: nobody knows the figure."""
    source: str
    certainty: str
    must_check: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class ShopFacts:
    """One shop, counted from the orders on hand."""

    code: str
    platform: str
    market: str
    on_hand: int
    """Its orders in the window, as imported."""
    window_days: int
    """How far back the window goes; 0: everything on hand."""
    cancelled: int
    """Of these, cancelled already, by the seller or the platform as far as the file says."""
    late: int
    """Of these, shipped late, or not shipped though the ship-by has passed."""
    concerned: int
    """Of these, in this storm."""
    concerned_late: int
    cancel_limits: tuple[Threshold, ...] = ()
    late_limits: tuple[Threshold, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RiskFacts:
    """What the sums are made of."""

    kind: str
    orders: int
    """Orders of the storm."""
    sends_per_hour: int
    """Messages an hour at the plan's pace; 0: there is no plan, and all are taken to leave within the first hour."""
    response_hours: int | None
    """The strictest clock for an answer in chat among the storm's platforms, in hours; None where none is in hours."""
    response_rule: str
    ceiling: Decimal
    currency: str
    shops: tuple[ShopFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hour:
    """One hour of the wave after the first message."""

    number: int
    low: int
    likely: int
    high: int
    seats_needed: int
    """To answer the likely number within the hour."""
    backlog: int
    """Unanswered at its end with the seats on duty, likely number."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What the storm does to one rate of a shop."""

    before: Decimal | None
    after: Range | None
    exempt: Decimal | None
    """The rate if the platform does not count this storm's orders against the shop."""
    limits: tuple[tuple[Threshold, str], ...]
    """Each limit with `crosses`, `may_cross`, `stays`, `already` or `unknown`."""


@dataclass(frozen=True, kw_only=True)
class ShopRisk:
    """One shop with both rates, percent."""

    shop: ShopFacts
    cancellation: Effect
    late: Effect


@dataclass(frozen=True, kw_only=True)
class RiskSheet:
    """The whole sheet."""

    facts: RiskFacts
    replies: Range
    hours: tuple[Hour, ...]
    peak: int
    """Most answers to expect in one hour, likely."""
    seats_on_duty: int
    seats_for_clock: int | None
    """The least seats with which no answer waits longer than the response clock; None where no clock is in hours."""
    longest_wait_h: int
    """With the seats on duty, whole hours (likely number)."""
    keeps_clock: bool | None
    exposure: Range
    """Compensation, in the ceiling's money."""
    ceiling_share: Decimal | None
    """The likely exposure in percent of the ceiling."""
    over_ceiling: str
    """no, maybe or likely."""
    shops: tuple[ShopRisk, ...] = field(default=())


def work_out(facts: RiskFacts, given: Assumptions) -> RiskSheet:
    """The sheet for these facts under these assumptions."""
    share, speed = given["reply_share"], given["answers_per_seat_hour"].likely
    sent = _sent(facts)
    weights = _weights(int(given["peak_hours"].likely))
    waves = {name: _wave(sent, weights, getattr(share, name)) for name in ("low", "likely", "high")}
    seats = int(given["seats"].likely)
    backlog, longest = _served(waves["likely"], seats, speed)
    limit = facts.response_hours
    exposure = _range(facts.orders, given, "acceptance", "amount")
    return RiskSheet(
        facts=facts,
        replies=Range(low=facts.orders * share.low, likely=facts.orders * share.likely, high=facts.orders * share.high),
        hours=tuple(
            Hour(
                number=n, low=round(waves["low"][n]), likely=round(waves["likely"][n]), high=round(waves["high"][n]),
                seats_needed=ceil(waves["likely"][n] / speed), backlog=round(backlog[n]),
            )
            for n in range(HORIZON_H)
        ),
        peak=round(max(waves["likely"], default=Decimal(0))),
        seats_on_duty=seats,
        seats_for_clock=None if limit is None else _least_seats(waves["likely"], speed, limit),
        longest_wait_h=longest,
        keeps_clock=None if limit is None else longest <= limit,
        exposure=exposure,
        ceiling_share=None if not facts.ceiling else (100 * exposure.likely / facts.ceiling).quantize(Decimal("0.1")),
        over_ceiling="likely" if exposure.likely > facts.ceiling
        else "maybe" if exposure.high > facts.ceiling else "no",
        shops=tuple(_shop(each, given) for each in facts.shops),
    )  # fmt: skip


def _range(orders: int, given: Assumptions, *names: str) -> Range:
    def product(which: str) -> Decimal:
        found = Decimal(orders)
        for name in names:
            found *= getattr(given[name], which)
        return found.quantize(Decimal("0.01"))

    return Range(low=product("low"), likely=product("likely"), high=product("high"))


def _sent(facts: RiskFacts) -> list[int]:
    """Messages that leave in each hour at an even pace."""
    pace = facts.sends_per_hour or max(facts.orders, 1)
    return [max(0, min(pace, facts.orders - pace * hour)) for hour in range(HORIZON_H)]


def _weights(half_h: int) -> list[Decimal]:
    """Share of all answers that come in each hour after a message: each hour a fixed part of what is left, so that half
    have come after `half_h`."""
    kept = TAIL ** (Decimal(1) / max(half_h, 1))
    return [kept**hour * (1 - kept) for hour in range(HORIZON_H)]


def _wave(sent: Sequence[int], weights: Sequence[Decimal], share: Decimal) -> list[Decimal]:
    return [
        share * sum((sent[hour - delay] * weights[delay] for delay in range(hour + 1)), Decimal(0))
        for hour in range(HORIZON_H)
    ]


def _served(wave: Sequence[Decimal], seats: int, speed: Decimal) -> tuple[list[Decimal], int]:
    """Backlog at the end of each hour, first come first served, and the longest wait in whole hours."""
    backlog, waits, left = [], [0], Decimal(0)
    for arrivals in wave:
        left = max(Decimal(0), left + arrivals - seats * speed)
        backlog.append(left)
        served = seats * speed
        waits.append(int((left / served).to_integral_value(ROUND_CEILING)) if served else (HORIZON_H if left else 0))
    return backlog, max(waits)


def _least_seats(wave: Sequence[Decimal], speed: Decimal, limit: int) -> int:
    low, high = 0, ceil(max(wave, default=Decimal(0)) / speed) + 1
    while low < high:
        middle = (low + high) // 2
        if _served(wave, middle, speed)[1] <= limit:
            high = middle
        else:
            low = middle + 1
    return low


def _shop(shop: ShopFacts, given: Assumptions) -> ShopRisk:
    share = given["cancelled_share"]
    more = {which: shop.concerned * getattr(share, which) for which in ("low", "likely", "high")}
    still = shop.concerned - shop.concerned_late
    late = {"low": Decimal(0), "likely": Decimal(still) / 2, "high": Decimal(still)}
    return ShopRisk(
        shop=shop,
        cancellation=_effect(shop, shop.cancelled, more, shop.cancel_limits, exempt=shop.cancelled),
        late=_effect(shop, shop.late, late, shop.late_limits, exempt=shop.late - shop.concerned_late),
    )


def _effect(
    shop: ShopFacts, now: int, more: dict[str, Decimal], limits: tuple[Threshold, ...], *, exempt: int
) -> Effect:
    def rate(count: Decimal | int) -> Decimal:
        return min(Decimal(100), 100 * Decimal(count) / shop.on_hand).quantize(Decimal("0.1"))

    if not shop.on_hand:
        return Effect(before=None, after=None, exempt=None, limits=tuple((each, "unknown") for each in limits))
    after = Range(low=rate(now + more["low"]), likely=rate(now + more["likely"]), high=rate(now + more["high"]))
    before = rate(now)
    judged = tuple((each, _judge(each, before, after)) for each in limits)
    return Effect(before=before, after=after, exempt=rate(max(0, exempt)), limits=judged)


def _judge(limit: Threshold, before: Decimal, after: Range) -> str:
    if limit.percent is None:
        return "unknown"
    if before >= limit.percent:
        return "already"
    if after.likely >= limit.percent:
        return "crosses"
    return "may_cross" if after.high >= limit.percent else "stays"
