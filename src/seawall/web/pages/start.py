"""The guided start: drop the order files -> see what they hold -> say what struck -> facts -> script -> the room.

Each step is a plain form. What was uploaded lies in the team's own folder for a day; from the moment the storm is open
everything else stands in the database, so whoever breaks off goes on where it was left.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seawall.incidents.api import IncidentKind, OpenFromFiles, open_from_files, started_by
from seawall.kernel.errors import InvalidInput, SeawallError
from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.api import plan, write_rejects
from seawall.shops.api import AddShop, Shop, add_shop
from seawall.tenancy.api import Seller, get_scoped, scoped
from seawall.web import stash
from seawall.web.desk import Desk, desk_page
from seawall.web.refusals import refusal_of
from seawall.web.start_view import DroppedFile, by_shop, dropped_files
from seawall.web.wording import KIND_ICONS

UNDER_WAY = "start"
"""Session key of the upload whose storm is not open yet."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.open")
def begin(desk: Desk) -> HttpResponseBase:
    """First step: whose orders, and the files."""
    desk.actor.require("orders.import")
    sellers = list(scoped(Seller, desk.actor).order_by("name", "code"))
    if desk.request.method == "POST":
        seller = get_scoped(Seller, desk.actor, code=desk.request.POST.get("seller", ""))
        token = stash.put(desk.actor.team_id, desk.request.FILES.getlist("files"), now=desk.clock.now())
        desk.request.session[UNDER_WAY] = [token, seller.code]
        return redirect("start_files", seller=seller.code, token=token)
    return desk.render("web/start/begin.html", {"sellers": sellers, "step": 1, "under_way": _under_way(desk)})


def _under_way(desk: Desk) -> dict[str, Any] | None:
    """Files this member dropped and did not open a storm from yet."""
    found = desk.request.session.get(UNDER_WAY)
    if not isinstance(found, list) or len(found) != 2 or started_by(found[0], by=desk.actor) is not None:
        return None
    try:
        paths = stash.get(desk.actor.team_id, found[0])
    except SeawallError:
        return None
    return {"token": found[0], "seller": found[1], "names": [path.name for path in paths]}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.open")
def files(desk: Desk, seller: str, token: str) -> HttpResponseBase:
    """Second step: what the files hold and whose they are; then what struck. Opening twice gives one storm."""
    desk.actor.require("orders.import")
    whose = get_scoped(Seller, desk.actor, code=seller)
    standing = started_by(token, by=desk.actor)
    if standing is not None:
        return redirect("incident" if standing.facts_sheets.exists() else "write_facts", code=standing.code)
    given = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    password = desk.request.POST.get("password") or None
    found = dropped_files(stash.get(desk.actor.team_id, token), _shops(desk, whose), given.dict(), password=password)
    fault = ""
    if desk.request.POST.get("do") == "open":
        try:
            incident = open_from_files(
                OpenFromFiles(
                    key=token, seller_code=whose.code, kind=given.get("kind", ""), title=given.get("title", ""),
                    files=_usable(found), is_training=bool(given.get("training")), password=password,
                ),
                by=desk.actor, clock=desk.clock,
            )  # fmt: skip
        except InvalidInput as error:
            fault = refusal_of(error, back="").sentence
        else:
            desk.request.session.pop(UNDER_WAY, None)
            messages.success(desk.request, _("Storm %(code)s is open. Now the facts.") % {"code": incident.code})
            return redirect("write_facts", code=incident.code)
    context = _files_context(desk, whose, token, found, given.dict())
    return desk.render("web/start/files.html", {**context, "fault": fault}, status=422 if fault else 200)


def _shops(desk: Desk, seller: Seller) -> list[Shop]:
    return list(scoped(Shop, desk.actor).filter(seller=seller).order_by("platform", "market", "code"))


def _usable(found: list[DroppedFile]) -> Any:
    """The files by shop. Raises InvalidInput while a file that was read has no shop yet, or none can be used."""
    nameless = next((file for file in found if file.is_read and file.shop is None), None)
    if nameless is not None:
        raise InvalidInput("web_file_without_shop", file=nameless.name)
    usable = by_shop(found)
    if not usable:
        raise InvalidInput("web_no_usable_file")
    return usable


def _files_context(
    desk: Desk, seller: Seller, token: str, found: list[DroppedFile], given: Mapping[str, str]
) -> dict[str, Any]:
    ready = [file for file in found if file.is_ready]
    missing = next((file for file in found if file.is_missing_shop), None)
    return {
        "step": 2,
        "seller": seller,
        "token": token,
        "files": found,
        "given": given,
        "kinds": [(kind, KIND_ICONS[kind]) for kind in IncidentKind.values],
        "orders": sum(file.orders for file in ready),
        "finished": sum(file.finished for file in ready),
        "rejected": sum(file.rejected for file in found),
        "is_shut": any(file.is_shut for file in found),
        "can_open": bool(ready),
        "missing": missing,
        "platforms": list(Platform),
        "markets": [market for market in Market if market is not Market.TW],
        "suggested": _suggested(missing),
    }


def _suggested(missing: DroppedFile | None) -> dict[str, str]:
    """What a missing shop would be filled in with."""
    if missing is None:
        return {}
    platform, market = missing.reading.platform, missing.reading.market_named or missing.reading.market
    return {
        "platform": platform.value if platform else "",
        "market": market.value if market else "",
        "code": f"{platform.letter}{market.value}" if platform and market else "",
    }


@require_POST
@desk_page("incident.open")
def new_shop(desk: Desk, seller: str, token: str) -> HttpResponseBase:
    """A shop that was missing, by name only; it is connected later. Then back to the files."""
    desk.actor.require("shops.connect")
    stash.get(desk.actor.team_id, token)
    given = desk.request.POST
    code, name = given.get("code", "").strip(), given.get("name", "").strip()
    if given.get("platform") not in list(Platform) or given.get("market") not in list(Market) or not code or not name:
        raise InvalidInput("web_shop_incomplete")
    shop = add_shop(
        AddShop(
            seller_code=seller, platform=Platform(given["platform"]), market=Market(given["market"]),
            code=code[:40], name=name[:120],
        ),
        by=desk.actor, clock=desk.clock,
    )  # fmt: skip
    messages.success(desk.request, _("Shop %(code)s is there now. It can be connected later.") % {"code": shop.code})
    return redirect("start_files", seller=seller, token=token)


@require_safe
@desk_page("incident.open")
def rejects(desk: Desk, seller: str, token: str) -> HttpResponseBase:
    """The rows that are not taken, of all the files, with a reason for each."""
    desk.actor.require("orders.import")
    whose = get_scoped(Seller, desk.actor, code=seller)
    found = dropped_files(
        stash.get(desk.actor.team_id, token), _shops(desk, whose), desk.request.GET.dict(), password=None
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejects.csv"
        write_rejects(plan([file.reading for file in found]), path)
        content = path.read_bytes()
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="rejects.csv"'},
    )
