"""The script studio: the words of a storm in every language, checked while they are written, saved as a new version."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    INCIDENT,
    FactsSheet,
    Incident,
    IncidentState,
    PlaceValues,
    facts_of,
    foreseen,
    lacking,
    longest_values,
    submit_incident_script,
    wordings_for,
)
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound, SeawallError
from seawall.kernel.languages import Language
from seawall.kernel.texts import reader_language
from seawall.outreach import queries as outreach
from seawall.outreach.api import ROLL_OUT, STEP_FIRST_CONTACT, STEP_SECOND_CONTACT, RollOut, RollOutState
from seawall.rulebook.api import rulebook
from seawall.scripts.api import PLACEHOLDERS, ScriptVersion, is_changed, names_in, newest_version, word_diff
from seawall.web.desk import Desk, desk_page
from seawall.web.script_draft import (
    LONGEST,
    Draft,
    begun,
    frozen_versions,
    language_named,
    library_name,
    numbered,
    posted,
    posted_wording,
    step_named,
    wording_of,
)
from seawall.web.script_view import ORDER, pieces_of
from seawall.web.studio import Studio, TextStudio
from seawall.web.times import zone_of

MOST_VERSIONS = 20
"""Versions listed beside the fields (ours); older ones still have their address."""
_AFTER = (IncidentState.FOLLOW_UP, IncidentState.CLOSED)
"""Where a second contact may be, or may have been."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def script(desk: Desk, code: str) -> HttpResponseBase:
    """The studio (GET). POST: save the fields as a new version, or check them, or put one suggestion in."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("script.read")
    given = desk.request.GET if desk.request.method != "POST" else desk.request.POST
    step = step_named(given.get("step", ""))
    versions = frozen_versions(desk.actor, incident, step)
    if desk.request.method != "POST":
        return _page(desk, incident, versions, begun(incident, versions, given.get("from", ""), step))
    desk.actor.require("script.write")
    draft, act = posted(given), given.get("act", "")
    if act == "save":
        return _save(desk, incident, versions, draft)
    if act.startswith("mend:"):
        return _page(desk, incident, versions, _mended(desk, incident, draft, act))
    if act != "check":
        raise InvalidInput("web_act_unknown", act=act[:40])
    return _page(desk, incident, versions, draft)


@require_POST
@desk_page("incident.read")
def lint(desk: Desk, code: str) -> HttpResponseBase:
    """The findings and lengths of one text while it is written. Changes nothing."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("script.write")
    language = language_named(desk.request.POST.get("lang", ""))
    wording = posted_wording(desk.request.POST, language)
    newest = newest_version(desk.actor, incident.pk, step_named(desk.request.POST.get("step", "")))
    versions = [newest] if newest else []
    studio = _studio(desk, versions, _sheet(desk, incident), _places(desk, incident, [wording.text]))
    view = studio.text(language, wording)
    context = {"view": view, "incident": incident, "newest": newest, "desk": desk}
    return render(desk.request, "web/script/under.html", context)


