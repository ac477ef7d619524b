"""Builders of small, true-to-life packs."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from seawall.connectors.contracts import Speaker
from seawall.evidence.records import (
    Approval,
    AttachedFile,
    IncidentHead,
    MessageRecord,
    OrderEvidence,
    PackContents,
    RecordKind,
    ScriptVersion,
    TimelineEntry,
)
from seawall.evidence.seal.keys import SigningKey
from seawall.kernel.markets import Market, Platform

KEY = SigningKey.from_seed(b"\x07" * 32)
OTHER_KEY = SigningKey.from_seed(b"\x08" * 32)
NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
SCRIPT_DIGEST = "5c" * 32
APPROVAL_DIGEST = "a9" * 32


def at(seconds: float) -> datetime:
    """An instant counted from noon."""
    return NOON + timedelta(seconds=seconds)


def a_body(fields: dict[str, Any]) -> str:
    """An answer to a send (lazada.md 2.6) or a push (section 8, body B: text inside text, letters as they are)."""
    message = {"message_id": fields["message_id"], "template_id": 1}
    if fields["kind"] is RecordKind.ANSWER:
        return json.dumps({"code": "0", "success": True, "data": message, "request_id": fields["request_id"]})
    content = json.dumps({"txt": fields["text"]}, ensure_ascii=False)
    data = message | {"session_id": fields["session_id"], "content": content, "status": 0, "process_msg": ""}
    push = {"seller_id": fields["shop"], "message_type": 2, "data": data, "site": "lazada_th"}
    return json.dumps(push, ensure_ascii=False, separators=(",", ":"))


def a_record(order_id: str = "88001122334455", ref: str = "r1", **changes: Any) -> MessageRecord:
    """Our message, acknowledged by the platform, unless told otherwise."""
    fields: dict[str, Any] = {
        "ref": ref,
        "kind": RecordKind.ANSWER,
        "platform": Platform.LAZADA,
        "market": Market.TH,
        "shop": "1000000042",
        "order_id": order_id,
        "speaker": Speaker.SELLER,
        "our_at": at(1),
        "platform_at": at(0),
        "session_id": f"s-{order_id}",
        "message_id": f"m-{order_id}",
        "text": f"สวัสดีค่ะ เรื่องคำสั่งซื้อ {order_id}",
        "language": "th",
        "request_id": "2103demo5",
        "path": "/im/message/send",
        "http_status": 200,
        "script_digest": SCRIPT_DIGEST,
        "approval_digest": APPROVAL_DIGEST,
    }
    fields |= changes
    fields.setdefault("body", a_body(fields))
    return MessageRecord(**fields)


def a_push(order_id: str = "88001122334455", ref: str = "r2", **changes: Any) -> MessageRecord:
    """The platform's push of the same message."""
    fields = {"kind": RecordKind.PUSH, "path": "2", "http_status": 0, "our_at": at(2), "request_id": ""}
    return a_record(order_id, ref, **(fields | changes))


def a_reply(order_id: str = "88001122334455", ref: str = "r3", **changes: Any) -> MessageRecord:
    """The buyer's answer, half a minute later."""
    fields = {
        "speaker": Speaker.BUYER,
        "message_id": f"b-{order_id}",
        "text": "รับทราบค่ะ 🙏",
        "platform_at": at(30),
        "our_at": at(31),
        "script_digest": "",
        "approval_digest": "",
    }
    return a_push(order_id, ref, **(fields | changes))


def an_order(order_id: str = "88001122334455", *records: MessageRecord, **changes: Any) -> OrderEvidence:
    """An order with these records."""
    fields: dict[str, Any] = {
        "platform": Platform.LAZADA,
        "market": Market.TH,
        "shop": "1000000042",
        "shop_name": "ร้าน 017-1",
        "order_id": order_id,
        "outcome": "confirmed" if records else "no_connection",
        "status": "shipped",
        "ordered_at": at(-86_400),
        "tracking_number": "LZTH0001",
        "item": "หมอนเมมโมรีโฟม สีเทา",
        "records": records,
    }
    return OrderEvidence(**(fields | changes))


def five_orders() -> list[OrderEvidence]:
    """One order of each kind: answered, confirmed, acknowledged, blocked, unreachable."""
    ids = [f"8800112233445{n}" for n in range(5)]
    one, two, three, four, five = ids
    return [
        an_order(one, a_record(one, "1a"), a_push(one, "1b"), a_reply(one, "1c"), outcome="answered"),
        an_order(two, a_record(two, "2a"), a_push(two, "2b")),
        an_order(three, a_record(three, "3a"), outcome="acknowledged"),
        an_order(four, a_record(four, "4a"), a_push(four, "4b", blocked_note="filtered"), outcome="blocked"),
        an_order(five, item='=HYPERLINK("http://evil.test")'),
    ]


def contents(orders: list[OrderEvidence] | None = None, **changes: Any) -> PackContents:
    """A pack's contents whose counts add up for these orders."""
    orders = five_orders() if orders is None else orders
    fields: dict[str, Any] = {
        "incident": IncidentHead(
            reference="S-0417", kind="customs_return", title="海关退运 <b>柜 17</b>", team="支援一队",
            seller="义乌某店", opened_at=at(-90_000),
        ),
        "is_simulated": True,
        "sealed_at": at(7_200),
        "planned": len(orders),
        "outcomes": Counter(order.outcome for order in orders),
        "orders": iter(orders),
        "facts": {"cause": "customs", "ceiling": {"amount": "40.00", "currency": "THB"}, "papers": 1},
        "scripts": [
            ScriptVersion(version="7", digest=SCRIPT_DIGEST, texts={"th": "สวัสดีค่ะ {order_id}", "zh-Hans": "您好"})
        ],
        "approvals": [
            Approval(
                step="roll_out", digest=APPROVAL_DIGEST, by="模拟卖家", on_behalf_of="义乌某店", at=at(-600),
                binds={"script": SCRIPT_DIGEST, "audience": "ab" * 32}, is_simulated=True,
            )
        ],
        "papers": [AttachedFile(name="海关退运通知 notice.pdf", content=b"%PDF-1.7 demo", note="customs")],
        "timeline": [TimelineEntry(at=at(-90_000), action="incident.opened", by="组长 3 号", after={"state": "open"})],
    }  # fmt: skip
    return PackContents(**(fields | changes))


def with_records(order: OrderEvidence, *records: MessageRecord) -> OrderEvidence:
    """The order with other records."""
    return replace(order, records=records)


def sealed(folder: Path, what: PackContents | None = None, key: SigningKey = KEY, name: str = "pack.zip") -> Path:
    """A pack on disk."""
    from seawall.evidence.seal.packfile import write_pack

    return write_pack(what or contents(), key, folder / name).path
