"""The simulator's own web page: what the audience of a demo sees, and what a hostile buyer cannot do with it."""

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
from tests.kit.lazada_calls import call, form, signed
from tests.kit.lazada_sim import LazadaSim, SimStore

from simulators.core.pages import HEADERS, PAGE, Pages
from simulators.core.views import ShopView, Viewable

HOSTILE = '<script>alert("x")</script>&amp;<img src=x onerror=alert(1)>'


def page(sim: LazadaSim, path: str = "/") -> str:
    with urllib.request.urlopen(sim.url + path, timeout=10) as answer:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        return str(answer.read().decode())


def missing(sim: LazadaSim, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        page(sim, path)
    with answer.value as error:
        assert error.code == 404
        assert error.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def opened(sim: LazadaSim, shop: SimStore, order_id: str) -> str:
    found = call(sim, "/im/session/open", query=signed(shop, "/im/session/open", order_id=order_id))
    return str(found["session_id"])


def sent(sim: LazadaSim, shop: SimStore, session_id: str, text: str) -> str:
    values = signed(shop, "/im/message/send", session_id=session_id, template_id="1", txt=text)
    found = call(sim, "/im/message/send", body=form(values), kind="application/x-www-form-urlencoded")
    return str(found["data"]["message_id"])


class TestLooking:
    def test_from_the_list_to_the_chat_by_links_alone(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = opened(lazada_sim, shop, order_id)
        message_id = sent(lazada_sim, shop, session_id, "สวัสดีค่ะ")

        home = page(lazada_sim)
        assert "Nice Home" in home
        [to_shop] = re.findall(r'href="(/_view/lazada/100000001)"', home)
        orders = page(lazada_sim, to_shop)
        assert order_id in orders
        [to_chat] = re.findall(r'href="(/_view/lazada/100000001/chat/[^"]+)"', orders)
        chat = page(lazada_sim, to_chat)
        assert "สวัสดีค่ะ" in chat
        assert message_id in chat
        assert session_id in page(lazada_sim, f"{to_shop}/chats")

    def test_what_the_filter_hid_is_struck_out_and_says_why(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = opened(lazada_sim, shop, order_id)
        sent(lazada_sim, shop, session_id, "seen by the buyer")
        sent(lazada_sim, shop, session_id, "add me on WhatsApp")
        chat = page(lazada_sim, f"/_view/lazada/{shop.seller_id}/chat/{session_id}")
        seen, hidden = re.findall(r'<li class="([^"]+)">', chat)
        assert (seen, hidden) == ("seller", "seller hidden")
        assert "cannot be seen by the buyer" in chat
        assert "1 not read by the buyer" in chat

    def test_orders_and_chats_are_paged(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        base = f"/_view/lazada/{shop.seller_id}"
        lazada_sim.add_orders(shop, PAGE + 10)
        first, second = page(lazada_sim, base), page(lazada_sim, f"{base}?page=1")
        assert first.count("<tr><td") == PAGE
        assert second.count("<tr><td") == 10
        assert "Older" in first
        assert "Newer" not in first
        assert "Newer" in second
        assert "Older" not in second
        assert not set(re.findall(r"880011\d+", first)) & set(re.findall(r"880011\d+", second))
        assert "Nothing here yet" in page(lazada_sim, f"{base}/chats")
        assert "Nothing here yet" in page(lazada_sim, f"{base}?page=99")

    @pytest.mark.parametrize("query", ["page=-1", "page=x", "page=999999999999", "page=²", "page="])
    def test_a_page_that_is_no_number(self, query: str, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(shop, 1)
        page(lazada_sim, f"/_view/lazada/{shop.seller_id}?{urllib.parse.quote(query, safe='=')}")

    @pytest.mark.parametrize(
        "path", ["/_view/lazada/404", "/_view/nothing/1", "/_view/lazada/100000001/chat/404", "/_view/lazada/404/chats"]
    )
    def test_what_is_not_there(self, path: str, lazada_sim: LazadaSim, shop: SimStore) -> None:
        missing(lazada_sim, path)

    def test_a_chat_is_shown_under_its_own_shop_only(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = opened(lazada_sim, shop, order_id)
        rival = lazada_sim.add_store("th")
        missing(lazada_sim, f"/_view/lazada/{rival.seller_id}/chat/{session_id}")


class TestHostile:
    def test_whatever_a_buyer_or_a_name_holds_is_text(self, lazada_sim: LazadaSim) -> None:
        shop = lazada_sim.add_store("th", seller_id="7", name=HOSTILE)
        rows = [{"order_id": HOSTILE, "buyer_id": HOSTILE, "status": HOSTILE}]
        lazada_sim.add_orders(shop, rows)
        session_id = str(lazada_sim.post("/_sim/lazada/buyer-says", {
            "seller_id": "7", "order_id": HOSTILE, "text": HOSTILE,
        })["session_id"])  # fmt: skip
        chat = f"/_view/lazada/7/chat/{urllib.parse.quote(session_id, safe='')}"
        for path in ("/", "/_view/lazada/7", "/_view/lazada/7/chats", chat):
            text = page(lazada_sim, path)
            assert "&lt;script&gt;" in text, path
            assert not re.search(r"<(script|img|iframe|form|style)\b|\son\w+=|javascript:", unescaped_tags(text)), path

    def test_the_page_needs_no_script_and_nothing_from_outside(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        policy = HEADERS["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        home = page(lazada_sim)
        assert re.findall(r"https?://", home) == []
        assert "style=" not in home
        assert page(lazada_sim, "/_view/style.css").count("http") == 0


def unescaped_tags(text: str) -> str:
    """Only what a browser takes for tags."""
    return " ".join(re.findall(r"<[^>]*>", text))


class Other:
    """A second platform."""

    name = "other"

    def shops(self) -> list[ShopView]:
        return [ShopView(shop_id="a/b?c", name="Odd", market="VN", orders=0, conversations=0, messages=0)]

    def orders(self, shop_id: str, *, offset: int, limit: int) -> list[object]:
        return []

    def chats(self, shop_id: str, *, offset: int, limit: int) -> list[object]:
        return []

    def chat(self, conversation_id: str) -> None:
        return None


async def test_platforms_stand_side_by_side_and_odd_ids_still_link() -> None:
    view: Viewable = Other()
    home = await Pages([view]).home(None)
    assert 'href="/_view/other/a%2Fb%3Fc"' in str(home.text)
