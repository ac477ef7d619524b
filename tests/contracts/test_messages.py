"""One contract, three platforms: a message is sent once and found again; what is not certain is called unknown."""

from datetime import timedelta

import pytest
from tests.contracts.places import Place

from seawall.connectors.contracts import Connector, Exchange, Speaker
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from seawall.connectors.registry import open_connector
from seawall.kernel.clock import SYSTEM_CLOCK

HOUR = timedelta(hours=1)


def words(order_id: str) -> str:
    """A text that names its order, with letters of several scripts."""
    return f"Hello, about order {order_id}: it will not arrive. คำสั่งซื้อ · đơn hàng · 订单 😊"


async def first_message(connector: Connector, order_id: str) -> tuple[str, str]:
    """Open and send; gives conversation and message id."""
    opened = await connector.open_session(order_id)
    sent = await connector.send_text(opened.session_id, words(order_id), order_id=order_id)
    return sent.session_id, sent.message_id


def texts_at_platform(place: Place) -> list[str]:
    """The seller's texts as the simulator took them."""
    return [row["text"] for row in place.sim.messages(from_="seller")]


async def test_a_message_goes_once_and_stands_in_the_platforms_record(place: Place) -> None:
    order_id = place.orders[0]
    async with open_connector(place.credentials()) as connector:
        session_id, message_id = await first_message(connector, order_id)
        record = await connector.read_back(session_id, since=SYSTEM_CLOCK.now() - HOUR)
    mine = [m for m in record if m.message_id == message_id]
    assert [(m.speaker, m.text, m.blocked_note) for m in mine] == [(Speaker.SELLER, words(order_id), "")]
    assert {m.session_id for m in record} == {session_id}
    assert texts_at_platform(place) == [words(order_id)]


async def test_opening_again_changes_nothing_a_buyer_sees(place: Place) -> None:
    order_id = place.orders[0]
    async with open_connector(place.credentials()) as connector:
        for _ in range(3):
            opened = await connector.open_session(order_id)
        assert await connector.read_back(opened.session_id, since=SYSTEM_CLOCK.now() - HOUR) == []
    assert texts_at_platform(place) == []


async def test_a_buyers_answer_is_read_as_the_buyers(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        session_id, _ = await first_message(connector, place.orders[0])
        place.sim.buyer_says(session_id, "ok, terima kasih 🙏")
        record = await connector.read_back(session_id, since=SYSTEM_CLOCK.now() - HOUR)
    assert [(m.speaker, m.text) for m in record][-1] == (Speaker.BUYER, "ok, terima kasih 🙏")
    assert [m.sent_at for m in record] == sorted(m.sent_at for m in record), "oldest first"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset_after"}, {"kind": "http_5xx_after", "status": 502}, {"kind": "malformed_json"},
        {"kind": "empty_body"},
    ],
    ids=lambda fault: fault["kind"],
)  # fmt: skip
async def test_a_message_taken_whose_answer_is_lost_is_unknown_and_found_by_reading(
    place: Place, fault: dict[str, object]
) -> None:
    order_id = place.orders[1]
    async with open_connector(place.credentials()) as connector:
        opened = await connector.open_session(order_id)
        place.sim.set_faults({"path": place.send_path, "times": 1, **fault})
        with pytest.raises(OutcomeUnknown):
            await connector.send_text(opened.session_id, words(order_id), order_id=order_id)
        # The handle of `open_session` must do for the look-up: the platform's own id was in the lost answer.
        record = await connector.read_back(opened.session_id, since=SYSTEM_CLOCK.now() - HOUR)
    assert [m.text for m in record if m.speaker is Speaker.SELLER] == [words(order_id)]
    assert texts_at_platform(place) == [words(order_id)]


