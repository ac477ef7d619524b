"""The page behind a link that a seller's person got by chat: no sign-in, no script, one column, Chinese or English.

Opening it decides nothing (chat programs open links by themselves); only the form on its second page does. The address
holds the token, so nothing on the page leads to another site, and the answers tell no other site where they were asked
from: `same-origin` is the strictest policy under which the form can still be checked for its origin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from seawall.evidence.api import Pack
from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    Case,
    DecideByLink,
    IncidentState,
    LinkPurpose,
    LinkStatus,
    OpenedLink,
    Paper,
    decide_by_link,
    facts_of,
    open_link,
    pack_path,
    paper_path,
    values_of,
)
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound, Refused, SeawallError
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.kernel.texts import desk_language, reading_in
from seawall.outreach import queries as outreach
from seawall.outreach.api import STEP_FIRST_CONTACT
from seawall.scripts.api import render as render_words
from seawall.tenancy.api import User, get_scoped
from seawall.web.desk import Desk
from seawall.web.origin import address_of, origin_of, slow_down
from seawall.web.outcomes import storm_tally
from seawall.web.pages.decide import approval_context
from seawall.web.pages.packs import file_answer
from seawall.web.pages.pictures import image_answer
from seawall.web.refusals import refusal_of
from seawall.web.times import left_until, zone_of

MOST_UNKNOWN = 30
"""Addresses that are no link of ours, from one network address within SLOW_SPAN, before it must wait (ours)."""
MOST_DECISIONS = 20
"""Tries to decide by one link within SLOW_SPAN (ours)."""
SLOW_SPAN = timedelta(minutes=10)

_GONE = 410
_WHY = {LinkStatus.EXPIRED: "link_expired", LinkStatus.REVOKED: "link_revoked", LinkStatus.VOID: "link_void"}


@dataclass
class Visit:
    """One request by a link that is known and shows something."""

    request: HttpRequest
    token: str
    opened: OpenedLink
    language: str

    @property
    def desk(self) -> Desk:
        """The frame that the console's own reads ask for: the link's person, and nobody else."""
        return Desk(request=self.request, membership=self.opened.link.person, actor=self.opened.actor)

    def address(self, step: str = "") -> str:
        """The page's own address, in the present language."""
        return page_address(self.token, self.language, step)


def page_address(token: str, language: str, step: str = "") -> str:
    """The address of a link's page."""
    asked = [part for part in ("l=en" if language == "en" else "", f"step={step}" if step else "") if part]
    return reverse("seller_link", args=[token]) + ("?" + "&".join(asked) if asked else "")


