"""The incident room: is every buyer accounted for, and may we go on?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from seawall.evidence.api import Capture
from seawall.incidents import api as commands
from seawall.incidents import queries as incidents
from seawall.incidents.api import Incident, IncidentState, members_to_name
from seawall.incidents.queries import CasePicture
from seawall.kernel.markets import Platform
from seawall.kernel.texts import text
from seawall.outreach import queries as outreach
from seawall.outreach.api import SENDING, STEP_FIRST_CONTACT, Recipient, RollOut, RollOutState, summary_of
from seawall.scripts.api import ScriptVersion
from seawall.tenancy.api import scoped
from seawall.timeline.queries import entries_of, latest_by_verb
from seawall.web.desk import Desk, desk_page
from seawall.web.lanes import lane_views
from seawall.web.limits import limit_rows
from seawall.web.outcomes import storm_tally
from seawall.web.pages.answers import intent_counts
from seawall.web.pages.board import clock_rows, grouped, left_of
from seawall.web.pages.cancels import after_context
from seawall.web.pages.reach import card_of
from seawall.web.script_view import script_view
from seawall.web.steps import STEP_VERBS, next_step, steps_of
from seawall.web.times import zone_of
from seawall.web.verbs import NOISE, line_of

SHORT_TIMELINE = 12
"""Entries of the timeline that the room shows before one asks for all."""


@require_safe
@desk_page("incident.read")
def room(desk: Desk, code: str) -> HttpResponseBase:
    """The room. Asked by htmx: only the parts that live, and all of them once the state has changed."""
    incident = incidents.incident_by_code(desk.actor, code)
    context = room_context(desk, incident)
    if not desk.is_partial:
        return desk.render("web/room.html", {**context, **rest_of_room(desk, incident, context)})
    if desk.request.GET.get("part") == "script":
        return desk.render("web/room/script.html", {**context, **rest_of_room(desk, incident, context)})
    if desk.request.GET.get("seen") != context["signature"]:
        return desk.render("web/room/all_parts.html", {**context, **rest_of_room(desk, incident, context)})
    return desk.render("web/room/live_parts.html", context)


@require_safe
@desk_page("timeline.read")
def timeline(desk: Desk, code: str) -> HttpResponseBase:
    """The whole timeline."""
    incident = incidents.incident_by_code(desk.actor, code)
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    lines = [line_of(entry) for entry in entries_of(desk.actor, incident.pk)[:2000]]
    zone = zone_of({market for _, market in places})
    people = members_to_name(desk.actor)
    return desk.render("web/timeline.html", {"incident": incident, "lines": lines, "zone": zone, "people": people})


@require_POST
@desk_page("incident.read")
def comment(desk: Desk, code: str) -> HttpResponseBase:
    """Say something to the team about a storm. The same words sent twice stand once."""
    incident = incidents.incident_by_code(desk.actor, code)
    commands.comment(incident, desk.request.POST.get("words", ""), by=desk.actor, clock=desk.clock)
    return redirect("incident", code=code)


@require_POST
@desk_page("incident.read")
def comments_seen(desk: Desk, code: str) -> HttpResponseBase:
    """The comments of a storm that name the member are seen."""
    incident = incidents.incident_by_code(desk.actor, code)
    commands.see_mentions(incident, by=desk.actor, clock=desk.clock)
    return redirect("board")


def room_context(desk: Desk, incident: Incident) -> dict[str, Any]:
    """What the live parts show."""
    actor, pk, now = desk.actor, incident.pk, desk.clock.now()
    counts = outreach.counts_by_incident(actor, [pk], STEP_FIRST_CONTACT)[pk]
    cases = incidents.case_counts(actor, [pk], STEP_FIRST_CONTACT)[pk]
    sheet = incidents.newest_facts(actor, [pk]).get(pk)
    roll_out = outreach.live_roll_outs(actor, [pk], STEP_FIRST_CONTACT).get(pk)
    places = incidents.places_of(actor, [pk])[pk]
    bar = storm_tally(counts, cases, has_plan=roll_out is not None)
    lanes = lane_views(outreach.shops_of(actor, pk, STEP_FIRST_CONTACT, clock=desk.clock), roll_out, now)
    latest = latest_by_verb(actor, pk, [verb for verbs in STEP_VERBS.values() for verb in verbs])
    entries = entries_of(actor, pk).exclude(verb__in=NOISE)
    packs = incidents.packs_of(actor, pk)
    answered = summary_of(actor, pk)
    stopped = sum(lane.tone == "risk" for lane in lanes)
    return {
        "incident": incident,
        "zone": zone_of({market for _, market in places}),
        "places": grouped(places),
        "sheet": sheet,
        "roll_out": roll_out,
        "tally": bar,
        "steps": steps_of(incident.state, latest, has_answers=bool(bar.counts.get("answered"))),
        "lanes": lanes,
        "limits": limit_rows({Platform(platform) for platform, _ in places}),
        "waves": wave_views(roll_out),
        "answer_summary": answered,
        "answer_intents": intent_counts(answered.by_intent),
        "pause": pause_of(roll_out),
        "lines": [line_of(entry) for entry in entries[:SHORT_TIMELINE]],
        "line_count": entries_of(actor, pk).count(),
        "left": left_of(incident, sheet, now),
        "packs": packs,
        **after_context(desk, incident),
        "next_step": next_step(incident, sheet, roll_out, bar, packs=len(packs), stopped_lanes=stopped),
        "is_live": is_live(incident, roll_out),
        "signature": f"{incident.state}-{roll_out.state if roll_out else ''}-{len(packs)}",
    }


def is_live(incident: Incident, roll_out: RollOut | None) -> bool:
    """Whether numbers may change by themselves: the worker sends, or pushes of the platform still come in."""
    if roll_out is None or incident.state == IncidentState.CLOSED:
        return False
    return roll_out.state in SENDING | {RollOutState.PAUSED, RollOutState.SAMPLE_SENT} or (
        incident.state in (IncidentState.ROLLING_OUT, IncidentState.FOLLOW_UP) and roll_out.state == RollOutState.DONE
    )


def rest_of_room(desk: Desk, incident: Incident, context: dict[str, Any]) -> dict[str, Any]:
    """What changes only when somebody acts."""
    approvals = outreach.approvals_of(desk.actor, incident.pk)
    return {
        "papers": incidents.papers_of(desk.actor, incident.pk),
        "people": members_to_name(desk.actor) if desk.may("timeline.comment") else [],
        "plan": card_of(desk, context["roll_out"]),
        "deadlines": clock_rows(desk, [incident], only_today=False),
        "unlooked": incidents.unlooked(desk.actor, incident.pk),
        "script": script_of(desk, incident, desk.request.GET.get("lang", "")),
        "sample": sample_view(desk, incident),
        "approvals": approvals,
        "standing": next((each for each in approvals if each.is_approved and each.voided_at is None), None),
    }


def script_of(desk: Desk, incident: Incident, language: str) -> Any:
    """The newest frozen script with one language chosen."""
    version = (
        scoped(ScriptVersion, desk.actor)
        .filter(incident=incident, step=STEP_FIRST_CONTACT, is_frozen=True)
        .select_related("author")
        .order_by("-number")
        .first()
    )
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    return script_view(version, places, language) if version else None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The one message that really left, with the platform's record of it."""

    row: Recipient
    record: Capture | None
    zone: ZoneInfo
    picture: CasePicture | None


