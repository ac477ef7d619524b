"""Pushes from Lazada at the door: verified, stored once, answered at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.kit.lazada_sim import APP_KEY, APP_SECRET
from tests.kit.rollout import a_shop
from tests.kit.storm import Desk, Storm, a_desk, deliver

from seawall.connectors.lazada.signing import sign_push
from seawall.connectors.models import ReceivedEvent
from seawall.evidence.api import Capture
from seawall.inbox.api import Message
from seawall.kernel.clock import SYSTEM_CLOCK, epoch_ms
from seawall.outreach.api import Recipient
from seawall.outreach.pushes import handle_received
from seawall.shops.api import ConnectShop, connect_shop
from seawall.web import hooks
from seawall.web.hooks import MAX_BODY

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]


def a_push(row: Recipient, **changes: Any) -> bytes:
    assert row.sent_at is not None
    data = {
        "session_id": row.session_id, "message_id": row.platform_message_id, "from_account_type": "2", "type": "1",
        "template_id": "1", "content": json.dumps({"txt": row.text}), "send_time": epoch_ms(row.sent_at), "status": "0",
        **changes,
    }  # fmt: skip
    seller = row.order.shop.connections.get().platform_seller_id
    return json.dumps({"seller_id": seller, "message_type": 2, "data": data}).encode()


def push(body: bytes, *, app_key: str = APP_KEY, secret: str = APP_SECRET, signature: str | None = None) -> Any:
    given = sign_push(app_key, secret, body) if signature is None else signature
    # The platform has no token of our forms and no session.
    return Client(enforce_csrf_checks=True).post(
        f"/hooks/lazada/{app_key}/", body, content_type="application/json", headers={"Authorization": given}
    )


@pytest.fixture(autouse=True)
def _no_remembered_secrets() -> None:
    """Each story starts with a process that has opened no secret yet."""
    hooks._opened.clear()


@pytest.fixture
def sent(desk: Desk, storm_at: StormAt) -> Recipient:
    """A message the platform has taken."""
    storm = storm_at("rolling_out")
    deliver(storm, 1)
    return Recipient.objects.filter(incident=storm.incident, state="acknowledged").select_related("order__shop").get()


def test_a_genuine_push_is_stored_and_later_raises_the_row(sent: Recipient) -> None:
    answer = push(a_push(sent))
    assert (answer.status_code, answer.content) == (200, b"")
    stored = ReceivedEvent.objects.get(handled_at=None)
    assert stored.app_key == APP_KEY
    sent.refresh_from_db()
    assert sent.state == "acknowledged"
    handle_received(clock=SYSTEM_CLOCK)
    sent.refresh_from_db()
    assert sent.state == "confirmed"


def test_the_same_push_again_is_answered_and_stored_once(sent: Recipient) -> None:
    body = a_push(sent)
    before = ReceivedEvent.objects.count()
    assert [push(body).status_code for _ in range(3)] == [200, 200, 200]
    assert ReceivedEvent.objects.count() == before + 1


def test_many_pushes_wait_in_the_store_until_a_worker_takes_them(sent: Recipient) -> None:
    for number in range(3):
        assert push(a_push(sent, message_id=f"x{number}")).status_code == 200
    assert ReceivedEvent.objects.filter(handled_at=None).count() == 3
    assert handle_received(clock=SYSTEM_CLOCK) == 3
    assert not ReceivedEvent.objects.filter(handled_at=None).exists()


@pytest.mark.parametrize("signature", ["", "0" * 64, "Bearer x", "ผิด".encode().decode("latin-1")])
def test_a_bad_signature_is_refused_without_a_word(sent: Recipient, signature: str) -> None:
    before = ReceivedEvent.objects.count()
    answer = push(a_push(sent), signature=signature)
    assert (answer.status_code, answer.content) == (403, b"")
    assert ReceivedEvent.objects.count() == before


def test_a_changed_body_is_refused(sent: Recipient) -> None:
    body = a_push(sent)
    answer = push(body.replace(b'"status": "0"', b'"status": "1"'), signature=sign_push(APP_KEY, APP_SECRET, body))
    assert answer.status_code == 403


def test_an_app_that_is_not_ours_is_not_found(sent: Recipient) -> None:
    assert push(a_push(sent), app_key="123456").status_code == 404


def test_what_cannot_be_read_is_a_bad_request(sent: Recipient) -> None:
    for body in (b"", b"[]", b"{", b'{"seller_id": 1}', b"\xff\xfe"):
        assert push(body).status_code == 400, body


def test_too_much_is_not_taken(sent: Recipient) -> None:
    assert push(b" " * (MAX_BODY + 1)).status_code == 413


def test_only_posts_are_taken(sent: Recipient) -> None:
    assert Client().get(f"/hooks/lazada/{APP_KEY}/").status_code == 405


def test_the_door_costs_few_queries(sent: Recipient, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    body = a_push(sent)
    with django_assert_max_num_queries(12):
        push(body)


@pytest.fixture
def copycat(sent: Recipient) -> Desk:
    """A rival team that registers the very app key and seller id of the shop, under a secret of its own."""
    theirs = sent.order.shop.connections.get()
    rival = a_desk("south")
    connect_shop(
        ConnectShop(
            shop_code=a_shop(rival, sent.order.shop.market).code, base_url=theirs.base_url,
            platform_seller_id=theirs.platform_seller_id, app_key=APP_KEY, app_secret="copycat-secret",
            access_token="tok",
        ),
        by=rival.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    return rival


def test_a_copycat_receives_none_of_our_pushes(sent: Recipient, copycat: Desk) -> None:
    assert push(a_push(sent)).status_code == 200
    handle_received(clock=SYSTEM_CLOCK)
    sent.refresh_from_db()
    assert sent.state == "confirmed"
    assert set(Message.objects.values_list("team_id", flat=True)) == {sent.team_id}
    assert not Capture.objects.filter(team_id=copycat.admin.team_id).exists()


def test_a_copycats_own_push_neither_touches_our_rows_nor_takes_the_place_of_ours(
    sent: Recipient, copycat: Desk
) -> None:
    body = a_push(sent)
    assert push(body, secret="copycat-secret").status_code == 200
    handle_received(clock=SYSTEM_CLOCK)
    sent.refresh_from_db()
    assert sent.state == "acknowledged"
    assert push(body).status_code == 200
    handle_received(clock=SYSTEM_CLOCK)
    sent.refresh_from_db()
    assert sent.state == "confirmed"
