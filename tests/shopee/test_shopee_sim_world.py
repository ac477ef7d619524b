"""The simulated Shopee around its API: kill -9, switches of several platforms, what its own page shows."""

import json
from pathlib import Path

import pytest
from tests.kit.shopee_calls import get, post, say, upload
from tests.kit.shopee_sim import ShopeeSim, ShopeeSimProcess, ShopeeSink, ShopeeStore
from tests.kit.sim import InThread, SimDoor, SimService

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import SimClock, wall_ms
from simulators.core.faults import FaultPlan
from simulators.core.httplog import HttpLog
from simulators.core.journal import Journal
from simulators.core.switches import SwitchError
from simulators.launch import Settings, build
from simulators.shopee.entities import App, Shop
from simulators.shopee.loading import order_from
from simulators.shopee.platform import ShopeePlatform
from simulators.shopee.switches import Switches
from simulators.shopee.world import World


def world_of(**switches: object) -> World:
    board = Switches()
    board.update(switches)
    return World(
        clock=SimClock(), faults=FaultPlan(), log=HttpLog(), accepted=AcceptedLog(), journal=Journal(), seed=0,
        switches=board,
    )  # fmt: skip


@pytest.mark.slow
class TestKilled:
    def test_it_still_knows_all_it_had_answered_for(self, shopee_sim_process: ShopeeSimProcess) -> None:
        sim = shopee_sim_process
        shop = sim.add_store("TH", seller_id="600777")
        [order_sn] = sim.add_orders(shop, [{"order_id": "K1", "buyer_id": "7", "status": "READY_TO_SHIP"}])
        sent = say(sim, shop, 7, "สวัสดีค่ะ", order_sn=order_sn)["response"]
        return_sn = sim.open_return(shop, order_sn)
        url = upload(sim, shop, "/returns/convert_image", "upload_image", b"\xff\xd8\xff", return_sn=return_sn)
        assert post(sim, shop, "/order/cancel_order", order_sn="K1", cancel_reason="CUSTOMER_REQUEST")["error"] == ""
        sim.buyer_reads(str(sent["conversation_id"]))
        renewed = post(
            sim, None, "/auth/access_token/get", refresh_token=shop.refresh_token, partner_id=1001234, shop_id=600777
        )
        sim.kill()
        # A line cut off in the middle of writing must not stop the next start.
        with sim.state.open("a", encoding="utf-8") as file:
            file.write('{"k":"message","message_id":"half')
        sim.start()
        again = post(
            sim, None, "/auth/access_token/get", refresh_token=shop.refresh_token, partner_id=1001234, shop_id=600777
        )
        assert again["error"] == "error_shop_refresh_token"  # spent before the kill, spent after it
        shop = ShopeeStore(
            seller_id="600777", market="TH", user_id=shop.user_id, access_token=renewed["access_token"],
            refresh_token=renewed["refresh_token"], base_url=sim.url,
        )  # fmt: skip
        conversation = get(sim, shop, "/sellerchat/get_one_conversation", conversation_id=sent["conversation_id"])[
            "response"
        ]
        assert conversation["opposite_last_read_msg_id"] == sent["message_id"]
        assert say(sim, shop, 7, "สวัสดีค่ะ")["error"] == "error_business"  # said within 24 hours, as before
        second = say(sim, shop, 7, "again")["response"]
        assert second["message_id"] != sent["message_id"]
        assert sim.orders(shop)["K1"]["statuses"] == ["CANCELLED"]
        proof = {"photo": [{"url": url["response"]["url"], "thumbnail": ""}]}
        assert post(sim, shop, "/returns/upload_proof", return_sn=return_sn, **proof)["error"] == ""
        lines = [json.loads(line) for line in sim.accepted.read_text(encoding="utf-8").splitlines()]
        assert [(line["platform"], line["kind"], line["text"]) for line in lines] == [
            ("shopee", "text", "สวัสดีค่ะ"), ("shopee", "text", "again"),
        ]  # fmt: skip
        assert lines[0]["order_ids"] == ["K1"]
        assert sim.summary()["duplicates"] == 0

    def test_pushes_of_buyers_that_were_never_taken_are_sent_again(
        self, shopee_sim_process: ShopeeSimProcess, shopee_sink: ShopeeSink
    ) -> None:
        sim = shopee_sim_process
        shop = sim.add_store("TH")
        [order_sn] = sim.add_orders(shop, 1)
        sim.buyer_of_order_says(shop, order_sn, "nobody listens yet")
        shopee_sink.status = 503
        sim.switches(push_time_scale=10_000)
        sim.set_callback(shopee_sink.url)
        sim.buyer_of_order_says(shop, order_sn, "hello?")
        sim.until(lambda: len(shopee_sink.received) == 1)
        sim.kill()
        shopee_sink.status = 200
        sim.start()
        sim.until(lambda: len(shopee_sink.received) == 2)
        first, second = (json.loads(body)["data"]["content"]["message_id"] for _, body in shopee_sink.received)
        assert first == second

    def test_no_push_after_a_restart_has_the_id_of_one_before(
        self, shopee_sim_process: ShopeeSimProcess, shopee_sink: ShopeeSink
    ) -> None:
        sim = shopee_sim_process
        shop = sim.add_store("TH", seller_id="600777")
        [order_sn] = sim.add_orders(shop, 1)
        sim.set_callback(shopee_sink.url)
        for status in ("COMPLETED", "SHIPPED", "COMPLETED"):
            sim.set_status(shop, order_sn, status)
        sim.until(lambda: sim.summary()["pushes_pending"] == 0)
        before = {body["msg_id"] for body in shopee_sink.bodies()}
        shopee_sink.received.clear()
        sim.kill()
        sim.start()
        for status in ("SHIPPED", "COMPLETED", "SHIPPED"):
            sim.set_status(shop, order_sn, status)
        sim.until(lambda: len(shopee_sink.bodies(3)) == 3)
        assert before.isdisjoint(body["msg_id"] for body in shopee_sink.bodies())


