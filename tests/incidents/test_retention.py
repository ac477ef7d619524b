"""A team keeps data as long as it said, never erases what is held or still at work, and can prove what it erased."""

import itertools
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.refusals import refused
from tests.kit.rollout import Desk, Storm, a_desk
from tests.kit.storm import a_storm, answer, bring

from seawall.connectors.models import ReceivedEvent
from seawall.evidence.models import Capture, ErasedItem, Erasure
from seawall.evidence.seal.verify import verify_pack
from seawall.inbox.api import Message
from seawall.incidents.commands import retention as keep
from seawall.incidents.commands.redact_pack import redact_pack, redacted_path
from seawall.incidents.commands.roll_out import close
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.incidents.keeping import erasing
from seawall.incidents.keeping.due import months_before
from seawall.incidents.keeping.plan import Plan, retention_plan
from seawall.incidents.models import Case
from seawall.incidents.picturing import draw_pictures, pictures_folder
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.digest import sha256_text
from seawall.orders.api import Order
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

EVERY = ("buyer_data", "records", "screenshots", "packs")
LATER = MovableClock(SYSTEM_CLOCK.now() + timedelta(days=500))


@pytest.fixture
def desk() -> Desk:
    return a_desk("north")


def a_talk(desk: Desk, orders: int = 3) -> Storm:
    """A storm in which everybody was told and one buyer wrote back; sealed."""
    storm = bring(a_storm(desk, orders=orders), "follow_up")
    Order.objects.filter(cases__incident=storm.incident).update(
        buyer_name="Somchai", buyer_handle="som99", phone="66812345678", remark="call first"
    )
    answer(storm, 1, "ค่ะ")
    seal_pack(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK, with_pictures=False, with_report=False)
    return storm


def closed(storm: Storm) -> Storm:
    close(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, why="done")
    storm.refresh()
    return storm


@pytest.fixture
def storm(desk: Desk) -> Storm:
    """A closed storm; the team keeps everything a year."""
    for kind in EVERY:
        keep.set_retention(kind, 12, why="our agreement with the seller", by=desk.admin, clock=SYSTEM_CLOCK)
    return closed(a_talk(desk))


def plan(desk: Desk, clock: MovableClock = LATER) -> Plan:
    return retention_plan(by=desk.admin, clock=clock)


def run(desk: Desk, clock: MovableClock = LATER) -> list[Erasure]:
    return keep.run_retention(seen=plan(desk, clock).digest, by=desk.admin, clock=clock)


def counts(found: Plan) -> dict[str, int]:
    return {what: number for each in found.kinds for what, number in each.counts.items() if number}


def test_without_a_rule_nothing_is_ever_due(desk: Desk) -> None:
    closed(a_talk(desk))
    assert plan(desk).total == 0
    with refused("retention_nothing_due"):
        keep.run_retention(seen=plan(desk).digest, by=desk.admin, clock=LATER)


