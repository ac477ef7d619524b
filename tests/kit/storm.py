"""A storm brought to a wanted stage without any HTTP: the ledger's own claim and settle stand in for the worker, and
stored pushes for the platform. Pages show exactly what such rows say.

    desk = a_desk("north")
    storm = bring(a_storm(desk, orders=30), "rolling_out")
    deliver(storm, 12); confirm(storm, 8); answer(storm, 3)
"""

import json
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from tests.kit.lazada_sim import APP_KEY, APP_SECRET
from tests.kit.rollout import (
    Desk,
    Storm,
    a_desk,
    a_shop,
    a_storm,
    approve,
    connect,
    fill_buckets,
    planned,
    some_orders,
    the_facts,
    with_facts,
)

from seawall.connectors.contracts import Exchange
from seawall.connectors.models import ReceivedEvent
from seawall.connectors.received import secret_mark
from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.add_paper import add_paper
from seawall.incidents.commands.write_facts import write_facts
from seawall.kernel.clock import SYSTEM_CLOCK, epoch_ms
from seawall.kernel.digest import sha256_text
from seawall.kernel.markets import Platform
from seawall.outreach.api import Recipient
from seawall.outreach.gates import tend
from seawall.outreach.ledger import move_rows
from seawall.outreach.pushes import handle_received
from seawall.outreach.sender.claim import Claimed, claim
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle
from seawall.tenancy.api import User
from seawall.tenancy.links import make_sign_in_link

__all__ = [
    "Desk", "Storm", "a_desk", "a_shop", "a_storm", "answer", "block", "bring", "confirm",
    "connect", "deliver", "hand_to_person", "let_tables_be_emptied", "link_for", "lose_sight", "reject", "some_orders",
    "tend_all", "the_facts", "with_facts",
]  # fmt: skip

STAGES = (
    "opened", "written", "facts", "planned", "sampling", "sample_sent", "approved", "rolling_out", "paused",
    "follow_up",
)  # fmt: skip
"""In the order of the procedure; `written` is a facts sheet that nobody has attested."""
A_PDF = b"%PDF-1.4\n% a customs notice\n%%EOF\n"

_numbers = count(1)
_WORKER = 42


@pytest.fixture
def let_tables_be_emptied(transactional_db: None) -> None:
    """Tests that see committed rows end with a flush, which the append-only tables refuse by trigger: for the test
    database alone that one trigger is switched off. Updates and deletes are still refused."""
    with connection.cursor() as cursor:
        for table in (
            "timeline_entry", "evidence_capture", "evidence_screenshot", "evidence_erasure", "evidence_eraseditem",
        ):  # fmt: skip
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_truncate")


