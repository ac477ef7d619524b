"""Tokens of a time-stamp authority, in a pack and beside it: what they prove, and what is no proof.

The authority of these tests answers as those built on OpenSSL do, its certificates not in the order DER wants.
"""

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evidence.packs import KEY, OTHER_KEY, contents, five_orders, sealed
from tests.evidence.tamper import files_of, forged
from tests.kit.tsa import NAME, Mood, TestAuthority, an_authority

from seawall.evidence.authority import Authority, NoToken
from seawall.evidence.seal import layout, tokens
from seawall.evidence.seal.extract import extract_order
from seawall.evidence.seal.packfile import Signer, write_pack
from seawall.evidence.seal.stamps import Token, stamped_message
from seawall.evidence.seal.verify import VerifyReport, verify_pack
from seawall.kernel.errors import InvalidInput


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestAuthority]:
    with an_authority(tmp_path_factory.mktemp("tsa")) as found:
        yield found


@pytest.fixture(scope="module")
def roots(tsa: TestAuthority) -> list[x509.Certificate]:
    return tokens.certificates(tsa.root_pem)


@pytest.fixture
def authority(tsa: TestAuthority, roots: list[x509.Certificate]) -> Authority:
    tsa.mood = Mood.WELL
    return Authority(url=tsa.url, trusted=roots, timeout_s=10)


@pytest.fixture
def stamped(authority: Authority, tmp_path: Path) -> Path:
    return write_pack(contents(), Signer(key=KEY, stamper=authority.token), tmp_path / "stamped.zip").path


def codes(report: VerifyReport) -> set[tuple[str, str]]:
    return {(found.path, found.code) for found in report.problems}


def token_for(pack: Path, authority: Authority) -> Token:
    with zipfile.ZipFile(pack) as opened:
        return authority.token(stamped_message(opened))


def test_a_stamped_pack_says_whose_time_it_has_and_how_far_it_was_checked(
    stamped: Path, roots: list[x509.Certificate]
) -> None:
    unchecked, checked = verify_pack(stamped), verify_pack(stamped, trusted=roots)

    assert (unchecked.ok, checked.ok) == (True, True), checked.problems
    assert (unchecked.time["grade"], checked.time["grade"]) == ("token_unchecked", "authority")
    assert checked.time["authority"] == f"CN={NAME}"
    with zipfile.ZipFile(stamped) as pack:
        assert f'"authority":"CN={NAME}"' in pack.read(layout.MANIFEST).decode()
        assert NAME in pack.read(layout.HOW_TO).decode()


def test_openssl_checks_the_token_by_the_commands_of_verify_txt(
    stamped: Path, tsa: TestAuthority, tmp_path: Path
) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(stamped) as pack:
        pack.extractall(folder)
    shutil.copy(tsa.folder / "root.pem", folder / "tsa.pem")
    lines = (folder / "seal/VERIFY.txt").read_text(encoding="utf-8").splitlines()
    [command] = [line.strip() for line in lines if "openssl ts -verify" in line]
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
    (folder / "seal/root.json").write_bytes((folder / "seal/root.json").read_bytes() + b" ")
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_a_token_that_came_later_lies_beside_the_pack_and_is_found_there(
    authority: Authority, roots: list[x509.Certificate], tmp_path: Path
) -> None:
    pack = sealed(tmp_path)
    assert verify_pack(pack).time["grade"] == "own_clock"
    assert codes(verify_pack(pack, trusted=roots)) == {("pack.zip", "verify_token_missing")}

    beside = tmp_path / "pack.zip.tsr"
    beside.write_bytes(token_for(pack, authority).der)
    assert verify_pack(pack, trusted=roots).time["grade"] == "authority"
    moved = beside.rename(tmp_path / "elsewhere.tsr")
    assert verify_pack(pack, tokens=[moved], trusted=roots).ok
    assert codes(verify_pack(pack, tokens=[tmp_path / "none.tsr"])) == {(str(tmp_path / "none.tsr"), "verify_missing")}


def test_a_token_of_another_pack_or_of_a_stranger_proves_nothing(
    authority: Authority, stamped: Path, roots: list[x509.Certificate], tmp_path: Path
) -> None:
    other = sealed(tmp_path, contents(five_orders()[:3]), name="other.zip")
    beside = tmp_path / "other.zip.tsr"
    beside.write_bytes(token_for(stamped, authority).der)
    assert codes(verify_pack(other)) == {("other.zip.tsr", "verify_token_of_other")}

    with an_authority(tmp_path / "stranger") as stranger:
        strange = tokens.certificates(stranger.root_pem)
        beside.write_bytes(token_for(other, Authority(url=stranger.url, trusted=strange, timeout_s=10)).der)
    assert verify_pack(other).time["grade"] == "token_unchecked"
    found = codes(verify_pack(other, trusted=roots))
    assert ("other.zip.tsr", "verify_token_untrusted") in found
    assert ("stamped.zip", "verify_token_missing") not in found
    assert codes(verify_pack(stamped, trusted=strange)) >= {("seal/timestamp.tsr", "verify_token_untrusted")}


