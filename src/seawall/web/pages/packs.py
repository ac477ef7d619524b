"""Evidence packs and papers: sealed here, streamed from where they lie."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from seawall.evidence.api import Pack, Screenshot, screenshot_path
from seawall.incidents import queries as incidents
from seawall.incidents.api import (
    Case,
    Incident,
    Paper,
    add_paper,
    extract_of_case,
    pack_path,
    paper_path,
    seal_pack,
    token_file,
)
from seawall.kernel.errors import InvalidInput, NotFound, Refused
from seawall.tenancy.api import get_scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.twice import unless_made_meanwhile


@require_POST
@desk_page("evidence.read")
def seal(desk: Desk, code: str) -> HttpResponseBase:
    """Seal the storm's next pack."""
    incident = incidents.incident_by_code(desk.actor, code)
    with unless_made_meanwhile(desk, incident, lambda: len(incidents.packs_of(desk.actor, incident.pk))) as is_first:
        if is_first:
            pack = _sealed(desk, incident)
            counts = {"number": pack.number, "items": f"{pack.items:,}"}
            messages.success(desk.request, _("Pack %(number)s is sealed: %(items)s items.") % counts)
    return redirect("incident", code=code)


def _sealed(desk: Desk, incident: Incident) -> Pack:
    try:
        return seal_pack(incident, by=desk.actor, clock=desk.clock)
    except Refused as refusal:
        # The proof is in the records: what keeps a report from being made must not keep a pack from being sealed.
        if not refusal.code.startswith("report_"):
            raise
        messages.warning(desk.request, str(refusal))
        return seal_pack(incident, by=desk.actor, clock=desk.clock, with_report=False)


@require_safe
@desk_page("evidence.read")
def download(desk: Desk, code: str, number: int) -> HttpResponseBase:
    """A sealed pack under the name it was sealed with. The very bytes: nothing is packed again."""
    incident = incidents.incident_by_code(desk.actor, code)
    pack = get_scoped(Pack, desk.actor, incident_id=incident.pk, number=number)
    return file_answer(pack, pack_path(pack))


@require_safe
@desk_page("evidence.read")
def token(desk: Desk, code: str, number: int) -> HttpResponseBase:
    """The time-stamp token that came after the sealing, to lie beside the pack."""
    incident = incidents.incident_by_code(desk.actor, code)
    pack = get_scoped(Pack, desk.actor, incident_id=incident.pk, number=number)
    name, data = token_file(pack, by=desk.actor)
    return _attachment(name, data, "application/timestamp-reply")


@require_safe
@desk_page("evidence.read")
def extract(desk: Desk, code: str, number: int, pk: int) -> HttpResponseBase:
    """One order taken out of a pack, with proofs that lead to the signed root."""
    incident = incidents.incident_by_code(desk.actor, code)
    pack = get_scoped(Pack, desk.actor, incident_id=incident.pk, number=number)
    found = get_scoped(Case, desk.actor, incident_id=incident.pk, pk=pk)
    data = extract_of_case(pack, found, by=desk.actor)
    return _attachment(f"{pack_path(pack).stem}-{found.order.platform_order_id}.zip", data, "application/zip")


def _attachment(name: str, data: bytes, content_type: str) -> FileResponse:
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=content_type)


@require_safe
@desk_page("evidence.read")
def report(desk: Desk, code: str, number: int, name: str) -> HttpResponseBase:
    """A report file of a sealed pack, for reading in the browser: the very bytes that stand in the pack.

    Raises NotFound(web_report_missing, web_pack_file_missing).
    """
    incident = incidents.incident_by_code(desk.actor, code)
    pack = get_scoped(Pack, desk.actor, incident_id=incident.pk, number=number)
    if name not in pack.counts.get("reports", ()):
        raise NotFound("web_report_missing", number=pack.number)
    path = pack_path(pack)
    if not path.is_file():
        raise NotFound("web_pack_file_missing", number=pack.number)
    with ZipFile(path) as file:
        member = file.open(name)
    return FileResponse(member, filename=f"{code}-{number}-{name}", content_type="application/pdf")


def file_answer(pack: Pack, path: Path) -> FileResponse:
    """A pack's bytes. Raises NotFound(web_pack_file_missing, pack_file_erased)."""
    if not path.is_file():
        raise NotFound("pack_file_erased" if pack.file_erased_at else "web_pack_file_missing", number=pack.number)
    return zip_answer(path, pack.sha256)


def zip_answer(path: Path, sha256: str) -> FileResponse:
    """The very bytes of a ZIP, under the name it was written with."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip")
    response.headers["X-Seawall-SHA256"] = sha256
    return response


@require_safe
@desk_page("incident.read")
def paper(desk: Desk, code: str, sha256: str) -> HttpResponseBase:
    """An official paper, always as a download: it came from outside and is never shown inside the console."""
    incident = incidents.incident_by_code(desk.actor, code)
    found = get_scoped(Paper, desk.actor, incident_id=incident.pk, sha256=sha256)
    path = paper_path(found)
    if not path.is_file():
        raise NotFound("web_paper_file_missing", name=found.name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type)


@require_safe
@desk_page("evidence.read")
def screenshot(desk: Desk, code: str, sha256: str) -> HttpResponseBase:
    """A real screenshot as it is kept, always as a download: it came from outside."""
    incident = incidents.incident_by_code(desk.actor, code)
    found = get_scoped(Screenshot, desk.actor, incident_id=incident.pk, sha256=sha256)
    path = screenshot_path(found)
    if not path.is_file():
        raise NotFound("web_paper_file_missing", name=path.name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=found.content_type)


@require_POST
@desk_page("incident.read")
def attach(desk: Desk, code: str) -> HttpResponseBase:
    """Add official papers to the facts sheet."""
    incident = incidents.incident_by_code(desk.actor, code)
    given = desk.request.FILES.getlist("papers")
    if not given:
        raise InvalidInput("web_no_file")
    for file in given:
        add_paper(incident, name=file.name or "", content=file.read(), by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("Papers added. The facts must be attested with them."))
    return redirect("incident", code=code)
