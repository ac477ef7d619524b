"""What may be done with a filtered view of the cases table: export it, keep it under a name, withdraw its orders."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    EXPORT_KINDS,
    Case,
    Incident,
    drop_view,
    save_view,
    seen_cases,
    sheet_bytes,
    withdraw_cases,
)
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market
from seawall.outreach.api import STEP_FIRST_CONTACT
from seawall.web.desk import Desk, desk_page
from seawall.web.pages.cases import case_filter, chosen_filter, reason_of
from seawall.web.wording import CASE_STATES, RECIPIENT_STATES, look_of

AT_ONCE = 2000


@require_safe
@desk_page("incident.read")
def export(desk: Desk, code: str, kind: str) -> HttpResponseBase:
    """The filtered view as a sheet, every row of it. Order numbers and states; nothing of the buyers."""
    incident = incidents.incident_by_code(desk.actor, code)
    found = _found(desk, incident, chosen_filter(desk.request.GET.dict()))
    heads = [_("Order"), _("Shop"), _("Market"), _("Language"), _("State"), _("Concerned"), _("Tries"), _("Sent"),
             _("Reason")]  # fmt: skip
    content = sheet_bytes([heads, *_lines(found)], kind, name="orders")
    response = HttpResponse(content, content_type=EXPORT_KINDS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{incident.code}-orders.{kind}"'
    return response


def _found(desk: Desk, incident: Incident, chosen: dict[str, str]) -> QuerySet[Case]:
    return incidents.cases_of(desk.actor, incident, STEP_FIRST_CONTACT, case_filter(chosen))


def _lines(found: QuerySet[Case]) -> Iterator[list[str]]:
    for page in Paginator(found, AT_ONCE):
        cases = list(page.object_list)
        rows = incidents.rows_of(cases, STEP_FIRST_CONTACT)
        for case in cases:
            row, shop = rows.get(case.pk), case.order.shop
            sent = row.sent_at.astimezone(Market(shop.market).zone) if row and row.sent_at else None
            yield [
                case.order.platform_order_id, shop.code, shop.market, row.language if row else "",
                str(look_of(RECIPIENT_STATES, row.state if row else "unplanned").words),
                str(look_of(CASE_STATES, case.state).words), str(row.attempts) if row else "",
                sent.isoformat(sep=" ", timespec="seconds") if sent else "", reason_of(row),
            ]  # fmt: skip


@require_POST
@desk_page("incident.read")
def keep(desk: Desk, code: str) -> HttpResponseBase:
    """Keep the filter under a name, for this member, in every storm."""
    incident = incidents.incident_by_code(desk.actor, code)
    chosen = chosen_filter(desk.request.POST.dict())
    save_view(desk.request.POST.get("name", ""), chosen, by=desk.actor, clock=desk.clock)
    return redirect(_back(incident, chosen))


@require_POST
@desk_page("incident.read")
def forget(desk: Desk, code: str) -> HttpResponseBase:
    """Forget one of the member's own views."""
    incident = incidents.incident_by_code(desk.actor, code)
    drop_view(desk.request.POST.get("view", ""), by=desk.actor)
    return redirect("cases", code=incident.code)


def _back(incident: Incident, chosen: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{reverse('cases', args=[incident.code])}?{query}"


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def withdraw(desk: Desk, code: str) -> HttpResponseBase:
    """Withdraw the orders of the filtered view: first what it means, in numbers; then with a reason."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("incident.open")
    given = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    chosen = chosen_filter(given.dict())
    if not any(chosen.values()):
        raise InvalidInput("web_withdraw_needs_filter")
    pks = list(_found(desk, incident, chosen).filter(state="open").values_list("pk", flat=True))
    if desk.request.method == "POST":
        why = desk.request.POST.get("why", "")[:500]
        done = withdraw_cases(
            incident, pks, seen=desk.request.POST.get("seen", ""), by=desk.actor, clock=desk.clock, why=why
        )
        words = ngettext("%(n)s order withdrawn.", "%(n)s orders withdrawn.", done.withdrawn)
        messages.success(desk.request, words % {"n": f"{done.withdrawn:,}"})
        return redirect("cases", code=incident.code)
    context = {
        "incident": incident,
        "chosen": {name: value for name, value in chosen.items() if value},
        "back": _back(incident, chosen),
        "seen": seen_cases(pks),
        "count": len(pks),
        "states": [
            (look_of(RECIPIENT_STATES, state), number)
            for state, number in incidents.states_of(desk.actor, pks, STEP_FIRST_CONTACT)
        ],
    }
    return desk.render("web/withdraw.html", context)
