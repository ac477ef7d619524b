"""Approval, pause, resume, stop, gates: who may, what it takes, and that it holds."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.refusals import refused
from tests.kit.rollout import (
    QUICK,
    Storm,
    a_desk,
    a_storm,
    approved,
    planned,
    rows_in,
    sampled,
    started,
    the_facts,
    work_until,
)  # fmt: skip

from seawall.incidents.commands import roll_out as storm_commands
from seawall.incidents.commands.cases import withdraw_case
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.write_facts import write_facts
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import NotAllowed, NotFound, Refused
from seawall.kernel.languages import Language
from seawall.outreach.api import Approval, Recipient, RollOut
from seawall.outreach.errors import NotApproved, StalePlan
from seawall.scripts.api import ScriptBlocked, Wording
from seawall.shops.api import Connection
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = SYSTEM_CLOCK


def start(storm: Storm) -> None:
    storm_commands.start(storm.refresh(), by=storm.desk.lead, clock=CLOCK)


def test_a_roll_out_without_approval_does_not_start(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=3))

    with pytest.raises(Refused):
        start(storm)

    assert len(lazada_sim.messages()) == 1


def test_whoever_planned_cannot_approve(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=3))

    with pytest.raises(NotAllowed):
        storm_commands.approve(
            storm.incident, seen_binding=storm.roll_out.binding_digest, comment="", by=storm.desk.lead, clock=CLOCK
        )
    RollOut.objects.update(planned_by=storm.desk.approver.user_id)
    with refused("author_may_not_approve"):
        storm_commands.approve(
            storm.incident, seen_binding=storm.roll_out.binding_digest, comment="", by=storm.desk.approver, clock=CLOCK
        )

    assert not Approval.objects.exists()


def test_an_old_page_cannot_approve(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=3))

    with pytest.raises(StalePlan):
        storm_commands.approve(storm.incident, seen_binding="0" * 64, comment="", by=storm.desk.approver, clock=CLOCK)


@pytest.mark.parametrize("change", ["facts", "script", "ceiling"])
def test_any_edit_voids_the_approval(lazada_sim: LazadaSimHelper, change: str) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=3))

    if change == "script":
        wording = library_wording("customs_return", variant="short")
        submit_incident_script(storm.refresh(), wording, by=storm.desk.lead, clock=CLOCK)
    else:
        changes = {"remedy": "别的办法。"} if change == "facts" else {"ceiling_amount": Decimal(99)}
        write_facts(storm.refresh(), the_facts(**changes), by=storm.desk.lead, clock=CLOCK)

    approval = Approval.objects.get()
    assert approval.voided_at is not None
    assert RollOut.objects.get().state == "void"
    with pytest.raises(Refused):
        start(storm)


def test_rows_changed_behind_the_sellers_back_are_not_sent(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=3))
    Recipient.objects.filter(state="waiting").update(text="something else", text_sha256="0" * 64)

    with pytest.raises(StalePlan):
        start(storm)


def test_a_row_whose_words_changed_after_the_start_goes_to_a_person(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=4))
    victim = rows_in(storm, "waiting")[0]
    Recipient.objects.filter(pk=victim.pk).update(text="please pay here")

    work_until(lambda: storm.refresh().state == "follow_up")

    victim.refresh_from_db()
    assert (victim.state, victim.reason_code) == ("needs_person", "text_changed")
    assert "please pay here" not in [m["text"] for m in lazada_sim.messages()]


def test_a_paused_roll_out_sends_nothing_and_goes_on_where_it_was(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=30, pace=20))
    work_until(lambda: len(lazada_sim.messages()) >= 5)
    storm_commands.pause(storm.incident, by=storm.desk.lead, clock=CLOCK, why="a look")
    before = len(lazada_sim.messages())
    seen: list[int] = []

    work_until(lambda: len(seen) > 30 or seen.append(1) is not None)

    assert len(lazada_sim.messages()) == before
    with refused("resume_needs_reason"):
        storm_commands.resume(storm.incident, by=storm.desk.lead, clock=CLOCK, why=" ")
    storm_commands.resume(storm.incident, by=storm.desk.lead, clock=CLOCK, why="looked")
    work_until(lambda: storm.refresh().state == "follow_up")
    assert storm.counts() == {"acknowledged": 30}
    assert [e.why for e in Entry.objects.filter(verb="outreach.resume")] == ["looked"]


def test_stopping_leaves_out_whoever_was_not_reached(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=6))
    start(storm)

    left_out = storm_commands.stop(storm.incident, by=storm.desk.lead, clock=CLOCK, why="the platform cancels itself")

    assert left_out == 5
    assert storm.counts() == {"acknowledged": 1, "left_out": 5}
    assert storm.refresh().state == "follow_up"
    work_until(lambda: True)
    assert len(lazada_sim.messages()) == 1


def test_a_withdrawn_order_is_not_written_to(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=6))
    victim = rows_in(storm, "waiting")[0]
    withdraw_case(
        storm.incident, victim.order.platform_order_id, by=storm.desk.lead, clock=CLOCK, why="it was delivered"
    )

    start(storm)
    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 5, "left_out": 1}
    assert victim.order.platform_order_id not in {m["order_id"] for m in lazada_sim.messages()}


def test_waves_open_one_after_the_other(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=30))
    assert {w.number: w.size for w in storm.roll_out.waves.all()} == {0: 1, 1: 20, 2: 9}

    work_until(lambda: storm.refresh().state == "follow_up")

    first = max(r.sent_at for r in Recipient.objects.filter(wave=1) if r.sent_at)
    second = min(r.sent_at for r in Recipient.objects.filter(wave=2) if r.sent_at)
    assert first < second
    opened = Entry.objects.get(verb="outreach.open_wave")
    assert (opened.before["wave"], opened.after["wave"], opened.actor_name) == (1, 2, "Seawall")


def test_a_bad_wave_pauses_by_itself_and_the_next_one_stays_shut(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=40))
    lazada_sim.set_faults(
        {"kind": "error", "path": "/im/session/open", "code": "-22", "message": "too old", "nth": [1, 2, 3, 4]}
    )

    work_until(lambda: storm.roll_out.state == "paused")

    roll_out = storm.roll_out
    assert roll_out.paused_code == "too_many_rejects"
    assert roll_out.open_wave == 1
    assert Recipient.objects.filter(wave=2, state="waiting").count() == 19
    storm_commands.resume(storm.incident, by=storm.desk.lead, clock=CLOCK, why="these four are old orders")
    work_until(lambda: storm.refresh().state == "follow_up")
    assert storm.counts() == {"acknowledged": 36, "rejected": 4}


def test_one_word_of_restriction_pauses_everything(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=10))
    lazada_sim.set_faults({"kind": "error", "path": "/im/message/send", "code": "InsufficientPermission", "nth": [2]})

    work_until(lambda: storm.roll_out.state == "paused", options=QUICK)

    assert storm.roll_out.paused_code == "lane_restricted"
    assert storm.roll_out.lanes.get().is_stopped


def test_training_cannot_be_bound_to_a_real_connection() -> None:
    storm = planned(a_storm(a_desk(), orders=2, training=True))
    lane = storm.roll_out.lanes.get()
    real = Connection.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        type(lane).objects.filter(pk=lane.pk).update(is_simulator=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(lane).objects.filter(pk=lane.pk).update(is_training=False, is_simulator=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(pk=real.pk).update(is_simulator=False, base_url="https://api.lazada.co.th/rest")
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(pk=real.pk).update(base_url="https://api.lazada.co.th/rest")
    with pytest.raises(IntegrityError), transaction.atomic():
        RollOut.objects.update(is_training=False)


def test_the_timeline_cannot_be_rewritten() -> None:
    a_storm(a_desk(), orders=1)
    entry = Entry.objects.first()
    assert entry is not None

    for attempt in ("UPDATE timeline_entry SET why = 'x'", "DELETE FROM timeline_entry"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)


def test_a_script_that_asks_to_cancel_is_not_frozen() -> None:
    storm = a_storm(a_desk(), orders=1)
    from tests.kit.rollout import with_facts

    with_facts(storm)
    wording = library_wording("customs_return")
    wording[Language.TH] = Wording(text="รบกวนคุณลูกค้ากดยกเลิกคำสั่งซื้อ {order_id} ด้วยนะคะ", gloss_zh="请取消")

    with pytest.raises(ScriptBlocked) as blocked:
        submit_incident_script(storm.refresh(), wording, by=storm.desk.lead, clock=CLOCK)

    assert {f.rule for f in blocked.value.findings} == {"asks_to_cancel"}
    assert not storm.incident.script_versions.exists()


def test_a_rival_team_sees_and_changes_nothing(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=3))
    rival = a_desk("rival")
    before = storm.counts()

    for attempt in (
        lambda: storm_commands.start(storm.incident, by=rival.lead, clock=CLOCK),
        lambda: storm_commands.pause(storm.incident, by=rival.lead, clock=CLOCK),
        lambda: storm_commands.stop(storm.incident, by=rival.lead, clock=CLOCK, why="x"),
        lambda: storm_commands.resume(storm.incident, by=rival.lead, clock=CLOCK, why="x"),
        lambda: storm_commands.close(storm.incident, by=rival.lead, clock=CLOCK, why="x"),
        lambda: plan(storm.incident, by=rival.lead, clock=CLOCK),
        lambda: write_facts(storm.incident, the_facts(), by=rival.lead, clock=CLOCK),
        lambda: storm_commands.approve(
            storm.incident, seen_binding=storm.roll_out.binding_digest, comment="", by=rival.approver, clock=CLOCK
        ),
    ):
        with pytest.raises(NotFound):
            attempt()

    assert storm.counts() == before
    assert storm.refresh().state == "approved"


def test_not_approved_is_its_own_refusal(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=3))
    Approval.objects.update(binding_digest="0" * 64)

    with pytest.raises(NotApproved):
        start(storm)
