"""Who is let in: signatures to the byte, clocks, tokens, scopes, ciphers, speed."""

import time
import urllib.request
from typing import Any

import pytest
from tests.kit.tiktok_calls import Caller, sign
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, TiktokSim, TiktokStore

from simulators.tiktokshop.signing import is_signed, push_signature

SHOPS = "/authorization/202309/shops"
ORDERS = "/order/202309/orders"
SETTINGS = "/customer_service/202309/agents/settings"
STAMP = ("timestamp", "1767225600")
CALL = [("app_key", "6demoappkey01"), ("shop_cipher", "ROW_demoCipher+/=01"), STAMP]
SEND = "/customer_service/202309/conversations/7000000000000000001/messages"
VECTORS = [
    ("e59af819cc", SHOPS, [("app_key", "29a39d"), ("timestamp", "1623812664")], b"",
     "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"),
    ("app_secret", "/test-api", [("foo", "bar")], b"",
     "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f"),
    (APP_SECRET, SEND, CALL, '{"type":"TEXT","content":"{\\"content\\":\\"Xin chào\\"}"}'.encode(),
     "c507a02764251ba9a0973eb726df7518e232e556dd412bb7cf5323b43456cb9d"),
    (APP_SECRET, SEND, CALL, b'{"type":"TEXT","content":"{\\"content\\":\\"Xin ch\\u00e0o\\"}"}',
     "654260b7a56962266c8386ead02ba35e58af3a56045b7d97531bab5ec3bbe7ad"),
    (APP_SECRET, "/customer_service/202309/conversations",
     [*CALL, ("page_size", "20"), ("page_token", "cDE+/w==")], b"",
     "a34fa0621e31d48dd865a8eff27d2430388743493026c7c9ef5b38307f9b10e1"),
    (APP_SECRET, "/customer_service/202309/images/upload", CALL, b"",
     "fd29789b791b0e0f3d94aeff668d4b8016528d8e48b6f97776d7f5e4cb3535d9"),
    (APP_SECRET, ORDERS, [*CALL, ("ids", "7001,7002")], b"",
     "1ef39a339c29f4950708f66c2b2f5eb18d26084bd343f9975bea8b221ee8a354"),
    (APP_SECRET, SEND + "/read", CALL, b"", "d5510c9967907b09bdf190b1582178053266a34737e548c7548fbfadc0b8c80b"),
    (APP_SECRET, SEND + "/read", CALL, b"{}", "819d0e0ac09b556d3a8bbf5addb8eacc824e8aba99c5fa6bced1ae7f914e0fa3"),
]  # fmt: skip
"""Of the platform description: V0 official, V1 of another client, V2 to V7."""


@pytest.mark.parametrize(("secret", "path", "pairs", "body", "expected"), VECTORS)
def test_published_signatures_are_taken_and_nothing_else(
    secret: str, path: str, pairs: list[tuple[str, str]], body: bytes, expected: str
) -> None:
    assert sign(secret, path, pairs, body) == expected
    for repeated_keys in ("all", "first"):
        good = [*pairs, ("sign", expected), ("access_token", "never signed")]
        assert is_signed(secret, (path,), good, body, repeated_keys=repeated_keys)
        assert not is_signed(secret, (path,), good, body + b" ", repeated_keys=repeated_keys)
        assert not is_signed(secret, (path + "x",), good, body, repeated_keys=repeated_keys)
        assert not is_signed(secret, (path,), pairs, body, repeated_keys=repeated_keys)


def test_the_official_push_signature() -> None:
    body = (
        b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,'
        b'"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID",'
        b'"update_time":1718305585}}'
    )
    assert push_signature("abcdef", "123", body) == "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05"


