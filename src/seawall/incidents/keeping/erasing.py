"""Erase what is due of one kind: tell first, with the hash of what it held, then remove. Inside the caller's
transaction.

The database lets a record go only when the erasure under way has told of it (migration 0006 of evidence), so a fault in
here removes nothing untold.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from seawall.casework.api import BuyerRequest
from seawall.connectors.models import ReceivedEvent
from seawall.evidence.api import Capture, ErasedItem, Erasure, Pack, Picture, RedactedPack, Screenshot, page_path
from seawall.inbox.api import Message
from seawall.incidents.keeping.due import Due
from seawall.incidents.picturing import pictures_folder
from seawall.kernel.digest import digest_of, sha256_text
from seawall.orders.api import Order, ProblemParcel
from seawall.settings.env import get_settings

CHUNK = 2000
SEAL_KEPT = ".seal.zip"
"""Ending of the file that keeps the seal (hashes, tree, signature, key) of a pack whose file was removed."""

Told = Iterator[ErasedItem]


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How one thing is told of and removed."""

    tell: Callable[[Any], list[ErasedItem]]
    remove: Callable[[list[int], datetime], None]
    related: tuple[str, ...] = ()


def erase(rows: Due, erasure: Erasure) -> dict[str, int]:
    """Tell of and remove all rows. Gives how many of each. Files are only named: see `remove_files`."""
    with connection.cursor() as cursor:
        # Until the end of this transaction, and of no use to another erasure.
        cursor.execute("SELECT set_config('seawall.erasure', %s, true)", [str(erasure.pk)])
    return {what: _erase(what, found, erasure) for what, found in rows.items()}


def _erase(what: str, found: QuerySet[Any], erasure: Erasure) -> int:
    way, total = _WAYS[what], 0
    # The keys first: rows that are emptied no longer answer the question they were found by.
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        told = []
        for row in found.model._default_manager.filter(pk__in=chunk).select_related(*way.related).order_by("pk"):
            for item in way.tell(row):
                item.team_id, item.erasure, item.what, item.ref = erasure.team_id, erasure, what, row.pk
                told.append(item)
        ErasedItem.objects.bulk_create(told)
        way.remove(chunk, erasure.erased_at)
        total += len(chunk)
    return total


def digest_of_item(item: ErasedItem) -> str:
    """What an item says, hashed: the data of its leaf in the erasure's tree."""
    return digest_of(
        {
            "digest": item.digest, "file": item.file, "incident": item.incident_id, "order": item.order_id,
            "ref": item.ref, "what": item.what,
        }
    )  # fmt: skip


def remove_files(erasure: Erasure) -> int:
    """Remove the files an erasure named; one that is gone already is as good. Gives how many were there.

    Call after the erasure is committed, and again until `files_gone_at` is set: a machine may stop in between.
    """
    removed = 0
    for item in erasure.items.exclude(file="").iterator(chunk_size=CHUNK):
        place = _place(item)
        if item.what == "pack" and place.is_file():
            _keep_seal(place)
        if place.is_file():
            place.unlink()
            removed += 1
    return removed


def _place(item: ErasedItem) -> Path:
    folder = get_settings().files_path / "screenshots" if item.what == "screenshot" else get_settings().evidence_path
    return folder / item.file


def _keep_seal(pack: Path) -> None:
    """The seal of a pack on its own: with it a later pack can still be shown to follow from this one."""
    kept = pack.with_name(pack.name + SEAL_KEPT)
    part = kept.with_name(kept.name + ".part")
    try:
        with zipfile.ZipFile(pack) as whole, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as seal:
            for name in whole.namelist():
                if name.startswith("seal/"):
                    seal.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), whole.read(name))
        part.replace(kept)
    except (OSError, zipfile.BadZipFile):
        # A damaged file has no seal worth keeping; its root and hash stand in the pack's row all the same.
        part.unlink(missing_ok=True)


def _capture(row: Capture) -> list[ErasedItem]:
    return [ErasedItem(incident_id=row.incident_id, order_id=row.order_id, digest=sha256_text(row.body))]


def _push(row: ReceivedEvent) -> list[ErasedItem]:
    return [ErasedItem(digest=sha256_text(row.body))]


def _message(row: Message) -> list[ErasedItem]:
    incident = row.recipient.incident_id if row.recipient else None
    return [ErasedItem(incident_id=incident, order_id=row.recipient.order_id if row.recipient else None)]


def _order(row: Order) -> list[ErasedItem]:
    return [ErasedItem(order_id=row.pk)]


def _sheet(row: ProblemParcel) -> list[ErasedItem]:
    return [ErasedItem(order_id=row.order_id)]


def _screenshot(row: Screenshot) -> list[ErasedItem]:
    return [ErasedItem(incident_id=row.incident_id, order_id=row.order_id, digest=row.sha256, file=row.stored_as)]


def _pack(row: Pack) -> list[ErasedItem]:
    return [ErasedItem(incident_id=row.incident_id, digest=row.sha256, file=row.stored_as)]


def _redacted(row: RedactedPack) -> list[ErasedItem]:
    return [ErasedItem(incident_id=row.pack.incident_id, digest=row.sha256, file=row.stored_as)]


def _picture(row: Picture) -> list[ErasedItem]:
    folder, root = pictures_folder(row.team_id), get_settings().evidence_path
    return [
        ErasedItem(
            incident_id=row.incident_id, order_id=row.order_id, digest=page,
            file=str(page_path(folder, page).relative_to(root)),
        )
        for page in row.pages
    ]  # fmt: skip


def _request(row: BuyerRequest) -> list[ErasedItem]:
    return [ErasedItem(incident_id=row.incident_id, order_id=row.order_id)]


def _delete(model: Any) -> Callable[[list[int], datetime], None]:
    def remove(keys: list[int], at: datetime) -> None:
        # Not the ORM's delete(): it would look for rows that hang on these, and nothing hangs on them.
        rows = model.objects.filter(pk__in=keys)
        rows._raw_delete(rows.db)

    return remove


def _empty(model: Any, **values: object) -> Callable[[list[int], datetime], None]:
    def remove(keys: list[int], at: datetime) -> None:
        model.objects.filter(pk__in=keys).update(**values)

    return remove


def _file_erased(model: Any) -> Callable[[list[int], datetime], None]:
    def remove(keys: list[int], at: datetime) -> None:
        model.objects.filter(pk__in=keys).update(file_erased_at=at)

    return remove


_WAYS = {
    "capture": _Way(tell=_capture, remove=_delete(Capture)),
    # No record, but drawn from them.
    "picture": _Way(tell=_picture, remove=_delete(Picture)),
    "request": _Way(tell=_request, remove=_empty(BuyerRequest, reason="", platform_words="")),
    "push": _Way(tell=_push, remove=_delete(ReceivedEvent)),
    # Emptied, not removed: what a buyer wanted and who asked to be left alone hangs on them.
    "message": _Way(tell=_message, remove=_empty(Message, text="", blocked_note=""), related=("recipient",)),
    "order": _Way(
        tell=_order,
        remove=_empty(
            Order, buyer_handle="", buyer_name="", phone="", is_phone_masked=False, address={}, remark="",
            cancel_reason="",
        ),
    ),
    "parcel_sheet": _Way(tell=_sheet, remove=_empty(ProblemParcel, note="", carrier_text="")),
    "screenshot": _Way(tell=_screenshot, remove=_delete(Screenshot)),
    "pack": _Way(tell=_pack, remove=_file_erased(Pack)),
    "redacted_pack": _Way(tell=_redacted, remove=_file_erased(RedactedPack), related=("pack",)),
}  # fmt: skip
