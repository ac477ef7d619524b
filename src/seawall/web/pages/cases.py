"""The cases table of a storm, and the page of one case: what happened to this order."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from seawall.inbox.api import Message
from seawall.incidents import queries as incidents
from seawall.incidents.api import Case, Incident, door_words
from seawall.incidents.queries import CaseFilter, CasePicture
from seawall.kernel.markets import Market
from seawall.kernel.texts import text
from seawall.outreach.api import STEP_FIRST_CONTACT, Attempt, Recipient, named_together
from seawall.outreach.queries import live_roll_outs, shops_of
from seawall.shops.api import Shop
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.outcomes import SEGMENTS, storm_tally
from seawall.web.wording import LANGUAGES, RECIPIENT_STATES

PAGE_SIZE = 50

_STATES_OF_SEGMENT = {key: states for key, _, _, states in SEGMENTS}


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """One line of the table."""

    case: Case
    row: Recipient | None
    together: int = 0
    """How many other orders its message names."""
    has_picture: bool = False

    @property
    def state(self) -> str:
        """The ledger's state, or that there is no row yet."""
        return self.row.state if self.row else "unplanned"

    @property
    def reason(self) -> str:
        """Why, in a sentence, where the ledger says."""
        return reason_of(self.row)


def reason_of(row: Recipient | None) -> str:
    """The reason of a ledger row in the reader's language; empty when it needs none."""
    return text(row.reason_code, **row.reason_params) if row and row.reason_code else ""


@require_safe
@desk_page("incident.read")
def cases(desk: Desk, code: str) -> HttpResponseBase:
    """The table, filtered and cut into pages by the server."""
    incident = incidents.incident_by_code(desk.actor, code)
    chosen = _chosen(desk)
    found = incidents.cases_of(desk.actor, incident, STEP_FIRST_CONTACT, _filter(chosen))
    page = Paginator(found, PAGE_SIZE).get_page(desk.request.GET.get("page"))
    rows = incidents.rows_of(list(page.object_list), STEP_FIRST_CONTACT)
    together = named_together(list(rows.values()))
    pictures = incidents.pictures_of(desk.actor, list(page.object_list))
    context = {
        "incident": incident,
        "page": page,
        "rows": [_case_row(case, rows.get(case.pk), together, pictures) for case in page.object_list],
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        **_choices(desk, incident),
    }
    return desk.render("web/cases_part.html" if desk.is_partial else "web/cases.html", context)


def _case_row(
    case: Case, row: Recipient | None, together: dict[int, list[Recipient]], pictures: dict[int, CasePicture]
) -> CaseRow:
    picture = pictures.get(case.pk)
    return CaseRow(
        case=case,
        row=row,
        together=len(together.get(row.pk, ())) if row else 0,
        has_picture=picture is not None and len(picture.pages) > 0,
    )


def _chosen(desk: Desk) -> dict[str, str]:
    given = desk.request.GET
    chosen = {name: given.get(name, "").strip()[:64] for name in ("outcome", "state", "platform", "shop", "lang", "q")}
    # A code that does not exist is dropped, as if it had not been asked for.
    if chosen["state"] not in RECIPIENT_STATES:
        chosen["state"] = ""
    if chosen["outcome"] not in _STATES_OF_SEGMENT:
        chosen["outcome"] = ""
    if chosen["lang"] not in LANGUAGES:
        chosen["lang"] = ""
    return chosen


def _filter(chosen: dict[str, str]) -> CaseFilter:
    states = (chosen["state"],) if chosen["state"] else _STATES_OF_SEGMENT.get(chosen["outcome"], ())
    if "unplanned" in states and len(states) > 1:
        states = tuple(state for state in states if state != "unplanned")
    return CaseFilter(
        states=states,
        platform=chosen["platform"],
        shop=chosen["shop"],
        language=chosen["lang"],
        order_number=chosen["q"],
    )


def _choices(desk: Desk, incident: Incident) -> dict[str, Any]:
    shops = shops_of(desk.actor, incident.pk, STEP_FIRST_CONTACT, clock=desk.clock)
    counts: dict[str, int] = {}
    for shop in shops:
        for state, number in shop.counts.items():
            counts[state] = counts.get(state, 0) + number
    cases = incidents.case_counts(desk.actor, [incident.pk], STEP_FIRST_CONTACT)[incident.pk]
    has_plan = incident.pk in live_roll_outs(desk.actor, [incident.pk], STEP_FIRST_CONTACT)
    languages = {Market(each.shop.market).facts.languages[0].value for each in shops}
    return {
        "shops": [each.shop for each in shops],
        "platforms": list(dict.fromkeys(each.shop.platform for each in shops)),
        "languages": [language for language in LANGUAGES if language in languages],
        "states": RECIPIENT_STATES,
        "tally": storm_tally(counts, cases, has_plan=has_plan),
    }


@require_safe
@desk_page("incident.read")
def case(desk: Desk, code: str, pk: int) -> HttpResponseBase:
    """What happened to one order: words, tries, the platform's records with both clocks, answers, grade."""
    incident = incidents.incident_by_code(desk.actor, code)
    found = get_scoped(Case, desk.actor, incident_id=incident.pk, pk=pk)
    row = scoped(Recipient, desk.actor).filter(case=found, step=STEP_FIRST_CONTACT).select_related("lane").first()
    proof = incidents.proof_of(desk.actor, found, row)
    order = found.order
    context = {
        "incident": incident,
        "case": found,
        "order": order,
        "shop": Shop.objects.get(pk=order.shop_id),
        "zone": Market(order.shop.market).zone,
        "row": row,
        "pack": next(iter(incidents.packs_of(desk.actor, incident.pk)), None),
        "reason": reason_of(row),
        "together": named_together([row]).get(row.pk, []) if row else [],
        "attempts": _attempts(desk, row),
        "door": door_words(row.door) if row else "",
        "next_doors": [door_words(kind) for kind, _ in row.next_doors] if row else [],
        "captures": proof.captures,
        "screenshots": proof.screenshots,
        "grade": proof.result,
        "grade_reason": text(proof.result.reason),
        "talk": _talk(desk, row),
        "picture": incidents.pictures_of(desk.actor, [found]).get(found.pk),
        "parcels": list(order.parcels.all()),
        "deadlines": [
            {
                "clock": each,
                "words": text(f"rules_clock_{each.kind}"),
                "state": text(f"rules_state_{each.state_at(desk.clock.now())}"),
                "sure": text(f"rules_certainty_{each.certainty}"),
            }
            for each in incidents.clocks_of_case(desk.actor, found)
        ],
    }
    return desk.render("web/case.html", context)


def _attempts(desk: Desk, row: Recipient | None) -> list[Attempt]:
    """The tries of its message, which may be another order's too."""
    if row is None:
        return []
    return list(
        scoped(Attempt, desk.actor).filter(recipient__in=[row.pk, row.rides_with_id or row.pk]).order_by("started_at")
    )


def _talk(desk: Desk, row: Recipient | None) -> list[Message]:
    """The conversation as the platform holds it, the oldest first."""
    if row is None or not row.session_id:
        return []
    rows = scoped(Message, desk.actor).filter(
        conversation__session_id=row.session_id, conversation__shop_id=row.order.shop_id
    )
    return list(rows.order_by("sent_at", "pk")[:200])
