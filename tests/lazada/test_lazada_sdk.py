"""The official Python SDK cannot tell the simulator from the platform."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim, SimStore

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    # The SDK opens a log file under the home folder when it is imported and never closes it.
    monkeypatch.setenv("HOME", str(tmp_path))
    module = importlib.import_module("lazop_sdk.base")
    yield module
    for handler in list(module.logger.handlers):
        handler.close()
        module.logger.removeHandler(handler)


def ask(
    sdk: Any, sim: LazadaSim, shop: SimStore, path: str, method: str, *, secret: str = APP_SECRET,
    image: bytes | None = None, token: bool = True, **params: str,
) -> Any:  # fmt: skip
    request = sdk.LazopRequest(path, method)
    for name, value in params.items():
        request.add_api_param(name, value)
    if image is not None:
        request.add_file_param("image", ("lamp.png", image))
    client = sdk.LazopClient(sim.url + "/rest", APP_KEY, secret)
    return client.execute(request, shop.access_token if token else None)


def test_order_session_and_a_thai_message(sdk: Any, lazada_sim: LazadaSim, shop: SimStore) -> None:
    [order_id] = lazada_sim.add_orders(shop, [{"order_id": "88001122334455", "buyer_id": "200000002"}])

    order = ask(sdk, lazada_sim, shop, "/order/get", "GET", order_id=order_id)
    assert order.code == "0"
    assert order.body["data"]["order_id"] == 88001122334455
    assert order.body["data"]["statuses"] == ["shipped"]

    opened = ask(sdk, lazada_sim, shop, "/im/session/open", "POST", order_id=order_id)
    assert opened.body["session_id"] == "100000001_2_200000002_1_103"

    words = "สวัสดีค่ะ คำสั่งซื้อของคุณล่าช้า"
    sent = ask(
        sdk, lazada_sim, shop, "/im/message/send", "POST",
        session_id=opened.body["session_id"], template_id="1", txt=words,
    )  # fmt: skip
    assert (sent.code, sent.body["success"], sent.body["err_code"]) == ("0", True, "0")
    [message] = lazada_sim.messages()
    assert (message["message_id"], message["text"]) == (sent.body["data"]["message_id"], words)


def test_an_image_goes_as_multipart_with_the_file_unsigned(sdk: Any, lazada_sim: LazadaSim, shop: SimStore) -> None:
    answer = ask(sdk, lazada_sim, shop, "/image/upload", "POST", image=PNG)
    assert answer.code == "0"
    assert answer.body["data"]["image"]["url"].startswith("https://img.example.test/")
    refused = ask(sdk, lazada_sim, shop, "/image/upload", "POST", image=b"GIF89a")
    assert refused.code == "302"


def test_many_items_at_once_need_json_text(sdk: Any, lazada_sim: LazadaSim, shop: SimStore) -> None:
    ids = lazada_sim.add_orders(shop, 3)
    answer = ask(sdk, lazada_sim, shop, "/orders/items/get", "GET", order_ids=json.dumps([int(i) for i in ids]))
    assert [row["order_id"] for row in answer.body["data"]] == [int(i) for i in ids]
    assert ask(sdk, lazada_sim, shop, "/orders/items/get", "GET", order_ids="1,2").code == "56"
    assert ask(sdk, lazada_sim, shop, "/orders/items/get", "GET", order_ids="[]").code == "39"
    assert ask(sdk, lazada_sim, shop, "/orders/items/get", "GET", order_ids="[404]").code == "37"
    assert ask(sdk, lazada_sim, shop, "/orders/items/get", "GET", order_ids=json.dumps([1] * 51)).code == "38"


def test_a_wrong_secret_is_refused_and_nothing_is_sent(sdk: Any, lazada_sim: LazadaSim, shop: SimStore) -> None:
    [order_id] = lazada_sim.add_orders(shop, 1)
    session_id = ask(sdk, lazada_sim, shop, "/im/session/open", "POST", order_id=order_id).body["session_id"]
    refused = ask(
        sdk, lazada_sim, shop, "/im/message/send", "POST", secret="wrong", session_id=session_id, template_id="1",
        txt="hello",
    )  # fmt: skip
    assert (refused.code, refused.type) == ("IncompleteSignature", "ISV")
    assert refused.request_id
    assert lazada_sim.messages() == []


def test_consent_code_to_tokens(sdk: Any, lazada_sim: LazadaSim, shop: SimStore) -> None:
    refused = ask(sdk, lazada_sim, shop, "/auth/token/create", "POST", token=False, code="0_900001_none")
    assert refused.code == "InvalidCode"


def test_the_sdk_takes_a_numeric_zero_for_an_error_so_text_is_sent(
    sdk: Any, lazada_sim: LazadaSim, shop: SimStore
) -> None:
    assert ask(sdk, lazada_sim, shop, "/seller/get", "GET").code == "0"
    lazada_sim.switches(numeric_code=True)
    assert ask(sdk, lazada_sim, shop, "/seller/get", "GET").code == 0
