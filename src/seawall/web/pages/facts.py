"""Write the facts sheet in the browser, and look at the wording the library proposes for it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    FactsSheet,
    Incident,
    IncidentState,
    add_paper,
    facts_of,
    library_wording,
    needs_of,
    occasions_of,
    submit_incident_script,
    write_facts,
)
from seawall.kernel.errors import InvalidInput, NotFound, Refused
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.api import Blocked, check_script
from seawall.web.desk import Desk, desk_page
from seawall.web.facts_form import FactsForm, first_values, languages_of
from seawall.web.refusals import refusal_of
from seawall.web.script_view import Piece, pieces_of

BEFORE_ROLL_OUT = frozenset(IncidentState) - {IncidentState.ROLLING_OUT, IncidentState.FOLLOW_UP, IncidentState.CLOSED}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def write(desk: Desk, code: str) -> HttpResponseBase:
    """The facts sheet as a form. The same form sent twice makes one version; an older one is refused."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("facts.write")
    if incident.state not in BEFORE_ROLL_OUT:
        raise Refused("papers_closed", state=incident.state)
    markets = _markets(desk, incident)
    sheet = incidents.newest_facts(desk.actor, [incident.pk]).get(incident.pk)
    if desk.request.method != "POST":
        form = FactsForm(incident, markets, initial=first_values(incident, sheet, markets, desk.clock.now()))
        return _form_page(desk, incident, form, sheet)
    form = FactsForm(incident, markets, desk.request.POST)
    if not form.is_valid():
        return _form_page(desk, incident, form, sheet, fault=_("Some fields need another look."))
    try:
        for file in desk.request.FILES.getlist("papers"):
            add_paper(incident, name=file.name or "", content=file.read(), by=desk.actor, clock=desk.clock)
        written = write_facts(
            incident, form.facts(sheet), by=desk.actor, clock=desk.clock, seen_version=form.cleaned_data["seen"]
        )
    except InvalidInput as error:
        return _form_page(desk, incident, form, sheet, fault=refusal_of(error, back="").sentence)
    messages.success(desk.request, _("Facts v%(version)s are written.") % {"version": written.version})
    return redirect("wording", code=code)


def _markets(desk: Desk, incident: Incident) -> list[str]:
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    return list(dict.fromkeys(market for _platform, market in places))


def _form_page(
    desk: Desk, incident: Incident, form: FactsForm, sheet: FactsSheet | None, *, fault: str = ""
) -> HttpResponseBase:
    context = {
        "incident": incident,
        "step": 3,
        "form": form,
        "sheet": sheet,
        "papers": incidents.papers_of(desk.actor, incident.pk),
        "needs_cause": "cause" in form.needs,
        "fault": fault,
    }
    return desk.render("web/start/facts.html", context, status=422 if fault else 200)


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """One language of the proposed wording."""

    language: str
    pieces: list[Piece]
    gloss: str
    findings: list[Blocked]
    is_used: bool


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def wording(desk: Desk, code: str) -> HttpResponseBase:
    """The library's wording for this storm, checked against its facts. Taking it needs attested facts."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("script.write")
    given = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    occasions = occasions_of(incident.kind)
    occasion = given.get("occasion", "") or (occasions[0] if occasions else "")
    if desk.request.method == "POST":
        proposed = library_wording(incident.kind, occasion=occasion)
        version = submit_incident_script(incident, proposed, by=desk.actor, clock=desk.clock)
        messages.success(desk.request, _("Script v%(version)s is ready.") % {"version": version.number})
        return redirect("incident", code=code)
    sheet = incidents.newest_facts(desk.actor, [incident.pk]).get(incident.pk)
    if sheet is None:
        return redirect("write_facts", code=code)
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    texts = _proposed(incident, sheet, places, occasion)
    context = {
        "incident": incident,
        "step": 4,
        "sheet": sheet,
        "texts": texts,
        "used": [each for each in texts if each.is_used],
        "others": [each for each in texts if not each.is_used],
        "findings": sum(len(each.findings) for each in texts),
        "missing": _missing(incident, sheet, places),
        "occasions": occasions,
        "occasion": occasion,
        "can_take": sheet.attested_at is not None and incident.state == IncidentState.FACTS_ATTESTED,
    }
    return desk.render("web/start/wording.html", context)


def _proposed(incident: Incident, sheet: FactsSheet, places: list[tuple[str, str]], occasion: str) -> list[Proposed]:
    try:
        found = library_wording(incident.kind, occasion=occasion)
    except InvalidInput as error:
        raise NotFound("not_found", what=occasion) from error
    audience = {(Platform(platform), Market(market)) for platform, market in places}
    texts = {language: each.text for language, each in found.items()}
    blocked = check_script(texts, audience, facts_of(sheet).sentences()) if audience else []
    used = languages_of([market for _platform, market in places])
    order = sorted(found, key=lambda each: used.index(each) if each in used else len(used))
    return [
        Proposed(
            language=language.value,
            pieces=list(pieces_of(found[language].text)),
            gloss=found[language].gloss_zh,
            findings=[each for each in blocked if each.language == language],
            is_used=language in used,
        )
        for language in order
    ]


def _missing(incident: Incident, sheet: FactsSheet, places: list[tuple[str, str]]) -> list[Language]:
    """Buyer languages in which the cause is needed and not written."""
    if "cause" not in needs_of(incident.kind):
        return []
    wanted = languages_of([market for _platform, market in places])
    return [language for language in wanted if not sheet.cause_by_language.get(language.value)]
