"""One contract, three platforms: orders, cancellations, pushes, flags."""

from datetime import timedelta

import pytest
from tests.contracts.places import Place
from tests.kit.lazada_sim import PushSink

from seawall.connectors.contracts import CancelState, Capability, Connector, EventKind, Speaker
from seawall.connectors.errors import Rejected
from seawall.connectors.registry import limits_of, open_connector, push_reader
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, NotAllowed

FLAGS = {
    "read_orders", "read_trace", "start_chat", "send_text", "send_order_card", "send_image", "read_back",
    "poll_messages", "push_messages", "push_own_messages", "read_receipts", "unread_count", "mark_read", "cancel_order",
    "bulk_cancel", "answer_cancel_request", "read_returns", "reject_return", "upload_evidence", "read_health",
    "bulk_send", "idempotent_send", "see_phone",
}  # fmt: skip
"""What every platform must say yes or no to."""


async def test_an_order_is_read_with_what_a_storm_needs(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        order = await connector.order(place.orders[0])
    assert order.order_id == place.orders[0]
    assert order.statuses
    assert order.buyer_id.isdecimal()
    assert order.currency == place.credentials().market.currency
    assert order.created_at is not None
    assert order.created_at < SYSTEM_CLOCK.now()
    assert sum(line.quantity for line in order.lines) >= 1


async def test_an_order_of_nobody_is_refused(place: Place) -> None:
    unknown = place.orders[0][:-3] + "999"
    async with open_connector(place.credentials()) as connector:
        with pytest.raises(Rejected):
            await connector.order(unknown)


async def test_a_window_gives_every_order_once_over_many_pages(place: Place) -> None:
    extra = place.sim.add_orders(
        place.store, 230, first=91_000_000_000_000 if place.platform.value == "lazada" else 500_000
    )
    now = SYSTEM_CLOCK.now()
    async with open_connector(place.credentials()) as connector:
        found = [order.order_id async for order in connector.orders_updated(now - timedelta(days=20), now + HOUR)]
    assert len(found) == len(set(found))
    assert set(found) == {*extra, *place.orders, place.unshipped}


HOUR = timedelta(hours=1)


async def test_tracking_is_oldest_first(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        events = await connector.trace(place.orders[0])
    assert events
    assert [event.at for event in events] == sorted(event.at for event in events)


async def test_an_unshipped_order_is_cancelled_once_and_truthfully(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        options = await connector.cancel_options(place.unshipped)
        assert options.is_eligible, options.why_not
        lawful = [reason for reason in options.reasons if not reason.claims_buyer_asked]
        assert lawful
        done = await connector.cancel(place.unshipped, reason=lawful[0].code)
        assert done.order_id == place.unshipped
        assert done.state in (CancelState.DONE, CancelState.PENDING)
        order = await connector.order(place.unshipped)
        assert any("cancel" in status.lower() for status in order.statuses)


async def test_an_order_on_its_way_cannot_be_cancelled(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        options = await connector.cancel_options(place.orders[0])
        assert not options.is_eligible
        assert options.why_not
        with pytest.raises(Rejected):
            await connector.cancel(place.orders[0], reason=(options.reasons or [_Any()])[0].code)
        order = await connector.order(place.orders[0])
    assert not any("cancel" in status.lower() for status in order.statuses)


class _Any:
    code = "10000021"


async def test_every_flag_is_answered_with_its_source(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        flags = connector.capabilities
        assert set(flags) >= FLAGS
        for flag in flags.values():
            assert isinstance(flag, Capability)
            assert flag.source
        assert not flags["bulk_send"].can
        assert connector.limits == limits_of(place.platform)
    for limit in limits_of(place.platform).values():
        assert limit.source
        assert limit.unit


async def test_what_a_platform_cannot_do_is_refused_without_a_call(place: Place) -> None:
    now = SYSTEM_CLOCK.now()
    async with open_connector(place.credentials()) as connector:
        tries = {
            "unread_count": connector.unread_count,
            "mark_read": lambda: connector.mark_read("1", up_to_message_id="1"),
            "read_health": connector.health,
            "send_order_card": lambda: connector.send_order_card("1", place.orders[0]),
            "poll_messages": lambda: _first(connector, now),
        }
        for flag, call in tries.items():
            if not connector.capabilities[flag].can:
                with pytest.raises(Rejected) as told:
                    await call()
                assert told.value.code in ("capability_missing", "platform_forbids_polling")


async def _first(connector: Connector, now: object) -> None:
    async for _ in connector.conversations(changed_since=now):  # type: ignore[arg-type]
        return


async def test_the_connected_shop_says_who_it_is(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        profile = await connector.seller()
    assert profile.seller_id == place.credentials().seller_id
    assert profile.name


async def test_a_buyers_message_is_pushed_and_only_the_true_signature_counts(place: Place, push_sink: PushSink) -> None:
    from dataclasses import replace

    place.sim.set_callback(push_sink.url)
    async with open_connector(place.credentials()) as connector:
        opened = await connector.open_session(place.orders[0])
        sent = await connector.send_text(opened.session_id, "Hello", order_id=place.orders[0])
    place.sim.buyer_says(sent.session_id, "where is it?")
    reader = push_reader(place.platform)
    keys = replace(place.keys, callback_url=push_sink.url)

    def of_buyer() -> list[tuple[dict[str, str], bytes]]:
        found = []
        for headers, body in list(push_sink.received):
            event = reader.read(body, headers, keys=keys)
            if event.kind is EventKind.MESSAGE and reader.message_of(event).speaker is Speaker.BUYER:
                found.append((dict(headers), body))
        return found

    place.sim.until(lambda: of_buyer() != [])
    headers, body = of_buyer()[0]
    event = reader.read(body, headers, keys=keys)
    message = reader.message_of(event)
    assert (message.text, message.session_id) == ("where is it?", sent.session_id)
    assert event.seller_id == place.credentials().seller_id
    assert reader.parse(body) == event
    for wrong in (replace(keys, app_secret="x", push_key="y"), replace(keys, callback_url="https://else.example/")):
        if wrong.callback_url != keys.callback_url and place.platform.value != "shopee":
            continue  # only Shopee signs the address
        with pytest.raises(NotAllowed):
            reader.read(body, headers, keys=wrong)
    with pytest.raises(NotAllowed):
        reader.read(body + b" ", headers, keys=keys)
    with pytest.raises(NotAllowed):
        reader.read(body, {}, keys=keys)
    with pytest.raises(InvalidInput):
        reader.parse(b"[]")
