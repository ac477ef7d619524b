"""Import order files: upload -> see the plan -> apply. Rejected rows come back as a file."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from seawall.kernel.texts import text
from seawall.orders.api import ImportFile, ImportFiles, apply_plan, plan_import
from seawall.orders.imports.api import FileReading, ImportPlan, dry_run_json, write_rejects
from seawall.shops.api import Shop
from seawall.tenancy.api import scoped
from seawall.web import stash
from seawall.web.desk import Desk, desk_page

SHOWN_REJECTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("orders.import")
def import_orders(desk: Desk) -> HttpResponseBase:
    """The form; after an upload, the plan. Nothing is stored before it is applied."""
    if desk.request.method != "POST":
        return desk.render("web/import.html", _form(desk))
    token = stash.put(desk.actor.team_id, desk.request.FILES.getlist("files"), now=desk.clock.now())
    return _plan_page(desk, token, desk.request.POST.get("shop", ""))


def _form(desk: Desk) -> dict[str, Any]:
    recent = scoped(ImportFile, desk.actor).select_related("shop", "applied_by").order_by("-applied_at")
    shops = list(scoped(Shop, desk.actor).order_by("platform", "market", "code"))
    return {"shops": shops, "recent": list(recent[:10]), "chosen": desk.request.GET.get("shop", "")}


def _plan_page(desk: Desk, token: str, shop_code: str) -> HttpResponse:
    shop, planned = _planned(desk, token, shop_code)
    was_shut = bool(desk.request.POST.get("password"))
    view = {"plan": plan_view(planned), "was_shut": was_shut}
    context = {"shop": shop, "token": token, **view, **_form(desk), "chosen": shop.code}
    return desk.render("web/import.html", context)


def _planned(desk: Desk, token: str, shop_code: str) -> tuple[Shop, ImportPlan]:
    paths = stash.get(desk.actor.team_id, token)
    password = desk.request.POST.get("password") or None
    return plan_import(ImportFiles(shop_code=shop_code, paths=paths, password=password), by=desk.actor)


def plan_view(planned: ImportPlan) -> dict[str, Any]:
    """The plan as the page shows it: counts, and a line a file with what is rejected and why."""
    totals = dry_run_json(planned)["totals"]
    return {
        **totals,
        "file_rows": [_file_view(reading) for reading in planned.readings],
        "is_applicable": any(reading.refusal is None for reading in planned.readings),
    }


def _file_view(reading: FileReading) -> dict[str, Any]:
    rejected = list(reading.rejected)
    return {
        "reading": reading,
        "name": reading.name,
        "refusal": reading.refusal.text() if reading.refusal else "",
        "rejects": [(one.row, one.text()) for one in rejected[:SHOWN_REJECTS]],
        "more": max(0, len(rejected) - SHOWN_REJECTS),
        "warnings": [(text(code), count) for code, count in Counter(w.code.value for w in reading.warnings).items()],
    }


@require_http_methods(["POST"])
@desk_page("orders.import")
def apply_orders(desk: Desk, token: str) -> HttpResponseBase:
    """Apply a plan that was shown. The files are read again; what the shop holds may have changed meanwhile."""
    shop, planned = _planned(desk, token, desk.request.POST.get("shop", ""))
    report = apply_plan(shop, planned, by=desk.actor, clock=desk.clock)
    stored = report.stored
    if stored is None:
        messages.warning(desk.request, _("Nothing was stored: none of the files can be used."))
    else:
        counts = {"new": f"{stored.new:,}", "changed": f"{stored.changed:,}", "same": f"{stored.same:,}"}
        messages.success(desk.request, _("Stored: %(new)s new, %(changed)s changed, %(same)s as before.") % counts)
    return redirect("import_orders")


@require_safe
@desk_page("orders.import")
def rejects(desk: Desk, token: str) -> HttpResponseBase:
    """The rejected rows as a CSV with a reason for each row."""
    _shop, planned = _planned(desk, token, desk.request.GET.get("shop", ""))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejects.csv"
        write_rejects(planned, path)
        content = path.read_bytes()
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="rejects.csv"'},
    )
