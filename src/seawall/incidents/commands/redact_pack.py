"""Derive the reviewer's form of a sealed pack: what tells who a buyer is, masked."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from seawall.evidence.api import Derived, Known, Pack, Progress, RedactedPack, derive, team_signer
from seawall.evidence.records import OrderKey
from seawall.incidents.commands.seal_pack import pack_path
from seawall.incidents.models import Incident
from seawall.kernel.clock import Clock
from seawall.kernel.errors import NotFound, Refused
from seawall.orders.api import Order
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor, get_scoped, scoped
from seawall.timeline.api import record


def redact_pack(
    incident: Incident,
    *,
    by: Actor,
    clock: Clock,
    number: int | None = None,
    with_papers: bool = True,
    progress: Progress | None = None,
) -> RedactedPack:
    """Write and record the reviewer's form of a pack (the newest when no `number` is given). The pack is only read.

    What order files said of a buyer is masked wherever it stands, and what looks like a phone or an address.
    Raises NotFound (storm, pack), Refused(redact_nothing_sealed, pack_file_erased, redact_source_damaged).
    """
    by.require("evidence.pack")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        pack = _pack(incident, number, by)
        if not pack_path(pack).is_file():
            raise Refused("pack_file_erased" if pack.file_erased_at else "web_pack_file_missing", number=pack.number)
        serial = (pack.redacted.aggregate(top=Max("number"))["top"] or 0) + 1
        stored_as = f"{by.team_id}/{incident.code}/seawall-{incident.code}-{pack.number}-redacted-{serial}.zip"
        signing = team_signer(by.team_id, clock=clock)
        now = max(clock.now(), signing.since)
        made = derive(
            pack_path(pack), lambda keys: _known(incident, keys), signing.signer, _folder() / stored_as,
            at=now, with_papers=with_papers, progress=progress,
        )  # fmt: skip
        row = _row(pack, made, serial, stored_as, by=by, clock=clock)
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="evidence.redact", clock=clock, by=by,
            subject=f"pack:{pack.pk}",
            after={"number": pack.number, "root": row.root, "sha256": row.sha256, "masked": row.masked},
        )  # fmt: skip
    return row


def redacted_path(row: RedactedPack) -> Path:
    """Where a reviewer's form lies."""
    return _folder() / row.stored_as


def redacted_of(incident: Incident, by: Actor) -> list[RedactedPack]:
    """The reviewer's forms of a storm's packs, the newest first."""
    by.require("evidence.read")
    rows = scoped(RedactedPack, by).filter(pack__incident_id=incident.pk)
    return list(rows.select_related("pack", "made_by").order_by("-pack__number", "-number"))


def _folder() -> Path:
    return get_settings().evidence_path


def _pack(incident: Incident, number: int | None, by: Actor) -> Pack:
    if number is not None:
        return get_scoped(Pack, by, incident_id=incident.pk, number=number)
    newest = scoped(Pack, by).filter(incident_id=incident.pk).order_by("-number").first()
    if newest is None:
        raise NotFound("redact_nothing_sealed", incident=incident.code)
    return newest


def _row(pack: Pack, made: Derived, serial: int, stored_as: str, *, by: Actor, clock: Clock) -> RedactedPack:
    return RedactedPack.objects.create(
        team_id=by.team_id, pack=pack, number=serial, stored_as=stored_as, sha256=made.sealed.sha256,
        size=made.sealed.size, root=made.sealed.root, key_id=made.sealed.key_id, masked=made.masked,
        left_out=made.left_out, made_by_id=by.user_id, made_at=clock.now(),
    )  # fmt: skip


def _known(incident: Incident, keys: Sequence[OrderKey]) -> Mapping[OrderKey, Known]:
    """What the orders of the storm say of their buyers. Lazada's numbers repeat across shops: the shop is asked too."""
    wanted = {(key.platform.value, key.market.value, key.shop, key.order_id): key for key in keys}
    rows = Order.objects.filter(
        cases__incident=incident, platform_order_id__in={key.order_id for key in keys}
    ).select_related("shop")
    found: dict[OrderKey, Known] = {}
    for order in rows:
        key = wanted.get((order.shop.platform, order.shop.market, order.shop.code, order.platform_order_id))
        if key is not None:
            names = tuple(name for name in (order.buyer_name, order.buyer_handle) if name)
            found[key] = Known(names=names, phones=(order.phone,) if order.phone else ())
    return found
