"""Sends that Shopee refuses, and sends whose outcome nobody knows, against the simulator over real HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.kit.refusals import refused
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

from seawall.connectors.errors import AuthExpired, OutcomeUnknown, RateLimited, Rejected, ShopRestricted
from seawall.connectors.shopee.api import ShopeeConnector
from seawall.connectors.shopee.errors import quota_returns_at
from seawall.kernel.clock import SYSTEM_CLOCK

SEND = "/api/v2/sellerchat/send_message"
LIST = "/api/v2/sellerchat/get_conversation_list"
ORDER = "260101ABCDE123"


@pytest.fixture
async def shopee(shopee_sim: ShopeeSim, shop: ShopeeStore) -> AsyncIterator[ShopeeConnector]:
    """A connector for the Malaysian shop."""
    async with ShopeeConnector(shopee_sim.credentials(shop)) as connector:
        yield connector


@pytest.fixture
async def handle(shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore) -> str:
    """What stands for the conversation with the buyer of an order, before the first message."""
    shopee_sim.add_orders(shop, [{"order_id": ORDER, "buyer_id": "700200300"}])
    return (await shopee.open_session(ORDER)).session_id


class TestRefusals:
    """Each documented refusal of a send, and that nothing went out."""

    async def test_the_sixth_message_in_a_row_waits_for_the_buyer(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        session_id = (await shopee.send_text(handle, "message 0")).session_id
        for n in range(1, 5):
            await shopee.send_text(session_id, f"message {n}")
        with refused("shopee_five_unanswered"):
            await shopee.send_text(session_id, "one too many")
        shopee_sim.buyer_says(session_id, "yes?")
        await shopee.send_text(session_id, "now it goes")
        assert len(shopee_sim.messages(from_="seller")) == 6

    @pytest.mark.parametrize(("scope", "passes"), [("buyer", True), ("shop", False)])
    async def test_the_same_text_within_24_hours_whatever_it_is_compared_with(
        self, scope: str, passes: bool, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        shopee_sim.switches(repeat_scope=scope)
        shopee_sim.add_orders(shop, [{"order_id": "ORDER2", "buyer_id": "700200301"}])
        await shopee.send_text(handle, "the same words")
        with refused("shopee_same_text"):
            await shopee.send_text(handle, "the same words")
        other = (await shopee.open_session("ORDER2")).session_id
        if passes:
            await shopee.send_text(other, "the same words")
        else:
            with refused("shopee_same_text"):
                await shopee.send_text(other, "the same words")

    async def test_600_characters_go_and_601_never_leave(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        await shopee.send_text(handle, "🙏" * 600)
        before = len(shopee_sim.calls())
        with refused("shopee_message_too_long"):
            await shopee.send_text(handle, "x" * 601)
        assert len(shopee_sim.calls()) == before

    async def test_a_shorter_limit_of_the_platform_is_told_too(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.switches(text_max=100)
        with refused("shopee_message_too_long"):
            await shopee.send_text(handle, "x" * 101)

    async def test_forbidden_words(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str) -> None:
        with refused("shopee_censored"):
            await shopee.send_text(handle, "add me on WhatsApp please")
        assert shopee_sim.messages() == []

    async def test_censored_after_it_was_accepted(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.switches(censor="late")
        began = SYSTEM_CLOCK.now()
        sent = await shopee.send_text(handle, "add me on WhatsApp please")
        [at_first] = await shopee.read_back(sent.session_id, since=began)
        shopee_sim.advance(30)
        [later] = await shopee.read_back(sent.session_id, since=began)
        assert (at_first.message_id, at_first.blocked_note) == (sent.message_id, "")
        assert (later.message_id, later.blocked_note) == (sent.message_id, "censored_blacklist")

    @pytest.mark.parametrize(
        ("flags", "code"),
        [
            ({"blocked_by_buyer": True}, "shopee_blocked"),
            ({"blocked_by_shop": True}, "shopee_blocked"),
            ({"sub_account_id": "7"}, "shopee_subaccount_owns"),
        ],
    )
    async def test_blocks_and_sub_accounts(
        self, flags: dict[str, object], code: str, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore,
        handle: str,
    ) -> None:  # fmt: skip
        shopee_sim.set_conversation(shop, ORDER, **flags)
        with refused(code):
            await shopee.send_text(handle, "hello")

    async def test_chat_distribution_stops_the_whole_shop(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        shopee_sim.set_health(shop, chat_distribution=True)
        with pytest.raises(ShopRestricted) as stopped:
            await shopee.send_text(handle, "hello")
        assert stopped.value.code == "shopee_chat_distribution"

    async def test_too_many_sends_wait(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str) -> None:
        shopee_sim.switches(sends_per_day=1)
        await shopee.send_text(handle, "one")
        with pytest.raises(RateLimited) as limited:
            await shopee.send_text(handle, "two")
        assert limited.value.code == "shopee_too_many_sends"
        assert limited.value.until > SYSTEM_CLOCK.now() + timedelta(seconds=50)

    async def test_too_many_calls_wait_a_moment_and_a_used_quota_until_midnight(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.set_faults(
            {"kind": "api_call_limit", "path": SEND, "nth": [1]}, {"kind": "quota", "path": SEND, "nth": [2]}
        )
        before = SYSTEM_CLOCK.now()
        with pytest.raises(RateLimited) as limited:
            await shopee.send_text(handle, "one")
        assert before < limited.value.until < before + timedelta(seconds=30)
        with pytest.raises(RateLimited) as limited:
            await shopee.send_text(handle, "one")
        assert limited.value.code == "shopee_daily_quota"
        assert limited.value.until in {quota_returns_at(before), quota_returns_at(SYSTEM_CLOCK.now())}
        assert shopee_sim.messages() == []

    @pytest.mark.parametrize(("retry_after", "seconds"), [(7, 8), (None, 2)])
    async def test_429_says_when_to_come_back(
        self, retry_after: int | None, seconds: int, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.set_faults({"kind": "http_429", "path": SEND, "retry_after": retry_after})
        before = SYSTEM_CLOCK.now()
        with pytest.raises(RateLimited) as limited:
            await shopee.send_text(handle, "hello")
        wait = timedelta(seconds=seconds)
        assert before + wait <= limited.value.until <= SYSTEM_CLOCK.now() + wait
        assert shopee_sim.messages() == []

    @pytest.mark.parametrize("status", [403, 491])
    async def test_an_app_of_the_wrong_type_may_not_chat(self, status: int, shopee_sim: ShopeeSim) -> None:
        shopee_sim.switches(no_chat_status=status)
        shopee_sim.add_app("1009999", "another-key", app_type="erp")
        store = shopee_sim.add_store("MY", app_key="1009999")
        shopee_sim.add_orders(store, [{"order_id": ORDER}])
        credentials = shopee_sim.credentials(store, app_key="1009999", app_secret="another-key")
        async with ShopeeConnector(credentials) as connector:
            session_id = (await connector.open_session(ORDER)).session_id
            with pytest.raises(ShopRestricted) as stopped:
                await connector.send_text(session_id, "hello")
        assert stopped.value.code == "shopee_app_type"

    async def test_an_unknown_code_is_shown_as_it_is(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.set_faults({"kind": "error", "path": SEND, "code": "brand_new", "message": "something new"})
        with pytest.raises(Rejected) as refusal:
            await shopee.send_text(handle, "hello")
        assert (refusal.value.platform_code, refusal.value.detail) == ("brand_new", "something new")
        assert refusal.value.exchange is not None
        assert refusal.value.exchange.path == SEND

    async def test_half_a_surrogate_pair_is_refused_before_anything_leaves(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        before = len(shopee_sim.calls())
        with pytest.raises(Rejected) as refusal:
            await shopee.send_text(handle, "broken \ud83d")
        assert refusal.value.platform_code == "not_utf8"
        assert len(shopee_sim.calls()) == before


class TestDoubt:
    @pytest.mark.parametrize("kind", ["reset_after", "http_5xx_after", "malformed_json", "empty_body"])
    async def test_accepted_but_the_answer_is_lost_so_it_is_looked_up_by_the_handle(
        self, kind: str, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        others = shopee_sim.add_orders(shop, 30)
        shopee_sim.set_faults({"kind": kind, "path": SEND, "status": 502, "nth": [1]})
        began = SYSTEM_CLOCK.now()
        with pytest.raises(OutcomeUnknown):
            await shopee.send_text(handle, "did it go?")
        for each in others:  # meanwhile other buyers write: it is no longer on the first page
            shopee_sim.buyer_of_order_says(shop, each, "hello")
        found = await shopee.read_back(handle, since=began)
        assert [m.text for m in found] == ["did it go?"]
        assert found[0].message_id == shopee_sim.messages(from_="seller")[0]["message_id"]

    @pytest.mark.parametrize(
        "fault",
        [{"kind": "reset_before"}, {"kind": "http_5xx", "status": 500}, {"kind": "http_5xx", "status": 503},
         {"kind": "error", "code": "system_busy"}, {"kind": "error", "code": "error_server"}],
    )  # fmt: skip
    async def test_not_accepted_but_who_could_know(
        self, fault: dict[str, object], shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.set_faults({**fault, "path": SEND, "nth": [1]})
        began = SYSTEM_CLOCK.now()
        with pytest.raises(OutcomeUnknown):
            await shopee.send_text(handle, "did it go?")
        assert await shopee.read_back(handle, since=began) == []
        await shopee.send_text(handle, "did it go?")
        assert len(shopee_sim.messages()) == 1

    async def test_a_list_that_cannot_be_read_is_no_proof_of_absence(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.set_faults({"kind": "malformed_json", "path": LIST})
        with refused("platform_transient"):
            await shopee.read_back(handle, since=SYSTEM_CLOCK.now())

    async def test_a_cut_connection_is_never_repeated_by_the_client_itself(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        await shopee.send_text(handle, "warms the connection")
        shopee_sim.set_faults({"kind": "reset_after", "path": SEND})
        with pytest.raises(OutcomeUnknown):
            await shopee.send_text(handle, "once")
        assert len(shopee_sim.calls(SEND)) == 2
        assert [m["text"] for m in shopee_sim.messages()] == ["warms the connection", "once"]

    async def test_an_ended_token_stops_the_shop(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        shopee_sim.expire_token(shop)
        with pytest.raises(AuthExpired) as ended:
            await shopee.send_text(handle, "hello")
        assert ended.value.code == "platform_auth_expired"
