"""One record in the reviewer's form: its words and its body masked, its ids, times and states as they were."""

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from seawall.connectors.contracts import Speaker
from seawall.evidence.records import BodyEncoding, MessageRecord
from seawall.evidence.redaction.masking import Known, mask, masked_name, masked_phone

_PHONE_KEYS = re.compile(r"phone|mobile|tel(?:ephone)?$|msisdn|whatsapp|contact_?(?:no|number)", re.IGNORECASE)
_NAME_KEYS = re.compile(
    r"(?:^|_)(?:buyer|user|account|nick|full|first|last|recipient|receiver|customer|contact|from_user|to_user|display)"
    r"_?name$|^name$|nick(?:_?name)?$|username$",
    re.IGNORECASE,
)
_HIDDEN_KEYS = re.compile(
    r"address|(?:^|_)(?:street|postcode|post_?code|zip(?:_?code)?|lat(?:itude)?|lng|lon(?:gitude)?|birth(?:day)?|e?mail|"
    r"avatar|portrait|head_?url|id_?card|tax_?(?:id|code)|bank|iban)|"
    # A picture or film the buyer sent may show all of this, and its address opens it.
    r"(?:img|image|thumb|picture|photo|video|file|media|cover)_?(?:url|src|id|path|data|base64)?$|^(?:url|small|large)$",
    re.IGNORECASE,
)
DEEPEST = 20
"""Texts inside texts are opened so deep (platforms use two); what lies deeper is left out whole."""
UNREADABLE = "left out: not text"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A record in the reviewer's form, and how often what was masked."""

    record: MessageRecord
    counts: Counter[str]


def redacted(record: MessageRecord, known: Known) -> Redacted:
    """The record for a reviewer. Ids, times, kind, digests and grade-giving fields are those of the record.

    The body is no longer what was received: it is rebuilt from it, and the internal pack alone has the bytes.
    """
    keep = {*known.keep, record.message_id, record.session_id, record.request_id, record.order_id, record.shop} - {""}
    work = _Work(replace(known, keep=keep), is_buyers=record.speaker is Speaker.BUYER)
    made = replace(
        record,
        text=work.words(record.text),
        blocked_note=work.words(record.blocked_note),
        body=work.body(record),
        body_encoding=BodyEncoding.UTF8,
    )
    return Redacted(made, work.counts)


class _Work:
    def __init__(self, known: Known, *, is_buyers: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._known = known
        self._is_buyers = is_buyers

    def words(self, text: str) -> str:
        """A text, masked and counted."""
        made = mask(text, self._known, is_buyers=self._is_buyers)
        self.counts.update(made.counts)
        return made.text

    def body(self, record: MessageRecord) -> str:
        if record.body_encoding is BodyEncoding.BASE64:
            # Bytes that are no text cannot be searched, so they are not shown.
            self.counts["body"] += 1
            return json.dumps({"body": UNREADABLE, "message_id": record.message_id}, ensure_ascii=False)
        opened = _opened(record.body)
        if opened is None:
            return self.words(record.body)
        return _text(self._value("", opened, 0))

    def _value(self, key: str, value: Any, depth: int) -> Any:
        if isinstance(value, bool) or value is None:
            return value
        if depth > DEEPEST:
            self.counts["body"] += 1
            return UNREADABLE
        if _HIDDEN_KEYS.search(key):
            return self._hidden(value)
        if isinstance(value, dict):
            return {name: self._value(name, inner, depth + 1) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._value(key, inner, depth + 1) for inner in value]
        if isinstance(value, str):
            return self._said(key, value, depth)
        return self._number(key, value)

    def _hidden(self, value: Any) -> Any:
        if value in ("", 0, [], {}):
            return value
        self.counts["address"] += 1
        return "***"

    def _said(self, key: str, value: str, depth: int) -> Any:
        if not value or value in self._known.keep:
            return value
        if _PHONE_KEYS.search(key):
            self.counts["phone"] += 1
            return masked_phone(value)
        if _NAME_KEYS.search(key):
            self.counts["name"] += 1
            return masked_name(value)
        opened = _opened(value)
        if opened is not None:
            return _text(self._value(key, opened, depth + 1))
        return self.words(value)

    def _number(self, key: str, value: float) -> Any:
        if _PHONE_KEYS.search(key) and value:
            self.counts["phone"] += 1
            return masked_phone(str(value))
        # Times, ids and amounts are numbers too: of these only what is this buyer's own phone is masked.
        if any(_ends_alike(str(value), phone) for phone in self._known.phones):
            self.counts["phone"] += 1
            return masked_phone(str(value))
        return value


def _ends_alike(number: str, phone: str) -> bool:
    digits = "".join(letter for letter in phone if letter.isdecimal() and letter.isascii()).lstrip("0")
    return (
        len(digits) >= 7
        and number.isdecimal()
        and (number.endswith(digits) or (digits.endswith(number[-9:]) and len(number) >= 8))
    )


def _opened(text: str) -> Any:
    """The object or list that a text holds as JSON; None for any other text."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    # A lone surrogate, which JSON escapes can hold, is kept as the escape it came as: UTF-8 has no form for it.
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return plain if plain.isascii() else _escaped(plain)


def _escaped(plain: str) -> str:
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", plain)
