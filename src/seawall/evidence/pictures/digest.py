"""The digest that ties a picture to the records it is drawn from. Worked out again by whoever verifies a pack."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from seawall.connectors.contracts import Speaker
from seawall.evidence.records import BodyEncoding, OrderKey, RecordKind
from seawall.evidence.seal.canonical import instant, without_lone_surrogates

_FORM = "seawall-chat/1"


class Drawn(Protocol):
    """What a picture shows of a record: a MessageRecord has it, and so has a line read back from a pack."""

    @property
    def ref(self) -> str: ...
    @property
    def kind(self) -> RecordKind: ...
    @property
    def speaker(self) -> Speaker: ...
    @property
    def our_at(self) -> datetime: ...
    @property
    def platform_at(self) -> datetime | None: ...
    @property
    def read_up_to(self) -> datetime | None: ...
    @property
    def session_id(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def blocked_note(self) -> str: ...
    @property
    def is_recalled(self) -> bool: ...
    @property
    def is_auto_reply(self) -> bool: ...
    @property
    def body(self) -> str: ...
    @property
    def body_encoding(self) -> BodyEncoding: ...


def drawn_from(key: OrderKey, shop_name: str, records: Iterable[Drawn], *, is_simulated: bool) -> str:
    """Hex SHA-256 over the order, whether it is an exercise, and every record with its whole body, in their order.

    Each value goes in with its length before it (a netstring), so that no two contents give the same bytes.
    """
    digest = hashlib.sha256()
    head = (_FORM, "simulated" if is_simulated else "real", key.platform, key.market, key.shop, key.order_id, shop_name)
    digest.update(_netstrings(head))
    for record in records:
        digest.update(_netstrings(_fields(record)))
    return digest.hexdigest()


def _fields(record: Drawn) -> tuple[str, ...]:
    flags = ("recalled" if record.is_recalled else "") + ("auto" if record.is_auto_reply else "")
    return (
        record.ref, record.kind, record.speaker, instant(record.our_at), _time(record.platform_at),
        _time(record.read_up_to), record.session_id, record.message_id, record.text, record.blocked_note, flags,
        record.body_encoding, record.body,
    )  # fmt: skip


def _time(at: datetime | None) -> str:
    return "" if at is None else instant(at)


def _netstrings(values: Iterable[str]) -> bytes:
    parts = []
    for value in values:
        data = without_lone_surrogates(value).encode()
        parts.append(b"%d:%b," % (len(data), data))
    return b"".join(parts)
