"""The time of a pack is confirmed while it is sealed, or later; a sealed pack itself never changes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.kit.refusals import refused
from tests.kit.storm import Desk, Storm, a_desk, a_storm, bring
from tests.kit.tsa import NAME, Mood, TestAuthority, an_authority

from seawall.evidence.api import Pack, TimeStamp
from seawall.evidence.seal.tokens import certificates
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.api import pack_path, seal_pack, stamp_due, stamp_pack, token_path
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.settings.env import override_settings
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk("north")


@pytest.fixture
def storm(desk: Desk) -> Storm:
    return bring(a_storm(desk, orders=2), "follow_up")


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[TestAuthority]:
    with (
        an_authority(tmp_path / "tsa") as found,
        override_settings(tsa_url=found.url, tsa_cert_file=found.folder / "root.pem"),
    ):
        yield found


def seal(storm: Storm) -> Pack:
    return seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)


def test_without_an_authority_nobody_is_asked_and_the_pack_says_its_own_clock(storm: Storm) -> None:
    pack = seal(storm)
    assert not TimeStamp.objects.exists()
    assert verify_pack(pack_path(pack)).time["grade"] == "own_clock"
    with refused("tsa_not_configured"):
        stamp_pack(pack, by=storm.desk.lead, clock=SYSTEM_CLOCK)


def test_an_authority_that_answers_stamps_the_pack_while_it_is_sealed(storm: Storm, tsa: TestAuthority) -> None:
    pack = seal(storm)
    report = verify_pack(pack_path(pack), trusted=certificates(tsa.root_pem))

    assert report.ok, report.problems
    assert report.time["grade"] == "authority"
    row = TimeStamp.objects.get(pack=pack)
    assert (row.is_inside, row.authority, row.fault) == (True, f"CN={NAME}", "")
    assert not stamp_due(clock=SYSTEM_CLOCK)
    assert len(tsa.asked) == 1


def test_an_authority_that_is_away_holds_up_no_pack_and_is_asked_again_later(storm: Storm, tsa: TestAuthority) -> None:
    tsa.mood = Mood.AWAY
    pack = seal(storm)
    before = pack_path(pack).read_bytes()
    row = TimeStamp.objects.get(pack=pack)
    assert (row.tries, row.fault, row.stamped_at) == (1, "tsa_away", None)
    assert verify_pack(pack_path(pack)).ok

    clock = MovableClock(row.next_try_at - timedelta(seconds=1))
    stamp_due(clock=clock)
    assert TimeStamp.objects.get().tries == 1, "not before its time"
    clock.instant = row.next_try_at
    stamp_due(clock=clock)
    waiting = TimeStamp.objects.get()
    assert (waiting.tries, waiting.fault) == (2, "tsa_away")
    assert waiting.next_try_at - clock.now() == timedelta(minutes=2)
    tsa.mood = Mood.WELL
    clock.instant = waiting.next_try_at
    stamp_due(clock=clock)

    done = TimeStamp.objects.get()
    assert (done.authority, done.is_inside, done.fault) == (f"CN={NAME}", False, "")
    assert pack_path(pack).read_bytes() == before, "a sealed pack never changes"
    assert token_path(pack).read_bytes() == bytes(done.token)
    report = verify_pack(pack_path(pack), trusted=certificates(tsa.root_pem))
    assert (report.ok, report.time["grade"]) == (True, "authority")
    assert Entry.objects.get(verb="evidence.stamp").after["authority"] == f"CN={NAME}"


def test_a_person_has_an_older_pack_stamped_once(storm: Storm, tmp_path: Path) -> None:
    pack = seal(storm)
    with (
        an_authority(tmp_path / "tsa") as tsa,
        override_settings(tsa_url=tsa.url, tsa_cert_file=tsa.folder / "root.pem"),
    ):
        tsa.mood = Mood.RUBBISH
        with refused("tsa_token_wrong"):
            stamp_pack(pack, by=storm.desk.lead, clock=SYSTEM_CLOCK)
        assert not token_path(pack).exists()
        tsa.mood = Mood.WELL
        first = stamp_pack(pack, by=storm.desk.lead, clock=SYSTEM_CLOCK)
        again = stamp_pack(pack, by=storm.desk.lead, clock=SYSTEM_CLOCK)
        assert (first.stamped_at, len(tsa.asked)) == (again.stamped_at, 2)
    assert TimeStamp.objects.count() == 1


def test_a_pack_whose_file_is_gone_is_put_off_and_said(storm: Storm, tsa: TestAuthority) -> None:
    tsa.mood = Mood.AWAY
    pack = seal(storm)
    pack_path(pack).unlink()
    tsa.mood = Mood.WELL
    with refused("pack_file_missing"):
        stamp_pack(pack, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert TimeStamp.objects.get().fault == "pack_file_missing"


def test_only_the_desk_stamps_and_only_its_own(storm: Storm, tsa: TestAuthority) -> None:
    tsa.mood = Mood.AWAY
    pack = seal(storm)
    tsa.mood, rival = Mood.WELL, a_desk("south")
    with refused("not_found"):
        stamp_pack(pack, by=rival.lead, clock=SYSTEM_CLOCK)
    for who in (storm.desk.agent, storm.desk.auditor, storm.desk.approver):
        with refused("not_allowed"):
            stamp_pack(pack, by=who, clock=SYSTEM_CLOCK)
    assert TimeStamp.objects.get().stamped_at is None


def test_a_certificate_file_that_is_lost_holds_up_no_pack(storm: Storm, tmp_path: Path) -> None:
    with override_settings(tsa_url="http://127.0.0.1:9/", tsa_cert_file=tmp_path / "none.pem"):
        pack = seal(storm)
    assert TimeStamp.objects.get(pack=pack).fault == "tsa_certificate_unreadable"
    assert verify_pack(pack_path(pack)).ok


@pytest.mark.parametrize("url", ["ftp://tsa.example", "http://", "http://user:word@tsa.example/", "file:///etc/passwd"])
def test_only_an_address_of_an_authority_is_taken_from_the_settings(url: str, tmp_path: Path) -> None:
    from pydantic import ValidationError

    from seawall.settings.env import Settings

    with pytest.raises(ValidationError, match="setting_not_an_authority"):
        Settings(tsa_url=url, tsa_cert_file=tmp_path / "x.pem")
    with pytest.raises(ValidationError, match="setting_authority_without_certificate"):
        Settings(tsa_url="http://tsa.example/")