def bring(storm: Storm, stage: str) -> Storm:
    """The storm from `opened` to a stage, by the commands a person uses and the outcomes a platform gives."""
    wanted = STAGES.index(stage)
    desk = storm.desk
    for shop in storm.shops:
        # Pushes find their shop by the platform's seller id, and shops without a simulator all have the same one.
        shop.connections.update(platform_seller_id=f"7000{shop.pk}")
    if wanted >= 1:
        add_paper(storm.incident, name="海关退运通知书.pdf", content=A_PDF, by=desk.lead, clock=SYSTEM_CLOCK)
    if stage == "written":
        write_facts(storm.refresh(), the_facts(), by=desk.lead, clock=SYSTEM_CLOCK)
    if stage == "facts":
        with_facts(storm)
    if wanted >= 3:
        planned(storm)
    if wanted >= 4:
        commands.send_sample(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    if wanted >= 5:
        deliver(storm, 1)
        confirm(storm, 1)
        tend_all()
    if wanted >= 6:
        approve(storm, "可以")
    if wanted >= 7:
        commands.start(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    if stage == "paused":
        commands.pause(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    if stage == "follow_up":
        while deliver(storm, 1000):
            confirm(storm, 1000)
            tend_all()
    storm.refresh()
    return storm


def tend_all() -> None:
    """What a worker does a few times a second: judge waves, let storms follow their roll-outs."""
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    commands.tend(clock=SYSTEM_CLOCK)


def deliver(storm: Storm, number: int) -> int:
    """The platform takes up to so many messages of the open waves. Gives how many it took."""
    return _send(storm, number, "acknowledged")


def reject(storm: Storm, number: int, *, code: str = "BUYER_BLOCKED") -> int:
    """The platform refuses up to so many messages."""
    return _send(storm, number, "rejected", platform_code=code)


def hand_to_person(storm: Storm, number: int) -> int:
    """Up to so many sends end without a clear answer and go to a person."""
    return _send(storm, number, "give_to_person")


def _send(storm: Storm, number: int, event: str, *, platform_code: str = "") -> int:
    left = number
    while left > 0:
        # Buckets refill with time; a test must not wait for that. The lane that waited longest is served first.
        fill_buckets(storm, SYSTEM_CLOCK.now())
        rows = claim(worker=_WORKER, size=left, now=SYSTEM_CLOCK.now())
        if not rows:
            break
        settle([_outcome(row, event, platform_code) for row in rows], clock=SYSTEM_CLOCK, grace=timedelta(seconds=30))
        left -= len(rows)
    return number - left


def _outcome(row: Claimed, event: str, platform_code: str) -> Outcome:
    now = SYSTEM_CLOCK.now()
    session = row.session_id or f"1_2_{700000 + row.order_id}_1_103"
    message = f"m{next(_numbers):012d}" if event == "acknowledged" else ""
    reasons: dict[str, dict[str, Any]] = {
        "rejected": {"platform": "Lazada", "platform_code": platform_code, "detail": "the buyer has blocked this shop"},
        "give_to_person": {"attempts": row.attempt},
    }
    codes = {"rejected": "platform_refused", "give_to_person": "tried_too_often"}
    body = json.dumps({"code": platform_code or "0", "data": {"message_id": message}, "request_id": f"r{row.id}"})
    exchange = Exchange(
        platform=Platform.LAZADA, path="/im/message/send", request={"session_id": session, "txt": row.text}, status=200,
        body=body, request_id=f"r{row.id}", asked_at=now, answered_at=now,
    )  # fmt: skip
    return Outcome(
        claim=row, event=event, at=now, session_id=session, message_id=message, platform_time=now,
        request_id=f"r{row.id}", platform_code=platform_code, reason_code=codes.get(event, ""),
        reason_params=reasons.get(event, {}), exchange=exchange if message else None,
    )  # fmt: skip


def confirm(storm: Storm, number: int) -> int:
    """The platform pushes our own messages: they stand in its record. Gives how many."""
    rows = _in_state(storm, "acknowledged", number)
    for row in rows:
        _push(row, _own(row))
    return _handled(rows)


def block(storm: Storm, number: int, note: str = "Sensitive words") -> int:
    """The platform filters messages that it had taken."""
    rows = _in_state(storm, "acknowledged", number)
    for row in rows:
        _push(row, {**_own(row), "process_msg": note})
    return _handled(rows)


def answer(storm: Storm, number: int, words: str = "ขอบคุณค่ะ เมื่อไหร่จะได้เงินคืนคะ") -> int:
    """Buyers whose message stands in the record write back."""
    rows = _in_state(storm, "confirmed", number)
    for row in rows:
        later = SYSTEM_CLOCK.now() + timedelta(seconds=1)
        _push(
            row,
            {
                "session_id": row.session_id, "message_id": f"b{next(_numbers):012d}", "from_account_type": "1",
                "from_account_id": row.session_id.split("_")[2], "to_account_type": "2", "type": "1",
                "template_id": "1", "content": json.dumps({"txt": words}), "send_time": epoch_ms(later), "status": "0",
            },
        )  # fmt: skip
    return _handled(rows)


def _in_state(storm: Storm, state: str, number: int) -> list[Recipient]:
    rows = Recipient.objects.filter(incident=storm.incident, state=state).select_related("order__shop")
    return list(rows.order_by("wave", "rank")[:number])


def _own(row: Recipient) -> dict[str, Any]:
    assert row.sent_at is not None
    return {
        "session_id": row.session_id, "message_id": row.platform_message_id, "from_account_type": "2",
        "from_account_id": "1", "to_account_type": "1", "to_account_id": row.session_id.split("_")[2], "type": "1",
        "template_id": "1", "content": json.dumps({"txt": row.text}), "send_time": epoch_ms(row.sent_at), "status": "0",
    }  # fmt: skip


def _push(row: Recipient, data: dict[str, Any]) -> None:
    """A push as it lies in the table once the web door has verified it."""
    seller = row.order.shop.connections.get(is_active=True).platform_seller_id
    body = json.dumps({"seller_id": seller, "message_type": 2, "data": data, "timestamp": epoch_ms(SYSTEM_CLOCK.now())})
    ReceivedEvent.objects.create(
        platform="lazada", app_key=APP_KEY, verified_with=secret_mark(APP_KEY, APP_SECRET),
        external_id=sha256_text(f"{body}{next(_numbers)}")[:60], seller_id=seller,
        kind="message", body=body, received_at=SYSTEM_CLOCK.now(),
    )  # fmt: skip


def _handled(rows: list[Recipient]) -> int:
    while handle_received(clock=SYSTEM_CLOCK):
        pass
    failed = ReceivedEvent.objects.filter(handled_at__isnull=True).values_list("failed_with", flat=True)
    assert not list(failed), list(failed)
    return len(rows)


def lose_sight(storm: Storm, number: int) -> int:
    """Sends whose outcome is unknown: their worker died in mid-call."""
    fill_buckets(storm, SYSTEM_CLOCK.now())
    rows = claim(worker=_WORKER, size=number, now=SYSTEM_CLOCK.now())
    return move_rows(Recipient.objects.filter(pk__in=[row.id for row in rows]), "lost_sight", clock=SYSTEM_CLOCK)


def link_for(user_id: int) -> str:
    """A one-time sign-in path of a member."""
    return f"/in/{make_sign_in_link(User.objects.get(pk=user_id), clock=SYSTEM_CLOCK)}"
