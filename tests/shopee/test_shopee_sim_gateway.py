"""Who may call the simulated Shopee: signatures, time, tokens, consent, app types, limits, faults."""

import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from tests.kit.shopee_calls import ask, get, post, signed
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, ShopeeSim, ShopeeStore

from simulators.shopee.gateway import ENDPOINTS
from simulators.shopee.signing import is_signed, push_signature

INFO = "/shop/get_shop_info"


def visit(url: str) -> tuple[int, str, str]:
    """Status, page and where it leads, without following."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        with urllib.request.build_opener(Stay).open(url, timeout=10) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers.get("Location") or ""


def consent_link(sim: ShopeeSim, *, late_s: int = 0, name: str = "auth_partner", **more: str) -> str:
    query = {**signed(f"/shop/{name}", late_s=late_s), "redirect": "http://shop.example.test/back?state=s1", **more}
    return f"{sim.url}/api/v2/shop/{name}?{urllib.parse.urlencode(query)}"


def code_of(location: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


def token_for(sim: ShopeeSim, code: str, **who: object) -> Any:
    return post(sim, None, "/auth/token/get", code=code, partner_id=int(PARTNER_ID), **who)


def refresh(sim: ShopeeSim, shop: ShopeeStore, token: str) -> Any:
    return post(
        sim,
        None,
        "/auth/access_token/get",
        refresh_token=token,
        partner_id=int(PARTNER_ID),
        shop_id=int(shop.seller_id),
    )


class TestSignatures:
    @pytest.mark.parametrize(
        ("parts", "sign"),
        [
            (
                ("1001234", "/api/v2/auth/token/get", "1767225600"),
                "2315316961ee3a895c1ac71765786df41a4a8f8b45b3337b4972f4a33341bf44",
            ),
            (
                (
                    "1001234",
                    "/api/v2/sellerchat/send_message",
                    "1767225600",
                    "6a1c0f3e9b2d47858c0e5f1a2b3c4d5e",
                    "600123",
                ),
                "891770daac40f8507f3d3e504136157811999827c8599783d3093d583d32c11c",
            ),
            (
                (
                    "1001234",
                    "/api/v2/merchant/get_merchant_info",
                    "1767225600",
                    "6a1c0f3e9b2d47858c0e5f1a2b3c4d5e",
                    "1000777",
                ),
                "1a8316cf5a9cc24f434032a758e0801c4d293b8610b91d93133a434d85eb19f8",
            ),
        ],
    )
    def test_the_vectors_of_the_platform_document(self, parts: tuple[str, ...], sign: str) -> None:
        assert is_signed(PARTNER_KEY, sign, *parts)
        assert not is_signed(PARTNER_KEY, sign, *parts, "x")
        assert not is_signed(bytes.fromhex(PARTNER_KEY).decode(), sign, *parts)  # the key is text, not hex

    def test_the_vector_of_pushes(self) -> None:
        body = (
            b'{"code":3,"shop_id":600123,"timestamp":1767225605,"data":{"ordersn":"260101ABCDE123",'
            b'"status":"CANCELLED","update_time":1767225604}}'
        )
        found = push_signature("shpk5a6d7e8f9012", "https://cs.example.test/hooks/shopee", body)
        assert found == "f7b26ff290bbe6ecae63d352b0ca2afdfd5715faf92a59640a63fc838a122d42"

    def test_a_wrong_sign_is_refused_with_403(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        query = {**signed(INFO, shop, key="wrong")}
        status, answer = ask(shopee_sim, INFO, query=query)
        assert (status, answer["error"]) == (403, "error_sign")
        shopee_sim.switches(refused_status=200)
        assert ask(shopee_sim, INFO, query=query)[0] == 200

    def test_push_calls_are_public_and_refuse_a_shop_signature(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        path = "/push/get_app_push_config"
        assert get(shopee_sim, None, path)["response"]["live_push_status"] == "Normal"
        stamp = str(int(time.time()))
        base = f"{PARTNER_ID}/api/v2{path}{stamp}{shop.access_token}{shop.seller_id}"
        sign = hmac.new(PARTNER_KEY.encode(), base.encode(), hashlib.sha256).hexdigest()
        query = {"partner_id": PARTNER_ID, "timestamp": stamp, "sign": sign, "access_token": shop.access_token}
        assert ask(shopee_sim, path, query={**query, "shop_id": shop.seller_id})[1]["error"] == "error_sign"

    @pytest.mark.parametrize("late_s", [302, -302])
    def test_a_stamp_of_more_than_five_minutes(self, late_s: int, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        answer = ask(shopee_sim, INFO, query=signed(INFO, shop, late_s=late_s))
        assert (answer[0], answer[1]["error"]) == (403, "error_param")
        assert "timestamp" in answer[1]["message"]
        assert ask(shopee_sim, INFO, query=signed(INFO, shop, late_s=295))[1]["error"] == ""

    @pytest.mark.parametrize("name", ["partner_id", "timestamp", "sign", "access_token", "shop_id"])
    def test_a_missing_common_parameter(self, name: str, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        query = signed(INFO, shop)
        del query[name]
        assert ask(shopee_sim, INFO, query=query)[1]["error"] == "error_param"

    def test_empty_keys_and_repeats_in_the_body_do_no_harm(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        empty = {"access_token": "", "shop_id": "", "principal_id": ""}  # as one PHP client sends them
        query = {**signed("/public/get_shops_by_partner"), **empty, "page_size": 10, "page_no": 1}
        assert ask(shopee_sim, "/public/get_shops_by_partner", query=query)[1]["error"] == ""
        [order_sn] = shopee_sim.add_orders(shop, 1)
        answer = post(
            shopee_sim, shop, "/order/set_note", order_sn=order_sn, note="x", shop_id=1, access_token="as another does"
        )
        assert answer["error"] == ""

    def test_a_key_given_twice_is_joined_only_when_switched_on(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        both = shopee_sim.add_orders(shop, 2)
        path = "/order/get_order_detail"
        assert len(get(shopee_sim, shop, path, order_sn_list=both)["response"]["order_list"]) == 1
        shopee_sim.switches(accept_repeated_lists=True)
        assert len(get(shopee_sim, shop, path, order_sn_list=both)["response"]["order_list"]) == 2

    def test_unknown_paths_and_wrong_methods(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        assert get(shopee_sim, shop, "/sellerchat/get_offer_toggle_status")["error"] == "error_not_found"
        assert get(shopee_sim, shop, "/sellerchat/send_message")["error"] == "error_not_found"

    def test_everything_the_document_names_is_there(self) -> None:
        named = {
            "/auth/token/get", "/auth/access_token/get", "/public/get_shops_by_partner", "/shop/get_shop_info",
            "/account_health/get_shop_performance", "/account_health/get_penalty_point_history",
            "/account_health/get_late_orders", "/order/get_order_list", "/order/get_order_detail",
            "/order/cancel_order", "/order/handle_buyer_cancellation", "/order/get_package_detail",
            "/logistics/get_tracking_number", "/logistics/get_tracking_info", "/returns/get_return_list",
            "/returns/get_return_detail", "/returns/get_return_dispute_reason", "/returns/dispute",
            "/returns/convert_image", "/returns/upload_proof", "/sellerchat/get_conversation_list",
            "/sellerchat/get_one_conversation", "/sellerchat/get_unread_conversation_count",
            "/sellerchat/get_message", "/sellerchat/send_message", "/sellerchat/send_autoreply_message",
            "/sellerchat/read_conversation", "/sellerchat/unread_conversation", "/sellerchat/upload_image",
            "/sellerchat/delete_message", "/push/set_app_push_config", "/push/get_app_push_config",
            "/push/get_lost_push_message", "/push/confirm_consumed_lost_push_message",
        }  # fmt: skip
        assert named <= set(ENDPOINTS)


class TestConsent:
    def test_the_seller_clicks_and_the_code_works_once(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.switches(auto_consent=False)
        status, page, _ = visit(consent_link(shopee_sim))
        assert status == 200
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', page)]
        _, _, location = visit(shopee_sim.url + next(link for link in links if "shop_id=600123" in link))
        back = code_of(location)
        assert (back["shop_id"], back["state"]) == ("600123", "s1")
        found = token_for(shopee_sim, back["code"], shop_id=600123)
        assert (found["error"], found["expire_in"]) == ("", 14_400)
        assert token_for(shopee_sim, back["code"], shop_id=600123)["error"] == "invalid_code"
        # The new consent ends the older pair.
        assert get(shopee_sim, shop, INFO)["error"] == "invalid_acceess_token"
        assert refresh(shopee_sim, shop, shop.refresh_token)["error"] == "error_shop_refresh_token"
        _, _, refused = visit(shopee_sim.url + next(link for link in links if "deny=1" in link))
        assert "code=" not in refused

    def test_the_link_dies_after_five_minutes_and_must_be_signed(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        status, words, _ = visit(consent_link(shopee_sim, late_s=301))
        assert (status, json.loads(words)["error"]) == (403, "error_param")
        tampered = consent_link(shopee_sim).replace("sign=", "sign=0")
        assert json.loads(visit(tampered)[1])["error"] == "error_sign"

    def test_the_code_lives_ten_minutes_and_is_for_its_shop_alone(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        code = code_of(visit(consent_link(shopee_sim, shop_id="600123"))[2])["code"]
        assert token_for(shopee_sim, code, shop_id=1)["error"] == "invalid_shop_id"
        shopee_sim.advance(601)
        assert token_for(shopee_sim, code, shop_id=600123)["error"] == "invalid_code"

    def test_a_main_account_shares_one_pair_until_the_first_refresh(self, shopee_sim: ShopeeSim) -> None:
        first = shopee_sim.add_store("MY", seller_id="600123", main_account_id="77", merchant_id="1000777")
        second = shopee_sim.add_store("TH", seller_id="600124", main_account_id="77", merchant_id="1000777")
        code = code_of(visit(consent_link(shopee_sim, main_account_id="77"))[2])["code"]
        assert token_for(shopee_sim, code, main_account_id=1)["error"] == "invalid_main_acount_id"
        pair = token_for(shopee_sim, code, main_account_id=77)
        assert (pair["shop_id_list"], pair["merchant_id_list"]) == ([600123, 600124], [1000777])
        own = refresh(shopee_sim, first, pair["refresh_token"])
        other = refresh(shopee_sim, second, pair["refresh_token"])
        assert (own["shop_id"], other["shop_id"]) == (600123, 600124)
        assert own["access_token"] != other["access_token"]
        merchant = post(
            shopee_sim, None, "/auth/access_token/get", refresh_token=pair["refresh_token"],
            partner_id=int(PARTNER_ID), merchant_id=1000777,
        )  # fmt: skip
        assert merchant["merchant_id"] == 1000777
        assert self.merchant(shopee_sim, merchant["access_token"])["error"] == ""
        assert self.merchant(shopee_sim, own["access_token"])["error"] == "invalid_acceess_token"

    def merchant(self, sim: ShopeeSim, token: str) -> Any:
        path, stamp = "/merchant/get_merchant_info", str(int(time.time()))
        base = f"{PARTNER_ID}/api/v2{path}{stamp}{token}1000777"
        sign = hmac.new(PARTNER_KEY.encode(), base.encode(), hashlib.sha256).hexdigest()
        query = {"partner_id": PARTNER_ID, "timestamp": stamp, "sign": sign, "access_token": token}
        return ask(sim, path, query={**query, "merchant_id": "1000777"})[1]

    def test_an_in_house_app_serves_its_own_shops_alone(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_app("1009999", "k2")
        shopee_sim.add_store("TH", seller_id="700001", app_key="1009999")
        status, words, _ = visit(consent_link(shopee_sim, shop_id="700001"))
        assert (status, json.loads(words)["error"]) == (403, "error_auth")

    def test_one_token_does_not_open_another_shop_nor_another_app(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_app("1009999", "k2")
        other = shopee_sim.add_store("TH", seller_id="700001", app_key="1009999")
        foreign = ShopeeStore(
            seller_id=other.seller_id, market="TH", user_id="1", access_token=shop.access_token, refresh_token="",
            base_url="",
        )  # fmt: skip
        assert get(shopee_sim, foreign, INFO)["error"] == "error_auth"
        query = signed(INFO, shop, partner_id="1009999", key="k2")
        assert ask(shopee_sim, INFO, query=query)[1]["error"] == "invalid_acceess_token"

    def test_a_cancelled_authorisation_ends_everything(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        _, _, location = visit(consent_link(shopee_sim, name="cancel_auth_partner", shop_id="600123"))
        assert code_of(location)["shop_id"] == "600123"
        assert get(shopee_sim, shop, INFO)["error"] == "invalid_acceess_token"
        listed = get(shopee_sim, None, "/public/get_shops_by_partner", page_size=10, page_no=1)
        assert (listed["authed_shop_list"], listed["more"]) == ([], False)

    def test_the_unsigned_form_brings_the_state_back(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        query = {
            "auth_type": "seller", "partner_id": PARTNER_ID, "redirect_uri": "http://shop.example.test/back",
            "response_type": "code", "state": "xyz",
        }  # fmt: skip
        back = code_of(visit(f"{shopee_sim.url}/auth?{urllib.parse.urlencode(query)}")[2])
        assert (back["state"], back["shop_id"]) == ("xyz", "600123")


class TestTokens:
    def test_a_refresh_token_works_once_and_the_old_access_token_five_minutes_more(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        renewed = refresh(shopee_sim, shop, shop.refresh_token)
        assert renewed["access_token"] != shop.access_token
        assert refresh(shopee_sim, shop, shop.refresh_token)["error"] == "error_shop_refresh_token"
        assert get(shopee_sim, shop, INFO)["error"] == ""
        shopee_sim.advance(301)
        assert get(shopee_sim, shop, INFO)["error"] == "invalid_acceess_token"

    def test_an_access_token_lives_four_hours_a_refresh_token_thirty_days(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.advance(4 * 3600 - 30)
        assert get(shopee_sim, shop, INFO)["error"] == ""
        shopee_sim.advance(31)
        assert get(shopee_sim, shop, INFO)["error"] == "invalid_acceess_token"
        shopee_sim.advance(30 * 86_400)
        assert refresh(shopee_sim, shop, shop.refresh_token)["error"] == "refresh_token_expired"

    def test_a_year_after_the_consent_even_fresh_tokens_end(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.switches(refresh_life_s=400 * 86_400, authorisation_days=1)
        shop = shopee_sim.add_store("MY", seller_id="600123")
        shopee_sim.advance(86_401)
        assert refresh(shopee_sim, shop, shop.refresh_token)["error"] == "shop_access_expired"

    def test_a_banned_shop(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.set_health(shop, status="BANNED")
        assert get(shopee_sim, shop, INFO)["error"] == "shop_banned"
        assert refresh(shopee_sim, shop, shop.refresh_token)["error"] == "shop_banned"


class TestPermissions:
    @pytest.mark.parametrize(
        ("app_type", "path", "code"),
        [
            ("erp", "/sellerchat/get_unread_conversation_count", "error_api_permission"),
            ("erp", "/order/get_order_detail", "error_param"),
            ("customer_service", "/sellerchat/get_unread_conversation_count", ""),
            ("marketing", "/order/get_order_detail", "error_api_permission"),
            ("order_management", "/sellerchat/get_unread_conversation_count", "error_api_permission"),
            ("seller_in_house", "/sellerchat/get_unread_conversation_count", ""),
        ],
    )
    def test_the_app_type_decides(
        self, app_type: str, path: str, code: str, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_app(app_type=app_type)
        assert get(shopee_sim, shop, path)["error"] == code

    def test_customer_service_apps_cannot_cancel_orders(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_app(app_type="customer_service")
        assert post(shopee_sim, shop, "/order/cancel_order")["error"] == "error_api_permission"

    def test_an_app_without_approved_chat_and_the_491_some_users_report(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_app(has_chat=False)
        shopee_sim.switches(no_chat_status=491)
        path = "/sellerchat/get_unread_conversation_count"
        status, answer = ask(shopee_sim, path, query=signed(path, shop))
        assert (status, answer["error"]) == (491, "error_api_permission")

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ("frozen", "partner_frozen"), ("key_expired", "error_partner_key_expired"), ("suspended", "api_suspended"),
            ("restricted", "error_api_call_restricted"),
        ],
    )  # fmt: skip
    def test_the_state_of_the_app(self, state: str, code: str, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_app(state=state)
        assert get(shopee_sim, shop, INFO)["error"] == code