async def test_a_request_that_never_arrived_is_not_called_sent(place: Place) -> None:
    async with open_connector(place.credentials()) as connector:
        opened = await connector.open_session(place.orders[1])
        place.sim.set_faults({"kind": "reset_before", "path": place.send_path, "times": 1})
        with pytest.raises((OutcomeUnknown, Transient)):
            await connector.send_text(opened.session_id, words("x"), order_id=place.orders[1])
    assert texts_at_platform(place) == []


@pytest.mark.parametrize("retry_after", [2.0, None], ids=["with Retry-After", "without"])
async def test_too_fast_says_until_when_and_nothing_was_sent(place: Place, retry_after: float | None) -> None:
    async with open_connector(place.credentials()) as connector:
        opened = await connector.open_session(place.orders[2])
        place.sim.set_faults(
            {"kind": "http_429", "path": place.send_path, "times": 1}
            | ({"retry_after": retry_after} if retry_after else {})
        )
        before = SYSTEM_CLOCK.now()
        with pytest.raises(RateLimited) as told:
            await connector.send_text(opened.session_id, words("x"), order_id=place.orders[2])
    assert told.value.until > before
    if retry_after:
        assert told.value.until >= before + timedelta(seconds=retry_after)
    assert texts_at_platform(place) == []


async def test_a_platform_in_trouble_while_reading_is_tried_again(place: Place) -> None:
    place.sim.set_faults({"kind": "http_5xx", "path": place.order_path, "status": 503})
    async with open_connector(place.credentials()) as connector:
        with pytest.raises(Transient):
            await connector.order(place.orders[0])


async def test_an_expired_token_stops_the_shop_and_sends_nothing(place: Place) -> None:
    place.sim.expire_token(place.store)
    async with open_connector(place.credentials()) as connector:
        with pytest.raises(AuthExpired):
            await connector.order(place.orders[0])
    assert texts_at_platform(place) == []


async def test_a_wrong_secret_is_refused_and_never_called_transient(place: Place) -> None:
    async with open_connector(place.credentials(app_secret="another-secret")) as connector:
        with pytest.raises(ConnectorError) as told:
            await connector.order(place.orders[0])
    assert not isinstance(told.value, Transient | RateLimited | OutcomeUnknown)
    assert told.value.platform_code


async def test_a_text_too_long_is_refused_before_it_leaves(place: Place) -> None:
    if place.text_max is None:
        async with open_connector(place.credentials()) as connector:
            assert connector.limits["text_max"].is_documented is False, "a limit nobody published is not shown as fact"
        return
    async with open_connector(place.credentials()) as connector:
        opened = await connector.open_session(place.orders[0])
        with pytest.raises(Rejected):
            await connector.send_text(opened.session_id, "ก" * (place.text_max + 1), order_id=place.orders[0])
        fits = "ก" * place.text_max
        await connector.send_text(opened.session_id, fits, order_id=place.orders[0])
    assert texts_at_platform(place) == [fits]


async def test_a_filtered_message_is_never_proof(place: Place) -> None:
    place.sim.set_faults({"kind": "censored", "path": place.send_path, "times": 1})
    async with open_connector(place.credentials()) as connector:
        if not place.can_filter:
            with pytest.raises(Rejected):
                await first_message(connector, place.orders[3])
            return
        session_id, message_id = await first_message(connector, place.orders[3])
        # Shopee's filter works late: what reads well at first is hidden a little later.
        place.sim.advance(120)
        record = await connector.read_back(session_id, since=SYSTEM_CLOCK.now() - HOUR)
    assert [bool(m.blocked_note) for m in record if m.message_id == message_id] == [True]


async def test_no_exchange_holds_a_secret(place: Place) -> None:
    kept: list[Exchange] = []
    credentials = place.credentials()
    async with open_connector(credentials, record=kept.append) as connector:
        await first_message(connector, place.orders[0])
    told = repr(kept) + repr(credentials)
    for secret in (credentials.app_secret, credentials.access_token, credentials.shop_cipher):
        assert not secret or secret not in told
    assert all(each.request_id for each in kept)
