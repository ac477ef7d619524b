"""The administrator asks what is wrong, and is told how to mend it."""

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.db import connection

from seawall.doctor import database, files, machine
from seawall.doctor.checks import Check, State, run, worst
from seawall.embedded import EmbeddedServer, Status
from seawall.evidence.models import SigningKey
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.errors import Refused
from seawall.kernel.languages import Language
from seawall.kernel.texts import catalogue, reading_in
from seawall.settings import Settings
from seawall.tenancy.models import Team
from seawall.web import assets


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the database's account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="sw-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def a_setup(home: Path, **values: object) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Settings.model_validate({"home": home, "database_url": None, "port": port} | values)


def named(checks: list[Check], name: str) -> Check:
    (found,) = [check for check in checks if check.name == name]
    return found


def test_a_fresh_installation_has_nothing_bad_but_must_be_migrated(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "built", lambda: True)
    monkeypatch.setattr(assets, "up_to_date", lambda: True)
    monkeypatch.setattr(files, "absent_fonts", lambda: ())
    settings = a_setup(home)
    found = run(settings)
    assert [check.name for check in found if check.state is not State.OK] == ["migrations"]
    assert named(found, "migrations").mend == "Run: seawall migrate"
    assert worst(found) is State.WARN
    assert named(found, "database").text.startswith("The database answers: PostgreSQL 18, ")
    # What it started for the check, it stopped again.
    assert EmbeddedServer(settings.database_dir).status().status is Status.STOPPED


def test_every_finding_that_is_not_good_says_how_to_mend_it_in_both_languages() -> None:
    for language in (Language.EN, Language.ZH_HANS):
        codes = catalogue(language)
        for code in codes:
            if code.startswith("doctor_") and not code.endswith(("_ok", "_free", "_not_yet", "_mend", "_as_said")):
                assert f"{code}_mend" in codes, code


def test_an_unreachable_database_is_told_with_its_address_but_no_password(home: Path) -> None:
    settings = a_setup(home, database_url="postgresql://lead:tide-4711@127.0.0.1:1/desk")
    (found,) = database.check_database(settings, SYSTEM_CLOCK)
    assert (found.state, found.says.code) == (State.BAD, "database_unreachable")
    assert "lead@127.0.0.1:1/desk" in found.text
    assert "tide-4711" not in found.text
    assert database.check_programs(settings) == []


@pytest.mark.django_db
def test_migrations_that_wait_and_migrations_from_the_future(database_server: str) -> None:
    name = connection.settings_dict["NAME"]
    settings = Settings.model_validate({"database_url": database_server.replace("/seawall?", f"/{name}?")})
    address = settings.database_address() or ""

    def found() -> Check:
        return named(database.check_database(settings, SYSTEM_CLOCK), "migrations")

    def tell(app: str, name: str, at: datetime) -> None:
        with psycopg.connect(address) as direct:
            direct.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", [app, name, at])

    def take(app: str, name: str) -> None:
        with psycopg.connect(address) as direct:
            direct.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])

    assert found().state is State.OK
    take("sessions", "0001_initial")
    try:
        waiting = found()
        assert (waiting.state, waiting.says.params["count"]) == (State.WARN, 1)
        assert waiting.says.params["first"] == "sessions.0001_initial"
    finally:
        tell("sessions", "0001_initial", datetime.now(UTC))
    tell("tenancy", "9999_later", datetime.now(UTC))
    try:
        newer = found()
        assert (newer.state, newer.says.params["first"]) == (State.BAD, "tenancy.9999_later")
    finally:
        take("tenancy", "9999_later")
    assert found().state is State.OK


@pytest.mark.django_db(transaction=True)
def test_a_database_restored_beside_another_key_file_is_found_out_before_the_first_message(
    database_server: str, home: Path
) -> None:
    name = connection.settings_dict["NAME"]
    settings = a_setup(home, database_url=database_server.replace("/seawall?", f"/{name}?"))
    sealed = Fernet(settings.encryption_keys()[0]).encrypt(b"shop secret")
    team = Team.objects.create(slug="restored", name="Restored")
    SigningKey.objects.create(
        team=team, key_id="k" * 16, public_pem="", private_sealed=sealed, created_at=SYSTEM_CLOCK.now()
    )

    def found() -> Check:
        return named(database.check_database(settings, SYSTEM_CLOCK), "stored_secrets")

    assert found().state is State.OK
    settings.encryption_key_path.write_text(Fernet.generate_key().decode() + "\n", encoding="utf-8")
    assert (found().state, found().says.params) == (State.BAD, {"shut": 1, "count": 1})
    settings.encryption_key_path.unlink()
    assert found().state is State.BAD
    assert not settings.encryption_key_path.exists(), "the doctor makes no new key"


