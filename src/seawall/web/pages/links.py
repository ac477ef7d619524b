"""The desk's side of links: make one for a person of the seller, see what became of it, renew it, take it back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    ApprovalLink,
    Incident,
    IncidentState,
    LinkPurpose,
    LinkStatus,
    MadeLink,
    MakeLink,
    make_link,
    renew_link,
    revoke_link,
    status_of,
)
from seawall.kernel.errors import InvalidInput, Misuse
from seawall.tenancy.api import Membership, Role, get_scoped, name_seller_person, scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.origin import address_of
from seawall.web.times import zone_of

HOURS = (6, 24, 72, 168)
"""Lifetimes offered on the form, in hours (ours)."""


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """A link as it stands in the list."""

    link: ApprovalLink
    status: LinkStatus

    @property
    def look_code(self) -> str:
        """What the pill says: the decision where there is one, else the status."""
        return self.link.decision or self.status.value


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def links(desk: Desk, code: str) -> HttpResponseBase:
    """All links of a storm, and the form of a new one. The new address is shown once, here."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("approval.links")
    if desk.request.method != "POST":
        return desk.render("web/links.html", _context(desk, incident))
    desk.actor.require("approval.link")
    made = make_link(incident, _wanted(desk, incident), by=desk.actor, clock=desk.clock)
    return desk.render("web/links.html", _context(desk, incident, made))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def link(desk: Desk, code: str, pk: int) -> HttpResponseBase:
    """One link: renew it or take it back."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("approval.links")
    found = get_scoped(ApprovalLink, desk.actor, incident_id=incident.pk, pk=pk)
    if desk.request.method != "POST":
        return desk.render("web/links.html", _context(desk, incident, chosen=found))
    act = desk.request.POST.get("act", "")
    if act == "renew":
        made = renew_link(found, by=desk.actor, clock=desk.clock, made_from=address_of(desk.request))
        return desk.render("web/links.html", _context(desk, incident, made))
    if act == "revoke":
        revoke_link(found, by=desk.actor, clock=desk.clock, why=desk.request.POST.get("why", ""))
        messages.success(desk.request, _("The link is taken back; it opens nothing any more."))
        return redirect("links", code=incident.code)
    raise Misuse("web_choice_unknown", field="act")


def _wanted(desk: Desk, incident: Incident) -> MakeLink:
    given = desk.request.POST
    name, person, hours = given.get("name", "").strip(), given.get("person", ""), given.get("hours", "")
    if name:
        member = name_seller_person(incident.seller.code, name, by=desk.actor, clock=desk.clock)
    elif person.isdecimal():
        member = get_scoped(Membership, desk.actor, pk=int(person))
    else:
        raise InvalidInput("seller_person_unnamed")
    if not hours.isdecimal() or int(hours) not in HOURS:
        raise Misuse("web_choice_unknown", field="hours")
    return MakeLink(
        purpose=given.get("purpose", ""), person=member, lifetime=timedelta(hours=int(hours)),
        may_download=given.get("may_download") == "yes", made_from=address_of(desk.request),
    )  # fmt: skip


def link_rows(desk: Desk, incident: Incident) -> list[LinkRow]:
    """Every link of a storm, the newest first, with what it can do now."""
    now = desk.clock.now()
    rows = scoped(ApprovalLink, desk.actor).filter(incident=incident).select_related("user", "made_by")
    return [LinkRow(link=each, status=status_of(each, now)) for each in rows.order_by("-pk")[:50]]


def _context(
    desk: Desk, incident: Incident, made: MadeLink | None = None, *, chosen: ApprovalLink | None = None
) -> dict[str, Any]:
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    persons = scoped(Membership, desk.actor).filter(
        role=Role.SELLER_APPROVER, seller=incident.seller, is_active=True
    )  # fmt: skip
    return {
        "incident": incident,
        "zone": zone_of({market for _platform, market in places}),
        "rows": link_rows(desk, incident),
        "made": made,
        "chosen": chosen,
        "persons": list(persons.select_related("user").order_by("pk")),
        "purpose": LinkPurpose.ATTEST if incident.state == IncidentState.OPENED else LinkPurpose.APPROVE,
        "hours": HOURS,
    }
