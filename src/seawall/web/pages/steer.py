"""Acts on a roll-out: sample, start, pause, resume, stop. Each is a plain form that also answers to htmx."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from seawall.incidents import api as commands
from seawall.incidents import queries as incidents
from seawall.incidents.api import Incident
from seawall.kernel.errors import InvalidInput
from seawall.outreach.api import STEP_FIRST_CONTACT, StalePlan
from seawall.outreach.queries import live_roll_outs
from seawall.web.desk import Desk, desk_page
from seawall.web.pages.decide import approval_context
from seawall.web.pages.room import rest_of_room, room_context


def _after(desk: Desk, incident: Incident) -> HttpResponseBase:
    """The room again: for htmx all its parts, so that nothing else on the page moves."""
    if not desk.is_partial:
        return redirect("incident", code=incident.code)
    fresh = incidents.incident_by_code(desk.actor, incident.code)
    context = room_context(desk, fresh)
    return desk.render("web/room/all_parts.html", {**context, **rest_of_room(desk, fresh, context)})


@require_POST
@desk_page("incident.read")
def sample(desk: Desk, code: str) -> HttpResponseBase:
    """Let the one sample go."""
    incident = incidents.incident_by_code(desk.actor, code)
    commands.send_sample(incident, by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("The sample is on its way to one buyer."))
    return _after(desk, incident)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def start(desk: Desk, code: str) -> HttpResponseBase:
    """The plan first; then the start, if the plan is still the one that was shown."""
    incident = incidents.incident_by_code(desk.actor, code)
    if desk.request.method != "POST":
        desk.actor.require("outreach.start")
        commands.live_roll_out(incident)
        return desk.render("web/start.html", approval_context(desk, incident, only_left=True))
    roll_out = live_roll_outs(desk.actor, [incident.pk], STEP_FIRST_CONTACT).get(incident.pk)
    seen = desk.request.POST.get("binding", "")
    if roll_out is not None and seen != roll_out.binding_digest:
        raise StalePlan("stale_plan", seen=seen[:8], now=roll_out.binding_digest[:8])
    commands.start(incident, by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("The roll-out has begun with its first wave."))
    return _after(desk, incident)


@require_POST
@desk_page("incident.read")
def pause(desk: Desk, code: str) -> HttpResponseBase:
    """Stop sending at once. Asks nothing."""
    incident = incidents.incident_by_code(desk.actor, code)
    commands.pause(incident, by=desk.actor, clock=desk.clock, why=desk.request.POST.get("why", "").strip()[:500])
    return _after(desk, incident)


@require_POST
@desk_page("incident.read")
def resume(desk: Desk, code: str) -> HttpResponseBase:
    """Go on, with a reason that stays on the timeline."""
    incident = incidents.incident_by_code(desk.actor, code)
    commands.resume(incident, by=desk.actor, clock=desk.clock, why=desk.request.POST.get("why", "").strip()[:500])
    return _after(desk, incident)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def stop(desk: Desk, code: str) -> HttpResponseBase:
    """End for good: the consequence in numbers, the storm's code to be typed, pausing offered beside it."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("outreach.stop")
    if desk.request.method != "POST":
        return desk.render("web/stop_part.html" if desk.is_partial else "web/stop.html", room_context(desk, incident))
    if desk.request.POST.get("typed", "").strip().upper() != incident.code.upper():
        raise InvalidInput("web_code_not_typed", code=incident.code)
    left_out = commands.stop(
        incident, by=desk.actor, clock=desk.clock, why=desk.request.POST.get("why", "").strip()[:500]
    )
    words = ngettext(
        "Stopped for good. %(n)s buyer will not be written to.",
        "Stopped for good. %(n)s buyers will not be written to.",
        left_out,
    )
    messages.warning(desk.request, words % {"n": f"{left_out:,}"})
    return redirect("incident", code=incident.code)