def test_a_server_whose_clock_is_elsewhere_is_noticed(database_server: str) -> None:
    settings = Settings.model_validate({"database_url": database_server})
    late = MovableClock(datetime(2026, 1, 5, tzinfo=UTC))
    found = named(database.check_database(settings, late), "database_clock")
    assert found.state is State.WARN


def test_a_secret_that_others_can_read(home: Path) -> None:
    settings = a_setup(home)
    assert [check.says.code for check in files.check_secrets(settings)] == ["doctor_secret_not_yet"] * 2
    settings.encryption_keys()
    settings.signing_key()
    assert [check.state for check in files.check_secrets(settings)] == [State.OK, State.OK]
    settings.secret_key_path.chmod(0o644)
    settings.encryption_key_path.write_text("", encoding="utf-8")
    signing, encryption = files.check_secrets(settings)
    assert (signing.state, signing.says.params["mode"]) == (State.BAD, "644")
    assert signing.mend.startswith("chmod 600 ")
    assert (encryption.state, encryption.says.code) == (State.BAD, "secret_file_empty")


def test_a_port_somebody_else_has(home: Path) -> None:
    settings = a_setup(home)
    assert machine.check_port(settings).state is State.OK
    with socket.socket() as other:
        other.bind((settings.host, settings.port))
        other.listen()
        assert machine.check_port(settings).says.code == "doctor_port_taken"


def test_an_address_this_machine_does_not_have(home: Path) -> None:
    assert machine.check_port(a_setup(home, host="203.0.113.7")).state is State.BAD


def test_a_home_that_is_a_file_is_one_finding_not_two(home: Path) -> None:
    (home / "file").write_text("", encoding="utf-8")
    settings = a_setup(home / "file")
    found = run(settings)
    assert named(found, "home").state is State.BAD
    assert "database" not in {check.name for check in found}
    assert worst(found) is State.BAD


def test_a_disk_that_is_nearly_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=400_000_000))
    assert machine.check_disk(a_setup(home)).says.code == "doctor_disk_full"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=2_000_000_000))
    assert machine.check_disk(a_setup(home)).says.code == "doctor_disk_short"


def test_a_clock_that_lost_its_time() -> None:
    found = machine.check_clock(MovableClock(datetime(1970, 1, 1, tzinfo=UTC)))
    assert found.state is State.BAD
    assert "1970-01-01" in found.text


def test_a_misspelt_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_ALOWED_HOSTS", "x")
    found = machine.check_names()
    assert found.state is State.WARN
    assert "SEAWALL_ALOWED_HOSTS (SEAWALL_ALLOWED_HOSTS?)" in found.text


def test_missing_programs_and_missing_pages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seawall.embedded.binaries.wheel_binaries", lambda: None)
    monkeypatch.setattr("seawall.embedded.binaries.system_binaries", lambda: None)
    (programs,) = database.check_programs(a_setup(home))
    assert (programs.state, programs.says.code) == (State.BAD, "embedded_no_binaries")
    monkeypatch.setattr(assets, "STATIC", home)
    pages = files.check_front_end()
    assert (pages.state, pages.mend) == (State.BAD, "Run: make assets")


def test_the_findings_are_read_in_chinese() -> None:
    found = machine.check_clock(MovableClock(datetime(1970, 1, 1, tzinfo=UTC)))
    with reading_in(Language.ZH_HANS):
        assert found.mend == "请校准时间，最好用网络对时（timedatectl set-ntp true）。"


def test_a_terminal_that_knows_no_chinese() -> None:
    code = "from seawall.doctor.machine import check_locale; print(check_locale().says.code)"
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin"}

    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "doctor_locale_narrow"


def test_missing_fonts_of_pictures_are_named_and_without_the_main_ones_it_is_bad(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "absent_fonts", lambda: ("Noto Sans Tamil", "Noto Color Emoji"))
    found = files.check_fonts()
    assert (found.state, found.says.code) == (State.WARN, "doctor_fonts_missing")
    assert "Noto Sans Tamil, Noto Color Emoji" in found.text
    assert "make assets" in found.mend

    def none_at_all() -> tuple[str, ...]:
        raise Refused("picture_font_missing", font="Noto Sans")

    monkeypatch.setattr(files, "absent_fonts", none_at_all)
    found = files.check_fonts()
    assert (found.state, found.says.code) == (State.BAD, "picture_font_missing")
    assert "Noto Sans is not installed" in found.text
