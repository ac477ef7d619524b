"""A client nobody here wrote works the simulator as it would the platform, and is refused where the platform would.

It is PyPI `tiktok-shop-api`, generated from the pages of the Partner Center.
"""

import http.client
import importlib
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.kit.sim import SimDoor
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, SERVICE_ID, TiktokSim, TiktokSink, TiktokStore

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x20" + b"\x00" * 16


@pytest.fixture
def sdk() -> Any:
    return importlib.import_module("tiktok_shop_api")


def client_for(sdk: Any, sim: TiktokSim, **wrong: str) -> Any:
    given = {"app_key": APP_KEY, "app_secret": APP_SECRET, **wrong}
    return sdk.TikTokShop(base_url=sim.url, **given)


@pytest.fixture
def client(sdk: Any, tiktok_sim: TiktokSim, shop: TiktokStore) -> Iterator[Any]:
    """As its README says: find the cipher, then speak for that shop."""
    with client_for(sdk, tiktok_sim, access_token=shop.access_token) as found:
        [row] = found.authorization.get_authorized_shops().to_dict()["data"]["shops"]
        assert row["id"] == shop.seller_id
        with found.with_shop(access_token=shop.access_token, shop_cipher=row["cipher"]) as client:
            yield client


def data_of(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer.to_dict()["data"]
    return found


def model(sdk: Any, name: str, **values: Any) -> Any:
    return getattr(importlib.import_module("tiktok_shop_api.generated.models"), name).from_dict(values)


def test_orders_by_page_and_by_ids(sdk: Any, tiktok_sim: TiktokSim, client: Any, shop: TiktokStore) -> None:
    order_ids = tiktok_sim.add_orders(shop, 5)
    body = model(sdk, "GetOrderListRequest")
    first = data_of(client.orders.get_order_list(page_size=3, body=body))
    rest = data_of(client.orders.get_order_list(page_size=3, page_token=first["next_page_token"], body=body))
    assert sorted(order["id"] for order in first["orders"] + rest["orders"]) == order_ids
    assert rest["next_page_token"] == ""
    # It repeats `ids` and signs every pair, where others join with commas.
    assert len(data_of(client.orders.get_order_detail(ids=order_ids[:2]))["orders"]) == 2


def test_a_vietnamese_message_reaches_the_buyer_once(
    sdk: Any, tiktok_sim: TiktokSim, client: Any, shop: TiktokStore
) -> None:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    [order] = data_of(client.orders.get_order_detail(ids=[order_id]))["orders"]
    made = data_of(
        client.customer_service.create_conversation(
            body=model(sdk, "CreateConversationRequest", buyer_user_id=order["user_id"])
        )
    )
    words = "Xin chào, đơn hàng của bạn bị chậm"
    body = model(sdk, "SendMessageRequest", type="TEXT", content=json.dumps({"content": words}, ensure_ascii=False))
    sent = data_of(client.customer_service.send_message(made["conversation_id"], body=body))
    [accepted] = tiktok_sim.messages()
    assert (accepted["message_id"], accepted["text"]) == (sent["message_id"], words)
    read = data_of(client.customer_service.get_conversation_messages(made["conversation_id"], page_size=10))
    assert json.loads(read["messages"][0]["content"]) == {"content": words}
    assert data_of(client.customer_service.mark_buyer_messages_as_read(made["conversation_id"])) == {}


def test_a_cancellation_with_a_reason_of_the_orders_own(
    sdk: Any, tiktok_sim: TiktokSim, client: Any, shop: TiktokStore
) -> None:
    [order_id] = tiktok_sim.add_orders(shop, [{"order_id": "576900000000000001", "status": "AWAITING_SHIPMENT"}])
    rows = data_of(client.return_and_refund.get_aftersale_eligibility(order_id))["sku_eligibility"]
    [line] = [row for row in rows[0]["line_item_eligibility"] if row["request_type"] == "CANCEL"]
    assert line["eligible"]
    body = model(sdk, "CancelOrderRequest", order_id=order_id, cancel_reason=line["available_reason_names"][0])
    assert data_of(client.return_and_refund.cancel_order(body=body))["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    with pytest.raises(sdk.TikTokShopError) as refused:
        client.return_and_refund.cancel_order(body=body)
    assert refused.value.code == 25001011


def test_a_parcels_track(tiktok_sim: TiktokSim, client: Any, shop: TiktokStore) -> None:
    [order_id] = tiktok_sim.add_orders(shop, [{"order_id": "576900000000000001", "status": "DELIVERED"}])
    events = data_of(client.fulfillment.get_order_tracking(order_id))["tracking"]
    assert events[0]["action_code"] == 50101


def test_a_picture(client: Any) -> None:
    types = importlib.import_module("tiktok_shop_api.generated.types")
    body = importlib.import_module("tiktok_shop_api.generated.models").UploadImageForBuyerMessagesRequest(
        data=types.File(payload=io.BytesIO(PNG), file_name="proof.png", mime_type="image/png")
    )
    assert data_of(client.customer_service.upload_image_for_buyer_messages(body=body))["width"] == 64


def test_consent_code_tokens_and_refresh(sdk: Any, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
    tiktok_sim.add_app(redirect_uri="http://127.0.0.1:9/back")
    location = clicked(tiktok_sim, f"service_id={SERVICE_ID}&state=s1&seller_id={shop.seller_id}")
    code = parse_qs(urlsplit(location).query)["code"][0]
    auth = sdk.TikTokShopAuth(APP_KEY, APP_SECRET, base_url=tiktok_sim.url)
    tokens = auth.exchange_code(code)
    assert (tokens.seller_base_region, tokens.user_type) == ("VN", 0)
    assert tokens.access_token_expire_in > 1_700_000_000  # an instant, whatever its name says
    renewed = auth.refresh(tokens.refresh_token)
    assert renewed.refresh_token != tokens.refresh_token
    with pytest.raises(sdk.TikTokShopError) as refused:
        auth.exchange_code(code)
    assert refused.value.code == 36004004


def clicked(sim: SimDoor, query: str) -> str:
    """Where the consent page sends the browser."""
    address = urlsplit(sim.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.request("GET", f"/open/authorize?{query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.headers["Location"])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"app_secret": "another"}, 106001),
        ({"app_key": "nobody"}, 36009004),
        ({"access_token": "ROW_wrong"}, 36009004),
    ],
)
def test_wrong_credentials_are_refused_with_401(
    wrong: dict[str, str], code: int, sdk: Any, tiktok_sim: TiktokSim, shop: TiktokStore
) -> None:
    with client_for(sdk, tiktok_sim, **{"access_token": shop.access_token, **wrong}) as client:
        with pytest.raises(sdk.TikTokShopError) as refused:
            client.authorization.get_authorized_shops()
        assert (refused.value.code, refused.value.http_status) == (code, 401)


def test_a_stale_clock_is_refused(
    sdk: Any, tiktok_sim: TiktokSim, shop: TiktokStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("tiktok_shop_api.client")
    earlier = module.time.time() - 400
    monkeypatch.setattr(module, "time", type("Clock", (), {"time": staticmethod(lambda: earlier)}))
    with client_for(sdk, tiktok_sim, access_token=shop.access_token) as client:
        with pytest.raises(sdk.TikTokShopError, match="timestamp") as refused:
            client.authorization.get_authorized_shops()
        assert refused.value.code == 36009004


def test_its_webhook_parser_takes_our_pushes(
    sdk: Any, tiktok_sim: TiktokSim, client: Any, shop: TiktokStore, tiktok_sink: TiktokSink
) -> None:
    tiktok_sim.set_callback(tiktok_sink.url)
    [order_id] = tiktok_sim.add_orders(shop, [{"order_id": "576900000000000001", "status": "AWAITING_SHIPMENT"}])
    tiktok_sim.buyer_writes_about(shop, order_id, "Alo shop")
    tiktok_sim.buyer_cancels(shop, order_id)
    tiktok_sim.set_status(shop, order_id, "DELIVERED")
    tiktok_sim.buyer_returns(shop, order_id)
    tiktok_sim.until(lambda: {1, 11, 12, 13, 14} <= {json.loads(body)["type"] for _, body in tiktok_sink.received})
    for headers, body in tiktok_sink.received:
        event = sdk.Webhooks.verify_and_parse(
            app_key=APP_KEY, app_secret=APP_SECRET, raw_body=body, signature=headers["Authorization"]
        )
        assert type(event).__name__ != "UnknownWebhookEvent"
        with pytest.raises(sdk.WebhookSignatureError):
            sdk.Webhooks.verify_and_parse(
                app_key=APP_KEY, app_secret="another", raw_body=body, signature=headers["Authorization"]
            )