class TestSignature:
    def test_the_sent_bytes_count_and_not_the_value(self, api: Caller) -> None:
        spaced, tight = b'{"can_accept_chat": true}', b'{"can_accept_chat":true}'
        assert api.call("PUT", SETTINGS, body=spaced)["code"] == 0
        refused = api.call("PUT", SETTINGS, body=spaced, signed_body=tight)
        assert (api.status, refused["code"], refused["data"]) == (401, 106001, None)

    def test_braces_must_be_signed_unless_switched(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        search = "/return_refund/202602/cancellations/search"
        assert api.call("POST", search, body=b"{}")["code"] == 0
        assert api.call("POST", search)["code"] == 0  # no body at all
        assert api.call("POST", search, body=b"{}", signed_body=b"")["code"] == 106001
        tiktok_sim.switches(braces_may_be_unsigned=True)
        assert api.call("POST", search, body=b"{}", signed_body=b"")["code"] == 0

    def test_repeated_keys_are_signed_all_or_first_by_switch(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        first, second = tiktok_sim.add_orders(shop, 2)
        repeated = [("ids", first), ("ids", second)]
        assert len(api.call("GET", ORDERS, pairs=repeated)["data"]["orders"]) == 2
        tiktok_sim.switches(repeated_keys="first")
        assert api.call("GET", ORDERS, pairs=repeated)["code"] == 106001
        assert len(api.get(ORDERS, ids=f"{first},{second}")["data"]["orders"]) == 2

    def test_a_signature_over_another_path_or_secret(self, api: Caller) -> None:
        assert api.call("GET", SHOPS, secret="another")["code"] == 106001
        assert api.get(SHOPS, sign="0" * 64)["code"] == 106001
        assert api.get(SHOPS, sign="")["code"] == 36009004  # missing, not wrong

    def test_the_code_of_a_wrong_signature_is_a_switch(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.switches(bad_sign_code=36009004)
        assert api.call("GET", SHOPS, secret="another")["code"] == 36009004


class TestTime:
    @pytest.mark.parametrize(("drift", "code"), [(-290, 0), (-310, 36009004), (20, 0), (45, 36009004)])
    def test_the_window_reaches_from_five_minutes_back_to_half_a_minute_ahead(
        self, drift: int, code: int, api: Caller
    ) -> None:
        answer = api.get(SHOPS, timestamp=int(time.time()) + drift)
        assert answer["code"] == code
        assert code == 0 or "timestamp" in answer["message"]

    @pytest.mark.parametrize("stamp", ["", "soon", "1767225600000"])
    def test_stamps_that_are_no_unix_seconds(self, stamp: str, api: Caller) -> None:
        assert api.get(SHOPS, timestamp=stamp)["code"] == 36009004

    def test_moving_the_simulators_clock_locks_nobody_out(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.advance(3600)
        assert api.get(SHOPS)["code"] == 0
        assert api.get(SHOPS, timestamp=int(time.time()) + 3600)["code"] == 0


class TestToken:
    def test_missing_and_unknown_tokens_name_themselves(self, api: Caller) -> None:
        missing = api.call("GET", SHOPS, token="")
        assert (api.status, missing["code"]) == (401, 36009004)
        assert "x-tts-access-token" in missing["message"]
        unknown = api.call("GET", SHOPS, token="ROW_nobody")
        assert (unknown["code"], "access token" in unknown["message"]) == (36009004, True)

    def test_an_expired_token_is_another_thing(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        tiktok_sim.advance(7 * 86_400 + 1)
        expired = api.get(SHOPS)
        assert (api.status, expired["code"]) == (401, 105002)

    def test_a_token_of_another_app_is_unknown(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.add_app("6other", "s")
        other = tiktok_sim.add_store(app_key="6other")
        assert api.call("GET", SHOPS, token=other.access_token)["code"] == 36009004

    def test_a_scope_that_was_not_granted_is_no_token_problem(self, tiktok_sim: TiktokSim) -> None:
        tiktok_sim.add_app(scopes=["seller.authorization.info", "seller.order.info"])
        api = Caller(tiktok_sim, tiktok_sim.add_store())
        refused = api.get(SETTINGS)
        assert (api.status, refused["code"]) == (401, 105005)
        assert api.post("/order/202309/orders/search", {}, page_size=1)["code"] == 0


class TestShop:
    def test_the_cipher_is_needed_known_and_of_the_token(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        rival = tiktok_sim.add_store("th")
        assert api.get(SETTINGS, shop_cipher=None)["code"] == 106013
        assert api.get(SETTINGS, shop_cipher="ROW_wrong")["code"] == 12000000
        assert api.get(SETTINGS, shop_cipher=rival.shop_cipher)["code"] == 101000

    def test_it_must_not_come_where_no_shop_is_meant(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        assert "shop_cipher" in api.get(SHOPS, shop_cipher=api.store.shop_cipher)["message"]
        tiktok_sim.switches(refuse_unwanted_cipher=False)
        assert api.get(SHOPS, shop_cipher=api.store.shop_cipher)["code"] == 0

    def test_one_token_may_open_several_shops(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        second = tiktok_sim.add_store("th", access_token=shop.access_token)
        assert [row["region"] for row in api.get(SHOPS)["data"]["shops"]] == ["VN", "TH"]
        assert api.get(SETTINGS, shop_cipher=second.shop_cipher)["code"] == 0

    def test_an_inactive_shop(self, tiktok_sim: TiktokSim) -> None:
        api = Caller(tiktok_sim, tiktok_sim.add_store(status="INACTIVE"))
        assert (api.get(SETTINGS)["code"], api.status) == (36009043, 401)


class TestRouting:
    @pytest.mark.parametrize(
        ("method", "path", "code", "status"),
        [
            ("GET", "/order/202309/no/such/thing", 36009009, 404),
            ("GET", "/order/209901/orders", 36009014, 404),
            ("DELETE", "/order/202309/orders", 36009010, 405),
            ("POST", "/customer_service/202309/conversations//messages", 36009009, 404),
        ],
    )
    def test_what_does_not_exist(self, method: str, path: str, code: int, status: int, api: Caller) -> None:
        assert (api.call(method, path)["code"], api.status) == (code, status)

    @pytest.mark.parametrize(
        ("body", "kind", "code"),
        [
            (b"{", "application/json", 36009022),
            (b"[]", "application/json", 36009022),
            (b"a=b", "application/x-www-form-urlencoded", 36009023),
        ],
    )
    def test_bodies_that_are_no_json_object(self, body: bytes, kind: str, code: int, api: Caller) -> None:
        assert api.call("PUT", SETTINGS, body=body, kind=kind)["code"] == code

    def test_root_and_prefix_serve_the_same_and_either_path_may_be_signed(self, api: Caller, shop: TiktokStore) -> None:
        query = [("app_key", APP_KEY), ("timestamp", str(int(time.time())))]
        for base, signed_path in (("", SHOPS), ("/tiktok-shop", SHOPS), ("/tiktok-shop", "/tiktok-shop" + SHOPS)):
            text = "&".join(
                f"{name}={value}" for name, value in [*query, ("sign", sign(APP_SECRET, signed_path, query))]
            )
            request = urllib.request.Request(f"{api.sim.url}{base}{SHOPS}?{text}")
            request.add_header("x-tts-access-token", shop.access_token)
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status == 200


class TestLimits:
    def test_bursts_answer_429_with_or_without_retry_after(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.switches(qps_read=1)
        codes = [api.get(SETTINGS)["code"] for _ in range(4)]
        assert codes[0] == 0
        assert 36009002 in codes
        refused: dict[str, Any] = {"code": 0}
        tiktok_sim.switches(retry_after_s=7)
        while refused["code"] == 0:
            refused = api.get(SETTINGS)
        assert (api.status, refused["code"], api.headers["Retry-After"]) == (429, 36009002, "7")

    def test_a_development_shop_has_an_hourly_limit(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.switches(sandbox_hourly=2)
        assert [api.get(SETTINGS)["code"] for _ in range(3)] == [0, 0, 36009037]
        tiktok_sim.advance(3600)
        assert api.get(SETTINGS)["code"] == 0

    def test_the_log_holds_no_token_and_no_signature(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        api.get(SETTINGS)
        row = tiktok_sim.calls(SETTINGS)[-1]
        assert (row["code"], row["seller_id"], "sign" in row["params"]) == ("0", api.store.seller_id, False)
        assert api.store.access_token not in str(row)


def test_ids_are_decimal_and_beyond_what_a_float_holds(api: Caller, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    thread = api.open(order_id)
    assert thread.isdecimal()
    assert int(thread) > 2**53
