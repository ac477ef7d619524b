"""Every call of the connector against answers that make no sense: a connector error or a value, and nothing else."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from aiohttp import web
from tests.kit.tiktok_gateway import CONVERSATION, NOON, Asked, Gateway, gateway, kept, tiktok

from seawall.connectors.contracts import EvidenceImage, UploadedImage
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, Rejected
from seawall.connectors.tiktokshop.api import TiktokConnector

__all__ = ["gateway", "kept", "tiktok"]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
IMAGE = UploadedImage(url="u", width=1, height=1, raw={})
EVIDENCE = EvidenceImage(image_id="i", url="u", width=1, height=1, mime_type="image/png")
NAMES = (
    "code", "message", "request_id", "data", "errors", "orders", "id", "status", "user_id", "line_items", "payment",
    "update_time", "create_time", "tracking", "update_time_millis", "action_code", "messages", "content", "sender",
    "role", "index", "conversations", "conversation", "latest_message", "conversation_id", "message_id", "url", "uri",
    "width", "sku_eligibility", "line_item_eligibility", "request_type", "eligible", "available_reason_names",
    "cancel_id", "cancel_status", "cancellations", "cancel_type", "order_id", "return_orders", "return_id", "reasons",
    "name", "seller_next_action_response", "action", "deadline", "refund_amount", "performance", "shops", "cipher",
    "next_page_token",
)  # fmt: skip
SCALARS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7, 1767225600, 1767225600000, 10**30, 1.5, 1e308, "", "0", "1", "é\x00\ud800",
    "AWAITING_SHIPMENT", "CANCEL", "BUYER_CANCEL", "CANCELLATION_REQUEST_PENDING", "CANCELLATION_REQUEST_SUCCESS",
    "SELLER_RESPOND_REFUND", '{"content":"x"}', "{", "9" * 300, 45101001, 25001011, 36009004, 105002,
)  # fmt: skip


def nonsense(random: Random, depth: int = 5) -> Any:
    """Objects of the platform's own names, holding anything."""
    if depth == 0 or random.random() < 0.3:
        return random.choice(SCALARS)
    if random.random() < 0.3:
        return [nonsense(random, depth - 1) for _ in range(random.randrange(3))]
    return {random.choice(NAMES): nonsense(random, depth - 1) for _ in range(random.randrange(6))}


async def drained(rows: AsyncIterator[object]) -> list[object]:
    return [row async for row in rows]


Call = Callable[[TiktokConnector], Awaitable[object]]
BACK = NOON - timedelta(days=1)
READS: dict[str, Call] = {
    "orders_updated": lambda c: drained(c.orders_updated(BACK, NOON)),
    "order": lambda c: c.order("1"),
    "trace": lambda c: c.trace("1"),
    "open_session": lambda c: c.open_session("1"),
    "read_back": lambda c: c.read_back(CONVERSATION, since=BACK),
    "session_state": lambda c: c.session_state(CONVERSATION),
    "conversations": lambda c: drained(c.conversations(changed_since=BACK)),
    "mark_read": lambda c: c.mark_read(CONVERSATION, up_to_message_id="1"),
    "upload_image": lambda c: c.upload_image(PNG, file_name="a"),
    "cancel_options": lambda c: c.cancel_options("1"),
    "cancel_requests": lambda c: drained(c.cancel_requests(BACK, NOON)),
    "returns_updated": lambda c: drained(c.returns_updated(BACK, NOON)),
    "return_case": lambda c: c.return_case("1"),
    "return_reject_reasons": lambda c: c.return_reject_reasons("1"),
    "upload_evidence": lambda c: c.upload_evidence("1", PNG, file_name="a"),
    "seller": lambda c: c.seller(),
    "health": lambda c: c.health(),
}
EFFECTS: dict[str, Call] = {
    "send_text": lambda c: c.send_text(CONVERSATION, "hello", order_id="1"),
    "send_order_card": lambda c: c.send_order_card(CONVERSATION, "1"),
    "send_image": lambda c: c.send_image(CONVERSATION, IMAGE),
    "cancel": lambda c: c.cancel("1", reason="r"),
    "answer_cancel_request": lambda c: c.answer_cancel_request("1", accept=True),
    "reject_return": lambda c: c.reject_return("1", reason="r", comment="", images=[EVIDENCE]),
}


@pytest.mark.parametrize("name", [*READS, *EFFECTS])
async def test_nonsense_is_a_connector_error_or_a_value(name: str, gateway: Gateway, tiktok: TiktokConnector) -> None:
    random = Random(name)

    def say(_: Asked) -> web.Response:
        answer: Any = {"code": 0, "message": "Success", "data": nonsense(random)}
        if random.random() < 0.2:
            answer = nonsense(random)
        # A page that names a next one for ever ends in a refusal of its own, tested elsewhere.
        if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
            answer["data"].pop("next_page_token", None)
        return web.Response(
            body=json.dumps(answer).encode(), status=random.choice([200] * 5 + [401, 404, 429, 500, 302])
        )

    gateway.anything = say
    outcomes = set()
    for _ in range(60):
        try:
            await (READS | EFFECTS)[name](tiktok)
            outcomes.add("value")
        except ConnectorError as error:
            outcomes.add(f"{type(error).__name__}: {error}")
    assert len(outcomes) > 1


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("status", [200, 204, 302, 404, 500, 502, 504])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code":0', b'{"message":"?"}'])
async def test_an_effect_without_a_readable_answer_is_never_called_undone(
    name: str, status: int, body: bytes, gateway: Gateway, tiktok: TiktokConnector
) -> None:
    def say(asked: Asked) -> web.Response:
        reads = {
            "/order/202309/orders": {"orders": [{"id": "1", "user_id": "2", "status": "AWAITING_SHIPMENT"}]},
            "/return_refund/202309/returns/search": {
                "return_orders": [
                    {"return_id": "1", "seller_next_action_response": [{"action": "SELLER_RESPOND_REFUND"}]}
                ]
            },
        }
        if asked.path in reads:
            return web.json_response({"code": 0, "data": reads[asked.path]})
        return web.Response(status=status, body=body)

    gateway.anything = say
    with pytest.raises(OutcomeUnknown):
        await EFFECTS[name](tiktok)


async def test_a_call_the_platform_lacks_says_so_without_the_network(gateway: Gateway, tiktok: TiktokConnector) -> None:
    with pytest.raises(Rejected) as refused:
        await tiktok.unread_count()
    assert refused.value.code == "capability_missing"
    assert gateway.asked == []
