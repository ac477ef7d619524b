"""Reads of storms for the screens: always through the scope of whoever looks."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from seawall.evidence.api import Capture, Pack, Screenshot, grade_of
from seawall.evidence.grades import GradeResult
from seawall.incidents.clock_queries import ClockGroup, clock_groups, clocks_of_case, unlooked
from seawall.incidents.models import Case, FactsSheet, Incident, Paper, RiskSnapshot
from seawall.incidents.picture_queries import CasePicture, picture_page, pictures_of
from seawall.incidents.risk.gather import most_exposed
from seawall.incidents.states import CaseState, IncidentState
from seawall.orders.api import Order
from seawall.outreach.api import Recipient
from seawall.tenancy.api import Actor, get_scoped, scoped

__all__ = [
    "CaseCounts", "CaseFilter", "CasePicture",
    "CaseProof", "ClockGroup", "case_counts", "cases_by_order_number", "cases_of",
    "clock_groups", "clocks_of_case", "closed_incidents", "incident_by_code", "most_exposed", "newest_facts",
    "open_incidents",
    "packs_of", "papers_of", "picture_page", "pictures_of", "places_of", "proof_of", "risk_sheets_of", "rows_of",
    "unlooked",
]  # fmt: skip


def incident_by_code(actor: Actor, code: str) -> Incident:
    """A storm by its code. Raises NotFound alike for missing and foreign ones."""
    actor.require("incident.read")
    found: Incident = get_scoped(Incident, actor, code=code)
    return found


def open_incidents(actor: Actor) -> QuerySet[Incident]:
    """Storms that are not closed, the oldest first."""
    return scoped(Incident, actor).exclude(state=IncidentState.CLOSED).select_related("seller").order_by("pk")


def closed_incidents(actor: Actor) -> QuerySet[Incident]:
    """Closed storms, the newest first."""
    return scoped(Incident, actor).filter(state=IncidentState.CLOSED).select_related("seller").order_by("-closed_at")


@dataclass(frozen=True, kw_only=True)
class CaseCounts:
    """How many orders a storm must account for, counted from the cases, not from the ledger."""

    total: int = 0
    """Orders with an outcome to show: open or closed ones, and withdrawn ones that have a ledger row."""
    unplanned: int = 0
    """Those among them that no ledger row stands for yet."""


def case_counts(actor: Actor, incident_ids: Collection[int], step: str) -> dict[int, CaseCounts]:
    """Case counts of several storms in one query."""
    row = Exists(Recipient.objects.filter(case_id=OuterRef("pk"), step=step))
    cases = scoped(Case, actor).filter(incident_id__in=incident_ids).annotate(has_row=row)
    counted = cases.values_list("incident_id").annotate(
        total=Count("pk", filter=~Q(state=CaseState.WITHDRAWN) | Q(has_row=True)),
        unplanned=Count("pk", filter=~Q(state=CaseState.WITHDRAWN) & Q(has_row=False)),
    )
    found = {pk: CaseCounts() for pk in incident_ids}
    found.update({pk: CaseCounts(total=total, unplanned=unplanned) for pk, total, unplanned in counted.order_by()})
    return found


def places_of(actor: Actor, incident_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Platforms and markets of each storm's orders."""
    found: dict[int, list[tuple[str, str]]] = {pk: [] for pk in incident_ids}
    rows = (
        scoped(Case, actor)
        .filter(incident_id__in=incident_ids)
        .values_list("incident_id", "order__shop__platform", "order__shop__market")
        .distinct()
        .order_by("order__shop__platform", "order__shop__market")
    )
    for pk, platform, market in rows:
        found[pk].append((platform, market))
    return found


def newest_facts(actor: Actor, incident_ids: Collection[int]) -> dict[int, FactsSheet]:
    """The newest facts sheet of each storm."""
    rows = scoped(FactsSheet, actor).filter(incident_id__in=incident_ids).select_related("written_by", "attested_by")
    return {row.incident_id: row for row in rows.order_by("incident_id", "-version").distinct("incident_id")}


