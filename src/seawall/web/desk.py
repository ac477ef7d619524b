"""The frame every page of the console runs in: who looks, in which team, in which language; refusals become pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

import structlog
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.vary import vary_on_headers

from seawall.incidents.queries import open_incidents
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.errors import NotAllowed, SeawallError
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.kernel.texts import desk_language, reading_in
from seawall.tenancy.api import Actor, Membership, User, actor_of, may
from seawall.web.refusals import refusal_of
from seawall.web.times import DESK_ZONE

P = ParamSpec("P")
log = structlog.get_logger()

TEAM_KEY = "team"
"""Session key of the team that a member of several has chosen."""

CLOCK_MARKETS = (Market.TH, Market.PH)
"""Markets whose time stands in the header beside Beijing's: one for each offset in use there."""


@dataclass
class Desk:
    """One request by one member."""

    request: HttpRequest
    membership: Membership
    actor: Actor
    clock: Clock = SYSTEM_CLOCK
    incidents: list[Any] = field(default_factory=list)

    def may(self, verb: str) -> bool:
        """Whether this member's role permits a verb; commands ask again."""
        return may(self.actor.role, verb)

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for parts of the page."""
        return is_partial(self.request)

    def render(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A page in the console's frame."""
        return render(self.request, template, {**shell(self), **context}, status=status)


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for parts. A restored history entry wants the whole page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request


def as_user(request: HttpRequest) -> User:
    """The signed-in user of a request. Raises NotAllowed(user_without_team) for a stranger."""
    if not isinstance(request.user, User):
        raise NotAllowed("user_without_team")
    return request.user


def actor_for(request: HttpRequest) -> tuple[Membership, Actor]:
    """The member behind a request: of the team chosen in the session, else of the first team joined.

    Raises NotAllowed(user_without_team).
    """
    members = Membership.objects.filter(user=as_user(request), is_active=True).select_related("team", "user", "seller")
    found = list(members.order_by("pk"))
    if not found:
        raise NotAllowed("user_without_team")
    chosen = request.session.get(TEAM_KEY)
    membership = next((each for each in found if each.team_id == chosen), found[0])
    request.memberships = found  # type: ignore[attr-defined]  # the team switch in the frame shows them
    return membership, actor_of(membership)


def desk_page(
    verb: str,
) -> Callable[
    [Callable[Concatenate[Desk, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """A page for signed-in members whose role permits `verb`. Whoever is not signed in goes to the sign-in page."""

    def decorate(
        view: Callable[Concatenate[Desk, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @vary_on_headers("HX-Request", "Cookie")
        def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            with reading_in(reader_language()):
                try:
                    membership, actor = actor_for(request)
                    actor.require(verb)
                    return view(Desk(request=request, membership=membership, actor=actor), *args, **kwargs)
                except SeawallError as error:
                    return refused(request, error)

        return page

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("account_login")})
    return redirect_to_login(request.get_full_path())


def refused(request: HttpRequest, error: SeawallError) -> HttpResponse:
    """The page (or part) for a refusal, in the reader's language, with the way out. Nobody is paged."""
    if error.http_status >= 500:
        log.error("page refused", action="web.refused", code=error.code, status=error.http_status)
    template = "web/refusal_part.html" if is_partial(request) else "web/refusal.html"
    refusal = refusal_of(error, back=back_of(request))
    response = render(request, template, {"refusal": refusal}, status=error.http_status)
    if is_partial(request):
        response.headers["HX-Retarget"] = "#refusal"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def back_of(request: HttpRequest) -> str:
    """Where a refused act leads back to: the storm it was about, else the board."""
    match = request.resolver_match
    code = match.kwargs.get("code") if match else None
    is_room = match is not None and match.url_name == "incident"
    return reverse("incident", args=[code]) if code and not is_room else reverse("board")


def reader_language() -> Language:
    """The desk language of this request, as Django's own middleware chose it."""
    return desk_language(get_language())


def shell(desk: Desk) -> dict[str, Any]:
    """What the frame of every page shows."""
    now = desk.clock.now()
    return {
        "desk": desk,
        "actor": desk.actor,
        "membership": desk.membership,
        "memberships": getattr(desk.request, "memberships", [desk.membership]),
        "nav_incidents": list(open_incidents(desk.actor)[:8]),
        "now": now,
        "clocks": [("CN", f"{now.astimezone(DESK_ZONE):%H:%M}")]
        + [(market.value, f"{now.astimezone(market.zone):%H:%M}") for market in CLOCK_MARKETS],
    }
