"""The reachability plan of a storm: who can be reached by which door, how long it takes, what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from seawall.incidents import api as commands
from seawall.incidents import queries as incidents
from seawall.incidents.api import EXPORT_KINDS, Incident, door_words, doors_by, export, golden_of, live_roll_out
from seawall.kernel.texts import text
from seawall.outreach.api import (
    DOORS,
    STEP_FIRST_CONTACT,
    Difference,
    ReachSnapshot,
    RollOut,
    assumption_lines,
    counts_of,
    differences,
    reach_lines,
    sentence_of,
    span_of,
)
from seawall.outreach.queries import CAN_BE_REPLANNED, live_roll_outs, snapshots_of
from seawall.web.desk import Desk, desk_page
from seawall.web.pages.board import left_of
from seawall.web.times import zone_of
from seawall.web.twice import unless_made_meanwhile

SHORT_HISTORY = 12


@require_safe
@desk_page("incident.read")
def plan(desk: Desk, code: str) -> HttpResponseBase:
    """The plan as it stands, with its versions."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("outreach.read")
    roll_out = live_roll_outs(desk.actor, [incident.pk], STEP_FIRST_CONTACT).get(incident.pk)
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    context = {"incident": incident, "roll_out": roll_out, "zone": zone_of({market for _p, market in places})}
    if roll_out is None:
        return desk.render("web/plan.html", context)
    return desk.render("web/plan.html", {**context, **_context(desk, incident, roll_out)})


@require_POST
@desk_page("incident.read")
def replan(desk: Desk, code: str) -> HttpResponseBase:
    """Plan doors, windows and order anew. Words, audience and approval stay."""
    incident = incidents.incident_by_code(desk.actor, code)
    note = desk.request.POST.get("why", "").strip()[:500]
    with unless_made_meanwhile(desk, incident, lambda: _newest_plan(desk, incident)) as is_first:
        if is_first:
            made = commands.replan(incident, by=desk.actor, clock=desk.clock, note=note)
            messages.success(desk.request, _("Planned anew: version %(number)s.") % {"number": made.number})
    return redirect("plan", code=code)


def _newest_plan(desk: Desk, incident: Incident) -> int:
    kept = snapshots_of(desk.actor, live_roll_out(incident), most=1)
    return kept[0].number if kept else 0


@require_safe
@desk_page("incident.read")
def download(desk: Desk, code: str, kind: str) -> HttpResponseBase:
    """Every order of the plan as a sheet."""
    incident = incidents.incident_by_code(desk.actor, code)
    content = export(reach_lines(live_roll_out(incident), by=desk.actor, clock=desk.clock), kind)
    response = HttpResponse(content, content_type=EXPORT_KINDS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{incident.code}-plan.{kind}"'
    return response


def card_of(desk: Desk, roll_out: RollOut | None) -> dict[str, Any] | None:
    """What the room shows of the newest plan."""
    if roll_out is None:
        return None
    last = next(iter(snapshots_of(desk.actor, roll_out, most=1)), None)
    if last is None:
        return None
    return {
        "number": last.number,
        "as_of": last.as_of,
        "sentence": sentence_of(last.body),
        "doors": _row("", doors_by(roll_out)["all"]["all"]),
        "expiring": last.body["totals"]["expiring"],
        "takes": span_of(last.body["seconds"]),
    }


@dataclass(frozen=True, kw_only=True)
class DoorRow:
    """One line of a table by door."""

    key: str
    counts: tuple[tuple[str, str, int], ...]
    """Kind, words, orders."""
    total: int


def _row(key: str, doors: Mapping[str, int]) -> DoorRow:
    counts = tuple((kind, door_words(kind), doors.get(kind, 0)) for kind in DOORS)
    return DoorRow(key=key, counts=counts, total=sum(doors.values()))


@dataclass(frozen=True, kw_only=True)
class Version:
    """One plan of the history."""

    snapshot: ReachSnapshot
    why: str
    sentence: str
    changes: tuple[tuple[str, int, int], ...]


def _context(desk: Desk, incident: Incident, roll_out: RollOut) -> dict[str, Any]:
    kept = snapshots_of(desk.actor, roll_out, most=SHORT_HISTORY + 1)
    if not kept:
        return {"reach": None}
    last, grouped = kept[0], doors_by(roll_out)
    sheet = incidents.newest_facts(desk.actor, [incident.pk]).get(incident.pk)
    counts, golden = counts_of(roll_out), golden_of(incident, clock=desk.clock)
    return {
        "reach": last,
        "sentence": sentence_of(last.body),
        "waiting": counts["waiting"] + counts["claimed"],
        "left": left_of(incident, sheet, desk.clock.now()),
        "takes": span_of(last.body["seconds"]),
        "people": span_of(last.body["people_seconds"]) if last.body["people_seconds"] else "",
        "totals": last.body["totals"],
        "all": _row("", grouped["all"]["all"]),
        "door_names": [door_words(kind) for kind in DOORS],
        "groups": [
            (name, [_row(key, doors) for key, doors in grouped[name].items()])
            for name in ("platform", "market", "shop", "language")
        ],
        "lanes": [
            {**lane, "door_words": door_words(lane["door"]), "waits": text(f"reach_waits_{lane['waits_for']}"),
             "ends_at": datetime.fromisoformat(lane["ends_at"]) if lane["ends_at"] else None,
             "people": span_of(lane["people_seconds"]) if lane["people_seconds"] else "",
             "pace_min": round(lane["pace"] * 60, 1)}
            for lane in last.body["lanes"]
        ],
        "golden": golden,
        "golden_words": text(f"rules_clock_{golden.clock}") if golden else "",
        "reasons": [(text(f"short_{code}"), count) for code, count in last.body["totals"]["unreachable"].items()],
        "assumptions": [
            (words, certainty, text(f"reach_sure_{certainty}"), source)
            for words, certainty, source in assumption_lines(last.body)
        ],
        "versions": _versions(kept)[:SHORT_HISTORY],
        "can_replan": roll_out.state in CAN_BE_REPLANNED,
    }  # fmt: skip


def _versions(kept: list[ReachSnapshot]) -> list[Version]:
    """The newest first, each with what it changed of the one before."""
    before = {each.number: each.body for each in kept}
    return [
        Version(
            snapshot=each,
            why=text(f"reach_why_{each.why}"),
            sentence=sentence_of(each.body),
            changes=tuple(
                (_name_of(change), change.before, change.after)
                for change in differences(before.get(each.number - 1), each.body)
            ),
        )
        for each in kept
    ]


def _name_of(change: Difference) -> str:
    kind, _colon, rest = change.name.partition(":")
    if kind == "door":
        return door_words(rest)
    if kind == "shop":
        shop, _colon, door = rest.rpartition(":")
        return f"{shop} · {door_words(door)}"
    return _("not in time") if kind == "expiring" else _("hours")
