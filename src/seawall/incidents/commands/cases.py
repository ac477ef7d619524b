"""Put orders into a storm, and take single ones out again."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from seawall.incidents.clocks import void_clocks
from seawall.incidents.golden import set_golden
from seawall.incidents.models import Case, Incident
from seawall.incidents.states import CASE, CaseState, IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.kernel.errors import InvalidInput, Refused
from seawall.orders.api import Order
from seawall.outreach.api import STEP_FIRST_CONTACT, leave_out_orders, void_live_roll_outs
from seawall.tenancy.api import Actor, get_scoped, scoped
from seawall.timeline.api import move, move_all, record

_BEFORE_START = {
    IncidentState.OPENED, IncidentState.FACTS_ATTESTED, IncidentState.SCRIPT_READY, IncidentState.PLANNED,
    IncidentState.SAMPLE_SENT, IncidentState.APPROVED,
}  # fmt: skip


NOT_CONCERNED = ("completed", "cancelled", "returned", "unpaid")
"""States of an order, as last seen, in which its buyer need not be told anything."""


@dataclass(frozen=True, kw_only=True)
class CasesAdded:
    """How many orders are new in the storm, and how many were in it already."""

    new: int
    same: int


@dataclass(frozen=True, kw_only=True)
class CasesWithdrawn:
    """How many orders were withdrawn, and how many messages will not leave for it."""

    withdrawn: int
    left_out: int


def add_cases(
    incident: Incident,
    shop_codes: list[str] | None,
    *,
    only: Collection[str] | None = None,
    by: Actor,
    clock: Clock,
) -> CasesAdded:
    """Every order of the named shops (None: of all the seller's shops) that can still be told something; with
    `only`, just those order numbers.

    Orders that are already finished (completed, cancelled, returned) are not concerned. A plan that has not begun is
    void: its audience is no longer whole. Raises Refused(roll_out_has_begun), InvalidInput(incident_has_no_orders).
    """
    by.require("incident.open")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        if incident.state not in _BEFORE_START:
            raise Refused("roll_out_has_begun", incident=incident.code)
        orders = scoped(Order, by).filter(shop__seller_id=incident.seller_id).exclude(
            status__in=NOT_CONCERNED
        )  # fmt: skip
        if shop_codes is not None:
            orders = orders.filter(shop__code__in=shop_codes)
        if only is not None:
            orders = orders.filter(platform_order_id__in=only)
        wanted = list(orders.order_by("pk").values_list("pk", flat=True))
        if not wanted:
            raise InvalidInput("incident_has_no_orders", incident=incident.code)
        known = set(incident.cases.values_list("order_id", flat=True))
        fresh = [pk for pk in wanted if pk not in known]
        if fresh:
            void_live_roll_outs(incident.pk, STEP_FIRST_CONTACT, by=by, clock=clock, why="orders added")
            Case.objects.bulk_create(
                (Case(team_id=by.team_id, incident=incident, order_id=pk, created_at=clock.now()) for pk in fresh),
                batch_size=2000,
            )
            record(
                team_id=by.team_id, incident_id=incident.pk, verb="cases.add", clock=clock, by=by,
                subject=f"incident:{incident.pk}", before={"cases": len(known)},
                after={"cases": len(known) + len(fresh)},
            )  # fmt: skip
            set_golden(incident, clock=clock)
    return CasesAdded(new=len(fresh), same=len(wanted) - len(fresh))


def withdraw_case(incident: Incident, platform_order_id: str, *, by: Actor, clock: Clock, why: str) -> Case:
    """An order no longer concerns the storm: if its message has not left, it will not. Needs a reason."""
    by.require("incident.open")
    if not why.strip():
        raise InvalidInput("withdraw_needs_reason", order=platform_order_id)
    with transaction.atomic():
        case = get_scoped(Case, by, lock=True, incident_id=incident.pk, order__platform_order_id=platform_order_id)
        move(
            case, CASE, "withdraw", verb="case.withdraw", clock=clock, by=by, why=why,
            after={"order": platform_order_id}, withdrawn_reason=why,
        )  # fmt: skip
        void_clocks([case.pk], now=clock.now())
        leave_out_orders(incident.pk, [case.order_id], by=by, clock=clock, reason="case_withdrawn", why=why)
    return case


NAMED_AT_MOST = 20
"""How many order numbers the entry about many withdrawn orders names (ours)."""


def seen_cases(cases: Collection[int]) -> str:
    """The digest of a set of cases: what a person was shown before withdrawing them."""
    return sha256_text(",".join(str(pk) for pk in sorted(cases)))


def withdraw_cases(
    incident: Incident, cases: Collection[int], *, seen: str, by: Actor, clock: Clock, why: str
) -> CasesWithdrawn:
    """Several orders concern the storm no longer: messages that have not left will not. One entry tells of all.

    `seen` is the digest of what was shown (seen_cases). Raises Refused(stale_view) when another set is open now,
    InvalidInput(withdraw_needs_reason, withdraw_nothing).
    """
    by.require("incident.open")
    if not why.strip():
        raise InvalidInput("withdraw_needs_reason", order="…")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        rows = scoped(Case, by).filter(incident=incident, pk__in=cases, state=CaseState.OPEN)
        open_ones = dict(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", "order_id"))
        if not open_ones:
            raise InvalidInput("withdraw_nothing", incident=incident.code)
        if seen_cases(open_ones) != seen:
            raise Refused("stale_view", machine="case", state="open")
        moved = move_all(scoped(Case, by).filter(pk__in=open_ones), CASE, "withdraw", withdrawn_reason=why.strip())
        void_clocks(list(open_ones), now=clock.now())
        left_out = leave_out_orders(
            incident.pk, list(open_ones.values()), by=by, clock=clock, reason="case_withdrawn", why=why.strip()
        )
        named = scoped(Order, by).filter(pk__in=list(open_ones.values())[:NAMED_AT_MOST]).order_by("pk")
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="cases.withdraw", clock=clock, by=by, why=why.strip(),
            subject=f"incident:{incident.pk}",
            after={
                "count": moved, "left_out": left_out, "orders": list(named.values_list("platform_order_id", flat=True)),
            },
        )  # fmt: skip
    return CasesWithdrawn(withdrawn=moved, left_out=left_out)