def by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for whoever holds a link that shows something; any other link is told so in words."""

    def page(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        language = "en" if request.GET.get("l") == "en" else "zh-hans"
        with translation.override(language), reading_in(desk_language(language)):
            try:
                opened = _open(request, token)
                if not opened.status.shows:
                    answer: HttpResponseBase = _says(request, Refused(_WHY[opened.status]), token, language, _GONE)
                else:
                    answer = view(Visit(request, token, opened, language), **kwargs)
            except SeawallError as error:
                answer = _says(request, error, token, language, error.http_status)
        answer.headers["Content-Language"] = language
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer

    return page


def _open(request: HttpRequest, token: str) -> OpenedLink:
    try:
        return open_link(token, clock=SYSTEM_CLOCK, is_seen=request.method == "GET")
    except NotFound:
        slow_down("unknown-link", address_of(request), most=MOST_UNKNOWN, span=SLOW_SPAN, now=SYSTEM_CLOCK.now())
        raise


def _says(request: HttpRequest, error: SeawallError, token: str, language: str, status: int) -> HttpResponse:
    again = page_address(token, language)
    other = page_address(token, "zh-hans" if language == "en" else "en")
    context = {
        "refusal": refusal_of(error, back=again),
        "again": again if request.method == "POST" or (error.http_status == 409 and status != _GONE) else "",
        "other_language": other,
    }
    return render(request, "web/link/says.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
@by_link
def page(visit: Visit) -> HttpResponseBase:
    """What is to be decided; with `?step=`, the last question before it; by POST, the decision itself."""
    if visit.request.method == "POST":
        return _decide(visit)
    is_approval = visit.opened.link.purpose == LinkPurpose.APPROVE
    context = _approval(visit) if is_approval else _facts(visit)
    step = visit.request.GET.get("step", "")
    can_decide = context["can_decide"]
    if can_decide and step in (("approve",) if is_approval else ("attest",)):
        return render(visit.request, "web/link/confirm.html", context)
    return render(visit.request, "web/link/approve.html" if is_approval else "web/link/attest.html", context)


def _decide(visit: Visit) -> HttpResponseBase:
    request, given = visit.request, visit.request.POST
    slow_down("decide", visit.token, most=MOST_DECISIONS, span=SLOW_SPAN, now=SYSTEM_CLOCK.now())
    visitor = request.user.pk if isinstance(request.user, User) else None
    decide_by_link(
        visit.token,
        DecideByLink(
            decision=given.get("decision", ""),
            seen=given.get("seen", ""),
            comment=given.get("comment", ""),
            origin=origin_of(request, via="link"),
            visitor_id=visitor,
        ),
        clock=SYSTEM_CLOCK,
    )
    return redirect(visit.address())


def _frame(visit: Visit) -> dict[str, Any]:
    link = visit.opened.link
    return {
        "link": link,
        "actor": visit.opened.actor,
        "status": visit.opened.status.value,
        "incident": link.incident,
        "here": visit.address(),
        "step_approve": visit.address("approve"),
        "step_attest": visit.address("attest"),
        "other_language": page_address(visit.token, "zh-hans" if visit.language == "en" else "en"),
        "token": visit.token,
        "link_left": left_until(link.expires_at, SYSTEM_CLOCK.now()),
    }


def _approval(visit: Visit) -> dict[str, Any]:
    incident, desk, status = visit.opened.link.incident, visit.desk, visit.opened.status
    context = {**approval_context(desk, incident), **_frame(visit)}
    context["sample_gloss"] = _gloss(context)
    plan = context["roll_out"]
    if plan is not None:
        context["doors"] = outreach.doors_of(desk.actor, plan)
    is_ready = incident.state == IncidentState.SAMPLE_SENT and context["sample"] is not None
    context["can_decide"] = status is LinkStatus.OPEN and is_ready
    if status is not LinkStatus.OPEN:
        pk = incident.pk
        counts = outreach.counts_by_incident(desk.actor, [pk], STEP_FIRST_CONTACT)[pk]
        cases = incidents.case_counts(desk.actor, [pk], STEP_FIRST_CONTACT)[pk]
        context["tally"] = storm_tally(counts, cases, has_plan=plan is not None)
        context["packs"] = incidents.packs_of(desk.actor, pk) if visit.opened.link.may_download else []
    return context


def _gloss(context: dict[str, Any]) -> str:
    """What the sample says, in Chinese, with its own order filled in; as written where something is not known."""
    sample, script, sheet = context["sample"], context["script"], context["sheet"]
    if sample is None or script is None or sheet is None:
        return ""
    gloss = next((text.gloss for text in script.texts if text.language == sample.row.language), "")
    order = sample.row.order
    values = values_of(order, facts_of(sheet), Language.ZH_HANS)
    try:
        return render_words(gloss, values, Language.ZH_HANS, Market(order.shop.market)).text if gloss else ""
    except InvalidInput:
        return gloss


def _facts(visit: Visit) -> dict[str, Any]:
    incident, desk = visit.opened.link.incident, visit.desk
    places = incidents.places_of(desk.actor, [incident.pk])[incident.pk]
    return {
        **_frame(visit),
        "sheet": incidents.newest_facts(desk.actor, [incident.pk])[incident.pk],
        "papers": incidents.papers_of(desk.actor, incident.pk),
        "zone": zone_of({market for _platform, market in places}),
        "order_count": incidents.case_counts(desk.actor, [incident.pk], STEP_FIRST_CONTACT)[incident.pk].total,
        "can_decide": visit.opened.status is LinkStatus.OPEN,
    }


@require_safe
@by_link
def paper(visit: Visit, *, sha256: str) -> FileResponse:
    """An official paper of the storm, always as a download."""
    found = get_scoped(Paper, visit.opened.actor, incident_id=visit.opened.link.incident_id, sha256=sha256)
    path = paper_path(found)
    if not path.is_file():
        raise NotFound("web_paper_file_missing", name=found.name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type)


@require_safe
@by_link
def pack(visit: Visit, *, number: int) -> FileResponse:
    """A sealed pack, where the link was made to give it and has decided. Raises NotAllowed(link_pack_not_yours)."""
    link = visit.opened.link
    if not link.may_download or visit.opened.status is LinkStatus.OPEN:
        raise NotAllowed("link_pack_not_yours")
    found = get_scoped(Pack, visit.opened.actor, incident_id=link.incident_id, number=number)
    return file_answer(found, pack_path(found))


@require_safe
@by_link
def picture(visit: Visit, *, page: int) -> HttpResponse:
    """A page of the sample's chat picture, where the link is about it. Raises NotFound(picture_page_missing)."""
    link, actor = visit.opened.link, visit.opened.actor
    row = outreach.sample_of(actor, link.incident_id, STEP_FIRST_CONTACT)
    if link.purpose != LinkPurpose.APPROVE or row is None:
        raise NotFound("picture_page_missing")
    return image_answer(actor, get_scoped(Case, actor, incident_id=link.incident_id, pk=row.case_id), page)
