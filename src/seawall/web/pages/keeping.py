"""How long data is kept: the rules, what is due, holds, what was erased; and the reviewer's form of packs."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seawall.evidence.api import DataKind, RedactedPack
from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    Incident,
    erasures_of,
    holds_of,
    place_hold,
    redact_pack,
    redacted_path,
    release_hold,
    retention_plan,
    run_retention,
    set_retention,
    unset_retention,
)
from seawall.kernel.errors import InvalidInput, Misuse, NotFound
from seawall.kernel.texts import text
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.pages.packs import zip_answer
from seawall.web.twice import unless_made_meanwhile


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("retention.read")
def keeping(desk: Desk) -> HttpResponseBase:
    """The page, and what an administrator does on it."""
    if desk.request.method != "POST":
        return desk.render("web/keeping.html", _context(desk))
    act = desk.request.POST.get("act", "")
    if act not in _ACTS:
        raise Misuse("web_act_unknown", act=act[:40])
    _ACTS[act](desk)
    return redirect("keeping")


def _set(desk: Desk) -> None:
    given = desk.request.POST
    months = given.get("months", "").strip()
    if not months.isascii() or not months.isdecimal() or len(months) > 4:
        raise InvalidInput("retention_months", most=240)
    set_retention(given.get("kind", ""), int(months), why=given.get("why", ""), by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("The time is set. Nothing is erased before somebody runs the plan."))


def _unset(desk: Desk) -> None:
    given = desk.request.POST
    unset_retention(given.get("kind", ""), why=given.get("why", ""), by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("Kept without end again."))


def _hold(desk: Desk) -> None:
    place_hold(_storm(desk), why=desk.request.POST.get("why", ""), by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("Held. Nothing of it is erased until the hold is released."))


def _release(desk: Desk) -> None:
    release_hold(_storm(desk), why=desk.request.POST.get("why", ""), by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("The hold is released."))


def _run(desk: Desk) -> None:
    given = desk.request.POST
    seen = given.get("seen", "")
    # Typed, and not pressed: it cannot be undone.
    if given.get("typed", "").strip() != seen[:6]:
        raise InvalidInput("web_erase_not_typed")
    made = run_retention(seen=seen, by=desk.actor, clock=desk.clock)
    total = sum(sum(each.counts.values()) for each in made)
    messages.success(desk.request, _("Erased: %(n)s. What was erased stays told below.") % {"n": f"{total:,}"})


_ACTS = {"set": _set, "unset": _unset, "hold": _hold, "release": _release, "run": _run}


def _storm(desk: Desk) -> Incident | None:
    code = desk.request.POST.get("code")
    if code is None:
        raise Misuse("web_choice_unknown", field="code")
    return incidents.incident_by_code(desk.actor, code) if code else None


def _context(desk: Desk) -> dict[str, Any]:
    plan = retention_plan(by=desk.actor, clock=desk.clock)
    return {
        "plan": plan,
        "kinds": [
            {
                "plan": each,
                "name": text(f"retention_kind_{each.kind.value}"),
                "means": text(f"retention_means_{each.kind.value}"),
                "due": _counted(each.counts),
            }
            for each in plan.kinds
        ],
        "holds": holds_of(by=desk.actor),
        "erasures": [
            {
                "row": each,
                "name": text(f"retention_kind_{DataKind(each.kind).value}"),
                "counts": _counted(each.counts),
            }
            for each in erasures_of(by=desk.actor)
        ],
        "storms": list(scoped(Incident, desk.actor).order_by("-opened_at", "-pk")[:200]),
    }


def _counted(counts: Any) -> list[tuple[int, str]]:
    return [(number, text(f"retention_what_{what}")) for what, number in counts.items() if number]


@require_POST
@desk_page("evidence.read")
def redact(desk: Desk, code: str) -> HttpResponseBase:
    """Make the reviewer's form of a pack, of the newest when none is named."""
    incident = incidents.incident_by_code(desk.actor, code)
    given = desk.request.POST.get("number", "")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else None
    if given and number is None:
        raise NotFound("not_found", what=given[:40])
    forms = scoped(RedactedPack, desk.actor).filter(pack__incident_id=incident.pk, pack__number=number or 0)
    with unless_made_meanwhile(desk, incident, forms.count) as is_first:
        if is_first:
            made = redact_pack(incident, by=desk.actor, clock=desk.clock, number=number)
            said = {"number": made.pack.number, "n": f"{sum(made.masked.values()):,}"}
            words = _("The reviewer’s form of pack %(number)s is made: %(n)s places masked.")
            messages.success(desk.request, words % said)
    return redirect("incident", code=code)


@require_safe
@desk_page("evidence.read")
def redacted(desk: Desk, code: str, pk: int) -> HttpResponseBase:
    """A reviewer's form, as it was made."""
    incident = incidents.incident_by_code(desk.actor, code)
    found = get_scoped(RedactedPack, desk.actor, pack__incident_id=incident.pk, pk=pk)
    path = redacted_path(found)
    if not path.is_file():
        raise NotFound(
            "pack_file_erased" if found.file_erased_at else "web_pack_file_missing", number=found.pack.number
        )
    return zip_answer(path, found.sha256)
