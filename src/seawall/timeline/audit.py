"""The audit log: a team's entries over all storms, narrowed, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from seawall.kernel.errors import InvalidInput
from seawall.tenancy.api import Actor, scoped
from seawall.timeline.models import Entry

SYSTEM = "system"
"""In place of a user name: what Seawall did by itself."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST_US = 253_402_300_799_000_000
"""The end of the year 9999, in microseconds."""
_MOST_PK = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries of the audit log; what is empty or None does not narrow."""

    username: str = ""
    """A user name, or SYSTEM."""
    verb: str = ""
    incident_code: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """The first instant that is left out."""


def audit_log(actor: Actor, wanted: AuditFilter) -> QuerySet[Entry]:
    """The team's entries over all storms and outside them, the newest first. Raises NotAllowed."""
    actor.require("audit.read")
    rows = scoped(Entry, actor).select_related("incident", "user").order_by("-at", "-pk")
    if wanted.username == SYSTEM:
        rows = rows.filter(user__isnull=True)
    elif wanted.username:
        rows = rows.filter(user__username=wanted.username)
    if wanted.verb:
        rows = rows.filter(verb=wanted.verb)
    if wanted.incident_code:
        rows = rows.filter(incident__code=wanted.incident_code)
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    return rows


def page_of(rows: QuerySet[Entry], size: int, after: str = "") -> tuple[list[Entry], str]:
    """Up to `size` entries beyond a mark, and the mark of the next page (empty on the last).

    A mark is the instant and number of the last entry shown, so a page costs the same however deep it lies, and new
    entries do not push old ones onto it a second time. Raises InvalidInput(audit_mark_unreadable).
    """
    if after:
        at, pk = _read_mark(after)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
    found = list(rows[: size + 1])
    shown = found[:size]
    return shown, _mark(shown[-1]) if len(found) > size else ""


def chunks_of(rows: QuerySet[Entry], size: int) -> Iterator[list[Entry]]:
    """Every entry, in pages."""
    mark = ""
    while True:
        found, mark = page_of(rows, size, mark)
        if found:
            yield found
        if not mark:
            return


def _mark(entry: Entry) -> str:
    return f"{(entry.at - _EPOCH) // _MICROSECOND}-{entry.pk}"


def _read_mark(said: str) -> tuple[datetime, int]:
    at, _dash, pk = said.partition("-")
    is_sound = all(part.isascii() and part.isdecimal() and len(part) < 20 for part in (at, pk))
    if not is_sound or int(at) > _MOST_US or int(pk) > _MOST_PK:
        raise InvalidInput("audit_mark_unreadable")
    return _EPOCH + int(at) * _MICROSECOND, int(pk)
