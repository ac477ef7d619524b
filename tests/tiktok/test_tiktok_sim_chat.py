"""What sellers and buyers live through in chat: who may be written to, what may be said, when it closes."""

import json
from typing import Any

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

DAY = 86_400
LIST = "/customer_service/202309/conversations"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x20" + b"\x00" * 16


def listed(api: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(LIST, page_size=20)["data"]["conversations"]
    return found


class TestWhoMayBeWrittenTo:
    def test_a_buyer_of_the_last_60_days(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        assert api.send(thread, "Xin chào")["code"] == 0
        tiktok_sim.advance(61 * DAY)
        tiktok_sim.switches(access_expires_s=365 * DAY)
        fresh = Caller(tiktok_sim, tiktok_sim.add_store("vn", seller_id=shop.seller_id, name="Demo Store VN"))
        [row] = listed(fresh)
        assert row["can_send_message"] is False
        assert fresh.send(thread, "Xin chào")["code"] == 45109001
        made = fresh.post(LIST, {"buyer_user_id": tiktok_sim.messages()[0]["buyer_id"]})
        assert made["code"] == 45109003
        assert len(tiktok_sim.messages()) == 1

    def test_a_stranger_cannot_be_written_to(self, api: Caller) -> None:
        assert api.post(LIST, {"buyer_user_id": "7000000000000000999"})["code"] == 45109003
        assert api.post(LIST, {})["code"] == 45101002

    def test_whether_a_cancelled_order_counts_is_a_switch(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "5769", "status": "CANCELLED", "buyer_id": "7000000000000000201"}])
        body = {"buyer_user_id": "7000000000000000201"}
        assert api.post(LIST, body)["code"] == 45109003
        tiktok_sim.switches(cancelled_orders_count=True)
        assert api.post(LIST, body)["code"] == 0

    def test_message_first_cancel_after(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        """The other way round the buyer may be out of reach."""
        [order_id] = tiktok_sim.add_orders(shop, [{"order_id": "5769", "status": "AWAITING_SHIPMENT"}])
        thread = api.open(order_id)
        body = {"order_id": order_id, "cancel_reason": "seller_cancel_reason_out_of_stock"}
        assert api.post("/return_refund/202602/cancellations", body)["code"] == 0
        assert api.send(thread, "Xin lỗi")["code"] == 45109001

    def test_a_buyer_who_wrote_keeps_the_door_open(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        [order_id] = tiktok_sim.add_orders(shop, [{"order_id": "5769", "status": "CANCELLED"}])
        said = tiktok_sim.buyer_writes_about(shop, order_id, "Alo shop")
        assert api.send(said["session_id"], "Chào bạn")["code"] == 0

    def test_a_return_keeps_the_door_open(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        row = {"order_id": "5769", "status": "DELIVERED", "created_at": "2026-01-01T00:00:00+07:00"}
        [order_id] = tiktok_sim.add_orders(shop, [row])
        buyer = tiktok_sim.order(shop, order_id)["buyer_id"]
        assert api.post(LIST, {"buyer_user_id": buyer})["code"] == 45109003
        tiktok_sim.buyer_returns(shop, order_id)
        assert api.post(LIST, {"buyer_user_id": buyer})["code"] == 0


class TestClosing:
    def test_six_hours_without_the_buyer_close_and_creating_reopens_under_the_same_id(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        api.send(thread, "Một")
        tiktok_sim.advance(6 * 3600 + 1)
        assert api.send(thread, "Hai")["code"] == 45109001
        assert api.open(order_id) == thread
        assert api.send(thread, "Hai")["code"] == 0
        assert [row["text"] for row in tiktok_sim.messages()] == ["Một", "Hai"]

    def test_a_buyers_word_keeps_it_open_for_seven_days(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = tiktok_sim.buyer_writes_about(shop, order_id, "Alo")["session_id"]
        tiktok_sim.advance(6 * DAY)
        assert api.send(thread, "Chào bạn")["code"] == 0

    def test_sending_into_a_closed_thread_is_a_switch(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        tiktok_sim.advance(7 * 3600)
        tiktok_sim.switches(closed_refuses_send=False)
        assert api.send(thread, "Xin chào")["code"] == 0

    def test_the_agent_joins_with_the_first_message_and_leaves_when_it_closes(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        assert listed(api)[0]["participant_count"] == 2
        api.send(thread, "Xin chào")
        assert listed(api)[0]["participant_count"] == 3
        tiktok_sim.advance(6 * 3600 + 1)
        tiktok_sim.until(lambda: listed(api)[0]["participant_count"] == 2)


class TestWhatMayBeSaid:
    @pytest.fixture
    def thread(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> str:
        [order_id] = tiktok_sim.add_orders(
            shop, [{"order_id": "576900000000000001", "status": "DELIVERED", "buyer_id": "7000000000000000201"}]
        )
        return api.open(order_id)

    def test_two_thousand_characters(self, api: Caller, thread: str) -> None:
        assert api.send(thread, "ạ" * 2_000)["code"] == 0
        assert api.send(thread, "ạ" * 2_001)["code"] == 45101002

    @pytest.mark.parametrize(
        "text", ["Thêm Zalo shop nhé", "https://example.test/x", "gọi 0912345678", "add me on WhatsApp"]
    )
    def test_sensitive_words_are_refused_and_nothing_is_sent(
        self, text: str, tiktok_sim: TiktokSim, api: Caller, thread: str
    ) -> None:
        assert api.send(thread, text)["code"] == 45101006
        assert tiktok_sim.messages() == []
        tiktok_sim.switches(censor=False)
        assert api.send(thread, text)["code"] == 0

    def test_an_order_number_is_not_taken_for_a_telephone(self, api: Caller, thread: str) -> None:
        assert api.send(thread, "Đơn 576900000000000001 bị chậm")["code"] == 0

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("TEXT", "plain words"),
            ("TEXT", '{"text":"x"}'),
            ("TEXT", '{"content":{"a":1}}'),
            ("TEXT", "[]"),
            ("IMAGE", '{"url":"https://img.example.test/own.png","width":1,"height":1}'),
            ("VIDEO", '{"vid":"v1"}'),
            ("EMOTICONS", '{"url":"x"}'),
        ],
    )
    def test_contents_that_are_wrong(self, kind: str, content: str, api: Caller, thread: str) -> None:
        path = f"{LIST}/{thread}/messages"
        assert api.post(path, {"type": kind, "content": content})["code"] == 45101002

    def test_content_is_text_and_not_an_object(self, api: Caller, thread: str) -> None:
        assert api.post(f"{LIST}/{thread}/messages", {"type": "TEXT", "content": {"content": "x"}})["code"] == 45101002

    def test_cards_must_fit_the_buyer(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller, thread: str) -> None:
        [foreign] = tiktok_sim.add_orders(shop, [{"order_id": "576900000000000009"}])
        assert api.send_type(thread, "ORDER_CARD", order_id="576900000000000001")["code"] == 0
        assert api.send_type(thread, "ORDER_CARD", order_id=foreign)["code"] == 45111017
        assert api.send_type(thread, "LOGISTICS_CARD", order_id="576900000000000001")["code"] == 0
        wrong = {"order_id": "576900000000000001", "package_id": "1"}
        assert api.send_type(thread, "LOGISTICS_CARD", **wrong)["code"] == 45111017
        assert (
            api.send_type(thread, "RETURN_REFUND_CARD", order_id="576900000000000001", sku_id="1")["code"] == 45111017
        )

    def test_a_picture_must_be_uploaded_first(self, tiktok_sim: TiktokSim, api: Caller, thread: str) -> None:
        image = api.upload("/customer_service/202309/images/upload", PNG)["data"]
        assert (image["width"], image["height"]) == (64, 32)
        assert api.send_type(thread, "IMAGE", **image)["code"] == 0
        assert tiktok_sim.messages()[0]["type"] == "IMAGE"
        rival = Caller(tiktok_sim, tiktok_sim.add_store("vn"))
        tiktok_sim.add_orders(rival.store, [{"order_id": "1"}])
        assert rival.send_type(rival.open("1"), "IMAGE", **image)["code"] == 45101002

    def test_what_is_no_picture_or_too_large(self, api: Caller) -> None:
        path = "/customer_service/202309/images/upload"
        assert api.upload(path, b"%PDF-1.7")["code"] == 45101002
        assert api.upload(path, PNG + b"\x00" * 10 * 1024 * 1024)["code"] == 36009021

    def test_a_role_can_be_named_in_the_newer_version_only(
        self, tiktok_sim: TiktokSim, api: Caller, thread: str
    ) -> None:
        api.send(thread, "Giờ làm việc", version="202606", sender_role="ROBOT")
        api.send(thread, "Chào", version="202309", sender_role="ROBOT")
        assert [row["role"] for row in tiktok_sim.messages()] == ["ROBOT", "CUSTOMER_SERVICE"]
        assert api.send(thread, "Chào", version="202606", sender_role="BUYER")["code"] == 45101002
        robot, agent = (row["sender"] for row in api.messages(thread, sort_order="ASC"))
        assert robot["im_user_id"] != agent["im_user_id"]  # robots carry the shop's id

    def test_another_shops_thread_is_not_there(self, tiktok_sim: TiktokSim, api: Caller, thread: str) -> None:
        rival = Caller(tiktok_sim, tiktok_sim.add_store("vn"))
        assert rival.send(thread, "x")["code"] == 45101003
        assert rival.get(f"{LIST}/{thread}/messages", page_size=10)["code"] == 45101003


class TestQuota:
    def test_it_counts_every_request_of_the_app_by_default(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        tiktok_sim.switches(chat_quota=3)
        assert [api.send(thread, str(n))["code"] for n in range(3)] == [0, 0, 0]
        assert api.get(LIST, page_size=20)["code"] == 45101004
        rival = Caller(tiktok_sim, tiktok_sim.add_store("th"))
        assert rival.get(LIST, page_size=20)["code"] == 45101004
        assert api.post("/order/202309/orders/search", {}, page_size=1)["code"] == 0
        tiktok_sim.advance(DAY)
        assert api.get(LIST, page_size=20)["code"] == 0

    def test_it_may_count_by_shop_and_only_messages(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        tiktok_sim.switches(chat_quota=1, quota_scope="shop", quota_counts="send")
        assert [api.send(thread, str(n))["code"] for n in range(2)] == [0, 45101004]
        assert api.get(LIST, page_size=20)["code"] == 0
        rival = Caller(tiktok_sim, tiktok_sim.add_store("th"))
        tiktok_sim.add_orders(rival.store, [{"order_id": "1"}])
        assert rival.send(rival.open("1"), "x")["code"] == 0


class TestLists:
    def test_messages_come_ten_at_most_and_walk_back(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = api.open(order_id)
        for n in range(12):
            api.send(thread, f"n{n}")
        path = f"{LIST}/{thread}/messages"
        assert api.get(path, page_size=11)["code"] == 45101002
        assert api.get(path)["code"] == 45101002
        first = api.get(path, page_size=10)["data"]
        second = api.get(path, page_size=10, page_token=first["next_page_token"])["data"]
        texts = [json.loads(row["content"])["content"] for row in first["messages"] + second["messages"]]
        assert texts == [f"n{n}" for n in reversed(range(12))]
        assert second["next_page_token"] == ""
        indexes = [int(row["index"]) for row in first["messages"]]
        assert indexes == sorted(indexes, reverse=True)
        assert all(isinstance(row["index"], str) for row in first["messages"])

    def test_two_ids_of_a_buyer_and_only_one_joins_the_order(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "5769", "buyer_id": "7000000000000000201", "buyer_name": "lan_demo"}])
        thread = api.open("5769")
        [row] = listed(api)
        buyer = next(person for person in row["participants"] if person["role"] == "BUYER")
        assert (buyer["user_id"], buyer["nickname"]) == ("7000000000000000201", "lan_demo")
        assert buyer["im_user_id"] != buyer["user_id"]
        one = api.get(f"/customer_service/202601/conversations/{thread}")["data"]["conversation"]
        assert "can_send_message" not in one
        assert "latest_message" not in one

    def test_reading_is_by_the_shop_alone(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        [order_id] = tiktok_sim.add_orders(shop, 1)
        thread = tiktok_sim.buyer_writes_about(shop, order_id, "Alo")["session_id"]
        assert listed(api)[0]["unread_count"] == 1
        api.messages(thread)
        assert listed(api)[0]["unread_count"] == 1  # reading the list marks nothing
        assert api.post(f"{LIST}/{thread}/messages/read")["data"] == {}
        assert listed(api)[0]["unread_count"] == 0

    def test_tokopedia_buyers_are_told_apart_in_indonesia(self, tiktok_sim: TiktokSim) -> None:
        api = Caller(tiktok_sim, tiktok_sim.add_store("id"))
        tiktok_sim.add_orders(api.store, [{"order_id": "1", "platform": "TOKOPEDIA", "buyer_id": "71"}])
        tiktok_sim.add_orders(api.store, [{"order_id": "2", "platform": "TIKTOK_SHOP", "buyer_id": "71"}])
        thread = api.open("1")
        [row] = listed(api)
        assert {person.get("buyer_platform") for person in row["participants"]} >= {
            row["participants"][0]["buyer_platform"]
        }
        other = "2" if row["participants"][0]["buyer_platform"] == "TOKOPEDIA" else "1"
        assert api.send_type(thread, "ORDER_CARD", order_id=other)["code"] == 45111017

    def test_the_last_spoken_in_comes_first_twenty_at_most(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_ids = tiktok_sim.add_orders(shop, 3)
        threads = [tiktok_sim.buyer_writes_about(shop, order_id, "Alo")["session_id"] for order_id in order_ids]
        assert [row["id"] for row in listed(api)] == threads[::-1]
        page = api.get(LIST, page_size=2)["data"]
        rest = api.get(LIST, page_size=2, page_token=page["next_page_token"])["data"]
        assert [row["id"] for row in rest["conversations"]] == threads[:1]
        assert api.get(LIST, page_size=21)["code"] == 45101002


def test_the_platforms_own_notices_are_no_one_elses_words(
    tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
) -> None:
    tiktok_sim.switches(system_messages=True)
    [order_id] = tiktok_sim.add_orders(shop, 1)
    thread = tiktok_sim.buyer_writes_about(shop, order_id, "Alo")["session_id"]
    api.send(thread, "Chào bạn")
    tiktok_sim.advance(6 * 3600 + 1)
    tiktok_sim.until(lambda: len(api.messages(thread)) == 5)
    rows = api.messages(thread, sort_order="ASC")
    assert [row["type"] for row in rows] == [
        "BUYER_ENTER_FROM_ORDER",
        "ALLOCATED_SERVICE",
        "TEXT",
        "TEXT",
        "NOTIFICATION",
    ]
    assert [row["is_visible"] for row in rows] == [True] * 4 + [False]  # the rating prompt is the buyer's alone
    assert [row["text"] for row in tiktok_sim.messages()] == ["Chào bạn"]
    assert tiktok_sim.summary()["answers"] == 1
    assert api.send(thread, "Hai")["code"] == 45109001  # a notice opens nothing


def test_an_account_that_takes_no_chats_gets_no_agent(tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
    path = "/customer_service/202309/agents/settings"
    api.call("PUT", path, body={"can_accept_chat": False})
    assert api.get(path)["data"] == {"can_accept_chat": False}
    [order_id] = tiktok_sim.add_orders(shop, 1)
    tiktok_sim.buyer_writes_about(shop, order_id, "Alo")
    assert listed(api)[0]["participant_count"] == 2


def test_performance_counts_first_answers_within_a_day(tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
    prompt, silent = tiktok_sim.add_orders(shop, 2)
    thread = tiktok_sim.buyer_writes_about(shop, prompt, "Alo")["session_id"]
    tiktok_sim.buyer_writes_about(shop, silent, "Alo")
    tiktok_sim.advance(600)
    api.send(thread, "Chào bạn")
    dates = {"support_date_ge": "2020-01-01", "support_date_lt": "2099-01-01"}
    found = api.get("/customer_service/202407/performance", **dates)["data"]["performance"]
    assert (found["support_session_count"], found["response_percentage"]) == (2, "50.0")
    assert found["response_time_mins"] == "10.0"
    assert api.get("/customer_service/202407/performance", support_date_ge="x", support_date_lt="y")["code"] == 45101002
