"""Couriers that deliver, delay, lose and mis-scan: the events of a parcel, the same for the same seed and order.

Event words are free local text at the platform, and why an attempt failed stands nowhere else [I]; here: English.
"""

from dataclasses import dataclass
from typing import Any

from simulators.core.clock import draw
from simulators.shopee.switches import Switches

HOUR_MS = 3_600_000
FATES = ("on_time", "delayed", "lost", "misscan", "false_delivered", "failed")
FAILED_WORDS = (
    "Delivery attempt failed: the phone number could not be reached",
    "Delivery attempt failed: the address is incomplete",
    "Delivery attempt failed: the recipient refused the parcel",
)
NOT_HANDED_OVER = frozenset({"UNPAID", "PENDING", "INVOICE_PENDING", "READY_TO_SHIP"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happens to a parcel."""

    words: str
    event: str
    """Event-level status [D]."""
    package: str = ""
    """The parcel's new logistics_status; empty for none."""
    order: str = ""
    """The order's new status; empty for none."""
    pause: int = 1
    """In courier steps since the one before."""


_CREATED = Step(
    words="Shipment arranged", event="ORDER_CREATED", package="LOGISTICS_REQUEST_CREATED", order="PROCESSED"
)
_PICKED = Step(
    words="Parcel picked up by the courier", event="PICKED_UP", package="LOGISTICS_PICKUP_DONE", order="SHIPPED"
)
_SORTED = Step(words="Parcel left the sorting centre", event="PICKED_UP")
_OUT = Step(words="Out for delivery", event="DELIVERY_PENDING")
_DELIVERED = Step(
    words="Parcel delivered", event="DELIVERED", package="LOGISTICS_DELIVERY_DONE", order="TO_CONFIRM_RECEIVE"
)
_BEGIN = (_CREATED, _PICKED, _SORTED)


def fate_of(seed: int, switches: Switches, order_sn: str) -> str:
    """What the courier makes of an order, by the shares of the switches."""
    point = draw(seed, "fate", order_sn)
    for fate in FATES[1:]:
        point -= float(getattr(switches, f"share_{fate}"))
        if point < 0:
            return fate
    return "on_time"


def steps_of(seed: int, fate: str, order_sn: str) -> list[Step]:
    """Everything that happens to a parcel with this fate."""
    match fate:
        case "delayed":
            held = Step(words="Parcel held at the sorting centre: capacity exceeded", event="UPDATE", pause=6)
            return [*_BEGIN, held, _OUT, _DELIVERED]
        case "lost":
            lost = Step(
                words="Parcel could not be found", event="LOST", package="LOGISTICS_LOST", order="CANCELLED", pause=10
            )
            return [*_BEGIN, lost]
        case "misscan":
            wrong = Step(words="Parcel arrived at the sorting centre of another province", event="UPDATE", pause=2)
            back = Step(words="Parcel sent on to the right sorting centre", event="UPDATE", pause=3)
            return [*_BEGIN, wrong, back, _OUT, _DELIVERED]
        case "false_delivered":
            early = Step(
                words="Parcel delivered", event="DELIVERED", package="LOGISTICS_DELIVERY_DONE",
                order="TO_CONFIRM_RECEIVE",
            )  # fmt: skip
            return [*_BEGIN, early]  # never out for delivery: the courier scanned what the buyer does not have
        case "failed":
            words = FAILED_WORDS[int(draw(seed, "why", order_sn) * len(FAILED_WORDS))]
            attempt = Step(words=words, event="FAILED_DELIVERED")
            last = Step(words=words, event="FAILED_DELIVERED", package="LOGISTICS_DELIVERY_FAILED", order="CANCELLED")
            back = Step(words="Parcel on its way back to the seller", event="RETURN_STARTED")
            return [*_BEGIN, _OUT, attempt, _OUT, last, back]
        case _:
            return [*_BEGIN, _OUT, _DELIVERED]


def times(seed: int, switches: Switches, order_sn: str, created_ms: int, steps: list[Step]) -> list[int]:
    """When each step happens."""
    shortest, longest = switches.courier_step_h
    at, found = created_ms, []
    for number, step in enumerate(steps):
        hours = shortest + (longest - shortest) * draw(seed, "step", order_sn, number)
        at += int(hours * step.pause * HOUR_MS)
        found.append(at)
    return found


def event_json(at_ms: int, step: Step) -> dict[str, Any]:
    """An event as a parcel keeps it; milliseconds."""
    return {"at_ms": at_ms, "description": step.words, "logistics_status": step.event}


def history(status: str, steps: list[Step]) -> list[Step]:
    """The steps an order with this status has behind it: up to the last one that led to it."""
    if status in NOT_HANDED_OVER:
        return []
    reached = [number for number, step in enumerate(steps) if step.order == status]
    if reached:
        end = reached[-1] + 1
        while end < len(steps) and not steps[end].package and not steps[end].order and status == "SHIPPED":
            end += 1  # on its way, and nothing decided yet
        return steps[:end]
    return steps if status in {"COMPLETED", "TO_RETURN"} else steps[:1] if status == "RETRY_SHIP" else []
