"""Answers no simulator gives: a server that says whatever it is told, and a connector that believes none of it."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from aiohttp import web
from tests.kit.refusals import refused

from seawall.connectors.contracts import CancelState, Credentials, Exchange
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, RateLimited, Rejected, ShopRestricted, Transient
from seawall.connectors.shopee.api import Limits, ShopeeAuthoriser, ShopeeConnector
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Market, Platform

CHAT = "/api/v2/sellerchat"
TOKEN, KEY = "t0ken-of-the-shop", "k3y-of-the-partner"
HANDLE = "to:700200300:260101ABCDE123"


@dataclass
class Parrot:
    """Answers each path with what `says` holds for it, by turns."""

    says: dict[str, list[tuple[int, object]]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    url: str = ""

    def tell(self, path: str, *bodies: object, status: int = 200) -> None:
        """What a path answers from now on; the last one again and again."""
        self.says[path] = [(status, body) for body in bodies]

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.query)))
        turns = self.says.get(request.path, [(404, {"error": "error_not_found"})])
        status, body = turns.pop(0) if len(turns) > 1 else turns[0]
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(status=status, body=data, headers=self.headers)


@pytest.fixture
async def parrot() -> AsyncIterator[Parrot]:
    found = Parrot()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


def credentials(url: str) -> Credentials:
    return Credentials(
        platform=Platform.SHOPEE, market=Market.MY, base_url=url, app_key="1001234", app_secret=KEY,
        access_token=TOKEN, seller_id="600123",
    )  # fmt: skip


@pytest.fixture
async def shopee(parrot: Parrot) -> AsyncIterator[ShopeeConnector]:
    async with ShopeeConnector(credentials(parrot.url), limits=Limits(answer_bytes=100_000)) as connector:
        yield connector


def conversation(number: int, *, at_s: int, to_id: int = 1) -> dict[str, Any]:
    return {"conversation_id": str(number), "to_id": to_id, "last_message_timestamp": at_s * 10**9}


def page(rows: list[Any], *, more: bool, cursor: str = "") -> dict[str, Any]:
    return {"error": "", "response": {
        "page_result": {"more": more, "next_cursor": {"next_message_time_nano": cursor}}, "conversations": rows,
    }}  # fmt: skip


class TestSend:
    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, {"error": "", "response": {}}, OutcomeUnknown),
            (200, {"error": "", "response": {"message_id": 0}}, OutcomeUnknown),
            (200, {"error": "", "response": {"message_id": "5", "to_id": 700200999}}, OutcomeUnknown),
            (200, {"error": "param_error", "response": {"message_id": "5"}}, OutcomeUnknown),
            (200, {}, OutcomeUnknown),
            (200, [], OutcomeUnknown),
            (200, b"<html>", OutcomeUnknown),
            (200, b"[" * 50_000, OutcomeUnknown),
            (200, b" " * 200_000, OutcomeUnknown),
            (302, {"error": ""}, OutcomeUnknown),
            (403, b"<html>firewall</html>", OutcomeUnknown),
            (500, {"error": "error_rate_limit"}, OutcomeUnknown),
            (503, b"", OutcomeUnknown),
            (503, {"error": "error_rate_limit"}, RateLimited),
            (429, b"", RateLimited),
            (491, b"", ShopRestricted),
            (403, {"error": "user_is_forbidden"}, Rejected),
        ],
    )
    async def test_only_a_clear_word_is_more_than_doubt(
        self, status: int, body: object, expected: type[ConnectorError], shopee: ShopeeConnector, parrot: Parrot
    ) -> None:
        parrot.tell(f"{CHAT}/send_message", body, status=status)
        with pytest.raises(expected) as failed:
            await shopee.send_text(HANDLE, "hello")
        assert type(failed.value) is expected
        assert len(parrot.asked) == 1

    async def test_ids_stay_exact_whatever_their_type(self, shopee: ShopeeConnector, parrot: Parrot) -> None:
        parrot.tell(
            f"{CHAT}/send_message",
            b'{"error":"-","response":{"message_id":2300000000000000002,"conversation_id":812345678901234567}}',
        )
        sent = await shopee.send_text(HANDLE, "hello")
        assert (sent.session_id, sent.message_id) == ("812345678901234567", "2300000000000000002")
        assert (sent.platform_time, sent.exchange.body[:12]) == (None, '{"error":"-"')

    async def test_a_conversation_that_answers_for_another_is_not_written_to(
        self, shopee: ShopeeConnector, parrot: Parrot
    ) -> None:
        parrot.tell(f"{CHAT}/get_one_conversation", {"response": conversation(8, at_s=1, to_id=7)})
        with refused("shopee_no_conversation"):
            await shopee.send_text("9", "hello")
        parrot.tell(f"{CHAT}/get_one_conversation", {"response": {"conversation_id": "9", "to_id": 0}})
        with refused("shopee_no_conversation"):
            await shopee.send_text("9", "hello")
        assert {path for path, _ in parrot.asked} == {f"{CHAT}/get_one_conversation"}


class TestLists:
    @pytest.mark.parametrize(
        "pages",
        [
            [page([conversation(1, at_s=10**10)], more=True)],
            [page([conversation(1, at_s=10**10)], more=True, cursor="77")] * 2,
        ],
    )
    async def test_a_list_that_leads_nowhere_proves_no_absence(
        self, pages: list[Any], shopee: ShopeeConnector, parrot: Parrot
    ) -> None:
        parrot.tell(f"{CHAT}/get_conversation_list", *pages)
        with refused("platform_unreadable"):
            await shopee.read_back(HANDLE, since=SYSTEM_CLOCK.now())

    async def test_a_conversation_that_moved_to_the_top_meanwhile_is_found_there(
        self, shopee: ShopeeConnector, parrot: Parrot
    ) -> None:
        far = 10**10
        parrot.tell(
            f"{CHAT}/get_conversation_list",
            page([conversation(1, at_s=far)], more=True, cursor="9"),
            page([conversation(2, at_s=far)], more=False),
            page([conversation(3, at_s=far, to_id=700200300)], more=True, cursor="9"),
        )
        parrot.tell(f"{CHAT}/get_message", {"response": {"messages": [], "page_result": {}}})
        await shopee.read_back(HANDLE, since=SYSTEM_CLOCK.now())
        assert parrot.asked[-1][1]["conversation_id"] == "3"

    async def test_messages_that_come_again_end_the_walk(self, shopee: ShopeeConnector, parrot: Parrot) -> None:
        now = int(SYSTEM_CLOCK.now().timestamp())
        row = {"message_id": "5", "conversation_id": "9", "created_timestamp": now, "from_id": 7, "from_shop_id": 8}
        parrot.tell(
            f"{CHAT}/get_message",
            {"response": {"messages": [row, None, {"message_id": ""}], "page_result": {"next_offset": "4"}}},
        )
        found = await shopee.read_back("9", since=SYSTEM_CLOCK.now())
        assert [message.message_id for message in found] == ["5"]
        assert len(parrot.asked) == 2

    async def test_orders_and_returns_that_lead_nowhere_do_not_look_complete(
        self, shopee: ShopeeConnector, parrot: Parrot
    ) -> None:
        after = SYSTEM_CLOCK.now() - timedelta(days=1)
        parrot.tell("/api/v2/order/get_order_list", {"response": {"more": True, "next_cursor": "", "order_list": []}})
        parrot.tell("/api/v2/returns/get_return_list", {"response": {"more": True, "return": []}})
        with refused("platform_unreadable"):
            _ = [order async for order in shopee.orders_updated(after, SYSTEM_CLOCK.now())]
        with refused("platform_unreadable"):
            _ = [case async for case in shopee.returns_updated(after, SYSTEM_CLOCK.now())]

    async def test_an_order_without_a_detail_is_not_lost(self, shopee: ShopeeConnector, parrot: Parrot) -> None:
        listed = [{"order_sn": "A1", "order_status": "SHIPPED"}, {"order_sn": "A1"}, {"order_sn": ""}, None]
        parrot.tell("/api/v2/order/get_order_list", {"response": {"more": False, "order_list": listed}})
        parrot.tell("/api/v2/order/get_order_detail", {"error": "", "response": {"order_list": [{"order_sn": "B"}]}})
        after = SYSTEM_CLOCK.now() - timedelta(days=1)
        found = [order.order_id async for order in shopee.orders_updated(after, SYSTEM_CLOCK.now())]
        assert found == ["A1"]
        with refused("shopee_order_not_in_shop"):
            await shopee.order("A1")

    async def test_a_buyer_who_is_not_named_cannot_be_written_to(self, shopee: ShopeeConnector, parrot: Parrot) -> None:
        for buyer in (None, 0, "****", "²", "-7", "9" * 30):
            parrot.tell(
                "/api/v2/order/get_order_detail",
                {"response": {"order_list": [{"order_sn": "A1", "buyer_user_id": buyer}]}},
            )
            with refused("shopee_no_buyer"):
                await shopee.open_session("A1")


class TestCancel:
    READY: ClassVar[dict[str, Any]] = {"order_sn": "A1", "order_status": "READY_TO_SHIP", "item_list": [{"item_id": 1}]}

    @pytest.mark.parametrize(("later", "is_done"), [("CANCELLED", True), ("SHIPPED", False)])
    async def test_a_refusal_is_checked_against_the_order_since_the_buyer_may_have_been_faster(
        self, later: str, is_done: bool, shopee: ShopeeConnector, parrot: Parrot
    ) -> None:
        turns = [self.READY, {**self.READY, "order_status": later}]
        parrot.tell("/api/v2/order/get_order_detail", *({"response": {"order_list": [each]}} for each in turns))
        parrot.tell("/api/v2/order/cancel_order", {"error": "order.error_limit", "message": "Can not cancel"})
        if is_done:
            assert (await shopee.cancel("A1", reason="OUT_OF_STOCK")).state is CancelState.DONE
        else:
            with refused("shopee_not_cancellable"):
                await shopee.cancel("A1", reason="OUT_OF_STOCK")


class TestSecrets:
    async def test_neither_token_nor_key_is_in_any_record_or_error(self, parrot: Parrot) -> None:
        kept: list[Exchange] = []
        shown: list[BaseException | None] = []
        parrot.tell(f"{CHAT}/send_message", b"<html>", status=502)
        async with ShopeeConnector(credentials(parrot.url), record=kept.append) as connector:
            with pytest.raises(OutcomeUnknown) as failed:
                await connector.send_text(HANDLE, "hello")
            shown.append(failed.value)
        async with ShopeeConnector(credentials("http://127.0.0.1:1")) as connector:
            with pytest.raises(Transient) as nowhere:
                await connector.send_text(HANDLE, "hello")
            shown.append(nowhere.value)
        async with ShopeeConnector(credentials("no address at all")) as connector:
            with pytest.raises(Transient) as nowhere:
                await connector.send_text(HANDLE, "hello")
            shown.append(nowhere.value)
        assert (nowhere.value.code, len(kept)) == ("shopee_no_connection", 1)
        said = repr(kept) + "".join(f"{error!r} {error} {vars(error)!r}" for error in shown if error is not None)
        assert all(error is not None and error.__suppress_context__ for error in shown[1:])
        for secret in (TOKEN, KEY, "sign="):
            assert secret not in said
        assert parrot.asked[0][1]["access_token"] == TOKEN  # it did travel

    async def test_tokens_and_codes_are_kept_in_no_error(self, parrot: Parrot) -> None:
        parrot.tell(
            "/api/v2/auth/token/get",
            {"error": "", "refresh_token": "r3fresh-secret", "request_id": "r1"},
        )
        async with ShopeeAuthoriser(app_key="1001234", app_secret=KEY, auth_url=parrot.url) as authoriser:
            with pytest.raises(Rejected) as failed:
                await authoriser.create_token("c0de-secret", callback={"shop_id": "600123"})
        error = failed.value
        assert (error.code, error.platform_code, error.request_id) == ("platform_unreadable", "no_token", "r1")
        said = f"{error!r} {error} {vars(error)!r}"
        parrot.tell("/api/v2/auth/token/get", {"error": "invalid_code", "refresh_token": "r3fresh-secret"})
        async with ShopeeAuthoriser(app_key="1001234", app_secret=KEY, auth_url=parrot.url) as authoriser:
            with pytest.raises(Rejected) as refusal:
                await authoriser.create_token("c0de-secret", callback={"shop_id": "600123"})
        assert refusal.value.code == "shopee_code_invalid"
        said += f"{refusal.value!r} {vars(refusal.value)!r}"
        for secret in ("r3fresh-secret", "c0de-secret", KEY):
            assert secret not in said
