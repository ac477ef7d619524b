"""The settings 设置: one's own look and second factor, the team's facts, and what this installation runs with."""

from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from seawall.rulebook.api import own_figures
from seawall.settings.describe import describe
from seawall.settings.env import get_settings
from seawall.shops.api import Shop
from seawall.tenancy.api import Membership, Seller, scoped
from seawall.web.desk import Desk, desk_page


@require_safe
@desk_page("settings.read")
def settings(desk: Desk) -> HttpResponseBase:
    """What is in force. Read only, but for one's own language and light or dark, which lie in cookies.

    Settings of the installation are set at the server, by environment variables; an administrator sees them here with
    every secret hidden, nobody else does.
    """
    is_staff = desk.may("rules.read")
    context: dict[str, Any] = {
        "team": desk.membership.team,
        "members": scoped(Membership, desk.actor).filter(is_active=True).count() if is_staff else None,
        "sellers": scoped(Seller, desk.actor).count() if is_staff else None,
        "shops": scoped(Shop, desk.actor).count() if is_staff else None,
        "figures": len(own_figures(desk.actor)) if is_staff else None,
        "installation": describe(get_settings()) if desk.may("installation.read") else None,
    }
    return desk.render("web/settings.html", context)
