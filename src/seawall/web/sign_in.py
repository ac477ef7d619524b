"""Ways in and small choices of a person: one-time link, team, language, light or dark."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import NotAllowed
from seawall.kernel.texts import reading_in
from seawall.tenancy.api import Membership, use_sign_in_link
from seawall.web.desk import TEAM_KEY, reader_language
from seawall.web.refusals import refusal_of

THEMES = ("light", "dark")
THEME_COOKIE = "seawall_theme"
_YEAR_S = 365 * 24 * 3600


@never_cache
@require_safe
def by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Sign in by a one-time link, then go to the board or to the local page the link names. A HEAD spends nothing."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        user = use_sign_in_link(token, clock=SYSTEM_CLOCK)
    except NotAllowed as error:
        with reading_in(reader_language()):
            refusal = refusal_of(error, back=reverse("account_login"))
        return render(request, "web/link_dead.html", {"refusal": refusal}, status=403)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(safe_next(request, request.GET.get("next", "")))


def safe_next(request: HttpRequest, wanted: str) -> str:
    """A path of this site, or the board. Never another host: links come by chat and can be tampered with."""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("board")


@require_POST
def choose_team(request: HttpRequest) -> HttpResponseBase:
    """Look at another of one's own teams. A team one is not in changes nothing."""
    given = request.POST.get("team", "")
    mine = Membership.objects.filter(user=request.user.pk or 0, is_active=True)
    if given.isdecimal() and mine.filter(team_id=int(given)).exists():
        request.session[TEAM_KEY] = int(given)
    return redirect("board")


@require_POST
def look(request: HttpRequest) -> HttpResponseBase:
    """Keep a choice of language or of light and dark in a cookie, and go back to where one was."""
    response = redirect(safe_next(request, request.POST.get("next", "")))
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR_S, samesite="Lax", secure=request.is_secure()
        )
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=_YEAR_S, samesite="Lax", secure=request.is_secure())
    return response