class TestSwitchesOfSeveralPlatforms:
    def test_a_bare_name_reaches_whoever_knows_it_and_a_platform_can_be_aimed_at(self) -> None:
        settings = Settings(
            platforms=("lazada", "shopee"),
            switches={"text_max": 9, "shopee": {"in_a_row": 3}, "lazada.unanswered_limit": 4},
            assignments=["buyers_answer=false", "shopee.text_max=7", "repeat_scope=buyer"],
        )
        thread = InThread(SimService(settings))
        door = SimDoor()
        door.url = thread.start()
        try:
            shopee, lazada = door.get("/_sim/shopee/switches"), door.get("/_sim/lazada/switches")
        finally:
            thread.stop()
        assert (shopee["buyers_answer"], lazada["buyers_answer"]) == (False, False)
        assert (shopee["text_max"], lazada["text_max"]) == (7, 9)
        assert (shopee["in_a_row"], lazada["unanswered_limit"], shopee["repeat_scope"]) == (3, 4, "buyer")

    @pytest.mark.parametrize("name", ["colour", "shopee.colour", "shopee.unanswered_limit", "amazon.text_max"])
    def test_a_name_that_nobody_knows_is_an_error(self, name: str) -> None:
        with pytest.raises(SwitchError, match=name.rpartition(".")[2]):
            build(Settings(platforms=("lazada", "shopee"), assignments=[f"{name}=1"]))
        with pytest.raises(SwitchError):
            build(Settings(platforms=("lazada", "shopee"), switches={name: 1}))

    @pytest.mark.parametrize("change", [{"repeat_scope": "buyers"}, {"censor": False}, {"ping_key": ["push"]}])
    def test_a_word_that_a_switch_does_not_take_is_refused(self, change: dict[str, object]) -> None:
        switches = Switches()
        with pytest.raises(SwitchError, match="takes one of"):
            switches.update({"in_a_row": 1, **change})
        assert switches == Switches()

    def test_a_fault_file_may_hold_tables_of_platforms(self, tmp_path: Path) -> None:
        path = tmp_path / "faults.toml"
        path.write_text("[switches]\ntext_max = 5\n[switches.shopee]\nrepeat_h = 1\n", encoding="utf-8")
        build(Settings(platforms=("lazada", "shopee"), faults=path))
        path.write_text("[switches.shopee]\nqps_of_lazada = 1\n", encoding="utf-8")
        with pytest.raises(SwitchError, match="qps_of_lazada"):
            build(Settings(platforms=("lazada", "shopee"), faults=path))

    def test_each_platform_has_a_journal_of_its_own(self, tmp_path: Path) -> None:
        thread = InThread(SimService(Settings(platforms=("lazada", "shopee"), state=tmp_path / "state.jsonl")))
        thread.start()
        thread.stop()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["state-lazada.jsonl", "state-shopee.jsonl"]