def papers_of(actor: Actor, incident_id: int) -> list[Paper]:
    """Its official papers, in order of arrival."""
    return list(scoped(Paper, actor).filter(incident_id=incident_id).order_by("pk"))


def packs_of(actor: Actor, incident_id: int) -> list[Pack]:
    """Its sealed packs, the newest first."""
    rows = scoped(Pack, actor).filter(incident_id=incident_id)
    return list(rows.select_related("sealed_by", "time_stamp").order_by("-number"))


def risk_sheets_of(actor: Actor, incident_id: int) -> list[RiskSnapshot]:
    """The risk sheets that were kept, the newest first."""
    rows = scoped(RiskSnapshot, actor).filter(incident_id=incident_id)
    return list(rows.select_related("seen_by").order_by("-version")[:20])


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """What the cases table is narrowed to. Empty means: all."""

    states: tuple[str, ...] = ()
    """Ledger states; `unplanned` stands for orders without a ledger row."""
    platform: str = ""
    shop: str = ""
    language: str = ""
    order_number: str = ""


def cases_of(actor: Actor, incident: Incident, step: str, wanted: CaseFilter) -> QuerySet[Case]:
    """Cases of a storm that fit the filter, in order of sending; those without a ledger row last."""
    rows = scoped(Case, actor).filter(incident=incident)
    ledger = Recipient.objects.filter(case_id=OuterRef("pk"), step=step)
    if wanted.states == ("unplanned",):
        rows = rows.filter(~Exists(ledger))
    elif wanted.states:
        rows = rows.filter(Exists(ledger.filter(state__in=wanted.states)))
    if wanted.platform:
        rows = rows.filter(order__shop__platform=wanted.platform)
    if wanted.shop:
        rows = rows.filter(order__shop__code=wanted.shop)
    if wanted.language:
        rows = rows.filter(Exists(ledger.filter(language=wanted.language)))
    if wanted.order_number:
        rows = rows.filter(order__platform_order_id__startswith=wanted.order_number)
    return rows.select_related("order__shop").order_by("pk")


def rows_of(cases: Collection[Case], step: str) -> dict[int, Recipient]:
    """The ledger rows of these cases."""
    return {row.case_id: row for row in Recipient.objects.filter(case__in=cases, step=step)}


def cases_by_order_number(actor: Actor, number: str) -> list[Case]:
    """Cases of any storm for an order number, exactly as the platform writes it; the newest storm first."""
    orders = scoped(Order, actor).filter(platform_order_id=number)
    rows = scoped(Case, actor).filter(order__in=orders)
    return list(rows.select_related("incident", "order__shop").order_by("-incident_id", "pk")[:50])


@dataclass(frozen=True, kw_only=True)
class CaseProof:
    """What the platform's own record says of one order."""

    captures: list[Capture]
    screenshots: list[Screenshot]
    """Real screenshots people attached: beside the grade, never for it."""
    result: GradeResult


def proof_of(actor: Actor, case: Case, row: Recipient | None) -> CaseProof:
    """The records of one case in the order they came, and the grade they carry: the same sum as in a pack."""
    rows = (
        scoped(Capture, actor).filter(incident_id=case.incident_id, order_id=case.order_id).order_by("our_time", "pk")
    )
    captures = list(rows)
    result = grade_of(
        captures,
        message_id=row.platform_message_id if row else "",
        script_digest=row.script_digest if row else "",
    )
    messages = [row.rides_with_id or row.pk] if row else []
    shots = list(scoped(Screenshot, actor).filter(incident_id=case.incident_id, recipient__in=messages).order_by("pk"))
    return CaseProof(
        captures=captures,
        screenshots=shots,
        result=replace(result, has_screenshot=result.has_screenshot or bool(shots)),
    )
