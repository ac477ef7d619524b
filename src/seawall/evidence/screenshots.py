"""Real screenshots: checked by content, hashed on arrival, stored by hash and never by name. Append-only by trigger."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from seawall.evidence.models import Screenshot
from seawall.evidence.pictures.store import store_file
from seawall.evidence.screenshot_files import examine
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor


@dataclass(frozen=True, kw_only=True)
class ShotOf:
    """What a screenshot is of: one order's ledger row."""

    shop_id: int
    incident_id: int
    order_id: int
    recipient_id: int


def keep_screenshot(content: bytes, of: ShotOf, *, by: Actor, clock: Clock) -> Screenshot:
    """Keep a screenshot of one order; the same picture for the same order twice is kept once.

    Call inside a transaction, after the caller has checked that the row is the actor's. Raises InvalidInput (see
    `screenshot_files.examine`), Refused(picture_of_other_order) for a picture that already stands for another order:
    one picture shows one conversation.
    """
    picture = examine(content)
    digest = hashlib.sha256(picture.content).hexdigest()
    known = Screenshot.objects.filter(team_id=by.team_id, sha256=digest).first()
    if known is not None:
        return _same_order(known, of)
    stored_as = f"{by.team_id}/{digest[:2]}/{digest}.{picture.ending}"
    store_file(_folder() / stored_as, picture.content)
    try:
        with transaction.atomic():
            return Screenshot.objects.create(
                team_id=by.team_id, **vars(of), sha256=digest, arrival_sha256=hashlib.sha256(content).hexdigest(),
                size=len(picture.content), width=picture.width, height=picture.height, content_type=picture.kind,
                stored_as=stored_as, metadata=base64.b64encode(picture.metadata).decode("ascii"),
                attached_by_id=by.membership_id, attached_name=by.name, is_simulated=by.is_simulated,
                attached_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        return _same_order(Screenshot.objects.get(team_id=by.team_id, sha256=digest), of)


def screenshot_path(shot: Screenshot) -> Path:
    """Where a screenshot lies."""
    return _folder() / shot.stored_as


def _folder() -> Path:
    return get_settings().files_path / "screenshots"


def _same_order(known: Screenshot, of: ShotOf) -> Screenshot:
    if known.recipient_id != of.recipient_id:
        raise Refused("picture_of_other_order", order=known.order.platform_order_id)
    return known
