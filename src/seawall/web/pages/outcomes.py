"""What did not simply arrive, and what people do about it: settle, leave out, have the platform asked again."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from seawall.evidence.api import Capture
from seawall.incidents import queries as incidents
from seawall.kernel.errors import Misuse
from seawall.kernel.markets import Market
from seawall.kernel.texts import text
from seawall.outreach.api import (
    NOT_DELIVERED,
    TO_SETTLE,
    Attempt,
    Recipient,
    Wanted,
    last_tries,
    look_now,
    not_delivered,
    reasons_of,
    settle_by_person,
    told_as_sent,
)
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.pages.cases import reason_of

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class OutcomeRow:
    """One line of the list."""

    row: Recipient
    last: Attempt | None

    @property
    def reason(self) -> str:
        """Why, in a sentence."""
        return reason_of(self.row)

    @property
    def code(self) -> str:
        """The platform's own code, of the last try or of the reason."""
        return (self.last.platform_code if self.last else "") or str(self.row.reason_params.get("platform_code", ""))


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A state to narrow the list to, with its count."""

    key: str
    states: tuple[str, ...]
    count: int


@require_safe
@desk_page("outreach.read")
def outcomes(desk: Desk, code: str) -> HttpResponseBase:
    """The list, what needs somebody first."""
    incident = incidents.incident_by_code(desk.actor, code)
    counts = reasons_of(desk.actor, incident.pk)
    tabs = _tabs(counts)
    given = desk.request.GET
    key = given.get("show", "")
    chosen = {name: given.get(name, "").strip()[:64] for name in ("reason", "shop", "q")}
    tab = next((each for each in tabs if each.key == key), None) or (tabs[0] if tabs[0].count else tabs[-1])
    wanted = Wanted(states=tab.states, reason=chosen["reason"], shop=chosen["shop"], order_number=chosen["q"])
    page = Paginator(not_delivered(desk.actor, incident.pk, wanted), PAGE_SIZE).get_page(given.get("page"))
    rows = list(page.object_list)
    last = last_tries(rows)
    context = {
        "incident": incident,
        "page": page,
        "rows": [OutcomeRow(row=row, last=last.get(row.pk)) for row in rows],
        "tabs": tabs,
        "tab": tab,
        "chosen": chosen,
        "reasons": sorted({reason for state, reason in counts if reason and state in tab.states}),
        "is_filtered": any(chosen.values()),
        "query": urlencode({"show": tab.key, **{name: value for name, value in chosen.items() if value}}),
    }
    return desk.render("web/outcomes_part.html" if desk.is_partial else "web/outcomes.html", context)


def _tabs(counts: Any) -> list[Tab]:
    def of(*states: str) -> int:
        return sum(n for (state, _reason), n in counts.items() if state in states)

    to_settle = tuple(state.value for state in TO_SETTLE)
    found = [Tab(key="to_settle", states=to_settle, count=of(*to_settle))]
    found += [
        Tab(key=state.value, states=(state.value,), count=of(state.value))
        for state in NOT_DELIVERED
        if state not in TO_SETTLE
    ]
    everything = tuple(state.value for state in NOT_DELIVERED)
    return [*found, Tab(key="all", states=everything, count=of(*everything))]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("outreach.read")
def settle(desk: Desk, code: str, pk: int) -> HttpResponseBase:
    """One order: every try with the platform's codes, its records, and what may be done."""
    incident = incidents.incident_by_code(desk.actor, code)
    row = get_scoped(Recipient, desk.actor, incident_id=incident.pk, pk=pk)
    if desk.request.method == "POST":
        _act(desk, row)
        return redirect("settle", code=incident.code, pk=row.pk)
    order = row.order
    case = row.case
    context = {
        "incident": incident,
        "row": row,
        "case": case,
        "order": order,
        "shop": order.shop,
        "zone": Market(order.shop.market).zone,
        "reason": reason_of(row),
        "attempts": list(scoped(Attempt, desk.actor).filter(recipient=row).order_by("number")),
        "captures": list(scoped(Capture, desk.actor).filter(recipient=row).order_by("our_time", "pk")[:100]),
        "may_settle": row.state in ("needs_person", "unknown", "waiting", "no_connection"),
        "in_doubt": row.state in ("needs_person", "unknown"),
    }
    return desk.render("web/settle.html", context)


def _act(desk: Desk, row: Recipient) -> None:
    """What the form asks for. An unknown act does nothing and says so."""
    given = desk.request.POST
    why = given.get("why", "").strip()[:500]
    match given.get("act", ""):
        case "leave_out" | "not_at_platform" as event:
            settle_by_person(row.pk, event, by=desk.actor, clock=desk.clock, why=why)
            messages.success(desk.request, text(f"web_settled_{event}", order=row.order.platform_order_id))
        case "told":
            message_id = given.get("message_id", "")
            is_settled = told_as_sent(row.pk, message_id=message_id, by=desk.actor, clock=desk.clock, why=why)
            if is_settled:
                messages.success(desk.request, _("The platform’s record shows this message: the order is settled."))
            else:
                messages.info(desk.request, _("Noted. The order is settled when the platform’s record shows it."))
        case "look":
            if look_now(row.pk, by=desk.actor, clock=desk.clock):
                messages.success(desk.request, _("A worker asks the platform now. Look again in a moment."))
            else:
                messages.warning(desk.request, _("There is no conversation yet that could be read."))
        case other:
            raise Misuse("web_act_unknown", act=other[:40])