def test_a_token_cannot_be_taken_out_of_a_pack_or_changed_for_another(
    stamped: Path, authority: Authority, tmp_path: Path
) -> None:
    files = files_of(stamped.read_bytes())
    without = {name: data for name, data in files.items() if name != layout.TIME_STAMP}
    later = {**files, layout.TIME_STAMP: token_for(stamped, authority).der}
    for bad in (without, later):
        path = tmp_path / "bad.zip"
        path.write_bytes(forged(bad, tmp_path, stamped.read_bytes()))
        assert layout.TIME_STAMP in {place for place, _ in codes(verify_pack(path))}


def test_a_single_order_takes_the_token_of_its_pack_along(
    stamped: Path, authority: Authority, roots: list[x509.Certificate], tmp_path: Path
) -> None:
    order = five_orders()[0].order_id
    one = extract_order(stamped, order, tmp_path / "one.zip")
    assert verify_pack(one.path, trusted=roots).time["grade"] == "authority"
    plain = sealed(tmp_path)
    late = extract_order(plain, order, tmp_path / "late.zip", token=token_for(plain, authority).der)
    assert verify_pack(late.path, trusted=roots).ok


@pytest.mark.parametrize("mood", [Mood.AWAY, Mood.REFUSES, Mood.OTHER_DATA, Mood.REPLAYS, Mood.RUBBISH, Mood.ELSEWHERE])
def test_what_an_authority_answers_wrongly_is_never_taken(tsa: TestAuthority, authority: Authority, mood: Mood) -> None:
    authority.token(b"first")
    tsa.mood, before = mood, len(tsa.asked)
    with pytest.raises(NoToken) as none:
        authority.token(b"second")
    assert none.value.code == ("tsa_away" if mood in (Mood.AWAY, Mood.ELSEWHERE) else "tsa_token_wrong")
    assert len(tsa.asked) <= before + 1
    assert b"second" not in b"".join(tsa.asked), "only a hash leaves the house"


def test_an_authority_that_is_not_there_or_that_nobody_vouches_for_gives_no_token(tsa: TestAuthority) -> None:
    tsa.mood = Mood.WELL
    with pytest.raises(NoToken) as away:
        Authority(url="http://127.0.0.1:9/", trusted=tokens.certificates(tsa.root_pem), timeout_s=2).token(b"x")
    assert away.value.code == "tsa_away"
    leaf = tokens.certificates((tsa.folder / "tsa.pem").read_bytes())
    assert Authority(url=tsa.url, trusted=leaf, timeout_s=10).trusted == leaf
    with pytest.raises(InvalidInput):
        tokens.certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_pack_is_sealed_by_its_own_clock_when_no_token_came(tmp_path: Path) -> None:
    pack = write_pack(contents(), Signer(key=OTHER_KEY, stamper=lambda _: None), tmp_path / "p.zip")
    assert pack.token is None
    assert verify_pack(pack.path).time == {
        "at": verify_pack(pack.path).sealed_at,
        "authority": "",
        "grade": "own_clock",
    }


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4), st.binary(max_size=30))
def test_a_damaged_token_is_named_and_never_crashes(
    stamped: Path, roots: list[x509.Certificate], tmp_path: Path, flips: list[tuple[int, int]], more: bytes
) -> None:
    whole = files_of(stamped.read_bytes())[layout.TIME_STAMP]
    data = bytearray(whole + more)
    for place, value in flips:
        data[place % len(data)] = value
    bad = tmp_path / "bad.tsr"
    bad.write_bytes(data)
    report = verify_pack(stamped, tokens=[bad], trusted=roots)
    if report.ok:
        # Certificates that came along stand outside what is signed; what the authority said is untouched.
        said, before = tokens.read(bytes(data)), tokens.read(whole)
        assert (said.at, said.imprint, said.authority) == (before.at, before.imprint, before.authority)
        assert len(data) == len(whole)
    else:
        assert {found.path for found in report.problems} == {"bad.tsr"}
    bad.write_bytes(more)
    assert not verify_pack(stamped, tokens=[bad]).ok