@require_safe
@desk_page("incident.read")
def version(desk: Desk, code: str, number: int) -> HttpResponseBase:
    """One frozen version, with what it changed against another (the one before it, unless asked)."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("script.read")
    step = step_named(desk.request.GET.get("step", ""))
    versions = frozen_versions(desk.actor, incident, step)
    shown = numbered(versions, number)
    wanted = desk.request.GET.get("with", "")
    earlier = next((each for each in versions if each.number < number), None)
    against = numbered(versions, int(wanted[:9])) if wanted.isdecimal() else earlier
    texts = _compared(shown, against)
    context = {
        "incident": incident, "step": step, "is_second": step == STEP_SECOND_CONTACT,
        "version": shown, "against": against, "versions": versions, "texts": texts,
        "zone": _zone(desk, incident), "changed": sum(bool(each["changes"]) for each in texts),
    }  # fmt: skip
    return desk.render("web/script_version.html", context)


def _compared(shown: ScriptVersion, against: ScriptVersion | None) -> list[dict[str, Any]]:
    new, old = wording_of(shown), wording_of(against) if against else {}
    rows = []
    for language in (each for each in ORDER if each in {**old, **new}):
        before, after = old.get(language), new.get(language)
        changes = word_diff(before.text if before else "", after.text if after else "") if against else []
        glosses = word_diff(before.gloss_zh if before else "", after.gloss_zh if after else "") if against else []
        rows.append(
            {
                "language": language.value,
                "pieces": list(pieces_of(after.text)) if after else [],
                "gloss": after.gloss_zh if after else "",
                "changes": changes if is_changed(changes) else [],
                "gloss_changes": glosses if is_changed(glosses) else [],
            }
        )
    return rows


def _save(desk: Desk, incident: Incident, versions: list[ScriptVersion], draft: Draft) -> HttpResponseBase:
    """The command that the command line uses freezes the version; what it refuses leaves the fields as they are."""
    try:
        if _falls(_roll_out(desk, incident, draft.step)) and desk.request.POST.get("voids") != "yes":
            raise InvalidInput("script_say_what_falls")
        made = submit_incident_script(
            incident, draft.to_save(), by=desk.actor, clock=desk.clock, step=draft.step, seen=draft.seen
        )
    except (NotAllowed, NotFound):
        raise
    except SeawallError as error:
        fresh = (
            frozen_versions(desk.actor, incident, draft.step) if error.code == "script_changed_meanwhile" else versions
        )
        return _page(desk, incident, fresh, draft.refused(error))
    if any(each.pk == made.pk for each in versions):
        messages.info(desk.request, _("Nothing changed: v%(number)s stands.") % {"number": made.number})
    else:
        messages.success(desk.request, _("Saved and frozen as v%(number)s.") % {"number": made.number})
    address = reverse("script_version", args=[incident.code, made.number])
    return redirect(address if draft.step == STEP_FIRST_CONTACT else f"{address}?step={draft.step}")


def _mended(desk: Desk, incident: Incident, draft: Draft, act: str) -> Draft:
    """The fields with one suggestion put in. A finding that is gone changes nothing, and the page says so."""
    _mend, tag, key = [*act.split(":", 2), "", ""][:3]
    language = language_named(tag)
    if language not in draft.wording:
        raise InvalidInput("script_language_unknown", language=tag[:20])
    words = draft.wording[language].text
    studio = _studio(desk, [], _sheet(desk, incident), _places(desk, incident, [words]))
    found = studio.text(language, draft.wording[language]).found
    mend = next((each.noted.mend for each in found if each.key == key), None)
    if mend is None:
        draft.notes.append(_("That finding is gone: the text has changed since."))
        return draft
    return draft.with_text(language, mend.applied_to(words))


def _page(desk: Desk, incident: Incident, versions: list[ScriptVersion], draft: Draft) -> HttpResponseBase:
    sheet = _sheet(desk, incident)
    places = _places(desk, incident, [each.text for each in draft.wording.values()])
    studio = _studio(desk, versions, sheet, places)
    views = [studio.text(language, draft.wording[language]) for language in ORDER if language in draft.wording]
    buyers = [each for each in views if each.language is not Language.ZH_HANS]
    roll_out = _roll_out(desk, incident, draft.step)
    is_open = _is_open(incident, draft.step, roll_out)
    approvals = [each for each in outreach.approvals_of(desk.actor, incident.pk) if each.roll_out.step == draft.step]
    total = sum(each.orders for each in places)
    context = {
        "incident": incident, "draft": draft, "sheet": sheet, "facts": studio.facts, "views": views,
        "source": next(each for each in views if each.language is Language.ZH_HANS),
        "needed": [each for each in buyers if each.is_needed],
        "others": [each for each in buyers if not each.is_needed],
        "blocked": sum(each.blocked for each in views), "warned": sum(each.warned for each in views),
        "total": total, "zone": zone_of({each.market.value for each in places}),
        "newest": versions[0] if versions else None, "versions": versions[:MOST_VERSIONS],
        "roll_out": roll_out,
        "standing": next((each for each in approvals if each.is_approved and each.voided_at is None), None),
        "falls": _falls(roll_out),
        "may_write": desk.may("script.write") and is_open,
        "is_begun": not is_open,
        "step": draft.step,
        "is_second": draft.step == STEP_SECOND_CONTACT,
        "has_second": draft.step == STEP_SECOND_CONTACT or incident.state in _AFTER,
        "is_attested": sheet is not None and sheet.attested_at is not None,
        "holes": _holes(studio, views), "choices": _choices(incident, versions, draft),
        "questions": _questions(incident, [each.language for each in buyers if each.is_needed]),
        "longest": LONGEST,
    }  # fmt: skip
    return desk.render("web/script.html", context, status=draft.status)


def _roll_out(desk: Desk, incident: Incident, step: str) -> RollOut | None:
    return outreach.live_roll_outs(desk.actor, [incident.pk], step).get(incident.pk)


def _falls(roll_out: RollOut | None) -> bool:
    """Whether a new version takes a plan back."""
    return roll_out is not None and ROLL_OUT.can(RollOutState(roll_out.state), "void")


def _is_open(incident: Incident, step: str, roll_out: RollOut | None) -> bool:
    """Whether words may still be written: until the step's roll-out begins; of a second contact, in the follow-up."""
    state = IncidentState(incident.state)
    if step == STEP_FIRST_CONTACT:
        return state is IncidentState.OPENED or any(INCIDENT.can(state, e) for e in ("submit_script", "revise_script"))
    return state is IncidentState.FOLLOW_UP and (roll_out is None or _falls(roll_out))


