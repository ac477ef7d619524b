"""Rules of the simulated platform that no connector method asks about yet."""

import asyncio
import json
from typing import Any

import pytest
from tests.kit.lazada_calls import call, form, signed
from tests.kit.lazada_sim import LazadaSim, SimStore

from simulators.core.clock import Agenda, SimClock
from simulators.core.faults import FaultError, fault_of, load_faults
from simulators.core.offplatform import OFF_PLATFORM
from simulators.core.personas import LANGUAGES, PERSONAS, phrases
from simulators.lazada.switches import SwitchError, Switches


def get(sim: LazadaSim, shop: SimStore, path: str, **business: str) -> Any:
    return call(sim, path, query=signed(shop, path, **business))


def post(sim: LazadaSim, shop: SimStore, path: str, **business: str) -> Any:
    body = form(signed(shop, path, **business))
    return call(sim, path, body=body, kind="application/x-www-form-urlencoded")


class TestGateway:
    @pytest.mark.parametrize("path", ["/order/cancel", "/order/failure_reason/get", "/no/such/thing"])
    def test_retired_and_unknown_paths(self, path: str, lazada_sim: LazadaSim, shop: SimStore) -> None:
        assert get(lazada_sim, shop, path)["code"] == "InvalidApi"

    def test_the_registered_method_counts(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        assert get(lazada_sim, shop, "/im/message/send")["code"] == "UnsupportedHTTPMethod"

    @pytest.mark.parametrize("drift", [-7_300_000, 7_300_000])
    def test_an_old_or_early_stamp(self, drift: int, lazada_sim: LazadaSim, shop: SimStore) -> None:
        from seawall.connectors.lazada.signing import sign_request

        params = signed(shop, "/seller/get")
        params["timestamp"] = str(int(params["timestamp"]) + drift)
        params["sign"] = sign_request("s3cret-demo", "/seller/get", params)
        assert call(lazada_sim, "/seller/get", query=params)["code"] == "IllegalTimestamp"

    def test_a_store_of_another_site_is_not_reached_with_this_token(
        self, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        url = lazada_sim.url
        lazada_sim.url = f"{url}/lazada/vn"
        try:
            assert get(lazada_sim, shop, "/seller/get")["code"] == "IllegalAccessToken"
        finally:
            lazada_sim.url = url

    def test_ease_mode_sellers_may_chat_but_not_cancel(self, lazada_sim: LazadaSim) -> None:
        shop = lazada_sim.add_store("th", is_ease_mode=True)
        [order_id] = lazada_sim.add_orders(shop, 1)
        assert get(lazada_sim, shop, "/im/session/open", order_id=order_id)["code"] == "0"
        refused = get(lazada_sim, shop, "/order/reverse/cancel/validate", order_id=order_id, order_item_id_list="[1]")
        assert refused["code"] == "Mp3SellerApiLimit"

    def test_idle_polling_costs_the_permission_when_switched_on(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.switches(idle_poll_limit=3)
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = get(lazada_sim, shop, "/im/session/open", order_id=order_id)["session_id"]
        ask = {"session_id": session_id, "start_time": "1999999999999", "page_size": "20"}
        codes = [get(lazada_sim, shop, "/im/message/list", **ask)["code"] for _ in range(5)]
        assert codes == ["0"] * 4 + ["InsufficientPermission"]  # the first look is no idle one
        assert lazada_sim.summary()["sellers"][shop.seller_id]["idle_polls"] == 3

    def test_the_log_holds_no_token(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        get(lazada_sim, shop, "/seller/get")
        [row] = lazada_sim.calls("/seller/get")
        assert row["seller_id"] == shop.seller_id
        assert shop.access_token not in json.dumps(row)
        assert "sign" not in row["params"]

    def test_reset_forgets_everything(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(shop, 3)
        lazada_sim.post("/_sim/reset", {})
        assert lazada_sim.summary()["orders"] == 0
        assert lazada_sim.get("/_sim/lazada/stores") == {"stores": []}


class TestCancel:
    def items(self, sim: LazadaSim, shop: SimStore, order_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = get(sim, shop, "/order/items/get", order_id=order_id)["data"]
        return found

    def test_packed_items_of_a_package_go_together(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(
            shop, [{"order_id": "88", "status": "packed", "items": [{}, {}, {"package_id": "other"}]}]
        )
        ask = {"order_id": "88", "order_item_id_list": "[89]"}
        allowed = get(lazada_sim, shop, "/order/reverse/cancel/validate", **ask)["data"]
        assert allowed["tip_type"] == "warning"
        reason = allowed["reason_options"][1]["reason_id"]
        done = get(lazada_sim, shop, "/order/reverse/cancel/create", **ask, reason_id=reason)["data"]
        assert done["tip_type"] == "success"
        assert [item["status"] for item in self.items(lazada_sim, shop, "88")] == ["canceled", "canceled", "packed"]

    def test_shipped_items_are_refused_with_code_zero(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "shipped"}])
        ask = {"order_id": "88", "order_item_id_list": "[89]"}
        refused = get(lazada_sim, shop, "/order/reverse/cancel/create", **ask, reason_id="10000021")
        assert (refused["code"], refused["data"]["tip_type"]) == ("0", "error")
        assert self.items(lazada_sim, shop, "88")[0]["status"] == "shipped"

    @pytest.mark.parametrize(
        ("params", "code"),
        [
            ({}, "115"),
            ({"order_id": "404", "order_item_id_list": "[1]"}, "122"),
            ({"order_id": "88", "order_item_id_list": "x"}, "102"),
            ({"order_id": "88", "order_item_id_list": "[7]"}, "123"),
            ({"order_id": "88", "order_item_id_list": "[89]", "reason_id": "1"}, "104"),
        ],
    )
    def test_wrong_calls(self, params: dict[str, str], code: str, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        assert get(lazada_sim, shop, "/order/reverse/cancel/create", **params)["code"] == code

    def test_a_buyers_wish_is_decided_once(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        row = {
            "order_id": "88",
            "status": "pending",
            "reverse_order_id": "555",
            "items": [{"need_cancel_confirm": True}],
        }
        lazada_sim.add_orders(shop, [row])
        path, ask = "/order/reverse/cancel/seller/decide", {"reverse_order_id": "555", "agree_cancel": "true"}
        assert get(lazada_sim, shop, path, **ask)["code"] == "0"
        assert self.items(lazada_sim, shop, "88")[0]["status"] == "canceled"
        assert get(lazada_sim, shop, path, **ask)["code"] == "131"


class TestChatRules:
    def test_sessions_are_listed_latest_first(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        rows = [{"order_id": str(n), "buyer_id": str(200 + n)} for n in range(3)]
        lazada_sim.add_orders(shop, rows)
        for n in range(3):
            session_id = get(lazada_sim, shop, "/im/session/open", order_id=str(n))["session_id"]
            lazada_sim.buyer_says(session_id, f"hello {n}")
        ask = {"start_time": "1999999999999", "page_size": "2"}
        page = get(lazada_sim, shop, "/im/session/list", **ask)["data"]
        assert [row["summary"] for row in page["session_list"]] == ["hello 2", "hello 1"]
        assert page["has_more"] is True
        ask |= {"start_time": str(page["next_start_time"]), "last_session_id": page["last_session_id"]}
        page = get(lazada_sim, shop, "/im/session/list", **ask)["data"]
        assert ([row["summary"] for row in page["session_list"]], page["has_more"]) == (["hello 0"], False)
        assert page["session_list"][0]["title"] == "b***0"

    def test_marking_read_takes_the_unread_count_away(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = get(lazada_sim, shop, "/im/session/open", order_id=order_id)["session_id"]
        said = lazada_sim.buyer_says(session_id, "hello")
        assert get(lazada_sim, shop, "/im/session/get", session_id=session_id)["data"]["unread_count"] == 1
        body = {"session_id": session_id, "last_read_message_id": said["message_id"]}
        assert post(lazada_sim, shop, "/im/session/read", **body)["success"] is True
        assert get(lazada_sim, shop, "/im/session/get", session_id=session_id)["data"]["unread_count"] == 0

    def test_an_answer_in_the_same_millisecond_is_unread_all_the_same(
        self, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = get(lazada_sim, shop, "/im/session/open", order_id=order_id)["session_id"]
        lazada_sim.post("/_sim/clock", {"freeze": True})
        post(lazada_sim, shop, "/im/message/send", session_id=session_id, template_id="1", txt="hello")
        lazada_sim.buyer_says(session_id, "yes?")
        assert get(lazada_sim, shop, "/im/session/get", session_id=session_id)["data"]["unread_count"] == 1

    def test_recall_ends_after_two_minutes(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = get(lazada_sim, shop, "/im/session/open", order_id=order_id)["session_id"]
        body = {"session_id": session_id, "template_id": "1", "txt": "hello"}
        message_id = post(lazada_sim, shop, "/im/message/send", **body)["data"]["message_id"]
        lazada_sim.advance(121)
        ask = {"session_id": session_id, "message_id": message_id}
        refused = get(lazada_sim, shop, "/im/message/recall", **ask)
        assert (refused["code"], refused["success"], refused["err_code"]) == ("0", False, "IM_RECALL_TIMEOUT")
        assert lazada_sim.messages()[0]["status"] == 0

    def test_another_stores_conversation_is_not_there(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = get(lazada_sim, shop, "/im/session/open", order_id=order_id)["session_id"]
        rival = lazada_sim.add_store("th")
        body = {"session_id": session_id, "template_id": "1", "txt": "hello"}
        assert post(lazada_sim, rival, "/im/message/send", **body)["success"] is False
        assert get(lazada_sim, rival, "/im/session/get", session_id=session_id)["success"] is False
        assert lazada_sim.messages() == []

    @pytest.mark.parametrize(
        "text",
        [
            "add me on WhatsApp",
            "LINE: @lamp",
            "ทักไลน์ที่ https://line.me/x",
            "Zalo của shop",
            "a@b.co",
            "+66812345678",
            "0812345678",
        ],
    )
    def test_words_the_filter_takes_for_off_platform(self, text: str) -> None:
        assert OFF_PLATFORM.search(text)

    @pytest.mark.parametrize(
        "text",
        [
            "order 88001122334455",
            "in line with your wish",
            "we chose",
            "your online order",
            "89.000 VND",
            "8 June 2026",
        ],
    )
    def test_words_it_lets_pass(self, text: str) -> None:
        assert not OFF_PLATFORM.search(text)


class TestBuyers:
    def test_every_market_has_words_for_every_character(self) -> None:
        spoken = {language for languages in LANGUAGES.values() for language, _ in languages}
        assert set(phrases()) == spoken
        for language in spoken:
            kinds = set(PERSONAS) - {"silent"} | {"closing"}
            assert set(phrases()[language]) == kinds
            assert all(len(sentence) > 3 for kind in kinds - {"closing"} for sentence in phrases()[language][kind])
        for languages in LANGUAGES.values():
            assert abs(sum(share for _, share in languages) - 1) < 1e-9

    def storm(self, seed: int, orders: int) -> list[tuple[str, str]]:
        """What buyers of a storm answer, with their accounts."""
        shares = {"share_silent": 0.5, "share_agree": 0.26}
        switches = {"buyers_answer": True, "buyer_delay_s": [5, 600], **shares}
        sim = LazadaSim(switches=switches, seed=seed).start()
        try:
            shop = sim.add_store("th", seller_id="7")
            for order_id in sim.add_orders(shop, orders):
                session_id = get(sim, shop, "/im/session/open", order_id=order_id)["session_id"]
                post(sim, shop, "/im/message/send", session_id=session_id, template_id="1", txt="สวัสดีค่ะ")
            assert sim.messages(from_="buyer") == []
            assert sim.summary()["plans_pending"] > 0
            sim.advance(700)
            sim.until(lambda: sim.summary()["plans_pending"] == 0)
            return [(m["buyer_id"], m["text"]) for m in sim.messages(from_="buyer")]
        finally:
            sim.stop()

    def test_the_same_seed_has_the_same_buyers(self) -> None:
        first = self.storm(7, 60)
        assert sorted(first) == sorted(self.storm(7, 60))
        assert 15 <= len(first) <= 45  # half of 60 answer
        assert len({text for _, text in first}) > 5
        assert any("ค" in text for _, text in first)


class TestAgenda:
    async def test_it_stops_though_something_new_was_just_planned(self) -> None:
        agenda = Agenda(SimClock())
        agenda.start()
        await asyncio.sleep(0.01)  # it waits now
        agenda.at(0, lambda: None)
        await asyncio.sleep(0)  # its wait is over, and it has not run yet
        async with asyncio.timeout(10):
            await agenda.stop()

    async def test_things_are_done_in_order_of_their_time_when_the_clock_moves(self) -> None:
        clock, done, all_done = SimClock(), list[str](), asyncio.Event()
        agenda = Agenda(clock)
        now = clock.now_ms()
        agenda.at(now + 7_200_001, all_done.set)
        agenda.at(now + 7_200_000, lambda: done.append("late"))
        agenda.at(now + 3_600_000, lambda: done.append("early"))
        agenda.start()
        clock.advance(7_300_000)
        async with asyncio.timeout(10):
            await all_done.wait()
            await agenda.stop()
        assert done == ["early", "late"]


class TestFiles:
    def test_a_fault_file(self, tmp_path: Any) -> None:
        path = tmp_path / "faults.toml"
        path.write_text(
            '[[fault]]\nkind = "reset_after"\npath = "/im/message/send"\nnth = [3]\n[switches]\nqps = 0\n',
            encoding="utf-8",
        )
        faults, switches = load_faults(path)
        assert [fault_of(row).nth for row in faults] == [[3]]
        assert switches == {"qps": 0}

    @pytest.mark.parametrize(
        ("row", "word"),
        [({"kind": "earthquake"}, "earthquake"), ({"kind": "slow", "colour": 1}, "colour"), ({}, "kind")],
    )
    def test_nonsense_is_named(self, row: dict[str, object], word: str) -> None:
        with pytest.raises(FaultError, match=word):
            fault_of(row)

    def test_nonsense_over_http_changes_nothing(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.set_faults({"kind": "slow", "seconds": 0})
        with pytest.raises(AssertionError, match="earthquake"):
            lazada_sim.set_faults({"kind": "earthquake"})
        assert [fault["kind"] for fault in lazada_sim.get("/_sim/faults")["faults"]] == ["slow"]

    @pytest.mark.parametrize("change", [{"colour": 1}, {"qps": "many"}, {"censor": 1}, {"buyer_delay_s": [1]}])
    def test_wrong_switches(self, change: dict[str, object]) -> None:
        switches = Switches()
        with pytest.raises(SwitchError):
            switches.update({"ban_s": 9, **change})
        assert switches.ban_s == 1

    @pytest.mark.parametrize(
        ("text", "value"),
        [("qps=0", 0), ("censor=false", False), ("push_ack_s=2", 2.0), ("buyer_delay_s=1,2", [1.0, 2.0])],
    )
    def test_switches_of_the_command_line(self, text: str, value: object) -> None:
        switches = Switches()
        switches.set_text(text)
        assert switches.as_json()[text.partition("=")[0]] == value

    @pytest.mark.parametrize("text", ["colour=1", "qps=many", "censor=perhaps", "qps"])
    def test_wrong_switches_of_the_command_line(self, text: str) -> None:
        with pytest.raises(SwitchError):
            Switches().set_text(text)
