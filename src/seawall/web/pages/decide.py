"""The seller's pages: approve or send back, attest the facts. One column, own small stylesheet, no script."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seawall.incidents import queries as incidents
from seawall.incidents.api import Incident, attest_facts, newest_sheet
from seawall.incidents.api import approve as approve_incident
from seawall.incidents.api import send_back as send_back_incident
from seawall.kernel.errors import Misuse
from seawall.outreach import queries as outreach
from seawall.outreach.api import STEP_FIRST_CONTACT, minutes_needed
from seawall.web.desk import Desk, desk_page
from seawall.web.origin import origin_of
from seawall.web.pages.board import grouped, left_of
from seawall.web.pages.room import sample_view, script_of, wave_views
from seawall.web.times import span_words, zone_of


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def approve(desk: Desk, code: str) -> HttpResponseBase:
    """What the seller approves, and the two buttons. The digest that was shown travels with the answer."""
    incident = incidents.incident_by_code(desk.actor, code)
    if desk.request.method == "POST":
        return _decide(desk, incident)
    return desk.render("web/approve.html", approval_context(desk, incident))


def _decide(desk: Desk, incident: Incident) -> HttpResponseBase:
    given = desk.request.POST
    decision, seen = given.get("decision", ""), given.get("binding", "")
    comment, origin = given.get("comment", "").strip(), origin_of(desk.request, via="console")
    if decision == "approve":
        approve_incident(incident, seen_binding=seen, comment=comment, by=desk.actor, clock=desk.clock, origin=origin)
        messages.success(
            desk.request, _("Approved. The desk may start the roll-out now; you can pause it at any time.")
        )
    elif decision == "send_back":
        send_back_incident(incident, seen_binding=seen, comment=comment, by=desk.actor, clock=desk.clock, origin=origin)
        messages.info(desk.request, _("Sent back. The desk sees your comment; nothing will be sent."))
    else:
        raise Misuse("web_choice_unknown", field="decision")
    return redirect("incident", code=incident.code)


def approval_context(desk: Desk, incident: Incident, *, only_left: bool = False) -> dict[str, Any]:
    """Everything the binding digest stands for, in words and numbers; with `only_left`, numbers of what is still to be
    written."""
    actor, pk, now = desk.actor, incident.pk, desk.clock.now()
    roll_out = outreach.live_roll_outs(actor, [pk], STEP_FIRST_CONTACT).get(pk)
    sheet = incidents.newest_facts(actor, [pk]).get(pk)
    places = incidents.places_of(actor, [pk])[pk]
    context: dict[str, Any] = {
        "incident": incident,
        "roll_out": roll_out,
        "sheet": sheet,
        "papers": incidents.papers_of(actor, pk),
        "places": grouped(places),
        "zone": zone_of({market for _platform, market in places}),
        "left": left_of(incident, sheet, now),
        "script": script_of(desk, incident, desk.request.GET.get("lang", "")),
        "sample": sample_view(desk, incident),
        "decisions": outreach.approvals_of(actor, pk),
    }
    if roll_out is not None:
        audience = outreach.audience_of(actor, roll_out, only_left=only_left)
        sizes = [(number, lane.sends_per_second) for lane, number in outreach.lane_sizes(roll_out, only_left=only_left)]
        context |= {
            "audience": audience,
            "buyers": audience.messages,
            "waves": wave_views(roll_out),
            "takes": span_words(60 * minutes_needed(sizes)),
            "shop_count": len(outreach.shops_of(actor, pk, STEP_FIRST_CONTACT, clock=desk.clock)),
        }
    return context


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def attest(desk: Desk, code: str) -> HttpResponseBase:
    """The facts sheet with its papers; the seller says that it is true."""
    incident = incidents.incident_by_code(desk.actor, code)
    if desk.request.method == "POST":
        seen, origin = desk.request.POST.get("digest", ""), origin_of(desk.request, via="console")
        attest_facts(incident, seen_digest=seen, by=desk.actor, clock=desk.clock, origin=origin)
        messages.success(desk.request, _("Thank you: the facts are attested."))
        return redirect("incident", code=incident.code)
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    newest_sheet(incident)
    context = {
        "incident": incident,
        "sheet": incidents.newest_facts(desk.actor, [incident.pk])[incident.pk],
        "papers": incidents.papers_of(desk.actor, incident.pk),
        "zone": zone_of({market for _platform, market in places}),
    }
    return desk.render("web/attest.html", context)