def test_the_plan_changes_nothing_and_the_run_does_what_it_said(desk: Desk, storm: Storm) -> None:
    before = {row.pk: row.body for row in Capture.objects.all()}
    pack = storm.incident.packs.get()
    redacted = redact_pack(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    said = counts(plan(desk))
    assert said["capture"] == len(before) == Capture.objects.count()
    assert (said["order"], said["pack"], said["redacted_pack"]) == (3, 1, 1)
    assert plan(desk).digest == plan(desk, MovableClock(LATER.now() + timedelta(minutes=1))).digest

    made = run(desk)

    assert {what: n for each in made for what, n in each.counts.items() if n} == said
    assert not Capture.objects.exists()
    assert not Message.objects.exclude(text="").exists()
    assert not ReceivedEvent.objects.exists()
    assert set(Order.objects.values_list("buyer_name", "buyer_handle", "phone", "remark")) == {("", "", "", "")}
    assert not pack_path(pack).exists()
    assert not redacted_path(redacted).exists()
    told = {item.ref: item.digest for item in ErasedItem.objects.filter(what="capture")}
    assert told == {pk: sha256_text(body) for pk, body in before.items()}
    assert not ErasedItem.objects.filter(what="order").exclude(digest="").exists()
    assert plan(desk).total == 0
    assert sum(storm.counts().values()) == 3


def test_the_proof_of_what_was_erased_is_a_chain_on_the_timeline(desk: Desk, storm: Storm) -> None:
    made = run(desk)
    assert made[0].previous == ""
    for before, after in itertools.pairwise(made):
        assert after.previous == before.digest
    for erasure in Erasure.objects.all():
        assert erasure.digest == keep.erasure_digest(erasure)
        assert erasure.root == keep.items_root(erasure)
        assert erasure.files_gone_at is not None
        told = Entry.objects.get(verb="evidence.erase", incident=None, subject=f"erasure:{erasure.pk}")
        assert told.after["digest"] == erasure.digest
    of_storm = Entry.objects.filter(verb="evidence.erase", incident=storm.incident)
    assert {entry.after["kind"] for entry in of_storm} == {"records", "packs"}


def test_a_handed_out_pack_still_verifies_and_its_records_match_what_was_told(
    desk: Desk, storm: Storm, tmp_path: Path
) -> None:
    pack = storm.incident.packs.get()
    handed = tmp_path / "handed-out.zip"
    handed.write_bytes(pack_path(pack).read_bytes())
    run(desk)
    report = verify_pack(handed)
    assert report.ok
    assert report.root == pack.root
    kept = pack_path(pack).with_name(pack_path(pack).name + erasing.SEAL_KEPT)
    with zipfile.ZipFile(handed) as whole, zipfile.ZipFile(kept) as seal:
        assert {name: seal.read(name) for name in seal.namelist()} == {
            name: whole.read(name) for name in whole.namelist() if name.startswith("seal/")
        }
        lines = whole.read("records/messages.jsonl").decode()
    for item in ErasedItem.objects.filter(what="capture"):
        assert f'"ref":"c{item.ref}"' in lines


def test_a_pack_sealed_later_says_what_was_erased_and_claims_no_grade(desk: Desk, storm: Storm) -> None:
    run(desk)
    later = seal_pack(storm.incident, by=desk.lead, clock=LATER, with_pictures=False, with_report=False)
    report = verify_pack(pack_path(later))
    assert report.ok, report.problems
    assert report.counts["outcomes"] == {"records_erased": 3}
    assert report.counts["grades"]["none"] == 3
    with zipfile.ZipFile(pack_path(later)) as whole:
        lines = whole.read("records/erased.jsonl").decode().splitlines()
    captures = ErasedItem.objects.filter(what="capture")
    assert sum('"what":"capture"' in line for line in lines) == captures.count()
    assert all(captures[0].erasure.digest in line for line in lines if '"what":"capture"' in line)


def test_chat_pictures_go_with_the_records_they_are_drawn_from(desk: Desk, storm: Storm) -> None:
    draw_pictures(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK, processes=0)
    folder = pictures_folder(desk.admin.team_id)
    drawn = {path.stem for path in folder.rglob("*.png")}
    assert len(drawn) == counts(plan(desk))["picture"] == 3
    run(desk)
    assert not list(folder.rglob("*.png"))
    assert set(ErasedItem.objects.filter(what="picture").values_list("digest", flat=True)) == drawn


def test_an_open_storm_keeps_its_data_whatever_its_age(desk: Desk) -> None:
    for kind in EVERY:
        keep.set_retention(kind, 1, why="short", by=desk.admin, clock=SYSTEM_CLOCK)
    storm = a_talk(desk)
    assert plan(desk).total == 0
    closed(storm)
    young = MovableClock(SYSTEM_CLOCK.now() + timedelta(days=20))
    assert plan(desk, young).total == 0
    assert plan(desk).total > 0


def test_an_order_in_a_second_open_storm_keeps_its_data(desk: Desk, storm: Storm) -> None:
    case = Case.objects.filter(incident=storm.incident).first()
    assert case is not None
    # Another storm of the seller is open, and takes in this one order again.
    other = a_storm(desk, orders=1, markets=("MY",))
    Case.objects.filter(incident=other.incident).exclude(order=case.order).delete()
    assert Case.objects.filter(incident=other.incident).exists()
    run(desk)
    case.order.refresh_from_db()
    assert case.order.buyer_name == "Somchai"
    assert set(Capture.objects.values_list("order_id", flat=True)) == {case.order_id}
    assert Order.objects.filter(buyer_name="").count() >= 2


def test_a_hold_on_a_storm_keeps_it_until_it_is_released(desk: Desk, storm: Storm) -> None:
    keep.place_hold(storm.incident, why="dispute 42", by=desk.admin, clock=SYSTEM_CLOCK)
    keep.place_hold(storm.incident, why="again", by=desk.admin, clock=SYSTEM_CLOCK)
    held = plan(desk)
    assert held.total == 0
    assert {each.storms_held for each in held.kinds} == {1}
    assert Entry.objects.filter(verb="hold.place").count() == 1
    keep.release_hold(storm.incident, why="settled", by=desk.admin, clock=LATER)
    assert plan(desk).total > 0
    with refused("hold_not_placed"):
        keep.release_hold(storm.incident, why="twice", by=desk.admin, clock=LATER)


def test_a_hold_on_the_team_refuses_every_run(desk: Desk, storm: Storm) -> None:
    seen = plan(desk).digest
    keep.place_hold(None, why="an audit", by=desk.admin, clock=SYSTEM_CLOCK)
    assert plan(desk).is_team_held
    with refused("retention_held"):
        keep.run_retention(seen=seen, by=desk.admin, clock=LATER)
    assert Capture.objects.exists()


def test_what_is_run_is_what_was_seen(desk: Desk, storm: Storm) -> None:
    seen = plan(desk).digest
    keep.set_retention("records", 6, why="shorter", by=desk.admin, clock=SYSTEM_CLOCK)
    with refused("retention_plan_changed"):
        keep.run_retention(seen=seen, by=desk.admin, clock=LATER)
    assert Capture.objects.exists()
    assert not Erasure.objects.exists()


@pytest.fixture
def a_capture(storm: Storm) -> Capture:
    return Capture.objects.order_by("pk")[0]


def sql(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(params))


def test_the_database_lets_no_record_go_untold(desk: Desk, a_capture: Capture) -> None:
    with pytest.raises(DatabaseError):
        sql("DELETE FROM evidence_capture WHERE id = %s", a_capture.pk)
    with pytest.raises(DatabaseError):
        sql("UPDATE evidence_capture SET body = '' WHERE id = %s", a_capture.pk)
    erasure = Erasure.objects.create(
        team_id=desk.admin.team_id, kind="records", months=1, reason="x", cut_off=SYSTEM_CLOCK.now(),
        erased_by_id=desk.admin.user_id, erased_by_name="x", erased_at=SYSTEM_CLOCK.now(),
    )  # fmt: skip
    sql("SELECT set_config('seawall.erasure', %s, true)", str(erasure.pk))
    with pytest.raises(DatabaseError):
        sql("DELETE FROM evidence_capture WHERE id = %s", a_capture.pk)
    ErasedItem.objects.create(
        team_id=desk.admin.team_id, erasure=erasure, what="capture", ref=a_capture.pk, digest=sha256_text("another")
    )
    with pytest.raises(DatabaseError):
        sql("DELETE FROM evidence_capture WHERE id = %s", a_capture.pk)
    ErasedItem.objects.create(
        team_id=desk.admin.team_id, erasure=erasure, what="capture", ref=a_capture.pk,
        digest=sha256_text(a_capture.body),
    )  # fmt: skip
    keep.place_hold(a_capture.incident, why="x", by=desk.admin, clock=SYSTEM_CLOCK)
    with pytest.raises(DatabaseError):
        sql("DELETE FROM evidence_capture WHERE id = %s", a_capture.pk)
    keep.release_hold(a_capture.incident, why="x", by=desk.admin, clock=SYSTEM_CLOCK)
    sql("DELETE FROM evidence_capture WHERE id = %s", a_capture.pk)
    assert not Capture.objects.filter(pk=a_capture.pk).exists()


def test_what_was_told_cannot_be_changed(desk: Desk, storm: Storm) -> None:
    run(desk)
    for statement in (
        "UPDATE evidence_eraseditem SET digest = ''",
        "DELETE FROM evidence_eraseditem",
        "UPDATE evidence_erasure SET counts = '{}'",
        "UPDATE evidence_erasure SET files_gone_at = NULL",
        "DELETE FROM evidence_erasure",
    ):
        with pytest.raises(DatabaseError):
            sql(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        ErasedItem.objects.create(
            team_id=desk.admin.team_id, erasure=Erasure.objects.all()[0], what="capture", ref=1, digest="0" * 64
        )


def test_a_run_stopped_before_its_files_went_is_finished_by_the_next(
    desk: Desk, storm: Storm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(erasure: Erasure) -> int:
        raise OSError("the machine stopped")

    path = pack_path(storm.incident.packs.get())
    with monkeypatch.context() as broken:
        broken.setattr(keep, "remove_files", stop)
        with pytest.raises(OSError, match="stopped"):
            run(desk)
    assert path.exists()
    with refused("retention_nothing_due"):
        keep.run_retention(seen="x", by=desk.admin, clock=LATER)
    assert not path.exists()


def test_only_an_administrator_and_only_the_own_team(desk: Desk, storm: Storm) -> None:
    rival = a_desk("rival")
    for member in (desk.lead, desk.agent, desk.auditor, desk.approver):
        with refused("not_allowed"):
            keep.set_retention("records", 1, why="x", by=member, clock=LATER)
        with refused("not_allowed"):
            keep.unset_retention("records", why="x", by=member, clock=LATER)
        with refused("not_allowed"):
            keep.place_hold(None, why="x", by=member, clock=LATER)
        with refused("not_allowed"):
            keep.release_hold(None, why="x", by=member, clock=LATER)
        with refused("not_allowed"):
            keep.run_retention(seen=plan(desk).digest, by=member, clock=LATER)
    keep.set_retention("records", 1, why="x", by=rival.admin, clock=LATER)
    assert plan(rival).total == 0
    with refused("not_found"):
        keep.place_hold(storm.incident, why="x", by=rival.admin, clock=LATER)
    with refused("retention_nothing_due"):
        keep.run_retention(seen=plan(desk).digest, by=rival.admin, clock=LATER)
    assert keep.erasures_of(by=rival.admin) == []
    assert Capture.objects.exists()


def test_bad_input_is_named(desk: Desk) -> None:
    with refused("retention_kind_unknown"):
        keep.set_retention("everything", 1, why="x", by=desk.admin, clock=LATER)
    for months in (0, -1, 241):
        with refused("retention_months"):
            keep.set_retention("packs", months, why="x", by=desk.admin, clock=LATER)
    with refused("retention_why_missing"):
        keep.set_retention("packs", 1, why="  ", by=desk.admin, clock=LATER)
    with refused("retention_not_set"):
        keep.unset_retention("packs", why="x", by=desk.admin, clock=LATER)
    first = keep.set_retention("packs", 1, why="x", by=desk.admin, clock=LATER)
    assert keep.set_retention("packs", 1, why="x", by=desk.admin, clock=LATER) == first
    keep.unset_retention("packs", why="x", by=desk.admin, clock=LATER)
    assert all(each.months is None for each in plan(desk).kinds)


DAYS = st.integers(0, 27_000).map(lambda day: datetime(2024, 1, 1, 5, tzinfo=UTC) + timedelta(days=day))


@given(DAYS, st.integers(1, 240))
def test_months_back_are_calendar_months(now: datetime, months: int) -> None:
    then = months_before(now, months)
    assert (now.year * 12 + now.month) - (then.year * 12 + then.month) == months
    assert then.day == now.day or (then.day in (28, 29, 30) and then.day < now.day)
    assert (then + timedelta(days=4)).month != then.month or then.day == now.day
