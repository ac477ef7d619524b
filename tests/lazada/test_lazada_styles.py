"""Parameters may travel in five ways; the signature is over the union of all of them."""

import json
from typing import Any

import pytest
from tests.kit.lazada_calls import call, form, signed
from tests.kit.lazada_sim import LazadaSim, SimStore

from seawall.connectors.lazada.signing import sign_request
from simulators.lazada.signing import is_signed

PATH = "/im/message/send"


@pytest.fixture
def session_id(lazada_sim: LazadaSim, shop: SimStore) -> str:
    [order_id] = lazada_sim.add_orders(shop, 1)
    query = signed(shop, "/im/session/open", order_id=order_id)
    return str(call(lazada_sim, "/im/session/open", query=query)["session_id"])


STYLES = ["query", "form", "system in query, business as form", "query and JSON again", "JSON", "query and JSON"]


@pytest.mark.parametrize("style", STYLES)
def test_each_style_is_accepted_and_a_changed_text_is_not(
    style: str, lazada_sim: LazadaSim, shop: SimStore, session_id: str
) -> None:
    lazada_sim.switches(enforce_methods=False)
    business = {"session_id": session_id, "template_id": "1", "txt": "สวัสดีค่ะ a+b & c=d 100%"}
    params = signed(shop, PATH, **business)
    answer = send_in(style, lazada_sim, params, business)
    assert answer["code"] == "0", answer
    assert [m["text"] for m in lazada_sim.messages()] == [business["txt"]]

    changed = {**business, "txt": "something else"}
    refused = send_in(style, lazada_sim, {**params, "txt": "something else"}, changed)
    assert refused["code"] == "IncompleteSignature"
    assert len(lazada_sim.messages()) == 1


def send_in(style: str, sim: LazadaSim, params: dict[str, str], business: dict[str, str]) -> Any:
    system = {name: value for name, value in params.items() if name not in business}
    json_kind, form_kind = "application/json", "application/x-www-form-urlencoded"
    match style:
        case "query":
            return call(sim, PATH, query=params)
        case "form":
            return call(sim, PATH, body=form(params), kind=form_kind)
        case "system in query, business as form":
            return call(sim, PATH, query=system, body=form(business), kind=form_kind)
        case "query and JSON again":
            return call(sim, PATH, query=params, body=json.dumps(business).encode(), kind=json_kind)
        case "JSON":
            return call(sim, PATH, body=json.dumps(params).encode(), kind=json_kind)
        case _:
            return call(sim, PATH, query=system, body=json.dumps(business).encode(), kind=json_kind)


def test_an_empty_value_may_or_may_not_be_signed(lazada_sim: LazadaSim, shop: SimStore) -> None:
    with_empty = signed(shop, "/seller/get", extra="")
    assert call(lazada_sim, "/seller/get", query=with_empty)["code"] == "0"
    without = signed(shop, "/seller/get") | {"extra": ""}
    assert call(lazada_sim, "/seller/get", query=without)["code"] == "0"


def test_url_encoded_values_inside_json_are_read_as_meant() -> None:
    params = {"a": "x y"}
    assert is_signed("s", "/p", {"a": "x%20y", "sign": sign_request("s", "/p", params)})


@pytest.mark.parametrize("missing", ["app_key", "timestamp", "sign", "sign_method"])
def test_a_missing_system_parameter(missing: str, lazada_sim: LazadaSim, shop: SimStore) -> None:
    params = signed(shop, "/seller/get")
    del params[missing]
    assert call(lazada_sim, "/seller/get", query=params)["code"] == "MissingParameter"


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_hostile_body_gets_a_code(body: bytes, lazada_sim: LazadaSim, shop: SimStore) -> None:
    answer = call(lazada_sim, PATH, body=body, kind="application/json")
    assert answer["code"] == "MissingParameter"
