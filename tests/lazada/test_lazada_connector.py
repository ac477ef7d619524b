"""The connector against the simulator over real HTTP: what each method promises."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore

from seawall.connectors.contracts import Speaker
from seawall.connectors.errors import Rejected
from seawall.connectors.lazada.api import LazadaConnector
from seawall.kernel.clock import SYSTEM_CLOCK

THAI = "สวัสดีค่ะ คำสั่งซื้อ 88001122330000 ของคุณล่าช้า 🙏"


def ago(**span: float) -> datetime:
    return SYSTEM_CLOCK.now() - timedelta(**span)


class TestOrders:
    async def test_an_order_comes_with_a_line_for_each_unit(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        items = [{"name": "โคมไฟ", "sku": "LAMP-1", "item_price": "53.00", "paid_price": "50.50"}] * 2
        row = {
            "order_id": "88001122334455", "buyer_id": "200000777", "voucher": "5.00", "shipping_fee": "1.50",
            "items": items, "created_at": "2026-06-01T10:00:00+08:00", "updated_at": "2026-06-03T08:00:00+08:00",
        }  # fmt: skip
        lazada_sim.add_orders(shop, [row])

        order = await lazada.order("88001122334455")

        assert order.order_id == "88001122334455"
        assert order.statuses == ("shipped",)
        assert order.created_at == datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
        assert order.updated_at == datetime(2026, 6, 3, 0, 0, tzinfo=UTC)
        assert order.total == Decimal("102.50")  # 106.00 - 5.00 + 1.50
        assert (order.currency, order.buyer_id) == ("THB", "200000777")
        assert [line.line_id for line in order.lines] == ["88001122334456", "88001122334457"]
        assert [(line.title, line.quantity, line.paid_price) for line in order.lines] == [
            ("โคมไฟ", 1, Decimal("50.50"))
        ] * 2
        assert order.raw["payment_method"] == "COD"

    async def test_an_order_of_another_store_is_refused(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        other = lazada_sim.add_store("th")
        [order_id] = lazada_sim.add_orders(other, 1)
        with pytest.raises(Rejected) as refused:
            await lazada.order(order_id)
        assert (refused.value.code, refused.value.platform_code) == ("lazada_order_not_in_shop", "16")
        assert refused.value.exchange is not None
        assert refused.value.exchange.path == "/order/get"

    async def test_changed_orders_are_paged_each_once(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        base = int(ago(hours=5).timestamp())
        rows = [
            {"order_id": str(88001122330000 + n), "created_at": (base - 9000) * 1000, "updated_at": (base + n) * 1000}
            for n in range(250)
        ]
        lazada_sim.add_orders(shop, rows)
        lazada_sim.add_orders(shop, [{"order_id": "77", "created_at": (base - 90_000) * 1000}])

        start = datetime.fromtimestamp(base, UTC)
        found = [order.order_id async for order in lazada.orders_updated(start, SYSTEM_CLOCK.now())]

        assert found == [str(88001122330000 + n) for n in range(250)]
        assert len(lazada_sim.calls("/orders/get")) == 3

    async def test_beyond_the_offset_cap_it_starts_anew(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(offset_max=4500)
        base = int(ago(hours=5).timestamp())
        # Three orders a second: more than 4,600 rows, so that the cap is met in the middle of a second.
        rows = [
            {"order_id": str(10_000 + n), "created_at": (base - 9000) * 1000, "updated_at": (base + n // 3) * 1000}
            for n in range(4_900)
        ]
        lazada_sim.add_orders(shop, rows)
        start = datetime.fromtimestamp(base, UTC)
        found = [order.order_id async for order in lazada.orders_updated(start, SYSTEM_CLOCK.now())]
        assert len(found) == 4_900
        assert set(found) == {str(10_000 + n) for n in range(4_900)}

    async def test_a_mass_change_in_one_second_is_paged_by_creation(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        base = int(ago(hours=5).timestamp())
        rows = [
            {"order_id": str(10_000 + n), "created_at": (base - 9000 + n) * 1000, "updated_at": base * 1000}
            for n in range(4_800)
        ]
        rows.append({"order_id": "later", "created_at": base * 1000, "updated_at": (base + 60) * 1000})
        lazada_sim.add_orders(shop, rows)
        start = datetime.fromtimestamp(base, UTC)
        found = [order.order_id async for order in lazada.orders_updated(start, SYSTEM_CLOCK.now())]
        assert len(found) == len(set(found)) == 4_801
        assert found[-1] == "later"

    async def test_what_cannot_be_paged_is_refused_not_skipped(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        base = int(ago(hours=5).timestamp()) * 1000
        rows = [{"order_id": str(10_000 + n), "created_at": base, "updated_at": base} for n in range(4_800)]
        lazada_sim.add_orders(shop, rows)
        with pytest.raises(Rejected) as refused:
            _ = [order async for order in lazada.orders_updated(ago(hours=6), SYSTEM_CLOCK.now())]
        assert refused.value.code == "lazada_window_too_dense"


class TestTrace:
    @pytest.mark.parametrize(
        "switch", [{}, {"trace_under": "data"}, {"trace_in_seconds": True}, {"trace_newest_first": True}]
    )
    async def test_events_come_oldest_first_whatever_the_shape(
        self, switch: dict[str, object], lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(**switch)
        created = ago(days=3).replace(microsecond=0)
        row = {"order_id": "88", "status": "delivered", "created_at": created.isoformat(), "tracking_code": "THDEMO123"}
        lazada_sim.add_orders(shop, [row])
        events = await lazada.trace("88")
        assert [event.kind for event in events] == ["ready_to", "shipped", "out_for_delivery", "delivered"]
        assert [event.at - created for event in events] == [timedelta(hours=6 * n) for n in (1, 2, 3, 4)]
        assert {event.tracking_number for event in events} == {"THDEMO123"}

    async def test_a_foreign_order_has_no_events(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        other = lazada_sim.add_store("th")
        [order_id] = lazada_sim.add_orders(other, 1)
        assert await lazada.trace(order_id) == []


class TestChat:
    async def test_a_message_is_sent_and_read_back(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88001122330000", "buyer_id": "200000777"}])
        began = SYSTEM_CLOCK.now()

        opened = await lazada.open_session("88001122330000")
        sent = await lazada.send_text(opened.session_id, THAI)
        lazada_sim.buyer_says(opened.session_id, "โอเคค่ะ")
        messages = await lazada.read_back(opened.session_id, since=began)

        assert opened.session_id == "100000001_2_200000777_1_103"
        assert sent.platform_time is not None
        assert [(m.speaker, m.text, m.buyer_id) for m in messages] == [
            (Speaker.SELLER, THAI, "200000777"),
            (Speaker.BUYER, "โอเคค่ะ", "200000777"),
        ]
        assert messages[0].message_id == sent.message_id
        assert (messages[0].kind, messages[0].is_recalled, messages[0].blocked_note) == ("1", False, "")
        assert json.loads(messages[0].raw["content"]) == {"txt": THAI}

    async def test_the_same_buyer_has_one_conversation(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        rows = [{"order_id": str(n), "buyer_id": "200000777"} for n in (88, 89)]
        lazada_sim.add_orders(shop, rows)
        assert (await lazada.open_session("88")).session_id == (await lazada.open_session("89")).session_id

    @pytest.mark.parametrize(("days", "age"), [(7, 8), (30, 31)])
    async def test_an_old_order_opens_no_chat(
        self, days: int, age: int, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(order_age_days=days)
        young, old = ago(days=age - 2).isoformat(), ago(days=age).isoformat()
        lazada_sim.add_orders(shop, [{"order_id": "1", "created_at": young}, {"order_id": "2", "created_at": old}])
        await lazada.open_session("1")
        with pytest.raises(Rejected) as refused:
            await lazada.open_session("2")
        assert (refused.value.code, refused.value.platform_code) == ("lazada_order_too_old", "-22")
        assert f"day limit: {days}" in refused.value.detail

    async def test_a_foreign_order_opens_no_chat(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        with pytest.raises(Rejected) as refused:
            await lazada.open_session("404")
        assert refused.value.code == "lazada_order_not_in_shop"

    async def test_the_sixth_unanswered_message_is_refused_until_the_buyer_answers(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = (await lazada.open_session(order_id)).session_id
        for n in range(5):
            await lazada.send_text(session_id, f"message {n}")
        with pytest.raises(Rejected) as refused:
            await lazada.send_text(session_id, "one too many")
        assert refused.value.platform_code == "IM_UNANSWERED_LIMIT"
        assert len(lazada_sim.messages()) == 5
        lazada_sim.buyer_says(session_id, "yes?")
        await lazada.send_text(session_id, "now it goes")
        assert len(lazada_sim.messages()) == 6

    async def test_a_filtered_message_is_acknowledged_and_marked_in_the_record(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = (await lazada.open_session(order_id)).session_id
        began = SYSTEM_CLOCK.now()
        sent = await lazada.send_text(session_id, "add me on WhatsApp please")
        [message] = await lazada.read_back(session_id, since=began)
        assert message.message_id == sent.message_id
        assert message.blocked_note != ""
        assert lazada_sim.summary()["sellers"][shop.seller_id]["blocked"] == 1
        assert lazada_sim.summary()["buyers_reached"] == 0

    async def test_a_long_conversation_is_walked_back_page_by_page(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(unanswered_limit=0)
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = (await lazada.open_session(order_id)).session_id
        began = SYSTEM_CLOCK.now()
        for n in range(45):
            await lazada.send_text(session_id, f"message {n}")
        messages = await lazada.read_back(session_id, since=began)
        assert [m.text for m in messages] == [f"message {n}" for n in range(45)]
        assert len(lazada_sim.calls("/im/message/list")) == 3

    async def test_a_platform_clock_ahead_of_ours_hides_nothing(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = (await lazada.open_session(order_id)).session_id
        lazada_sim.advance(30)
        await lazada.send_text(session_id, "from the future")
        assert [m.text for m in await lazada.read_back(session_id, since=SYSTEM_CLOCK.now())] == ["from the future"]

    async def test_a_platform_clock_behind_ours_hides_nothing(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = (await lazada.open_session(order_id)).session_id
        lazada_sim.advance(-30)
        began = SYSTEM_CLOCK.now()
        await lazada.send_text(session_id, "from the past")
        assert [m.text for m in await lazada.read_back(session_id, since=began)] == ["from the past"]

    async def test_read_positions(self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        session_id = (await lazada.open_session(order_id)).session_id
        sent = await lazada.send_text(session_id, "hello")
        before = await lazada.session_state(session_id)
        lazada_sim.buyer_reads(session_id)
        after = await lazada.session_state(session_id)
        assert before.buyer_read_up_to is None
        assert after.buyer_read_up_to is not None
        assert sent.platform_time is not None
        assert after.buyer_read_up_to >= sent.platform_time

    async def test_answers_with_every_scalar_as_text_are_understood_alike(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88001122330000"}])
        began = SYSTEM_CLOCK.now()
        session_id = (await lazada.open_session("88001122330000")).session_id
        await lazada.send_text(session_id, THAI)
        typed = await lazada.read_back(session_id, since=began), await lazada.order("88001122330000")
        lazada_sim.switches(stringify_scalars=True)
        text = await lazada.read_back(session_id, since=began), await lazada.order("88001122330000")
        assert [(m.message_id, m.sent_at, m.speaker, m.text) for m in typed[0]] == [
            (m.message_id, m.sent_at, m.speaker, m.text) for m in text[0]
        ]
        assert typed[1].lines == text[1].lines
        assert (await lazada.session_state(session_id)).unread == 0
        assert (await lazada.send_text(session_id, "again")).message_id

    async def test_a_numeric_zero_is_tolerated(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(numeric_code=True)
        [order_id] = lazada_sim.add_orders(shop, 1)
        assert (await lazada.open_session(order_id)).session_id

    async def test_half_a_surrogate_pair_is_refused_before_anything_leaves(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        with pytest.raises(Rejected) as refused:
            await lazada.send_text("1_2_3_1_103", "broken \ud83d")
        assert refused.value.platform_code == "not_utf8"
        assert lazada_sim.calls() == []
