"""Write the list of orders to be cancelled: read -> plan -> apply, in one transaction, nothing called."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from seawall.casework import policy
from seawall.casework.errors import ReasonNeeded
from seawall.casework.ledger import without_message
from seawall.casework.models import CancelAttempt, CancelLane, Cancellation, Cancelling, Course
from seawall.casework.states import CANCELLING, LIVE, CancellationState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.markets import Platform
from seawall.shops.api import Connection
from seawall.tenancy.api import Actor
from seawall.timeline.api import move, record

_MAY_BE_PLANNED = {
    CancellationState.PLANNED.value, CancellationState.NO_CONNECTION.value, CancellationState.LEFT_OUT.value,
    CancellationState.NEEDS_PERSON.value,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OrderToCancel:
    """One order of the list."""

    case_id: int
    order_id: int
    shop_id: int
    platform: Platform
    platform_order_id: str
    exposure: tuple[int, str, str]
    """Sort key, the most exposed first."""


@dataclass(frozen=True, kw_only=True)
class PlanCancelling:
    """Everything a list rests on. The storm's command gathers it; casework does not read storms."""

    incident_id: int
    is_training: bool
    storm: str
    """The kind of storm."""
    orders: Sequence[OrderToCancel]
    chosen: Mapping[Platform, str] = field(default_factory=dict)
    """A person's choice per platform: its code or words, or `none`. What is not named comes from the data."""
    why: str = ""


def plan_cancelling(cmd: PlanCancelling, *, by: Actor, clock: Clock) -> Cancelling:
    """A new list in state `planned`, one ledger row per order; replaces one that has not begun (void).

    Raises Refused(platform_cancels) where the storm's lead noted that the platform cancels by itself,
    ReasonNeeded(cancel_reason_needed) naming the platform, Refused(cancel_reason_blames_buyer),
    InvalidInput(cancel_nothing).
    """
    by.require("cancel.plan")
    with transaction.atomic():
        if Course.objects.filter(incident_id=cmd.incident_id, platform_cancels=True).exists():
            raise Refused("platform_cancels")
        reasons = _reasons(cmd)
        version = void_live(cmd.incident_id, by, clock) + 1
        kept = {
            row.order_id: row
            for row in Cancellation.objects.select_for_update().filter(incident_id=cmd.incident_id)
        }  # fmt: skip
        may = {order_id for order_id, row in kept.items() if row.state in _MAY_BE_PLANNED} - _called(cmd.incident_id)
        fresh = [
            o for o in cmd.orders
            if policy.LEFT_TO_PEOPLE not in reasons[o.platform].names and (o.order_id not in kept or o.order_id in may)
        ]  # fmt: skip
        if not fresh:
            raise InvalidInput("cancel_nothing")
        stored = {platform.value: wanted.as_json() for platform, wanted in reasons.items()}
        audience = policy.audience_digest((o.shop_id, o.platform_order_id) for o in fresh)
        cancelling = Cancelling.objects.create(
            team_id=by.team_id, incident_id=cmd.incident_id, version=version, is_training=cmd.is_training,
            reasons=stored, audience_digest=audience,
            binding_digest=policy.binding_digest(audience=audience, reasons=stored),
            planned_by_id=by.user_id, planned_at=clock.now(),
        )  # fmt: skip
        lanes = _open_lanes(cancelling, {o.shop_id for o in fresh}, clock)
        _store(cancelling, fresh, kept, lanes, clock)
        _number_waves(cancelling)
        record(
            team_id=by.team_id, incident_id=cmd.incident_id, verb="cancel.plan", clock=clock, by=by, why=cmd.why,
            subject=f"cancelling:{cancelling.pk}",
            after={
                "orders": len(fresh), "binding": cancelling.binding_digest, "reasons": stored,
                "by_platform": dict(Counter(o.platform.value for o in fresh)),
            },
        )  # fmt: skip
    return cancelling


def _called(incident_id: int) -> set[int]:
    """Orders whose call may have left: never planned again, whatever a person thinks; their record must settle it."""
    tries = CancelAttempt.objects.filter(cancellation__incident_id=incident_id, called_at__isnull=False)
    return set(
        tries.exclude(outcome__in=["release", "proved_untouched"]).values_list("cancellation__order_id", flat=True)
    )


