"""Chat rules of the simulated Shopee, in the order and with the codes that others measured."""

from typing import Any

import pytest
from tests.kit.shopee_calls import get, post, say, upload
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
SEND = "/sellerchat/send_message"
OLD = "2024-01-01T00:00:00+00:00"


@pytest.fixture
def order(shopee_sim: ShopeeSim, shop: ShopeeStore) -> str:
    """An order of buyer 700200300, two days old."""
    return shopee_sim.add_orders(shop, [{"order_id": "260101ABCDE123", "buyer_id": "700200300"}])[0]


def texts(sim: ShopeeSim) -> list[str]:
    return [row["text"] for row in sim.messages()]


def conversations(sim: ShopeeSim, shop: ShopeeStore, direction: str = "older", **more: object) -> list[str]:
    found = get(sim, shop, "/sellerchat/get_conversation_list", direction=direction, type="all", **more)["response"]
    return [str(row["to_id"]) for row in found["conversations"]]


class TestFirstContact:
    def test_it_must_carry_the_order(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        assert say(shopee_sim, shop, 700200300, "hello")["error"] == "first_chat_without_order_info"
        assert say(shopee_sim, shop, 700200300, "hello", order_sn="260101OTHER000")["error"] == (
            "first_chat_without_order_info"
        )
        sent = say(shopee_sim, shop, 700200300, "hello", order_sn=order)["response"]
        assert sent["conversation_id"] > 2**53
        assert say(shopee_sim, shop, 700200300, "and more")["error"] == ""
        assert {row["order_id"] for row in shopee_sim.messages()} == {order}

    def test_an_order_card_does_as_well(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        card = {"to_id": 700200300, "message_type": "order", "content": {"order_sn": order}}
        assert post(shopee_sim, shop, SEND, **card)["error"] == ""
        assert say(shopee_sim, shop, 700200300, "hello")["error"] == ""

    def test_the_buyer_who_wrote_first_needs_no_order(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        shopee_sim.buyer_of_order_says(shop, order, "where is my parcel?")
        assert say(shopee_sim, shop, 700200300, "hello")["error"] == ""


class TestContactWindow:
    def test_a_stranger_and_a_buyer_of_long_ago(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        [order] = shopee_sim.add_orders(shop, [{"order_id": "OLD", "buyer_id": "7", "created_at": OLD}])
        assert say(shopee_sim, shop, 999, "hello")["error"] == "user_is_forbidden"
        assert say(shopee_sim, shop, 7, "hello", order_sn=order)["error"] == "user_is_forbidden"
        shopee_sim.open_return(shop, order)
        assert say(shopee_sim, shop, 7, "hello", order_sn=order)["error"] == ""

    def test_seven_days_after_the_last_word(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        [order] = shopee_sim.add_orders(shop, [{"order_id": "OLD", "buyer_id": "7", "created_at": OLD}])
        shopee_sim.buyer_of_order_says(shop, order, "hi")
        assert say(shopee_sim, shop, 7, "hello")["error"] == ""
        shopee_sim.advance(7 * 86_400 + 1)
        shop = shopee_sim.add_store("MY", seller_id=shop.seller_id)
        assert say(shopee_sim, shop, 7, "hello again")["error"] == "user_is_forbidden"

    def test_taiwan_cannot_send(self, shopee_sim: ShopeeSim) -> None:
        shop = shopee_sim.add_store("TW")
        [order] = shopee_sim.add_orders(shop, [{"order_id": "TW1", "buyer_id": "7"}])
        assert say(shopee_sim, shop, 7, "hello", order_sn=order)["error"] == "not_open_market"

    def test_frozen_accounts(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        shopee_sim.switches(frozen_code="frozen_by_test")
        shopee_sim.set_conversation(shop, order, frozen_buyer=True)
        assert say(shopee_sim, shop, 700200300, "hello", order_sn=order)["error"] == "frozen_by_test"
        shopee_sim.set_conversation(shop, order, frozen_buyer=False)
        shopee_sim.set_health(shop, status="FROZEN")
        assert say(shopee_sim, shop, 700200300, "hello", order_sn=order)["error"] == "frozen_by_test"


class TestOrderOfRefusals:
    def test_each_check_hides_the_later_ones(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        def code(**body: Any) -> str:
            return str(post(shopee_sim, shop, SEND, **body)["error"])

        long = {"text": "x" * 601}
        carried = {"source_content": {"order_sn": order}}
        assert code(to_id="700200300", content="bare", message_type="nonsense") == "invalid_to_id"
        assert code(to_id=999, content="bare", message_type="nonsense") == "param_error"
        assert code(to_id=999, content=long, message_type="nonsense") == "user_is_forbidden"
        assert code(to_id=700200300, content=long, message_type="nonsense") == "param_error"
        assert code(to_id=700200300, content=long, message_type="text") == "first_chat_without_order_info"
        assert code(to_id=700200300, content=long, message_type="text", **carried) == "message_too_long"
        for number in range(5):
            assert code(to_id=700200300, content={"text": f"{number}"}, message_type="text", **carried) == ""
        assert code(to_id=700200300, content=long, message_type="text") == "reach_5_message_limit"
        assert code(to_id=700200300, content={"text": "0"}, message_type="text") == "reach_5_message_limit"
        shopee_sim.buyer_of_order_says(shop, order, "stop")
        assert code(to_id=700200300, content={"text": "0"}, message_type="text") == "error_business"
        wanted = {"text": "add me on WhatsApp"}
        shopee_sim.set_conversation(shop, order, blocked_by_buyer=True, sub_account_id=5)
        assert code(to_id=700200300, content=wanted, message_type="text") == "message_is_censored"
        assert code(to_id=700200300, content={"text": "new"}, message_type="text") == "error_blocked"
        shopee_sim.set_conversation(shop, order, blocked_by_buyer=False, blocked_by_shop=True)
        assert code(to_id=700200300, content={"text": "new"}, message_type="text") == "error_sender_block_receiver"
        shopee_sim.set_conversation(shop, order, blocked_by_shop=False)
        assert code(to_id=700200300, content={"text": "new"}, message_type="text") == "assigned_to_subaccount"
        shopee_sim.set_conversation(shop, order, sub_account_id=0)
        shopee_sim.switches(sends_per_day=5)
        shopee_sim.set_health(shop, chat_distribution=True)
        assert code(to_id=700200300, content={"text": "new"}, message_type="text") == "shop_bound_subaccount"
        shopee_sim.set_health(shop, chat_distribution=False)
        assert code(to_id=700200300, content={"text": "new"}, message_type="text") == "exceed_send_limitaion"
        assert texts(shopee_sim) == ["0", "1", "2", "3", "4"]

    def test_six_hundred_characters_are_code_points(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        assert say(shopee_sim, shop, 700200300, "😀" * 600, order_sn=order)["error"] == ""
        assert say(shopee_sim, shop, 700200300, "😀" * 601)["error"] == "message_too_long"

    def test_content_must_fit_its_type(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        say(shopee_sim, shop, 700200300, "hello", order_sn=order)
        for kind, content in {
            "text": {"txt": "x"}, "item": {"item_id": "1"}, "image": {"image_url": "https://elsewhere.example.test/x"},
            "order": {"order_sn": "260101OTHER000"}, "video": {"vid": "1"}, "sticker": {"sticker_id": 7},
        }.items():  # fmt: skip
            answer = post(shopee_sim, shop, SEND, to_id=700200300, message_type=kind, content=content)
            assert answer["error"] == "param_error", kind
        fits = {"sticker_id": "0007", "sticker_package_id": "pack"}
        assert post(shopee_sim, shop, SEND, to_id=700200300, message_type="sticker", content=fits)["error"] == ""


class TestRepeats:
    @pytest.fixture
    def two(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> list[tuple[int, str]]:
        rows = [{"order_id": f"26010{n}", "buyer_id": str(70 + n)} for n in range(2)]
        return [(70 + n, sn) for n, sn in enumerate(shopee_sim.add_orders(shop, rows))]

    @pytest.mark.parametrize(
        ("scope", "codes"),
        [
            ("shop", ["", "error_business", "error_business"]),
            ("buyer", ["", "", "error_business"]),
            ("off", [""] * 3),
        ],
    )
    def test_whether_one_text_may_go_to_two_buyers_is_a_switch(
        self, scope: str, codes: list[str], two: list[tuple[int, str]], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.switches(repeat_scope=scope)
        sends = [two[0], two[1], two[0]]
        assert [say(shopee_sim, shop, to, "late", order_sn=sn)["error"] for to, sn in sends] == codes

    def test_after_24_hours_it_may_be_said_again(
        self, two: list[tuple[int, str]], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        say(shopee_sim, shop, *two[0][:1], "late", order_sn=two[0][1])
        shopee_sim.advance(86_401)
        shop = shopee_sim.add_store("MY", seller_id=shop.seller_id)
        assert say(shopee_sim, shop, two[0][0], "late")["error"] == ""

    @pytest.mark.parametrize(("exempt", "codes"), [(False, ["", "error_business"]), (True, ["", ""])])
    def test_automatic_replies_are_not_exempt_unless_switched(
        self, exempt: bool, codes: list[str], two: list[tuple[int, str]], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.switches(autoreply_exempt=exempt)
        shopee_sim.buyer_of_order_says(shop, two[0][1], "hi")
        path = "/sellerchat/send_autoreply_message"
        answers = [post(shopee_sim, shop, path, to_id=two[0][0], content={"text": "away"}) for _ in range(2)]
        assert [answer["error"] for answer in answers] == codes
        conversation = str(answers[0]["response"]["conversation_id"])
        read = get(shopee_sim, shop, "/sellerchat/get_message", conversation_id=conversation)["response"]["messages"]
        assert read[0]["status"] == "auto_reply"


class TestCaps:
    def test_a_day_by_shop_or_by_app(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        other = shopee_sim.add_store("TH", seller_id="600999")
        [second] = shopee_sim.add_orders(other, [{"order_id": "TH1", "buyer_id": "8"}])
        shopee_sim.switches(sends_per_day=1)
        assert say(shopee_sim, shop, 700200300, "one", order_sn=order)["error"] == ""
        assert say(shopee_sim, shop, 700200300, "two")["error"] == "exceed_send_limitaion"
        shopee_sim.switches(sends_per_day_scope="app")
        assert say(shopee_sim, other, 8, "one", order_sn=second)["error"] == "exceed_send_limitaion"
        shopee_sim.switches(sends_per_day_scope="shop")
        assert say(shopee_sim, other, 8, "one", order_sn=second)["error"] == ""

    def test_too_many_in_a_short_time(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        shopee_sim.switches(sends_per_second=1, over_quota_code="exceed_send_limitaion")
        codes = [say(shopee_sim, shop, 700200300, f"{n}", order_sn=order)["error"] for n in range(2)]
        assert codes == ["", "exceed_send_limitaion"]


class TestCensorship:
    def status(self, sim: ShopeeSim, shop: ShopeeStore, conversation: object) -> list[str]:
        read = get(sim, shop, "/sellerchat/get_message", conversation_id=conversation)["response"]["messages"]
        return [message["status"] for message in read]

    @pytest.mark.parametrize("how", ["switch", "fault"])
    def test_a_message_is_accepted_and_later_reads_back_as_censored(
        self, how: str, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        shopee_sim.switches(censor="late", buyers_answer=True, share_silent=0.0, share_agree=1.0)
        if how == "fault":
            shopee_sim.set_faults({"kind": "censored", "order_id": order})
        words = "write to www.example.test" if how == "switch" else "your parcel is late"
        conversation = say(shopee_sim, shop, 700200300, words, order_sn=order)["response"]["conversation_id"]
        assert self.status(shopee_sim, shop, conversation) == ["normal"]
        shopee_sim.advance(3)
        assert self.status(shopee_sim, shop, conversation) == ["censored_blacklist"]
        summary = shopee_sim.summary()
        assert (summary["sellers"][shop.seller_id]["blocked"], summary["buyers_reached"]) == (1, 0)
        assert summary["plans_pending"] == 0  # nobody answers what nobody got

    def test_a_share_of_all_messages_can_be_censored(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.switches(late_censor_share=0.5)
        for sn in shopee_sim.add_orders(shop, 40):
            say(shopee_sim, shop, shopee_sim.orders(shop)[sn]["buyer_id"], "late", order_sn=sn)
        assert 8 <= sum(row["is_hidden"] for row in shopee_sim.messages()) <= 32


class TestReading:
    def test_the_direction_trap(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        rows = [{"order_id": f"26010{n}", "buyer_id": str(10 + n)} for n in range(6)]
        for order_sn in shopee_sim.add_orders(shop, rows):
            shopee_sim.buyer_of_order_says(shop, order_sn, "hi")
        assert conversations(shopee_sim, shop, "older") == ["15", "14", "13", "12", "11", "10"]
        assert conversations(shopee_sim, shop, "latest") == ["10", "11", "12", "13", "14", "15"]
        page = get(shopee_sim, shop, "/sellerchat/get_conversation_list", direction="older", type="all", page_size=3)[
            "response"
        ]
        assert page["page_result"]["more"] is True
        cursor = page["page_result"]["next_cursor"]["next_message_time_nano"]
        assert len(cursor) == 19
        assert page["conversations"][0]["last_message_timestamp"] > 10**18
        # Pages overlap at the edge: 13 comes again.
        assert conversations(shopee_sim, shop, "older", page_size=3, next_timestamp_nano=cursor) == ["13", "12", "11"]
        assert conversations(shopee_sim, shop, "latest", next_timestamp_nano=cursor) == ["13", "14", "15"]

    def test_pinned_ones_stand_on_top_of_the_first_page(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        rows = [{"order_id": f"26010{n}", "buyer_id": str(10 + n)} for n in range(3)]
        said = [shopee_sim.buyer_of_order_says(shop, sn, "hi") for sn in shopee_sim.add_orders(shop, rows)]
        post(shopee_sim, shop, "/sellerchat/pin_conversation", conversation_id=int(said[0]["session_id"]))
        assert conversations(shopee_sim, shop) == ["10", "12", "11"]

    def test_more_than_25_gives_an_empty_list_unless_switched_off(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        shopee_sim.buyer_of_order_says(shop, order, "hi")
        assert conversations(shopee_sim, shop, page_size=26) == []
        shopee_sim.switches(empty_list_above=0)
        assert conversations(shopee_sim, shop, page_size=60) == ["700200300"]
        asked = {"direction": "older", "type": "all", "page_size": 61}
        assert get(shopee_sim, shop, "/sellerchat/get_conversation_list", **asked)["error"] == "param_error"

    @pytest.mark.parametrize("asked", [{}, {"direction": "older"}, {"type": "all"}, {"direction": "up", "type": "all"}])
    def test_direction_and_type_are_needed(
        self, asked: dict[str, str], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        assert get(shopee_sim, shop, "/sellerchat/get_conversation_list", **asked)["error"] == "param_error"

    def test_unread_is_counted_by_conversation_and_cleared_by_reading(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        shopee_sim.buyer_of_order_says(shop, order, "hi")
        last = shopee_sim.buyer_of_order_says(shop, order, "anybody?")

        def unread() -> int:
            found = get(shopee_sim, shop, "/sellerchat/get_unread_conversation_count")
            return int(found["response"]["total_unread_count"])

        assert unread() == 1
        one = get(shopee_sim, shop, "/sellerchat/get_one_conversation", conversation_id=last["session_id"])["response"]
        assert (one["unread_count"], one["to_id"]) == (2, 700200300)
        read = {"conversation_id": last["session_id"], "last_read_message_id": last["message_id"]}
        assert post(shopee_sim, shop, "/sellerchat/read_conversation", **read)["error"] == ""
        assert unread() == 0
        post(shopee_sim, shop, "/sellerchat/unread_conversation", conversation_id=last["session_id"])
        assert unread() == 1

    def test_messages_come_newest_first_and_walk_back(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        conversation = shopee_sim.buyer_of_order_says(shop, order, "0")["session_id"]
        for number in range(1, 5):
            shopee_sim.buyer_says(conversation, f"{number}")
        seen: list[str] = []
        offset = ""
        while offset != "0":
            page = get(
                shopee_sim, shop, "/sellerchat/get_message", conversation_id=conversation, page_size=2, offset=offset
            )["response"]
            seen += [message["content"]["text"] for message in page["messages"]]
            offset = page["page_result"]["next_offset"]
        assert seen == ["4", "3", "2", "1", "0"]

    def test_the_sender_is_the_shop_only_by_its_shop_id(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        conversation = shopee_sim.buyer_of_order_says(shop, order, "hi")["session_id"]
        say(shopee_sim, shop, 700200300, "hello")
        ours, theirs = get(shopee_sim, shop, "/sellerchat/get_message", conversation_id=conversation)["response"][
            "messages"
        ]
        assert (ours["from_shop_id"], ours["source"]) == (600123, "openapi")
        assert theirs["from_shop_id"] not in {0, 600123}
        assert (theirs["from_id"], theirs["to_shop_id"]) == (700200300, 600123)

    def test_buyers_send_more_than_texts(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        sticker = {"sticker_id": "1", "sticker_package_id": "p"}
        row = {"seller_id": shop.seller_id, "order_id": order}
        said = shopee_sim.post("/_sim/shopee/buyer-says", {**row, "kind": "sticker", "content": sticker})
        shopee_sim.post("/_sim/shopee/buyer-says", {**row, "kind": "from_tomorrow", "content": {"x": 1}})
        newest, oldest = get(shopee_sim, shop, "/sellerchat/get_message", conversation_id=said["session_id"])[
            "response"
        ]["messages"]
        assert (newest["message_type"], newest["content"]) == ("from_tomorrow", {"x": 1})
        assert (oldest["message_type"], oldest["content"]["sticker_id"]) == ("sticker", "1")

    def test_what_the_buyer_has_read_shows(self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str) -> None:
        sent = say(shopee_sim, shop, 700200300, "hello", order_sn=order)["response"]

        def read() -> str:
            found = get(shopee_sim, shop, "/sellerchat/get_one_conversation", conversation_id=sent["conversation_id"])
            return str(found["response"]["opposite_last_read_msg_id"])

        assert read() == "0"
        shopee_sim.buyer_reads(str(sent["conversation_id"]))
        assert read() == sent["message_id"]

    def test_a_conversation_of_another_shop_is_not_found(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        other = shopee_sim.add_store("TH", seller_id="600999")
        [order_sn] = shopee_sim.add_orders(other, 1)
        conversation = shopee_sim.buyer_of_order_says(other, order_sn, "hi")["session_id"]
        answer = get(shopee_sim, shop, "/sellerchat/get_message", conversation_id=conversation)
        assert answer["error"] == "resource_not_found"


class TestPicturesAndRecall:
    def test_a_picture_is_uploaded_sent_and_read_back(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str
    ) -> None:
        url = upload(shopee_sim, shop, "/sellerchat/upload_image", "file", PNG)["response"]["url"]
        answer = post(
            shopee_sim, shop, SEND, to_id=700200300, message_type="image", content={"image_url": url},
            source_content={"order_sn": order},
        )  # fmt: skip
        conversation = answer["response"]["conversation_id"]
        [message] = get(shopee_sim, shop, "/sellerchat/get_message", conversation_id=conversation)["response"][
            "messages"
        ]
        assert message["content"]["url"] == url

    def test_what_is_no_picture_or_too_large(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        path = "/sellerchat/upload_image"
        assert upload(shopee_sim, shop, path, "file", b"%PDF-1.7")["error"] == "param_error"
        assert upload(shopee_sim, shop, path, "other", PNG)["error"] == "param_error"
        large = PNG + b"\x00" * (2 * 1024 * 1024)
        assert upload(shopee_sim, shop, path, "file", large)["error"] == "param_error"
        shopee_sim.switches(image_max_mb=10)
        assert upload(shopee_sim, shop, path, "file", large)["error"] == ""

    @pytest.mark.parametrize(("market", "seconds", "code"), [("SG", 500, ""), ("SG", 700, "error_business"),
                                                             ("MY", 2, "error_business")])  # fmt: skip
    def test_deleting_depends_on_the_region(self, market: str, seconds: int, code: str, shopee_sim: ShopeeSim) -> None:
        shop = shopee_sim.add_store(market)
        [order_sn] = shopee_sim.add_orders(shop, [{"order_id": "X1", "buyer_id": "7"}])
        sent = say(shopee_sim, shop, 7, "oops", order_sn=order_sn)["response"]
        shopee_sim.advance(seconds)
        row = {"message_id": sent["message_id"], "message_type": "text"}
        assert post(shopee_sim, shop, "/sellerchat/delete_message", **row)["error"] == code
        read = get(shopee_sim, shop, "/sellerchat/get_message", conversation_id=sent["conversation_id"])
        assert len(read["response"]["messages"]) == (0 if code == "" else 1)


class TestBuyers:
    def storm(self, seed: int) -> list[tuple[str, str]]:
        switches = {"buyers_answer": True, "buyer_delay_s": [5, 600], "share_silent": 0.5, "share_agree": 0.26}
        sim = ShopeeSim(switches=switches, seed=seed).start()
        try:
            shop = sim.add_store("TH", seller_id="7")
            sns = sim.add_orders(shop, 40)
            buyers = {sn: row["buyer_id"] for sn, row in sim.orders(shop).items()}
            for order_sn in sns:
                assert say(sim, shop, buyers[order_sn], "สวัสดีค่ะ", order_sn=order_sn)["error"] == ""
            assert sim.messages(from_="buyer") == []
            sim.advance(700)
            sim.until(lambda: sim.summary()["plans_pending"] == 0)
            return [(m["buyer_id"], m["text"]) for m in sim.messages(from_="buyer")]
        finally:
            sim.stop()

    def test_the_same_seed_has_the_same_buyers(self) -> None:
        first = self.storm(7)
        assert sorted(first) == sorted(self.storm(7))
        assert 10 <= len(first) <= 30  # half of 40 answer
        assert any("ค" in text for _, text in first)
