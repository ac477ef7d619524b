"""A client nobody here wrote (PyPI `pyshopee`, module pyshopee2) cannot tell the simulator from the platform."""

import importlib
import sys
import time
import types
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, ShopeeSim, ShopeeStore


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # The client imports a browser driver to click through the consent by itself; the tests do that by hand.
    driver = types.ModuleType("selenium")
    driver.webdriver = None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "selenium", driver)
    client = importlib.import_module("pyshopee2.client")
    real, opened = client.Session, []

    def session() -> Any:
        opened.append(real())
        return opened[-1]

    monkeypatch.setattr(client, "Session", session)  # it never closes them
    yield client
    for each in opened:
        each.close()


def client_of(module: Any, sim: ShopeeSim, shop: ShopeeStore, *, key: str = PARTNER_KEY, **more: Any) -> Any:
    tokens = {"access_token": shop.access_token, "refresh_token": shop.refresh_token, **more}
    client = module.Client(shop.seller_id, PARTNER_ID, key, "http://shop.example.test/back", **tokens)
    client.host = sim.url
    return client


def test_from_the_order_to_a_thai_message_and_back(module: Any, shopee_sim: ShopeeSim) -> None:
    shop = shopee_sim.add_store("TH", seller_id="600777")
    [order_sn] = shopee_sim.add_orders(shop, [{"order_id": "260101ABCDE123", "buyer_id": "700200300"}])
    client = client_of(module, shopee_sim, shop)

    assert client.shop.get_shop_info()["region"] == "TH"
    now = int(time.time())
    listed = client.order.get_order_list(
        time_range_field="create_time", time_from=now - 7 * 86_400, time_to=now, page_size=20
    )
    assert [row["order_sn"] for row in listed["response"]["order_list"]] == [order_sn]
    [order] = client.order.get_order_detail(
        order_sn_list=order_sn, response_optional_fields="buyer_user_id,recipient_address,package_list"
    )["response"]["order_list"]
    assert (order["buyer_user_id"], order["currency"], order["order_status"]) == (700200300, "THB", "SHIPPED")
    assert "*" in order["recipient_address"]["phone"]

    refused = client.chat.send_message(to_id=order["buyer_user_id"], message_type="text", content={"text": "สวัสดีค่ะ"})
    assert refused["error"] == "first_chat_without_order_info"
    card = client.chat.send_message(to_id=order["buyer_user_id"], message_type="order", content={"order_sn": order_sn})[
        "response"
    ]
    words = "สวัสดีค่ะ คำสั่งซื้อของคุณล่าช้า"
    sent = client.chat.send_message(to_id=order["buyer_user_id"], message_type="text", content={"text": words})
    assert sent["error"] == ""
    assert isinstance(card["conversation_id"], int)

    [conversation] = client.chat.get_conversation_list(direction="older", type="all")["response"]["conversations"]
    assert conversation["conversation_id"] == str(card["conversation_id"])
    messages = client.chat.get_message(conversation_id=conversation["conversation_id"])["response"]["messages"]
    assert [message["message_type"] for message in messages] == ["text", "order"]
    assert messages[0]["content"] == {"text": words}
    assert messages[1]["content"] == {"order_sn": order_sn, "shop_id": 600777}
    assert [row["text"] for row in shopee_sim.messages()] == ["", words]


def test_tracking_pushes_and_a_path_that_is_no_more(module: Any, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
    [order_sn] = shopee_sim.add_orders(shop, 1)
    client = client_of(module, shopee_sim, shop)
    assert client.logistics.get_tracking_info(order_sn=order_sn)["response"]["tracking_info"]
    assert client.logistics.get_tracking_number(order_sn=order_sn)["response"]["tracking_number"].startswith("SPX")
    linked = client.execute("public/get_shops_by_partner", "GET", {"page_size": 10, "page_no": 1})
    assert [row["shop_id"] for row in linked["authed_shop_list"]] == [600123]
    # The client is older than the path of today: it shows the status alone.
    assert client.accounthealth.shop_performance()["error"] == 404


def test_consent_code_to_tokens_and_on(module: Any, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
    client = client_of(module, shopee_sim, shop)

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    link = client.shop_authorization("http://shop.example.test/back")
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.build_opener(Stay).open(link)
    with gone.value:
        back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(gone.value.headers["Location"]).query))
    assert back["shop_id"] == shop.seller_id
    client.code = back["code"]
    access_token, life_s, refresh_token = client.get_token()
    assert (life_s, len(access_token), len(refresh_token)) == (14_400, 32, 32)
    assert client.shop.get_shop_info()["error"] == ""
    renewed, _, _ = client.get_access_token(shop.seller_id, PARTNER_ID, PARTNER_KEY, refresh_token)
    assert renewed != access_token
    assert client.shop.get_shop_info()["error"] == ""


def test_a_wrong_key_is_refused_and_nothing_is_sent(module: Any, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
    [order_sn] = shopee_sim.add_orders(shop, 1)
    buyer = int(shopee_sim.orders(shop)[order_sn]["buyer_id"])
    client = client_of(module, shopee_sim, shop, key="wrong")
    refused = client.chat.send_message(to_id=buyer, message_type="order", content={"order_sn": order_sn})
    assert refused["error"] == 403
    assert [row["code"] for row in shopee_sim.calls("/api/v2/sellerchat/send_message")] == ["error_sign"]
    assert shopee_sim.messages() == []


def test_a_stale_token_is_refused(module: Any, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
    shopee_sim.expire_token(shop)
    assert client_of(module, shopee_sim, shop).shop.get_shop_info()["error"] == 403
    assert [row["code"] for row in shopee_sim.calls("/api/v2/shop/get_shop_info")] == ["invalid_acceess_token"]
