"""What follows the message: the list of cancellations with its acts, and buyers who ask to cancel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from seawall.casework import queries as casework
from seawall.casework.api import REQUEST_OPEN, BuyerRequest, Cancellation, live_cancelling
from seawall.incidents import api as commands
from seawall.incidents import queries as incidents
from seawall.incidents.api import Incident
from seawall.kernel.errors import Misuse
from seawall.kernel.texts import text
from seawall.web.after_words import CANCELLATION_STATES
from seawall.web.desk import Desk, desk_page
from seawall.web.times import Left, left_until, zone_of

PAGE_SIZE = 50
SHOWN_REQUESTS = 100


@dataclass(frozen=True, kw_only=True)
class CancelRow:
    """One line of the table."""

    row: Cancellation

    @property
    def reason(self) -> str:
        """Why, in a sentence, where the ledger says."""
        return text(self.row.reason_code, **self.row.reason_params) if self.row.reason_code else ""


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """A buyer's request with what is left of its clock."""

    row: BuyerRequest
    left: Left | None


@require_safe
@desk_page("cancel.read")
def cancels(desk: Desk, code: str) -> HttpResponseBase:
    """The list, its numbers and its rows; requests above them, the next to run out on top."""
    incident = incidents.incident_by_code(desk.actor, code)
    state = desk.request.GET.get("state", "")
    state = state if state in CANCELLATION_STATES else ""
    rows = casework.cancellations_of(desk.actor, incident.pk, (state,) if state else ())
    page = Paginator(rows, PAGE_SIZE).get_page(desk.request.GET.get("page"))
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    requests = casework.requests_of(desk.actor, incident.pk)[:SHOWN_REQUESTS]
    return desk.render(
        "web/cancels.html",
        {
            "incident": incident,
            "zone": zone_of({market for _platform, market in places}),
            "page": page,
            "rows": [CancelRow(row=row) for row in page.object_list],
            "chosen": state,
            "requests": [request_row(desk, row) for row in requests],
            **after_context(desk, incident),
        },
    )


def request_row(desk: Desk, row: BuyerRequest) -> RequestRow:
    """A request as the screen shows it."""
    is_open = row.state in ("waiting", "needs_person") and row.breach_at is not None
    left = left_until(row.breach_at, desk.clock.now()) if is_open and row.breach_at else None
    return RequestRow(row=row, left=left)


def after_context(desk: Desk, incident: Incident) -> dict[str, Any]:
    """What the panel of the room shows too."""
    after, plan = casework.after_numbers(incident.pk), live_cancelling(incident.pk)
    open_requests = sum(after["requests"][state.value] for state in REQUEST_OPEN)
    waiting = casework.open_requests(desk.actor, [incident.pk]).first() if open_requests else None
    return {
        "after": after,
        "cancelling": plan,
        "plan_why": text(plan.paused_code, **plan.paused_params) if plan and plan.paused_code else "",
        "counts": [(state, count) for state, count in after["cancellations"].items() if count],
        "open_requests": open_requests,
        "next_request": request_row(desk, waiting) if waiting else None,
    }


Act = Callable[[Desk, Incident, Mapping[str, str]], str]


def _approve(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.approve_cancel(
        incident, seen_binding=given["binding"], comment=given["why"], by=desk.actor, clock=desk.clock
    )
    return _("Approved: exactly these orders, for exactly these reasons.")


def _start(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.start_cancel(incident, by=desk.actor, clock=desk.clock)
    return _("Cancelling has begun with one order; twenty follow, then the rest.")


def _pause(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.pause_cancel(incident, by=desk.actor, clock=desk.clock, why=given["why"])
    return _("Paused. What was called already is recorded.")


def _resume(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.resume_cancel(incident, by=desk.actor, clock=desk.clock, why=given["why"])
    return _("Cancelling goes on.")


def _leave(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.leave_uncancelled(incident, given["order"], by=desk.actor, clock=desk.clock, why=given["why"])
    return _("The order is off the list.")


def _accept(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.answer_buyer(
        incident, given["order"], accept=True, by=desk.actor, clock=desk.clock, why=given["why"]
    )  # fmt: skip
    return _("Decided: the platform is told yes.")


def _decline(desk: Desk, incident: Incident, given: Mapping[str, str]) -> str:
    commands.answer_buyer(
        incident, given["order"], accept=False, by=desk.actor, clock=desk.clock, why=given["why"],
        reason=given["reason"],
    )  # fmt: skip
    return _("Decided: the platform is told no.")


ACTS: Mapping[str, Act] = {
    "approve": _approve, "start": _start, "pause": _pause, "resume": _resume, "leave": _leave, "accept": _accept,
    "decline": _decline,
}  # fmt: skip
"""What the page's forms may ask for; each command asks for its own permission."""


@require_POST
@desk_page("cancel.read")
def act(desk: Desk, code: str) -> HttpResponseBase:
    """One act on the list or on a request, then the page again."""
    incident = incidents.incident_by_code(desk.actor, code)
    posted = desk.request.POST
    given = {name: posted.get(name, "").strip()[:500] for name in ("act", "binding", "why", "order", "reason")}
    chosen = ACTS.get(given["act"])
    if chosen is None:
        raise Misuse("web_choice_unknown", field="act")
    messages.success(desk.request, chosen(desk, incident, given))
    return redirect("cancels", code=incident.code)
