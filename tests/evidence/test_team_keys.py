"""A team's key from first use to the third generation: who may rotate it, what anyone can check, what can never be."""

import base64
import re
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, transaction
from django.test import Client
from tests.kit.refusals import refused
from tests.kit.storm import Desk, Storm, a_desk, a_storm, bring

from seawall.evidence.api import SigningKey, generations, published_keys, rotate_key, team_signer
from seawall.evidence.seal.after import verify_after
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.api import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.settings.env import override_settings
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk("north")


@pytest.fixture
def storm(desk: Desk) -> Storm:
    return bring(a_storm(desk, orders=3), "follow_up")


def seal(storm: Storm) -> Path:
    return pack_path(seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK))


def rotate(desk: Desk, why: str = "yearly") -> SigningKey:
    return rotate_key(why=why, by=desk.admin, clock=SYSTEM_CLOCK)


def test_the_first_pack_makes_the_key_and_the_next_ones_use_it(storm: Storm) -> None:
    assert generations(storm.desk.admin) == []
    first, second = verify_pack(seal(storm)), verify_pack(seal(storm))

    [only] = generations(storm.desk.admin)
    assert first.key_fingerprint == second.key_fingerprint == only.fingerprint
    assert second.key_chain == [only.key_id]
    stored = SigningKey.objects.get()
    assert b"PRIVATE" not in bytes(stored.private_sealed)


def test_each_pack_carries_the_one_before_it_and_says_so(storm: Storm) -> None:
    one, two = seal(storm), seal(storm)
    three = seal(storm)

    assert verify_pack(two).previous_root == verify_pack(one).root
    assert verify_after(three, one).ok
    assert verify_after(three, two).ok
    assert not verify_after(one, three).ok


def test_a_lost_pack_is_said_and_a_new_tree_begun_only_with_a_reason(storm: Storm) -> None:
    one = seal(storm)
    one.unlink()
    with refused("pack_previous_missing"):
        seal(storm)

    pack = seal_pack(
        storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, without_previous="disk of the old server lost"
    )
    assert verify_pack(pack_path(pack)).ok
    assert verify_pack(pack_path(pack)).previous_root == ""
    assert Entry.objects.filter(verb="evidence.seal").latest("pk").why == "disk of the old server lost"


def test_after_a_rotation_packs_say_both_keys_and_whoever_knew_the_old_one_can_follow(storm: Storm) -> None:
    before = seal(storm)
    old = verify_pack(before).key_id
    made = rotate(storm.desk)
    after = seal(storm)
    report = verify_pack(after, expected_key=old)

    assert report.ok, report.problems
    assert (report.key_id, report.key_chain) == (made.key_id, [old, made.key_id])
    assert verify_after(after, before).ok
    assert verify_pack(before, expected_key=old).ok, "what the old key sealed stays as good as it was"
    assert not verify_pack(before, expected_key=made.key_id).ok
    rotate(storm.desk)
    assert len(verify_pack(seal(storm), expected_key=old).key_chain) == 3


def test_the_hand_over_is_checked_by_openssl_alone(storm: Storm, tmp_path: Path) -> None:
    seal(storm)
    rotate(storm.desk)
    with zipfile.ZipFile(seal(storm)) as pack:
        pack.extractall(tmp_path)
    lines = (tmp_path / "seal/VERIFY.txt").read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if "seal/keys" in line and line.startswith("   "))
    done = subprocess.run(
        ["bash", "-c", lines[place].strip()], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["Signature Verified Successfully"]


def test_only_an_administrator_rotates_with_a_reason_and_it_stands_in_the_record(storm: Storm) -> None:
    with refused("signing_key_none"):
        rotate(storm.desk)
    seal(storm)
    for who in (storm.desk.lead, storm.desk.agent, storm.desk.auditor, storm.desk.approver):
        with refused("not_allowed"):
            rotate_key(why="x", by=who, clock=SYSTEM_CLOCK)
    with refused("key_rotation_needs_reason"):
        rotate(storm.desk, why="  ")
    assert SigningKey.objects.count() == 1
    made = rotate(storm.desk, why="the server was sold")
    entry = Entry.objects.get(verb="evidence.rotate_key")
    assert (entry.why, entry.after["key_id"]) == ("the server was sold", made.key_id)


def test_a_retired_key_can_never_sign_again(storm: Storm) -> None:
    seal(storm)
    rotate(storm.desk)
    old, new = SigningKey.objects.order_by("pk")

    assert bytes(old.private_sealed) == b"", "its private half is gone"
    for change in ({"retired_at": None}, {"private_sealed": new.private_sealed}, {"statement": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SigningKey.objects.filter(pk=old.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        SigningKey.objects.filter(pk=old.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        SigningKey.objects.filter(pk=new.pk).update(retired_at=SYSTEM_CLOCK.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        SigningKey.objects.create(team_id=new.team_id, key_id="x", public_pem="", created_at=SYSTEM_CLOCK.now())
    with transaction.atomic():
        assert team_signer(new.team_id, clock=SYSTEM_CLOCK).signer.key.key_id == new.key_id


def test_a_clock_set_back_breaks_no_chain(storm: Storm) -> None:
    seal(storm)
    rotate(storm.desk)
    late = MovableClock(SYSTEM_CLOCK.now() - timedelta(days=2))
    rotate_key(why="clock was wrong", by=storm.desk.admin, clock=late)
    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=late)

    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    assert len(report.key_chain) == 3


def test_a_lost_private_key_is_followed_by_one_that_nobody_vouches_for(storm: Storm) -> None:
    before = seal(storm)
    with override_settings(encryption_key=Fernet.generate_key().decode()):
        with refused("encryption_key_changed"):
            seal(storm)
        with refused("encryption_key_changed"):
            rotate(storm.desk)
        made = rotate_key(why="key file lost", by=storm.desk.admin, clock=SYSTEM_CLOCK, is_lost=True)
        after = seal(storm)

    assert verify_pack(after).key_chain == [made.key_id]
    assert {found.code for found in verify_after(after, before).problems} == {"verify_after_other_key"}
    assert "lost" in Client().get("/keys/north/").content.decode()


def test_anyone_reads_a_teams_public_keys_and_checks_the_chain_by_them(storm: Storm) -> None:
    unknown, none_yet = Client().get("/keys/nobody/"), Client().get("/keys/north/")
    assert (unknown.status_code, none_yet.status_code) == (404, 404)
    assert [Client().get(f"/keys/guess-{n}/").status_code for n in range(40)][-1] == 429
    seal(storm)
    rotate(storm.desk)
    answer = Client().get("/keys/north/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    pems = re.findall(r"-----BEGIN PUBLIC KEY-----\n[^-]+-----END PUBLIC KEY-----", page)
    old, new = [VerifyKey.from_pem(f"{pem}\n".encode()) for pem in pems]
    statement, signature = re.search(r"^(\{.*\})\n(\S+)$", page, re.MULTILINE).groups()  # type: ignore[union-attr]
    assert old.signed(statement.encode(), base64.b64decode(signature))
    assert new.public.hex() in statement
    assert all(each.fingerprint in page for each in (old, new))
    for secret in (storm.incident.code, "Customs return", "Seller 017"):
        assert secret not in page


def test_a_rival_sees_only_its_own_generations(storm: Storm) -> None:
    seal(storm)
    rival = a_desk("south")
    assert generations(rival.admin) == []
    with refused("not_found"):
        published_keys("south")
    with refused("signing_key_none"):
        rotate(rival)
    assert SigningKey.objects.count() == 1
