"""The shops 店铺: how each one is reached, how long its tokens are good for, and the way to let a seller in."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, SeawallError
from seawall.kernel.markets import Platform
from seawall.kernel.texts import reading_in, text
from seawall.shops import queries
from seawall.shops.api import PlatformApp, Shop, begin_consent, callback_address, finish_consent
from seawall.shops.queries import ShopState
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page, reader_language
from seawall.web.look import Words
from seawall.web.refusals import refusal_of
from seawall.web.wording import MODE_REASONS, words_of


@dataclass(frozen=True, kw_only=True)
class Row:
    """A shop's state with its sentences."""

    state: ShopState
    mode_reason: Words
    stopped: str
    """Why it is stopped, in words."""
    refused: str
    """Why the last try to connect came to nothing, in words."""


@require_safe
@desk_page("shops.read")
def shops(desk: Desk) -> HttpResponseBase:
    """The shops of the team, those that need a person first."""
    states = queries.shop_states(desk.actor, now=desk.clock.now())
    apps = scoped(PlatformApp, desk.actor).select_related("seller").order_by("platform", "label", "pk")
    context = {
        "rows": [_row(each) for each in states],
        "counts": Counter("connected" if each.health in ("good", "put_off") else each.health for each in states),
        "apps": list(apps) if desk.may("shops.connect") else [],
        "callback": callback_address(),
    }
    return desk.render("web/shops.html", context)


def _row(state: ShopState) -> Row:
    connection, asked = state.connection, state.asked
    return Row(
        state=state,
        mode_reason=words_of(MODE_REASONS, connection.mode_reason) if connection else "",
        stopped=text(connection.stopped_reason) if connection and connection.stopped_reason else "",
        refused=text(asked.outcome, **asked.params) if asked and state.asked_state == "refused" else "",
    )


@require_POST
@desk_page("shops.read")
def connect(desk: Desk, pk: int) -> HttpResponseBase:
    """A fresh link for the shop's seller: the browser goes on to the platform by itself, or the link is shown, to be
    handed to the seller.

    A page with a refresh instead of a redirect: the content policy lets forms lead to this site alone, over every hop
    of a redirect, and a platform's consent has hops nobody lists.
    """
    shop = get_scoped(Shop, desk.actor, pk=pk)
    chosen = desk.request.POST.get("app", "")
    if not chosen.isdecimal():
        raise InvalidInput("web_choice_unknown", field="app")
    app = get_scoped(PlatformApp, desk.actor, pk=int(chosen), platform=shop.platform)
    link = begin_consent(shop.code, app.app_key, by=desk.actor, clock=desk.clock)
    goes_on = desk.request.POST.get("how") != "link"
    context = {"shop": shop, "app": app, "link": link, "goes_on": goes_on, "platform": Platform(shop.platform).title}
    return desk.render("web/shop_link.html", context)


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Where a platform sends the seller back to. Asks for no sign-in: the seller may have opened the link anywhere, and
    the state is the proof. Says what happened and shows nothing of the desk. A HEAD (link previews) spends nothing."""
    if request.method == "HEAD":
        return HttpResponse()
    with reading_in(reader_language()):
        try:
            finish_consent(request.GET.dict(), clock=SYSTEM_CLOCK)
        except SeawallError as error:
            sentence, status, title = refusal_of(error, back="").sentence, error.http_status, _("Not connected")
        else:
            sentence, status, title = text("consent_page_done"), 200, _("Connected")
    context = {"title": title, "sentence": sentence, "is_done": status == 200}
    return render(request, "web/shop_callback.html", context, status=status)
