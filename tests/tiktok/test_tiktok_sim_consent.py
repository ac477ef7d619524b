"""A seller says yes (or no) on the consent page, and tokens live and die."""

import http.client
import json
import re
import urllib.request
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, SERVICE_ID, TiktokSim, TiktokStore

BACK = "https://seawall.example/connect/tiktok-shop"


@pytest.fixture
def seller(tiktok_sim: TiktokSim, shop: TiktokStore) -> TiktokSim:
    """A seller with one shop, an app that may send consent back."""
    tiktok_sim.add_app(redirect_uri=BACK)
    return tiktok_sim


def visit(sim: TiktokSim, **query: str) -> tuple[int, str, dict[str, str]]:
    """Status, page, and what the browser is sent back with."""
    address = urlsplit(sim.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.request("GET", "/tiktok-shop/open/authorize?" + urlencode(query))
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    target = answer.headers.get("Location", "")
    assert not target or target.startswith(BACK)
    return answer.status, page, {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def token(sim: TiktokSim, what: str, **query: str) -> dict[str, Any]:
    values = {"app_key": APP_KEY, "app_secret": APP_SECRET, **query}
    address = f"{sim.url}/tiktok-shop/api/v2/token/{what}?{urlencode(values)}"
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)
    return found


def code_for(sim: TiktokSim, shop: TiktokStore) -> str:
    return visit(sim, service_id=SERVICE_ID, state="s1", seller_id=shop.seller_id)[2]["code"]


def traded(sim: TiktokSim, code: str, **query: str) -> dict[str, Any]:
    return token(sim, "get", auth_code=code, **{"grant_type": "authorized_code", **query})


def refreshed(sim: TiktokSim, refresh_token: str) -> dict[str, Any]:
    return token(sim, "refresh", refresh_token=refresh_token, grant_type="refresh_token")


class TestPage:
    def test_it_shows_the_shops_and_what_the_app_asks_for(self, seller: TiktokSim) -> None:
        seller.add_store("th", name="<Demo & Co>")
        status, page, _ = visit(seller, service_id=SERVICE_ID, state="s<1>")
        assert status == 200
        assert "&lt;Demo &amp; Co&gt;" in page
        assert "seller.customer_service" in page
        assert unescape(re.findall(r"name='state' value='([^']*)'", page)[0]) == "s<1>"

    def test_yes_brings_a_code_and_the_state_back(self, seller: TiktokSim, shop: TiktokStore) -> None:
        status, _, back = visit(seller, service_id=SERVICE_ID, state="s1", seller_id=shop.seller_id)
        assert (status, back["state"], back["shop_region"]) == (302, "s1", "VN")
        assert traded(seller, back["code"])["code"] == 0

    def test_no_brings_auth_denied(self, seller: TiktokSim) -> None:
        _, _, back = visit(seller, service_id=SERVICE_ID, state="s1", deny="1")
        assert back == {"code": "null", "error": "auth_denied", "state": "s1"}

    def test_the_app_key_is_not_the_service_id(self, seller: TiktokSim) -> None:
        assert visit(seller, service_id=APP_KEY)[0] == 400

    def test_an_app_without_a_redirect_address(self, tiktok_sim: TiktokSim) -> None:
        assert visit(tiktok_sim, service_id=SERVICE_ID)[0] == 400

    def test_one_consent_for_shops_of_several_countries(self, seller: TiktokSim, shop: TiktokStore) -> None:
        second = seller.add_store("th")
        address = urlencode(
            [("service_id", SERVICE_ID), ("seller_id", shop.seller_id), ("seller_id", second.seller_id)]
        )
        connection = http.client.HTTPConnection(str(urlsplit(seller.url).hostname), urlsplit(seller.url).port)
        connection.request("GET", f"/open/authorize?{address}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        grant = traded(seller, code)["data"]
        api = Caller(seller, shop)
        rows = api.call("GET", "/authorization/202309/shops", token=grant["access_token"])["data"]["shops"]
        assert [row["region"] for row in rows] == ["VN", "TH"]


class TestTokens:
    def test_the_answer_names_instants_and_the_shop(self, seller: TiktokSim, shop: TiktokStore) -> None:
        data = traded(seller, code_for(seller, shop))["data"]
        now = int(seller.get("/_sim/clock")["now_ms"]) // 1000
        assert abs(data["access_token_expire_in"] - now - 7 * 86_400) <= 2
        assert (data["seller_name"], data["seller_base_region"]) == ("Demo Store VN", "VN")
        assert "seller.order.info" in data["granted_scopes"]

    def test_a_code_works_once_and_for_half_an_hour(self, seller: TiktokSim, shop: TiktokStore) -> None:
        code = code_for(seller, shop)
        assert traded(seller, code)["code"] == 0
        assert traded(seller, code)["code"] == 36004004
        late = code_for(seller, shop)
        seller.advance(1801)
        assert traded(seller, late)["code"] == 36004004

    @pytest.mark.parametrize(
        "wrong", [{"grant_type": "authorization_code"}, {"app_secret": "another"}, {"app_key": "nobody"}]
    )
    def test_wrong_questions(self, wrong: dict[str, str], seller: TiktokSim, shop: TiktokStore) -> None:
        assert traded(seller, code_for(seller, shop), **wrong)["code"] == 36009004

    def test_refreshing_gives_both_anew_and_ends_the_old_ones(self, seller: TiktokSim, shop: TiktokStore) -> None:
        new = refreshed(seller, shop.refresh_token)["data"]
        api = Caller(seller, shop)
        assert api.get("/authorization/202309/shops")["code"] == 105002
        assert api.call("GET", "/authorization/202309/shops", token=new["access_token"])["code"] == 0
        assert refreshed(seller, shop.refresh_token)["code"] == 36004004
        assert refreshed(seller, new["refresh_token"])["code"] == 0

    def test_whether_the_old_ones_die_at_once_is_a_switch(self, seller: TiktokSim, shop: TiktokStore) -> None:
        seller.switches(refresh_kills_refresh=False, refresh_kills_access=False)
        assert refreshed(seller, shop.refresh_token)["code"] == 0
        assert refreshed(seller, shop.refresh_token)["code"] == 0
        assert Caller(seller, shop).get("/authorization/202309/shops")["code"] == 0

    def test_an_ended_access_token_is_refreshed_a_withdrawn_consent_is_not(
        self, seller: TiktokSim, shop: TiktokStore
    ) -> None:
        seller.expire_token(shop)
        assert Caller(seller, shop).get("/authorization/202309/shops")["code"] == 105002
        new = refreshed(seller, shop.refresh_token)["data"]
        seller.post("/_sim/tiktok-shop/tokens/expire", {"access_token": new["access_token"], "deauthorize": True})
        refused = Caller(seller, shop).call("GET", "/authorization/202309/shops", token=new["access_token"])
        assert (refused["code"], "access token" in refused["message"]) == (36009004, True)
        assert refreshed(seller, new["refresh_token"])["code"] == 36004004
