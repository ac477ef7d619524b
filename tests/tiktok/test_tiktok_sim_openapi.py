"""Every answer of the simulator against TikTok's own OpenAPI description (npm @tts-open-toolkit/cli).

Objects are closed for the comparison: a name the description does not know fails, but for a few that newer pages of the
Partner Center have added since.
"""

import json
import re
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

from simulators.tiktokshop.routes import ENDPOINTS

ROOT = Path(__file__).resolve().parents[2]
OAS = ROOT / "node_modules/@tts-open-toolkit/cli/skills/tts-openapi-guide/references/oas"
NEWER = {"action_code", "available_reason_names", "cur_session_id", "cur_session", "plaintext"}
"""Names of pages newer than the description [PY]."""
UNDESCRIBED = {
    ("POST", "/customer_service/202602/sessions/search"),
    ("POST", "/customer_service/202605/conversations/{}/sessions/{}/end"),
    ("GET", "/logistics/202604/orders/{}/tracking"),
}
"""Newer than the description altogether."""
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x20" + b"\x00" * 16


@cache
def described() -> dict[tuple[str, str], dict[str, Any]]:
    """Schema of the good answer by method and path with `{}` for ids."""
    assert OAS.is_dir(), f"the platform's OpenAPI description is missing: install the npm packages ({OAS.name})"
    found = {}
    for file in sorted((OAS / "paths").glob("*.json")):
        for path, methods in json.loads(file.read_text(encoding="utf-8"))["paths"].items():
            for method, operation in methods.items():
                content = operation["responses"]["200"]["content"]["application/json"]
                found[method.upper(), re.sub(r"\{\w+\}", "{}", path)] = closed(content["schema"])
    return found


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, refusing names it does not list."""
    if schema.get("type") == "object":
        known = {name: closed(part) for name, part in schema.get("properties", {}).items()}
        names = "|".join(sorted(NEWER))
        return {"type": "object", "properties": known, "patternProperties": {f"^({names})$": {}},
                "additionalProperties": False}  # fmt: skip
    if schema.get("type") == "array":
        return {**schema, "items": closed(schema["items"])}
    return schema


def schema_for(method: str, path: str) -> dict[str, Any]:
    """The schema of this version, or of the newest described one of the same call."""
    known = described()
    if (method, path) in known:
        return known[method, path]
    shape = re.sub(r"/\d{6}/", "/{version}/", path)
    same = [key for key in known if key[0] == method and re.sub(r"/\d{6}/", "/{version}/", key[1]) == shape]
    assert same, f"{method} {path} is not described"
    return known[max(same, key=lambda key: key[1])]


class Checked(Caller):
    """A caller that holds each good answer against the description."""

    def __init__(self, sim: TiktokSim, store: TiktokStore) -> None:
        super().__init__(sim, store)
        self.seen: set[tuple[str, str]] = set()

    def call(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        answer = super().call(method, path, **how)
        assert answer["code"] == 0, (method, path, answer)
        template = self.sim.calls()[-1]["api"]
        self.seen.add((method, template))
        if (method, template) not in UNDESCRIBED:
            wrong = [
                f"{'/'.join(map(str, error.path))}: {error.message}"
                for error in Draft4Validator(schema_for(method, template)).iter_errors(answer)
            ]
            assert not wrong, (method, path, wrong)
        return answer


@pytest.fixture
def checked(tiktok_sim: TiktokSim) -> Checked:
    shop = tiktok_sim.add_store("id", seller_id="7495000000000000009", seller_type="CROSS_BORDER")
    return Checked(tiktok_sim, shop)


def test_the_description_is_the_whole_one() -> None:
    assert len({path for _, path in described()}) > 350


def test_a_wrong_answer_would_be_found() -> None:
    validator = Draft4Validator(schema_for("GET", "/customer_service/202309/agents/settings"))
    assert validator.is_valid({"code": 0, "data": {"can_accept_chat": True}, "message": "", "request_id": ""})
    assert not validator.is_valid({"code": 0, "data": {"can_accept_chat": "yes"}})
    assert not validator.is_valid({"code": 0, "data": {"can_accept_chats": True}})


def test_every_answer_fits_the_platforms_own_description(tiktok_sim: TiktokSim, checked: Checked) -> None:
    order_ids = tiktok_sim.add_orders(
        checked.store,
        [
            {"order_id": "576900000000000001", "status": "AWAITING_SHIPMENT", "items": [{"quantity": 2}, {"sku": "B"}]},
            {"order_id": "576900000000000002", "status": "AWAITING_SHIPMENT"},
            {"order_id": "576900000000000003", "status": "AWAITING_SHIPMENT"},
            {"order_id": "576900000000000004", "status": "DELIVERED"},
            {"order_id": "576900000000000005", "status": "DELIVERED"},
            {"order_id": "576900000000000006", "status": "UNPAID"},
            {"order_id": "576900000000000007", "status": "CANCELLED", "cancel_reason": "package_lost"},
        ],
    )
    shops_and_orders(checked, order_ids)
    chat(tiktok_sim, checked, order_ids[3])
    cancellations(tiktok_sim, checked, order_ids[:3])
    returns(tiktok_sim, checked, order_ids[3:5])
    parcels(checked, order_ids[3])
    webhooks(checked)
    served = {(e.method, e.path.replace("{version}", version)) for e in ENDPOINTS for version in e.versions}
    assert checked.seen == served
    assert {key for key in served if key in UNDESCRIBED} == UNDESCRIBED


def shops_and_orders(api: Checked, order_ids: list[str]) -> None:
    assert api.get("/authorization/202309/shops")["data"]["shops"][0]["cipher"] == api.store.shop_cipher
    api.get("/seller/202309/shops")
    listed = api.post("/order/202309/orders/search", {}, page_size=50)["data"]
    assert listed["total_count"] == len(order_ids)
    for version in ("202309", "202507"):
        found = api.get(f"/order/{version}/orders", ids=",".join(order_ids))["data"]["orders"]
        assert [order["id"] for order in found] == order_ids


def chat(sim: TiktokSim, api: Checked, order_id: str) -> None:
    thread = api.open(order_id)
    api.send(thread, "Halo")
    api.send(thread, "Toko sedang tutup", version="202606", sender_role="ROBOT")
    api.send_type(thread, "ORDER_CARD", order_id=order_id)
    api.send_type(thread, "LOGISTICS_CARD", order_id=order_id)
    image = api.upload("/customer_service/202309/images/upload", PNG)["data"]
    api.send_type(thread, "IMAGE", url=image["url"], width=image["width"], height=image["height"])
    sim.buyer_says(thread, "Di mana paket saya?")
    threads = api.get("/customer_service/202309/conversations", page_size=20, need_session_info="true")["data"]
    api.get(f"/customer_service/202601/conversations/{thread}")
    assert len(api.messages(thread, need_data="true", need_plaintext="true")) == 6
    api.post(f"/customer_service/202309/conversations/{thread}/messages/read", {})
    api.get("/customer_service/202309/agents/settings")
    api.call("PUT", "/customer_service/202309/agents/settings", body={"can_accept_chat": False})
    api.get("/customer_service/202407/performance", support_date_ge="2026-01-01", support_date_lt="2027-01-01")
    session_id = threads["conversations"][0]["cur_session_id"]
    now = int(time.time())
    window = {"begin_time_ge": now - 3_600, "begin_time_lt": now + 3_600}
    [session] = api.post("/customer_service/202602/sessions/search", window)["data"]["sessions"]
    assert (session["id"], session["conversation_id"]) == (session_id, thread)
    api.post(f"/customer_service/202605/conversations/{thread}/sessions/{session_id}/end", {})


def cancellations(sim: TiktokSim, api: Checked, order_ids: list[str]) -> None:
    for version in ("202309", "202512", "202602"):
        api.get(f"/return_refund/{version}/orders/{order_ids[0]}/aftersale_eligibility")
    wanted = [sim.buyer_cancels(api.store, order_id)["case_id"] for order_id in order_ids[:2]]
    for version in ("202309", "202602"):
        api.post(f"/return_refund/{version}/cancellations/search", {})
    api.get("/return_refund/202309/reject_reasons", return_or_cancel_id=wanted[0])
    image = api.upload("/product/202309/images/upload", PNG)["data"]
    proof = {"image_id": image["uri"], "mime_type": "image/png", "width": 64, "height": 32}
    refusal = {"reject_reason": "seller_reject_apply_product_has_been_packed", "comment": "packed", "images": [proof]}
    api.post(f"/return_refund/202309/cancellations/{wanted[0]}/reject", refusal)
    api.post(f"/return_refund/202309/cancellations/{wanted[1]}/approve")
    for version, order_id in (("202309", order_ids[0]), ("202602", order_ids[2])):
        body = {"order_id": order_id, "cancel_reason": "seller_cancel_reason_out_of_stock"}
        api.post(f"/return_refund/{version}/cancellations", body)


def returns(sim: TiktokSim, api: Checked, order_ids: list[str]) -> None:
    cases = [sim.buyer_returns(api.store, order_ids[0])["case_id"]]
    cases += [sim.buyer_returns(api.store, order_ids[1], return_type="RETURN_AND_REFUND")["case_id"]]
    for version in ("202309", "202602"):
        assert api.post(f"/return_refund/{version}/returns/search", {}, page_size=10)["data"]["total_count"] == 2
    api.get(f"/return_refund/202309/returns/{cases[0]}/records")
    refusal = {"decision": "REJECT_REFUND", "reject_reason": "reverse_reject_request_reason_delivered"}
    api.post(f"/return_refund/202309/returns/{cases[0]}/reject", refusal)
    api.post(f"/return_refund/202309/returns/{cases[1]}/approve", {"decision": "APPROVE_RETURN"})
    sim.set_case(cases[1], "BUYER_SHIPPED_ITEM", waits=True)
    refusal = {"decision": "REJECT_RECEIVED_PACKAGE", "reject_reason": "reverse_reject_request_reason_invalid"}
    api.post(f"/return_refund/202606/returns/{cases[1]}/reject", refusal)
    api.post("/return_refund/202309/returns/search", {}, page_size=10)


def parcels(api: Checked, order_id: str) -> None:
    found = api.post("/fulfillment/202309/packages/search", {}, page_size=50)["data"]["packages"]
    api.get(f"/fulfillment/202309/packages/{found[0]['id']}")
    assert api.get(f"/fulfillment/202309/orders/{order_id}/tracking")["data"]["tracking"]
    assert api.get(f"/logistics/202604/orders/{order_id}/tracking")["data"]["logistics_details"]


def webhooks(api: Checked) -> None:
    body = {"event_type": "NEW_MESSAGE", "address": "https://cs.example/hook"}
    api.call("PUT", "/event/202309/webhooks", body=body)
    assert api.get("/event/202309/webhooks")["data"]["total_count"] == 1
    api.call("DELETE", "/event/202309/webhooks", body={"event_type": "NEW_MESSAGE"})
    assert api.get("/event/202309/webhooks")["data"]["webhooks"] == []


ODD: list[Any] = [None, [], {}, [[1]], {"a": {}}, -1, 1.5, True, "", "\ud800", "x" * 3_000, [None], [{"id": []}]]


def test_whatever_a_client_sends_the_answer_is_an_envelope(tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
    """Odd values in every field the description names, one at a time and all together: never a crash."""
    api = Caller(tiktok_sim, shop)
    tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}, {"order_id": "2"}])
    ids = {"cancellations": tiktok_sim.buyer_cancels(shop, "1")["case_id"], "conversations": api.open("2")}
    ids |= {"returns": tiktok_sim.buyer_returns(shop, "2")["case_id"], "orders": "1"}
    asked = 0
    for (method, path), fields in sorted(bodies().items()):
        address = re.sub(r"(\w+)/\{\}", lambda part: f"{part[1]}/{ids.get(part[1], '1')}", path)
        good = {
            "order_id": "1",
            "type": "TEXT",
            "decision": "REJECT_REFUND",
            "cancel_reason": "x",
            "reject_reason": "x",
        }
        for odd in ODD:
            for body in [{**good, name: odd} for name in fields] + [dict.fromkeys(fields, odd)]:
                answer = api.call(method, address, body=body, query={"page_size": 10})
                assert isinstance(answer["code"], int), (method, path, body)
                asked += 1
    assert asked > 500
    assert tiktok_sim.messages() == []


def bodies() -> dict[tuple[str, str], list[str]]:
    """Fields of the JSON bodies of what the simulator serves."""
    served = {(e.method, e.path.replace("{version}", version)) for e in ENDPOINTS for version in e.versions}
    found = {}
    for file in sorted((OAS / "paths").glob("*.json")):
        for path, methods in json.loads(file.read_text(encoding="utf-8"))["paths"].items():
            for method, operation in methods.items():
                key = (method.upper(), re.sub(r"\{\w+\}", "{}", path))
                content = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if key in served and content:
                    found[key] = sorted(content["schema"]["properties"])
    return found