def _studio(
    desk: Desk, versions: list[ScriptVersion], sheet: FactsSheet | None, places: Sequence[PlaceValues]
) -> Studio:
    return Studio(
        places=places,
        facts=facts_of(sheet) if sheet else None,
        rules=rulebook().as_of(desk.clock.now().date()),
        before=wording_of(versions[0]) if versions else {},
    )


def _sheet(desk: Desk, incident: Incident) -> FactsSheet | None:
    return incidents.newest_facts(desk.actor, [incident.pk]).get(incident.pk)


def _places(desk: Desk, incident: Incident, texts: Sequence[str]) -> list[PlaceValues]:
    return longest_values(desk.actor, incident, {name for each in texts for name in names_in(each)})


def _zone(desk: Desk, incident: Incident) -> Any:
    return zone_of({market for _platform, market in incidents.places_of(desk.actor, [incident.pk])[incident.pk]})


def _holes(studio: Studio, views: Sequence[TextStudio]) -> list[dict[str, Any]]:
    """The placeholders in the order they are declared, each with how many orders have a value for it. Parcels are
    looked up only where a text names one, so nothing is said of them before."""
    used = {name for view in views for name in names_in(view.text)}
    total = sum(each.orders for each in studio.places)
    missing = Counter[str]()
    for place in studio.places:
        missing.update(lacking(place, place.market.facts.languages[0], studio.facts))
    return [
        {
            "declared": each, "key": number, "is_used": name in used, "token": f"{{{name}}}", "total": total,
            "filled": total - missing[name] if name in used or name != "tracking_number" else None,
        }
        for number, (name, each) in enumerate(PLACEHOLDERS.items(), 1)
    ]  # fmt: skip


def _choices(incident: Incident, versions: Sequence[ScriptVersion], draft: Draft) -> dict[str, Any]:
    """What one may begin from: the versions, and the library's wordings for this kind of storm."""
    return {
        "versions": [f"v{each.number}" for each in versions[:MOST_VERSIONS]],
        "library": [
            {"name": library_name(occasion, variant), "occasion": occasion, "variant": variant}
            for occasion, variant in wordings_for(incident.kind, draft.step)
        ],
        "chosen": draft.begun_from,
    }


def _questions(incident: Incident, needed: Sequence[Language]) -> list[dict[str, Any]]:
    """What buyers will ask, with the prepared answers in Chinese and in the languages of this storm."""
    is_zh = reader_language() is Language.ZH_HANS
    languages = [Language.ZH_HANS, *needed]
    return [
        {
            "asked": each.question_zh if is_zh else each.question,
            "share": each.share,
            "answers": [(language.value, list(pieces_of(each.answers[language]))) for language in languages],
        }
        for each in foreseen(incident.kind).values()
    ]