class TestOwnPage:
    def test_shops_orders_and_chats_as_plain_values(self) -> None:
        world = world_of(buyers_answer=False)
        view = ShopeePlatform(world).view
        world.add_app(App(partner_id="1", partner_key="k"))
        world.add_shop(Shop(shop_id="6", user_id="60", region="TH", name="Lamps"))
        rows = [{"order_id": "A", "buyer_id": "7"}, {"order_id": "B", "buyer_id": "8"}]
        world.add_orders(
            [order_from(row, seller_id="6", now_ms=wall_ms(), seed=0, switches=world.switches) for row in rows]
        )
        conversation = world.converse("6", "7")
        for text, censored_ms in (("late, sorry", 0), ("write me elsewhere", 1)):
            world.new_message(
                conversation, from_buyer=False, type="text", content={"text": text}, text=text, order_sn="A",
                censored_ms=censored_ms,
            )  # fmt: skip
        [shop] = view.shops()
        assert (shop.market, shop.orders, shop.conversations, shop.messages) == ("TH", 2, 1, 2)
        orders = {row.order_id: row for row in view.orders("6", offset=0, limit=10)}
        assert orders["A"].conversation_id == conversation.conversation_id
        assert orders["B"].conversation_id == ""
        [chat] = view.chats("6", offset=0, limit=10)
        assert (chat.order_ids, chat.unread_by_buyer, chat.bubbles) == (("A",), 1, ())
        found = view.chat(conversation.conversation_id)
        assert found is not None
        assert [(bubble.text, bubble.is_hidden) for bubble in found.bubbles] == [
            ("late, sorry", False), ("write me elsewhere", True),
        ]  # fmt: skip
        assert view.chat("none") is None
        assert view.orders("6", offset=2, limit=10) == []


class TestSideDoor:
    def test_reset_forgets_everything(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, 3)
        shopee_sim.post("/_sim/reset", {})
        assert shopee_sim.summary()["orders"] == 0
        assert shopee_sim.get("/_sim/shopee/stores") == {"stores": []}

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("apps", {"app_key": "not a number"}), ("apps", {"app_type": "magic"}), ("stores", {"market": "XX"}),
            ("stores", {"app_key": "404"}), ("stores", {"seller_id": "abc"}),
            ("orders?seller_id=404", {"order_id": "1"}),
            ("order-status", {"order_id": "404"}), ("callback", {"app_key": "404"}), ("switches", {"colour": 1}),
            ("tokens/expire", {}), ("buyer-says", {}), ("buyer-reads", {}), ("seller-says", {}), ("returns", {}),
            ("health", {}), ("conversation", {}),
        ],
    )  # fmt: skip
    def test_nonsense_is_refused_in_words(self, path: str, body: dict[str, object], shopee_sim: ShopeeSim) -> None:
        with pytest.raises(AssertionError, match="400"):
            shopee_sim.post(f"/_sim/shopee/{path}", body)

    def test_messages_are_found_by_order_buyer_and_speaker(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        rows = [{"order_id": "A", "buyer_id": "7"}, {"order_id": "B", "buyer_id": "7"}, {"order_id": "C"}]
        shopee_sim.add_orders(shop, rows)
        say(shopee_sim, shop, 7, "about A", order_sn="A")
        sent = say(shopee_sim, shop, 7, "about B", order_sn="B")["response"]
        shopee_sim.buyer_says(str(sent["conversation_id"]), "fine")
        [reply] = shopee_sim.messages(from_="buyer", buyer_id="7")
        assert (reply["text"], reply["order_ids"], reply["session_id"]) == (
            "fine",
            ["A", "B"],
            str(sent["conversation_id"]),
        )
        assert [row["text"] for row in shopee_sim.messages(order_id="A")] == ["about A", "about B"]
        assert shopee_sim.messages(order_id="C") == []
        assert len(shopee_sim.messages(from_="all", seller_id=shop.seller_id)) == 3
