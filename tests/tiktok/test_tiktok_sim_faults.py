"""What goes wrong on purpose, and a simulator that is killed in the middle."""

import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, TiktokSim, TiktokSimProcess, TiktokSink, TiktokStore

from simulators.core.switches import SwitchError
from simulators.launch import Settings, build
from simulators.tiktokshop.switches import Switches

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = "/customer_service/*/messages"


@pytest.fixture
def thread(tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> str:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    return api.open(order_id)


def fault(sim: TiktokSim, kind: str, **more: object) -> None:
    sim.set_faults({"kind": kind, "path": MESSAGES, "method": "POST", "platform": "tiktok-shop", "times": 1, **more})


@pytest.mark.parametrize(
    ("kind", "more", "status", "code", "is_sent"),
    [
        ("http_429", {"retry_after": 3}, 429, 36009002, False),
        ("api_call_limit", {}, 429, 36009002, False),
        ("quota", {}, 200, 45101004, False),
        ("censored", {}, 200, 45101006, False),
        ("forbidden_session", {}, 200, 45109001, False),
        ("error", {"code": "36009003"}, 200, 36009003, False),
        ("error", {"code": "system_busy"}, 200, 36009003, False),
        ("token_expired", {}, 401, 105002, False),
        ("error_after", {}, 200, 45101001, True),
        ("slow", {"seconds": 0.01}, 200, 0, True),
        ("slow_after", {"seconds": 0.01}, 200, 0, True),
    ],
)
def test_a_send_that_is_answered(
    kind: str, more: dict[str, object], status: int, code: int, is_sent: bool,
    tiktok_sim: TiktokSim, api: Caller, thread: str,
) -> None:  # fmt: skip
    fault(tiktok_sim, kind, **more)
    assert (api.send(thread, "Xin chào")["code"], api.status) == (code, status)
    assert len(tiktok_sim.messages()) == int(is_sent)
    if "retry_after" in more:
        assert api.headers["Retry-After"] == "3"


@pytest.mark.parametrize(
    ("kind", "is_sent"),
    [
        ("reset_before", False),
        ("reset_after", True),
        ("http_5xx", False),
        ("http_5xx_after", True),
        ("malformed_json", True),
        ("empty_body", True),
        ("huge_body", True),
    ],
)
def test_a_send_whose_answer_cannot_be_read(
    kind: str, is_sent: bool, tiktok_sim: TiktokSim, api: Caller, thread: str
) -> None:
    fault(tiktok_sim, kind)
    troubles = (ConnectionError, http.client.HTTPException, urllib.error.URLError, ValueError)
    if kind == "huge_body":
        assert len(api.send(thread, "Xin chào")["padding"]) > 10 * 1024 * 1024
    else:
        with pytest.raises(troubles):
            api.send(thread, "Xin chào")
    assert len(tiktok_sim.messages()) == int(is_sent)
    assert len(api.messages(thread)) == int(is_sent)  # reading back tells the truth


def test_creating_has_a_code_of_its_own(tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    buyer = tiktok_sim.order(shop, order_id)["buyer_id"]
    tiktok_sim.set_faults({"kind": "forbidden_session", "method": "POST", "times": 1})
    path, body = "/customer_service/202309/conversations", {"buyer_user_id": buyer}
    assert [api.post(path, body)["code"] for _ in range(2)] == [45109003, 0]


def test_a_fault_can_be_aimed_at_an_order_and_a_shop(
    tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller, thread: str
) -> None:
    [other] = tiktok_sim.add_orders(shop, [{"order_id": "2"}])
    fault(tiktok_sim, "http_5xx", order_id="2", times=0)
    assert api.send(thread, "Xin chào")["code"] == 0
    second = api.open(other)
    with pytest.raises(ValueError, match="Expecting value"):
        api.send(second, "Xin chào")
    fault(tiktok_sim, "quota", seller_id="nobody")
    assert api.send(second, "Xin chào")["code"] == 0


def test_token_calls_are_hit_only_when_named(tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
    def refresh() -> int:
        query = f"app_key={APP_KEY}&app_secret={APP_SECRET}&refresh_token={shop.refresh_token}"
        address = f"{tiktok_sim.url}/api/v2/token/refresh?{query}&grant_type=refresh_token"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(json.load(answer)["code"])

    tiktok_sim.switches(refresh_kills_refresh=False)
    tiktok_sim.set_faults({"kind": "error", "code": "36009007"})
    assert refresh() == 0
    tiktok_sim.set_faults({"kind": "error", "code": "36009007", "path": "/api/v2/token/*"})
    assert refresh() == 36009007


class TestSwitches:
    def test_unknown_and_wrong_ones_are_refused(self, tiktok_sim: TiktokSim) -> None:
        with pytest.raises(AssertionError, match="unknown switch"):
            tiktok_sim.switches(nonsense=1)
        with pytest.raises(SwitchError):
            Switches().set_text("chat_quota=many")
        with pytest.raises(SwitchError):
            build(Settings(platforms=["tiktok-shop"], assignments=["nonsense=1"]))

    def test_each_is_changed_by_its_own_kind(self) -> None:
        switches = Switches()
        for name, value in switches.as_json().items():
            switches.update({name: value})
        switches.set_text("quota_scope=shop")
        assert switches.quota_scope == "shop"

    def test_every_one_stands_in_the_reference(self) -> None:
        page = (ROOT / "docs/reference/simulator-tiktok-shop.md").read_text(encoding="utf-8")
        missing = [name for name in Switches().as_json() if f"`{name}" not in page and not name.startswith("share_")]
        assert missing == []

    def test_fields_of_next_year_may_come(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.switches(unknown_fields=True)
        assert "field_of_next_year" in api.get("/authorization/202309/shops")["data"]

    def test_the_form_of_a_refusal_is_a_switch(self, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.switches(failure_data="missing", business_status=400)
        refused = api.post("/customer_service/202309/conversations", {"buyer_user_id": "7"})
        assert (api.status, refused["code"], "data" in refused) == (400, 45109003, False)


class Story:
    """A shop, an order, a thread with a message in a simulator of its own process."""

    def __init__(self, sim: TiktokSimProcess) -> None:
        self.sim = sim
        self.shop = sim.add_store("vn", seller_id="7495000000000000002")
        sim.add_orders(self.shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}, {"order_id": "2"}])
        self.api = Caller(sim, self.shop)
        self.thread = self.api.open("2")
        self.message_id = self.api.send(self.thread, "Xin chào")["data"]["message_id"]

    def again(self) -> None:
        self.sim.kill()
        self.sim.start()


@pytest.fixture
def story(tiktok_sim_process: TiktokSimProcess) -> Story:
    return Story(tiktok_sim_process)


@pytest.mark.slow
class TestKilled:
    def test_what_was_answered_is_still_there(self, story: Story) -> None:
        case_id = story.sim.buyer_cancels(story.shop, "1")["case_id"]
        said = story.sim.buyer_says(story.thread, "Alo")["message_id"]
        story.again()
        assert [row["id"] for row in story.api.messages(story.thread)] == [said, story.message_id]
        [row] = story.api.post("/return_refund/202602/cancellations/search", {})["data"]["cancellations"]
        assert (row["cancel_id"], row["cancel_status"]) == (case_id, "CANCELLATION_REQUEST_PENDING")
        assert story.api.open("2") == story.thread
        new = story.api.send(story.thread, "Xin chào lần nữa")["data"]["message_id"]
        assert int(new) > int(said)

    def test_the_proof_holds_each_accepted_message_once(self, story: Story) -> None:
        story.again()
        story.api.send(story.thread, "Hai")
        rows = [json.loads(line) for line in story.sim.accepted.read_text(encoding="utf-8").splitlines()]
        assert [row["text"] for row in rows] == ["Xin chào", "Hai"]
        assert (rows[0]["platform"], rows[0]["message_id"]) == ("tiktok-shop", story.message_id)
        assert (rows[0]["shop"], rows[0]["order_ids"], rows[0]["kind"]) == (story.shop.seller_id, ["2"], "TEXT")

    def test_deadlines_and_closing_go_on(self, story: Story) -> None:
        story.sim.buyer_cancels(story.shop, "1")
        story.again()
        story.sim.advance(48 * 3600 + 1)
        story.sim.until(lambda: story.sim.order(story.shop, "1")["status"] == "CANCELLED")
        assert story.api.send(story.thread, "Hai")["code"] == 45109001

    def test_pushes_that_were_never_taken_come_again(self, story: Story, tiktok_sink: TiktokSink) -> None:
        tiktok_sink.status = 500
        story.sim.set_callback(tiktok_sink.url)
        said = story.sim.buyer_says(story.thread, "Alo")["message_id"]
        story.sim.until(lambda: bool(tiktok_sink.of_type(14)))
        story.sim.kill()
        tiktok_sink.received.clear()
        tiktok_sink.status = 200
        story.sim.start()
        story.sim.until(lambda: said in {body["data"]["message_id"] for body in tiktok_sink.of_type(14)})


def test_reset_forgets_everything(tiktok_sim: TiktokSim, shop: TiktokStore, thread: str) -> None:
    tiktok_sim.buyer_says(thread, "Alo")
    tiktok_sim.post("/_sim/reset", {})
    summary = tiktok_sim.summary()
    assert (summary["orders"], summary["sessions"], summary["messages"]) == (0, 0, 0)
    assert tiktok_sim.get("/_sim/tiktok-shop/stores") == {"stores": []}
