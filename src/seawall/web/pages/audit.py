"""The audit log 审计日志: who did what in the team, over all storms and outside them; filtered, paged, as a sheet."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from seawall.kernel.cells import neutral
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.texts import reading_in
from seawall.tenancy.api import Membership, scoped
from seawall.timeline.api import SYSTEM, AuditFilter, Entry, audit_log, chunks_of, page_of
from seawall.web.desk import Desk, desk_page, reader_language
from seawall.web.times import DESK_ZONE
from seawall.web.verbs import VERBS, line_of
from seawall.web.wording import ROLES, words_of

PAGE_SIZE = 100
CHUNK = 2000
"""Entries read at once for a sheet."""


@require_safe
@desk_page("audit.read")
def audit(desk: Desk) -> HttpResponseBase:
    """A page of entries, the newest first."""
    chosen = _chosen(desk.request.GET)
    entries, older = page_of(audit_log(desk.actor, _filter(chosen)), PAGE_SIZE, desk.request.GET.get("after", ""))
    people = scoped(Membership, desk.actor).select_related("user").order_by("user__username")
    context: dict[str, Any] = {
        "lines": [line_of(entry) for entry in entries],
        "zone": DESK_ZONE,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "is_first": not desk.request.GET.get("after"),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "older": older,
        "people": [(each.user.username, str(each.user)) for each in people],
        "system": SYSTEM,
        "verbs": sorted(VERBS),
    }
    return desk.render("web/audit.html", context)


@require_safe
@desk_page("audit.read")
def export(desk: Desk) -> HttpResponseBase:
    """All entries of the filter as CSV, read and sent a piece at a time."""
    rows = audit_log(desk.actor, _filter(_chosen(desk.request.GET)))
    pieces = _pieces(chunks_of(rows, CHUNK), reader_language(), get_language() or "en")
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{desk.clock.now():%Y%m%d}.csv"'
    return response


def _pieces(chunks: Iterator[list[Entry]], language: Language, tongue: str) -> Iterator[bytes]:
    """The sheet, piece by piece. The reader's language is set for each piece anew: between two of them this thread
    belongs to somebody else."""
    with reading_in(language), translation.override(tongue):
        head = _csv([_columns()])
    # With a mark, since Excel takes a file without one for the machine's old code page.
    yield "\ufeff".encode() + head
    for entries in chunks:
        with reading_in(language), translation.override(tongue):
            piece = _csv([_cells(entry) for entry in entries])
        yield piece


def _columns() -> list[str]:
    return [
        _("When"), _("Verb"), _("What"), _("Who"), pgettext("person", "Role"), _("Simulated"), _("For"), _("Storm"),
        _("Of what"), _("Before"), _("After"), _("Why"),
    ]  # fmt: skip


def _cells(entry: Entry) -> list[str]:
    return [
        entry.at.astimezone(DESK_ZONE).isoformat(sep=" ", timespec="milliseconds"), entry.verb, line_of(entry).words,
        entry.actor_name, str(words_of(ROLES, entry.actor_role)), _("yes") if entry.is_simulated else "",
        entry.on_behalf_of, entry.incident.code if entry.incident else "", entry.subject,
        _said(entry.before), _said(entry.after), entry.why,
    ]  # fmt: skip


def _said(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _chosen(given: Mapping[str, str]) -> dict[str, str]:
    """What narrows the log. A verb that does not exist is dropped, as if it had not been asked for."""
    longest = {"person": 150, "verb": 60, "incident": 20, "from": 10, "until": 10}
    chosen = {name: given.get(name, "").replace("\x00", "").strip()[:most] for name, most in longest.items()}
    if chosen["verb"] not in VERBS:
        chosen["verb"] = ""
    return chosen


def _filter(chosen: Mapping[str, str]) -> AuditFilter:
    until = _day(chosen["until"])
    return AuditFilter(
        username=chosen["person"],
        verb=chosen["verb"],
        incident_code=chosen["incident"],
        since=_day(chosen["from"]),
        until=until + timedelta(days=1) if until else None,
    )


def _day(said: str) -> datetime | None:
    """The desk's midnight that begins a day; None where none is said. Raises InvalidInput(audit_day_unreadable)."""
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = date.min
    # Far from both ends of what a date can hold, so that a zone and a day more fit in.
    if not 1970 <= day.year <= 9000:
        raise InvalidInput("audit_day_unreadable", value=said)
    return datetime.combine(day, time.min, tzinfo=DESK_ZONE)
