"""The platform's written consent to sending by API: a paper on the facts sheet, for one shop, as long as it holds.

Shopee lists proactive automation over its chat API as abuse (shopee.md; product.md 2.5), so `api` is lawful there for a
shop only with the platform's own word on paper, attested by the seller with the facts.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from seawall.incidents.commands.write_facts import refresh_digest
from seawall.incidents.models import FactsSheet, Incident, Paper, PaperPurpose
from seawall.incidents.states import IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.shops.api import Connection, Shop, end_consent, set_mode
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


def consented_shops(team_id: int) -> frozenset[int]:
    """Shops for which the platform's written consent stands on the attested sheet of a storm that is not closed."""
    newest = FactsSheet.objects.filter(incident=OuterRef("incident")).order_by("-version")
    rows = (
        Paper.objects.filter(team_id=team_id, purpose=PaperPurpose.PLATFORM_CONSENT, withdrawn_at__isnull=True)
        .exclude(incident__state=IncidentState.CLOSED)
        .annotate(attested=Subquery(newest.values("attested_at")[:1]))
        .filter(attested__isnull=False, attested__gte=F("uploaded_at"))
    )
    return frozenset(pk for pk in rows.values_list("shop_id", flat=True) if pk is not None)


def choose_mode(shop_code: str, mode: str, *, why: str, by: Actor, clock: Clock) -> Connection:
    """Set how a shop sends. A mode its platform lists as abuse needs the platform's written consent.

    Raises NotFound, InvalidInput(mode_unknown), Refused: mode_needs_reason, mode_not_lawful, shop_has_no_connection.
    """
    by.require("shops.connect")
    if not why.strip():
        raise Refused("mode_needs_reason")
    shop = get_scoped(Shop, by, code=shop_code)
    has_consent = shop.pk in consented_shops(by.team_id)
    return set_mode(shop_code, mode, has_consent=has_consent, why=why.strip()[:300], by=by, clock=clock)


def withdraw_consent_paper(incident: Incident, sha256: str, *, why: str, by: Actor, clock: Clock) -> Paper:
    """The consent holds no longer. The shop falls back at once to the mode its platform allows anybody; lanes planned
    for the API send nothing from then on, and the next plan goes by key press.

    The facts must be attested again where the roll-out has not begun. Raises NotFound, Refused(mode_needs_reason).
    """
    by.require("papers.write")
    if not why.strip():
        raise Refused("mode_needs_reason")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        paper = get_scoped(
            Paper, by, incident_id=incident.pk, sha256=sha256, purpose=PaperPurpose.PLATFORM_CONSENT.value
        )
        changed = Paper.objects.filter(pk=paper.pk, withdrawn_at__isnull=True).update(
            withdrawn_at=clock.now(), withdrawn_why=why.strip()[:300]
        )
        paper.refresh_from_db()
        if changed and paper.shop is not None:
            record(
                team_id=by.team_id, incident_id=incident.pk, verb="papers.withdraw", clock=clock, by=by,
                subject=f"paper:{paper.pk}", after={"name": paper.name, "shop": paper.shop.code}, why=why,
            )  # fmt: skip
            fall_back({paper.shop_id}, why=why, by=by, clock=clock)
            if incident.state not in (IncidentState.ROLLING_OUT, IncidentState.FOLLOW_UP, IncidentState.CLOSED):
                refresh_digest(incident, by=by, clock=clock)
    return paper


def fall_back(shop_ids: Collection[int | None], *, why: str, by: Actor, clock: Clock) -> None:
    """Shops that send by consent and have none (any more) go back to their platform's own mode."""
    standing = consented_shops(by.team_id)
    for shop in Shop.objects.filter(team_id=by.team_id, pk__in=[pk for pk in shop_ids if pk not in standing]):
        end_consent(shop, why=why, by=by, clock=clock)
