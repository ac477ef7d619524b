"""An administrator sets the installation up by environment variables, and is told everything that is wrong at once."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from seawall.embedded import EmbeddedServer
from seawall.kernel.errors import Misuse, Refused
from seawall.kernel.languages import Language
from seawall.kernel.texts import reading_in
from seawall.settings import Settings, env, get_settings, override_settings
from seawall.settings.describe import describe, names
from seawall.settings.problems import unknown_names


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SEAWALL_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("SEAWALL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(env, "_current", None)


def test_with_nothing_set_it_runs_on_this_machine_alone(tmp_path: Path) -> None:
    settings = get_settings()
    assert settings.home == tmp_path / "home"
    assert settings.database_address() is None
    assert settings.database_dir == tmp_path / "home" / "database"
    assert settings.public_url == "http://127.0.0.1:8700"
    assert settings.hosts == ["127.0.0.1", "[::1]", "localhost"]
    assert (settings.debug, settings.is_https, settings.lookup_grace_s, settings.log_format) == (
        False,
        False,
        25,
        "json",
    )
    assert not (tmp_path / "home").exists()


def test_everything_wrong_is_told_at_once_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_PORT", "eighty")
    monkeypatch.setenv("SEAWALL_CLAIM_SIZE", "0")
    monkeypatch.setenv("SEAWALL_DEBUG", "perhaps")
    monkeypatch.setenv("SEAWALL_LOG_FORMAT", "xml")
    monkeypatch.setenv("SEAWALL_BASE_URL", "desk.example.com/seawall")
    monkeypatch.setenv("SEAWALL_SECRET_KEY", "hunter2")
    monkeypatch.setenv("SEAWALL_ENCRYPTION_KEY", "not-a-key-either")
    with pytest.raises(Misuse) as refusal, reading_in(Language.EN):
        get_settings()
    assert refusal.value.exit_code == 2
    with reading_in(Language.EN):
        lines = str(refusal.value).splitlines()
    assert sorted(lines[1:]) == [
        "- SEAWALL_BASE_URL is “desk.example.com/seawall”: it must look like https://desk.example.com, "
        "with no path behind it.",
        "- SEAWALL_CLAIM_SIZE is 0: it must be at least 1.",
        "- SEAWALL_DEBUG is “perhaps”: it must be true or false.",
        "- SEAWALL_ENCRYPTION_KEY is not a Fernet key (32 bytes in URL-safe base64). "
        "Leave it out and a key file is made.",
        "- SEAWALL_LOG_FORMAT is “xml”: it must be 'json' or 'text'.",
        "- SEAWALL_PORT is “eighty”: it must be a whole number.",
        "- SEAWALL_SECRET_KEY is too short: give at least 32 characters, or leave it out and a key file is made.",
    ]
    assert "hunter2" not in "\n".join(lines)
    assert "not-a-key-either" not in "\n".join(lines)


def test_error_pages_are_not_shown_to_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_DEBUG", "true")
    assert get_settings().debug
    monkeypatch.setattr(env, "_current", None)
    monkeypatch.setenv("SEAWALL_HOST", "0.0.0.0")
    with pytest.raises(Misuse) as refusal:
        get_settings()
    assert "SEAWALL_DEBUG" in str(refusal.value)


def test_an_https_address_turns_on_secure_cookies_and_names_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_BASE_URL", "https://desk.example.com/")
    monkeypatch.setenv("SEAWALL_ALLOWED_HOSTS", "desk.internal, 10.0.0.4")
    settings = get_settings()
    assert settings.public_url == "https://desk.example.com"
    assert settings.is_https
    assert {"desk.example.com", "desk.internal", "10.0.0.4"} <= set(settings.hosts)


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    settings = get_settings()
    key, keys = settings.signing_key(), settings.encryption_keys()
    assert len(key) >= 50
    assert (Settings().signing_key(), Settings().encryption_keys()) == (key, keys)
    for path in (settings.secret_key_path, settings.encryption_key_path):
        assert path.is_relative_to(tmp_path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in settings.secret_key_path.parent.iterdir()) == ["credentials.key", "web.key"]


def test_secrets_may_come_from_a_mounted_file_or_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new, old = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    (tmp_path / "keys").write_text(f"{new}\n{old}\n", encoding="utf-8")
    monkeypatch.setenv("SEAWALL_ENCRYPTION_KEY_FILE", str(tmp_path / "keys"))
    monkeypatch.setenv("SEAWALL_SECRET_KEY", "s" * 50)
    settings = get_settings()
    assert settings.encryption_keys() == (new.encode(), old.encode())
    assert settings.signing_key() == "s" * 50
    assert not (tmp_path / "home" / "secrets").exists()


@pytest.mark.parametrize(("content", "code"), [("", "secret_file_empty"), ("not a key", "secret_file_not_a_key")])
def test_a_broken_key_file_is_never_replaced_without_a_word(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "home" / "secrets" / "credentials.key"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        get_settings().encryption_keys()
    assert refusal.value.code == code
    assert path.read_text(encoding="utf-8") == content


def test_a_home_that_is_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SEAWALL_HOME", str(tmp_path / "file"))
    with pytest.raises(Refused) as refusal:
        get_settings().ensure_home()
    assert refusal.value.code == "home_not_writable"


def test_the_description_hides_every_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://lead:tide-4711@db.example:6432/desk")
    monkeypatch.setenv("SEAWALL_SECRET_KEY", "tide-4711" * 6)
    monkeypatch.setenv("SEAWALL_ENCRYPTION_KEY", Fernet.generate_key().decode())
    monkeypatch.setenv("SEAWALL_PORT", "9000")
    lines = {line.name: line for line in describe(get_settings())}
    assert lines["DATABASE_URL"].value == "lead@db.example:6432/desk"
    assert lines["SEAWALL_SECRET_KEY"].value == "***"
    assert lines["SEAWALL_ENCRYPTION_KEY"].value == "***"
    assert (lines["SEAWALL_PORT"].value, lines["SEAWALL_PORT"].is_default) == ("9000", False)
    assert lines["SEAWALL_HOST"].is_default
    assert all(line.about for line in lines.values())
    assert "tide-4711" not in repr(lines)
    assert "tide-4711" not in repr(get_settings())


def test_the_built_in_database_is_described_by_its_folder() -> None:
    lines = {line.name: line for line in describe(get_settings())}
    assert lines["DATABASE_URL"].value == f"built-in, {EmbeddedServer(get_settings().database_dir).status().data_dir}"


def test_a_misspelt_name_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_ALOWED_HOSTS", "x")
    monkeypatch.setenv("SEAWALL_SOMETHING_ELSE", "x")
    monkeypatch.setenv("SEAWALL_LANG", "zh")
    assert unknown_names(names()) == [
        ("SEAWALL_ALOWED_HOSTS", "SEAWALL_ALLOWED_HOSTS"),
        ("SEAWALL_SOMETHING_ELSE", ""),
    ]


def test_settings_can_be_changed_for_a_while() -> None:
    with override_settings(lookup_grace_s=0) as changed:
        assert get_settings() is changed
        assert get_settings().lookup_grace_s == 0
    assert get_settings().lookup_grace_s == 25
