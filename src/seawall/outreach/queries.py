"""Reads of the ledger for screens and reports. Every number is counted now; nothing is kept apart."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from seawall.kernel.clock import Clock
from seawall.outreach.commands.replan import CAN_BE_REPLANNED
from seawall.outreach.models import Approval, Lane, ReachSnapshot, Recipient, RollOut, Wave
from seawall.outreach.seat_desk import SeatDesk, seat_desk
from seawall.outreach.states import RecipientState, RollOutState
from seawall.shops.api import Connection, Shop
from seawall.tenancy.api import Actor, Membership, scoped

__all__ = [
    "CAN_BE_REPLANNED", "PACE_SPAN", "Audience", "SeatDesk", "ShopProgress", "approvals_of", "audience_of",
    "counts_by_incident", "lane_sizes", "last_change", "live_roll_outs", "sample_of", "seat_desk", "seat_questions",
    "seats_on_duty", "shops_of",
    "snapshots_of", "waves_of",
]  # fmt: skip

PACE_SPAN = timedelta(minutes=1)
"""The span over which a lane's present pace is measured."""


@dataclass(frozen=True, kw_only=True)
class ShopProgress:
    """One shop's share of a roll-out: its lane where it has one, and its ledger rows by state."""

    shop: Shop
    lane: Lane | None
    connection: Connection | None
    """The shop's active connection, also when it may not send by itself."""
    counts: Mapping[str, int]
    sent_lately: int
    """Messages the platform took within the last `PACE_SPAN`."""

    @property
    def total(self) -> int:
        """All its rows."""
        return sum(self.counts.values())


def counts_by_incident(actor: Actor, incident_ids: Collection[int], step: str) -> dict[int, Counter[str]]:
    """Ledger rows of one step by state, for several storms in one query."""
    counted: dict[int, Counter[str]] = {pk: Counter() for pk in incident_ids}
    rows = scoped(Recipient, actor).filter(incident_id__in=incident_ids, step=step)
    for pk, state, number in rows.values_list("incident_id", "state").annotate(n=Count("pk")).order_by():
        counted[pk][state] = number
    return counted


def live_roll_outs(actor: Actor, incident_ids: Collection[int], step: str) -> dict[int, RollOut]:
    """The standing (not void) roll-out of each storm, where there is one."""
    rows = scoped(RollOut, actor).filter(incident_id__in=incident_ids, step=step).exclude(state=RollOutState.VOID)
    return {row.incident_id: row for row in rows.select_related("script_version", "planned_by")}


