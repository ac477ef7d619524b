"""Couriers that lose, delay and mis-scan, the same on every platform: what happens to a parcel is drawn from seed and
tracking number, so the same run has the same parcels.

Plain steps with an instant; each platform puts them into its own codes, statuses and pushes. The shares, hours and
kinds are our own choice: no platform publishes such figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from simulators.core.clock import draw

HOUR_MS = 3_600_000


class Fate(StrEnum):
    """What becomes of a parcel."""

    NORMAL = "normal"
    DELAYED = "delayed"
    """Lies in a hub for days, then goes on."""
    LOST = "lost"
    """Seen in a hub, then never again; after a while the courier says so."""
    MISSCANNED = "misscanned"
    """Scanned at a wrong hub, and one scan comes in twice; it arrives all the same."""
    FALSE_DELIVERED = "false_delivered"
    """"Delivered" is scanned and nobody was there: no run before it, no proof with it."""
    FAILED = "failed"
    """Three runs, nobody met; it goes back."""
    CUSTOMS_STOP = "customs_stop"
    """Arrives by linehaul and never leaves customs: no event says so, there is only silence."""


class Step(StrEnum):
    """One scan."""

    PACKED = "packed"
    SHIPPED = "shipped"
    HUB = "hub"
    WRONG_HUB = "wrong_hub"
    LINEHAUL_ARRIVED = "linehaul_arrived"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    RETURNING = "returning"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A step at an instant; `is_proved` only where the courier has a picture of the hand-over."""

    at_ms: int
    step: Step
    place: str
    is_proved: bool = False


SCRIPTS: Mapping[Fate, tuple[tuple[Step, float], ...]] = {
    Fate.NORMAL: ((Step.HUB, 12), (Step.OUT_FOR_DELIVERY, 10), (Step.DELIVERED, 5)),
    Fate.DELAYED: ((Step.HUB, 12), (Step.HUB, 120), (Step.OUT_FOR_DELIVERY, 10), (Step.DELIVERED, 5)),
    Fate.LOST: ((Step.HUB, 12), (Step.LOST, 240)),
    Fate.MISSCANNED: (
        (Step.HUB, 12), (Step.WRONG_HUB, 9), (Step.WRONG_HUB, 0), (Step.HUB, 30), (Step.OUT_FOR_DELIVERY, 10),
        (Step.DELIVERED, 5),
    ),
    Fate.FALSE_DELIVERED: ((Step.HUB, 12), (Step.DELIVERED, 6)),
    Fate.FAILED: (
        (Step.HUB, 12), (Step.OUT_FOR_DELIVERY, 10), (Step.ATTEMPT_FAILED, 5), (Step.OUT_FOR_DELIVERY, 19),
        (Step.ATTEMPT_FAILED, 5), (Step.OUT_FOR_DELIVERY, 19), (Step.DELIVERY_FAILED, 5), (Step.RETURNING, 24),
    ),
    Fate.CUSTOMS_STOP: ((Step.LINEHAUL_ARRIVED, 48),),
}  # fmt: skip
"""What follows PACKED and SHIPPED, with the hours since the step before; each span is stretched by up to a half."""


def fate_of(seed: int, tracking: str, shares: Mapping[str, float]) -> Fate:
    """A parcel's fate; `shares` by the value of Fate, what is left over is normal."""
    point = draw(seed, "fate", tracking)
    for fate in Fate:
        point -= float(shares.get(fate.value, 0))
        if point < 0:
            return fate
    return Fate.NORMAL


def scans_of(seed: int, tracking: str, fate: Fate, packed_ms: int) -> list[Scan]:
    """All scans of a parcel, oldest first, from the instant it was packed. A repeated scan has the same instant."""
    at, scans = packed_ms, [Scan(at_ms=packed_ms, step=Step.PACKED, place="origin")]
    for number, (step, hours) in enumerate(((Step.SHIPPED, 6.0), *SCRIPTS[fate])):
        at += round(hours * HOUR_MS * (1 + draw(seed, "span", tracking, number) / 2))
        hub = int(draw(seed, "hub", tracking, step.value) * 90) + 10
        place = f"hub {hub}" if step in {Step.HUB, Step.WRONG_HUB} else ""
        is_proved = step is Step.DELIVERED and fate is not Fate.FALSE_DELIVERED
        scans.append(Scan(at_ms=at, step=step, place=place, is_proved=is_proved))
    return scans
