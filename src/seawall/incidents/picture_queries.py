"""Reads of chat pictures for the screens: always through the scope of whoever looks. Nothing is drawn here."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from seawall.evidence.api import Capture, Picture, page_path
from seawall.incidents.models import Case
from seawall.incidents.picturing import pictures_folder
from seawall.kernel.errors import NotFound
from seawall.kernel.texts import text
from seawall.tenancy.api import Actor, scoped


@dataclass(frozen=True, kw_only=True)
class CasePicture:
    """The drawn chat of one order, as far as there is one."""

    case_id: int
    pages: range
    """The numbers of its pages, from 1; empty where it could not be drawn."""
    drawn_at: datetime
    is_old: bool
    """Whether records have come since: a worker draws it again shortly."""
    reason: str
    """Why there is no page, in the reader's words; else empty."""
    missing: tuple[str, ...]
    """Code points that no font has a glyph for, as U+…"""


def pictures_of(actor: Actor, cases: Collection[Case]) -> dict[int, CasePicture]:
    """The pictures of some cases of one storm, by the case's key. One query."""
    if not cases:
        return {}
    by_order = {case.order_id: case for case in cases}
    (incident_id,) = {case.incident_id for case in cases}
    records = Capture.objects.filter(incident_id=OuterRef("incident_id"), order_id=OuterRef("order_id"))
    newest = Subquery(records.order_by("-pk").values("pk")[:1])
    rows = scoped(Picture, actor).filter(incident_id=incident_id, order_id__in=by_order).annotate(newest=newest)
    return {
        by_order[row.order_id].pk: CasePicture(
            case_id=by_order[row.order_id].pk,
            pages=range(1, len(row.pages) + 1),
            drawn_at=row.drawn_at,
            is_old=(row.newest or 0) > row.last_capture,
            reason=text(row.refused_code, **row.refused_params) if row.refused_code else "",
            missing=tuple(f"U+{code:04X}" for code in row.missing),
        )
        for row in rows
    }


def picture_page(actor: Actor, case: Case, number: int) -> bytes:
    """The PNG of one page, from 1. Raises NotFound(picture_page_missing), also for a file that was changed."""
    row = scoped(Picture, actor).filter(incident_id=case.incident_id, order_id=case.order_id).first()
    if row is not None and 1 <= number <= len(row.pages):
        sha256 = row.pages[number - 1]
        try:
            data = page_path(pictures_folder(row.team_id), sha256).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
    raise NotFound("picture_page_missing")
