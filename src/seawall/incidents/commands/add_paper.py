"""Attach an official paper: checked by content, stored by hash, never by its given name."""

import hashlib
import re
from pathlib import Path

from django.db import transaction

from seawall.incidents.commands.write_facts import refresh_digest
from seawall.incidents.models import Incident, Paper, PaperPurpose
from seawall.incidents.states import IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.settings.env import get_settings
from seawall.shops.api import Shop
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record

MAX_BYTES = 20 * 1024 * 1024
"""Largest paper taken (ours)."""

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


def add_paper(
    incident: Incident, *, name: str, content: bytes, by: Actor, clock: Clock, consent_for: str = ""
) -> Paper:
    """Store a paper; the same content twice changes nothing. Facts that were attested must be attested again.

    `consent_for`: the code of the shop for which this is the platform's written consent to sending by API.
    Raises NotFound for a shop that is not the storm's seller's, Refused(paper_is_another_kind) when the same content
    stands there for another purpose, InvalidInput: empty, too large, or neither PDF, PNG nor JPEG by its first bytes.
    """
    by.require("papers.write")
    kind, ending = _kind_of(content, name)
    digest = hashlib.sha256(content).hexdigest()
    stored_as = f"{by.team_id}/{digest[:2]}/{digest}.{ending}"
    _write(stored_as, content)
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        if incident.state in (IncidentState.ROLLING_OUT, IncidentState.FOLLOW_UP, IncidentState.CLOSED):
            raise Refused("papers_closed", state=incident.state)
        shop = get_scoped(Shop, by, code=consent_for, seller_id=incident.seller_id) if consent_for else None
        purpose = PaperPurpose.PLATFORM_CONSENT if shop else PaperPurpose.FACTS
        paper, is_new = Paper.objects.get_or_create(
            incident=incident,
            sha256=digest,
            defaults={
                "team_id": by.team_id,
                "name": safe_name(name),
                "size": len(content),
                "content_type": kind,
                "stored_as": stored_as,
                "purpose": purpose,
                "shop": shop,
                "uploaded_by_id": by.user_id,
                "uploaded_at": clock.now(),
            },
        )
        if (paper.purpose, paper.shop_id) != (purpose, shop.pk if shop else None):
            raise Refused("paper_is_another_kind", name=paper.name)
        if is_new:
            record(
                team_id=by.team_id, incident_id=incident.pk, verb="papers.add", clock=clock, by=by,
                subject=f"paper:{paper.pk}",
                after={"name": paper.name, "sha256": digest, "purpose": purpose.value, "shop": consent_for},
            )  # fmt: skip
            refresh_digest(incident, by=by, clock=clock)
    return paper


def paper_path(paper: Paper) -> Path:
    """Where a paper's content lies."""
    return get_settings().files_path / "papers" / paper.stored_as


def safe_name(name: str) -> str:
    """A given file name without folders, control characters or anything a shell or browser would act on."""
    last = re.split(r"[\\/]", name)[-1]
    cleaned = re.sub(r"[^\w.\- ()\u4e00-\u9fff\u0e00-\u0e7f]", "_", last).strip(". ")
    return cleaned[:120] or "paper"


def _kind_of(content: bytes, name: str) -> tuple[str, str]:
    if not content:
        raise InvalidInput("paper_empty", name=safe_name(name))
    if len(content) > MAX_BYTES:
        raise InvalidInput("paper_too_large", name=safe_name(name), limit=MAX_BYTES // 1024 // 1024)
    for magic, kind, ending in _KINDS:
        if content.startswith(magic):
            return kind, ending
    raise InvalidInput("paper_kind_unknown", name=safe_name(name))


def _write(stored_as: str, content: bytes) -> None:
    target = get_settings().files_path / "papers" / stored_as
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".part")
    part.write_bytes(content)
    part.replace(target)