def shops_of(actor: Actor, incident_id: int, step: str, *, clock: Clock) -> list[ShopProgress]:
    """Progress of every shop in a storm, shops with a lane first, then by platform, market and code."""
    rows = scoped(Recipient, actor).filter(incident_id=incident_id, step=step)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for shop_id, state, number in rows.values_list("order__shop_id", "state").annotate(n=Count("pk")).order_by():
        counts[shop_id][state] = number
    lately = dict(
        rows.filter(sent_at__gt=clock.now() - PACE_SPAN, rides_with__isnull=True)
        .values_list("order__shop_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    lanes = {
        lane.connection.shop_id: lane
        for lane in scoped(Lane, actor)
        .filter(roll_out__incident_id=incident_id, roll_out__step=step)
        .exclude(roll_out__state=RollOutState.VOID)
        .select_related("connection__pace__quota", "connection__shop", "roll_out")
    }
    connections = {each.shop_id: each for each in scoped(Connection, actor).filter(shop_id__in=counts, is_active=True)}
    found = [
        ShopProgress(
            shop=shop,
            lane=lanes.get(shop.pk),
            connection=connections.get(shop.pk),
            counts=counts[shop.pk],
            sent_lately=lately.get(shop.pk, 0),
        )
        for shop in scoped(Shop, actor).filter(pk__in=counts).order_by("platform", "market", "code")
    ]
    return sorted(found, key=lambda each: each.lane is None)


ON_DUTY = timedelta(minutes=15)
"""Who let no message go for so long, and has none in hand, is taken to have left the seat (ours)."""


def seats_on_duty(actor: Actor, *, clock: Clock) -> int:
    """Members who have messages in hand at a seat, or let one go within `ON_DUTY`."""
    now = clock.now()
    rows = scoped(Recipient, actor)
    members = scoped(Membership, actor).filter(is_active=True).values_list("pk", flat=True)
    holding = rows.filter(state=RecipientState.WAITING.value, seat__in=members, seat_until__gt=now)
    pressing = rows.filter(pressed_by__in=members, pressed_at__gt=now - ON_DUTY)
    held = holding.order_by().values_list("seat_id", flat=True).distinct()
    pressed = pressing.order_by().values_list("pressed_by_id", flat=True).distinct()
    return len(held.union(pressed))


def seat_questions(actor: Actor, roll_out_ids: Collection[int]) -> dict[int, int]:
    """Messages a seat put to the lead and nobody has settled, by storm."""
    rows = scoped(Recipient, actor).filter(
        roll_out_id__in=roll_out_ids, state=RecipientState.NEEDS_PERSON.value, reason_code="seat_asked_lead"
    )
    return dict(rows.values_list("incident_id").annotate(n=Count("pk")).order_by())


def waves_of(roll_out: RollOut) -> list[Wave]:
    """Its waves in order."""
    return list(roll_out.waves.order_by("number"))


def snapshots_of(actor: Actor, roll_out: RollOut, *, most: int) -> list[ReachSnapshot]:
    """Its reachability plans, the newest first, at most so many."""
    rows = scoped(ReachSnapshot, actor).filter(roll_out=roll_out).select_related("made_by")
    return list(rows.order_by("-number")[:most])


def sample_of(actor: Actor, incident_id: int, step: str) -> Recipient | None:
    """The ledger row of the sample: wave 0 of a lane, or of an earlier plan whose sample was really sent."""
    rows = scoped(Recipient, actor).filter(incident_id=incident_id, step=step, wave=0, rides_with__isnull=True)
    rows = rows.select_related("order__shop", "case")
    return rows.filter(attempts__gt=0).order_by("pk").last() or rows.filter(lane__isnull=False).first()


def approvals_of(actor: Actor, incident_id: int) -> list[Approval]:
    """All decisions of the seller on a storm, the newest first."""
    rows = scoped(Approval, actor).filter(roll_out__incident_id=incident_id)
    return list(rows.select_related("approver", "author", "on_behalf_of", "roll_out").order_by("-at"))


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who would be written to: by language, and what cannot be reached."""

    languages: Mapping[str, int] = field(default_factory=dict)
    can_be_sent: int = 0
    """Orders that are told."""
    messages: int = 0
    """Messages that tell them: fewer where one names several orders of a buyer."""
    no_connection: int = 0
    unreachable: int = 0
    """Buyers whom the platform lets nobody write to."""


def audience_of(actor: Actor, roll_out: RollOut, *, only_left: bool = False) -> Audience:
    """Counts of what a plan is for: whom it writes to, by language, and what has no connection.

    The same before, during and after the roll-out: the seller who comes back sees what was approved. With `only_left`,
    those still to be written to.
    """
    rows = scoped(Recipient, actor).filter(roll_out=roll_out)
    languages = dict(_of_plan(rows, only_left=only_left).values_list("language").annotate(n=Count("pk")).order_by("-n"))
    return Audience(
        languages=languages,
        can_be_sent=sum(languages.values()),
        messages=_of_plan(rows, only_left=only_left).filter(rides_with__isnull=True).count(),
        no_connection=rows.filter(state="no_connection").count(),
        unreachable=rows.filter(state="unreachable").count(),
    )


def doors_of(actor: Actor, roll_out: RollOut) -> dict[str, int]:
    """How many of a plan's buyers are reached by which door: a lane's mode, or `none` where there is no connection.

    The same before and after the roll-out; orders left out are not counted, nor those written to under another plan.
    """
    rows = scoped(Recipient, actor).filter(roll_out=roll_out)
    counted = _of_plan(rows, only_left=False).values_list("lane__mode").annotate(n=Count("pk")).order_by("-n")
    found = dict(counted)
    unreached = rows.filter(state="no_connection").count()
    return found | ({"none": unreached} if unreached else {})


def lane_sizes(roll_out: RollOut, *, only_left: bool = False) -> list[tuple[Lane, int]]:
    """Each lane with how many messages are planned in it; with `only_left`, how many still wait."""
    rows = _of_plan(Recipient.objects.filter(roll_out=roll_out, rides_with__isnull=True), only_left=only_left)
    sizes = dict(rows.values_list("lane_id").annotate(n=Count("pk")).order_by())
    lanes = roll_out.lanes.select_related("connection__pace").order_by("pk")
    return [(lane, sizes.get(lane.pk, 0)) for lane in lanes]


def _of_plan(rows: QuerySet[Recipient], *, only_left: bool) -> QuerySet[Recipient]:
    # Rows without a lane cannot be reached, or were written to under an earlier plan.
    rows = rows.filter(lane__isnull=False)
    return rows.filter(state="waiting") if only_left else rows.exclude(state="left_out")


def last_change(actor: Actor, incident_id: int, step: str) -> datetime | None:
    """When a ledger row of the storm last changed its state."""
    newest = scoped(Recipient, actor).filter(incident_id=incident_id, step=step).order_by("-state_at").first()
    return newest.state_at if newest else None
