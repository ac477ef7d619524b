"""The desk hands a reviewer what is needed, and keeps the rest: the reviewer's form of a sealed pack."""

import zipfile
from pathlib import Path

import pytest
from tests.kit.refusals import refused
from tests.kit.rollout import Desk, Storm, a_desk
from tests.kit.storm import a_storm, answer, bring, confirm, deliver

from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands.redact_pack import redact_pack, redacted_of, redacted_path
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

PHONE = "66812345678"


@pytest.fixture
def desk() -> Desk:
    return a_desk("north")


@pytest.fixture
def storm(desk: Desk) -> Storm:
    """Three buyers were told; one wrote back who and where she is."""
    storm = bring(a_storm(desk, orders=3), "rolling_out")
    Order.objects.filter(cases__incident=storm.incident).update(buyer_name="Somchai Jaidee", phone=PHONE)
    deliver(storm, 3)
    confirm(storm, 3)
    answer(storm, 1, "Somchai ค่ะ โทร +66 81-234 5678 หรือ 02 123 4567\nบ้านเลขที่ 99/1 ถนนสุขุมวิท\nme@mail.example")
    return storm


def seal(storm: Storm, **how: bool) -> Path:
    return pack_path(seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, with_report=False, **how))


def whole(path: Path) -> str:
    with zipfile.ZipFile(path) as pack:
        return "\n".join(pack.read(name).decode(errors="replace") for name in pack.namelist())


def test_a_reviewer_sees_the_talk_and_not_the_buyer(storm: Storm) -> None:
    internal = seal(storm)
    assert "สุขุมวิท" in whole(internal)

    made = redact_pack(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)

    shown = whole(redacted_path(made))
    for hidden in ("81-234", "123 4567", "สุขุมวิท", "me@mail", "Somchai", "66812345678"):
        assert hidden not in shown
    first = Order.objects.filter(cases__incident=storm.incident)[0].platform_order_id
    assert first in shown
    report, source = verify_pack(redacted_path(made)), verify_pack(internal)
    assert report.ok, report.problems
    assert report.counts["grades"] == source.counts["grades"]
    assert report.counts["outcomes"] == source.counts["outcomes"]
    assert made.masked["phone"] >= 2
    assert made.left_out["chat_pictures"] == 3
    with zipfile.ZipFile(redacted_path(made)) as pack:
        assert not [name for name in pack.namelist() if name.startswith(("chats/", "screenshots/", "report-"))]
    entry = Entry.objects.get(verb="evidence.redact")
    assert entry.after["root"] == made.root == report.root


def test_it_derives_from_the_pack_that_is_named_and_makes_no_pack_of_the_storm(storm: Storm) -> None:
    with refused("redact_nothing_sealed"):
        redact_pack(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    seal(storm, with_pictures=False)
    seal(storm, with_pictures=False)
    made = redact_pack(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK, number=1, with_papers=False)
    again = redact_pack(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK, number=1)
    assert (made.pack.number, made.number, again.number) == (1, 1, 2)
    assert made.left_out == {"papers": 1}
    assert storm.incident.packs.count() == 2
    assert redacted_of(storm.incident, storm.desk.approver) == [again, made]


def test_only_the_desk_makes_it_and_only_of_its_own(storm: Storm) -> None:
    seal(storm, with_pictures=False)
    rival = a_desk("rival")
    with refused("not_found"):
        redact_pack(storm.incident, by=rival.lead, clock=SYSTEM_CLOCK)
    for member in (storm.desk.agent, storm.desk.auditor, storm.desk.approver):
        with refused("not_allowed"):
            redact_pack(storm.incident, by=member, clock=SYSTEM_CLOCK)
    assert redacted_of(storm.incident, rival.lead) == []


def test_a_lost_file_is_said_to_be_lost(storm: Storm) -> None:
    seal(storm, with_pictures=False).unlink()
    with refused("web_pack_file_missing"):
        redact_pack(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
