"""The risk sheet of a storm: figures that can be changed and come out anew at once, and the sheet that is kept."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seawall.incidents import queries as incidents
from seawall.incidents.api import Incident, WorkedOut, foreseen, keep_risk, risk_of
from seawall.kernel.languages import Language
from seawall.kernel.texts import reader_language, text
from seawall.web.desk import Desk, desk_page
from seawall.web.times import zone_of
from seawall.web.twice import unless_made_meanwhile

WIDE, HIGH = 960, 180
"""The plot's own units."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One hour of the plot."""

    x: float
    y: float
    width: float
    height: float
    top: float
    """Where the high estimate reaches."""
    title: str
    is_over: bool
    """More than the seats on duty answer."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def risk(desk: Desk, code: str) -> HttpResponseBase:
    """The sheet under the figures of the address (GET); keep it (POST)."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("risk.read")
    if desk.request.method == "POST":
        changes = _changes(desk.request.POST.dict())
        with unless_made_meanwhile(desk, incident, lambda: _newest_sheet(desk, incident)) as is_first:
            if is_first:
                why = desk.request.POST.get("why", "")
                kept = keep_risk(incident, changes, why=why, by=desk.actor, clock=desk.clock)
                messages.success(desk.request, _("Risk sheet v%(version)s is kept.") % {"version": kept.version})
        return redirect("risk", code=incident.code)
    worked = risk_of(incident, _changes(desk.request.GET.dict()), by=desk.actor, clock=desk.clock)
    return desk.render("web/risk.html", _context(desk, incident, worked))


def _newest_sheet(desk: Desk, incident: Incident) -> int:
    return max((each.version for each in incidents.risk_sheets_of(desk.actor, incident.pk)), default=0)


def _changes(given: dict[str, Any]) -> dict[str, str]:
    return {name.removeprefix("a-"): str(said) for name, said in given.items() if name.startswith("a-")}


def _context(desk: Desk, incident: Incident, worked: WorkedOut) -> dict[str, Any]:
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    is_zh = reader_language() is Language.ZH_HANS
    return {
        "incident": incident,
        "zone": zone_of({market for _platform, market in places}),
        "sheet": worked.sheet,
        "changes": worked.changes,
        "assumptions": [
            {
                "name": name, "words": text(f"risk_assume_{name}"), "given": each, "said": worked.changes.get(name, ""),
                "source": each.source_zh if is_zh else each.source,
                "certainty": text(f"rules_certainty_{each.certainty.value}"),
            }
            for name, each in worked.assumptions.items()
        ],
        "plot": _plot(worked),
        "capacity": _capacity(worked),
        "questions": [
            {"name": name, "asked": each.question_zh if is_zh else each.question, "question": each}
            for name, each in foreseen(incident.kind).items()
        ],
        "exposed": incidents.most_exposed(desk.actor, incident, desk.clock.now()),
        "kept": incidents.risk_sheets_of(desk.actor, incident.pk),
        "wide": WIDE,
        "high": HIGH,
    }  # fmt: skip


def _scale(worked: WorkedOut) -> float:
    speed = float(worked.assumptions["answers_per_seat_hour"].likely) * worked.sheet.seats_on_duty
    return max([1.0, speed, *(float(each.high) for each in worked.sheet.hours)]) * 1.05


def _capacity(worked: WorkedOut) -> dict[str, float]:
    answered = float(worked.assumptions["answers_per_seat_hour"].likely) * worked.sheet.seats_on_duty
    return {"y": round(HIGH - HIGH * answered / _scale(worked), 1), "answered": answered}


def _plot(worked: WorkedOut) -> list[Bar]:
    hours, scale = worked.sheet.hours, _scale(worked)
    step = WIDE / max(1, len(hours))
    answered = float(worked.assumptions["answers_per_seat_hour"].likely) * worked.sheet.seats_on_duty
    bars = []
    for each in hours:
        height = HIGH * each.likely / scale
        title = _("hour %(hour)s: %(likely)s answers (%(low)s to %(high)s), %(seats)s seats, %(left)s left") % {
            "hour": each.number + 1, "likely": each.likely, "low": each.low, "high": each.high,
            "seats": each.seats_needed, "left": each.backlog,
        }  # fmt: skip
        bars.append(
            Bar(
                x=round(each.number * step + 2, 1), y=round(HIGH - height, 1), width=round(step - 4, 1),
                height=round(height, 1), top=round(HIGH - HIGH * each.high / scale, 1), title=title,
                is_over=each.likely > answered,
            )
        )  # fmt: skip
    return bars