def _reasons(cmd: PlanCancelling) -> dict[Platform, policy.Wanted]:
    found = {}
    for platform in sorted({o.platform for o in cmd.orders}):
        name = cmd.chosen.get(platform, "").strip()
        wanted = policy.Wanted(names=(name,), chosen_by="person") if name else None
        if wanted is not None and policy.says_buyer_asked(name):
            raise Refused("cancel_reason_blames_buyer", reason=name)
        if wanted is not None and not cmd.why.strip():
            raise InvalidInput("cancel_reason_needs_why", platform=platform.title)
        wanted = wanted or policy.truthful_reason(cmd.storm, platform)
        if wanted is None:
            raise ReasonNeeded("cancel_reason_needed", platform=platform.title, code=platform.value)
        found[platform] = wanted
    return found


def void_live(incident_id: int, by: Actor, clock: Clock) -> int:
    """Take a list that has not begun out of force; rows nobody tried go with it. Gives the highest version so far.
    Raises Refused(move_refused) for one that has begun."""
    lists = Cancelling.objects.filter(incident_id=incident_id)
    for row in lists.select_for_update().filter(state__in=[s.value for s in LIVE]):
        move(row, CANCELLING, "void", verb="cancel.void", clock=clock, by=by, why="planned again")
        Cancellation.objects.filter(cancelling=row, tries__isnull=True, waived_at__isnull=True).delete()
    return lists.aggregate(top=Max("version"))["top"] or 0


def _open_lanes(cancelling: Cancelling, shop_ids: set[int], clock: Clock) -> dict[int, CancelLane]:
    """A lane per shop with an active connection, whatever its mode: modes are about chats. Raises
    Refused(training_needs_simulator)."""
    now, lanes = clock.now(), {}
    for connection in Connection.objects.filter(
        team_id=cancelling.team_id, shop_id__in=shop_ids, is_active=True
    ).select_related("shop"):  # fmt: skip
        if cancelling.is_training and not connection.is_simulator:
            raise Refused("training_needs_simulator", shop=connection.shop.code)
        lanes[connection.shop_id] = CancelLane.objects.create(
            team_id=cancelling.team_id, cancelling=cancelling, connection=connection,
            is_training=cancelling.is_training, is_simulator=connection.is_simulator,
            per_second=policy.pace_of(connection.sends_per_second), tokens=1, refilled_at=now, served_at=now,
        )  # fmt: skip
    return lanes


def _store(
    cancelling: Cancelling,
    orders: Sequence[OrderToCancel],
    kept: Mapping[int, Cancellation],
    lanes: Mapping[int, CancelLane],
    clock: Clock,
) -> None:
    new, again = [], []
    for rank, order in enumerate(sorted(orders, key=lambda o: o.exposure)):
        lane = lanes.get(order.shop_id)
        row = Cancellation(
            team_id=cancelling.team_id, cancelling=cancelling, incident_id=cancelling.incident_id,
            order_id=order.order_id, case_id=order.case_id, lane=lane, wave=len(policy.WAVES), rank=rank,
            state=CancellationState.PLANNED if lane else CancellationState.NO_CONNECTION,
            reason_code="" if lane else "cancel_no_connection", state_at=clock.now(),
        )  # fmt: skip
        old = kept.get(order.order_id)
        if old is not None:
            row.pk, row.attempts = old.pk, old.attempts
            again.append(row)
        else:
            new.append(row)
    Cancellation.objects.bulk_create(new, batch_size=2000)
    fields = ["cancelling", "lane", "wave", "rank", "state", "reason_code", "reason_params", "state_at"]
    Cancellation.objects.bulk_update(again, fields, batch_size=1000)


def _number_waves(cancelling: Cancelling) -> None:
    """One, twenty, the rest, of those whose buyers have been told: a wave that waits for a message shows nothing."""
    rows = Cancellation.objects.filter(cancelling=cancelling, state="planned")
    waiting = without_message(rows).values("pk")
    first = list(rows.exclude(pk__in=waiting).order_by("rank").values_list("pk", flat=True)[: sum(policy.WAVES)])
    for number in range(len(policy.WAVES)):
        wave = [pk for place, pk in enumerate(first) if policy.wave_of(place) == number]
        Cancellation.objects.filter(pk__in=wave).update(wave=number)