def sample_view(desk: Desk, incident: Incident) -> Sample | None:
    """The sample as sent, or as it would be sent."""
    row = outreach.sample_of(desk.actor, incident.pk, STEP_FIRST_CONTACT)
    if row is None:
        return None
    records = scoped(Capture, desk.actor).filter(recipient=row, speaker="seller").exclude(message_id="")
    picture = incidents.pictures_of(desk.actor, [row.case]).get(row.case_id)
    zone = zone_of({row.order.shop.market})
    return Sample(row=row, record=records.order_by("-pk").first(), zone=zone, picture=picture)


@dataclass(frozen=True, kw_only=True)
class WaveView:
    """A chip of the wave row."""

    number: int
    size: int
    look: str
    """done, now or todo."""
    is_last: bool
    opened_at: datetime | None


def wave_views(roll_out: RollOut | None) -> list[WaveView]:
    """The waves with what each is: sample, trial, small lot, all the rest."""
    if roll_out is None:
        return []
    waves = outreach.waves_of(roll_out)
    return [
        WaveView(
            number=wave.number,
            size=wave.size,
            look="done" if wave.passed_at else "now" if wave.opened_at else "todo",
            is_last=wave is waves[-1],
            opened_at=wave.opened_at,
        )
        for wave in waves
    ]


def pause_of(roll_out: RollOut | None) -> dict[str, Any] | None:
    """Why a paused roll-out paused, in a sentence."""
    if roll_out is None or roll_out.state != RollOutState.PAUSED:
        return None
    return {
        "sentence": text(roll_out.paused_code, **roll_out.paused_params) if roll_out.paused_code else "",
        "is_by_itself": roll_out.paused_code != "paused_by_person",
    }
