"""The one class of settings. Every name starts with SEAWALL_, but for DATABASE_URL."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from seawall.kernel.errors import Misuse, Refused
from seawall.settings.problems import as_sentences
from seawall.settings.secret_files import read_or_make

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_ENDPOINTS = frozenset({("https", True), ("https", False), ("http", True)})


def default_home() -> Path:
    """Where data lives when nobody says: the user's own data folder; for root /var/lib/seawall.

    Not below /root: the built-in database may not run as root, and nobody else may enter there.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/seawall")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "seawall"


class Settings(BaseSettings):
    """All settings, checked. `Settings()` reads the environment; `get_settings()` does so once, errors in words."""

    model_config = SettingsConfigDict(env_prefix="SEAWALL_", extra="ignore", populate_by_name=True, frozen=True)

    # --- home -----------------------------------------------------------------------------------------------------
    home: Path = Field(default_factory=default_home, description="Folder of all data that is not in the database.")

    # --- database -------------------------------------------------------------------------------------------------
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="A PostgreSQL server (15 or newer). Without it the built-in one is used.",
    )
    database_pool_max: int = Field(
        default=0,
        ge=0,
        le=200,
        description="Connections a process keeps open; 0 opens one for each request or command.",
    )

    # --- web ------------------------------------------------------------------------------------------------------
    host: str = Field(default="127.0.0.1", min_length=1, description="Address the console listens on.")
    port: int = Field(default=8700, ge=1, le=65535, description="Port the console listens on.")
    base_url: str = Field(default="", description="Address people type, for links; https turns on secure cookies.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Host names the console answers to, separated by commas, besides that of the base URL."
    )
    behind_proxy: bool = Field(
        default=False, description="A reverse proxy in front sets X-Forwarded-Proto and X-Forwarded-For."
    )
    debug: bool = Field(default=False, description="Show error details in the browser. Never on a public address.")

    # --- secrets --------------------------------------------------------------------------------------------------
    secret_key: SecretStr | None = Field(default=None, description="Signs sessions and links.")
    secret_key_file: Path | None = Field(default=None, description="File of the above; made on first use.")
    encryption_key: SecretStr | None = Field(
        default=None, description="Fernet keys that encrypt shop credentials, the newest first, separated by commas."
    )
    encryption_key_file: Path | None = Field(
        default=None, description="File of the above, one a line; made on first use."
    )

    # --- outreach (technical spans, not business rules) -----------------------------------------------------------
    lookup_grace_s: int = Field(
        default=25,
        ge=0,
        le=3600,
        description="Seconds to wait before a send whose outcome is unknown is looked up at the platform.",
    )
    claim_size: int = Field(default=100, ge=1, le=500, description="Ledger rows a worker claims at once.")

    # --- a language model for buyers' answers (off unless an address is set) -----------------------------------------
    intent_model_url: str = Field(
        default="",
        description="Base address of an OpenAI-compatible endpoint that is asked what doubtful answers of buyers want; "
        "empty: nothing leaves. See docs/decisions/0017-a-model-may-suggest.md.",
    )
    intent_model: str = Field(default="", max_length=200, description="The model's name at that endpoint.")
    intent_model_key: SecretStr | None = Field(default=None, description="The endpoint's key, where it wants one.")
    intent_model_timeout_s: int = Field(
        default=10, ge=1, le=120, description="Seconds the endpoint may take for one answer."
    )

    # --- evidence -------------------------------------------------------------------------------------------------
    evidence_dir: Path | None = Field(
        default=None, description="Folder of evidence packs; SEAWALL_HOME/evidence if unset."
    )
    tsa_url: str = Field(
        default="",
        description="Address of the time-stamp authority (RFC 3161) that confirms sealing times; off if unset.",
    )
    tsa_cert_file: Path | None = Field(
        default=None,
        description="Root certificate (PEM) of that authority: only tokens that lead to it are kept.",
    )
    tsa_timeout_s: int = Field(default=10, ge=1, le=60, description="Seconds to wait for its answer.")

    report_certificate: Path | None = Field(
        default=None, description="PKCS#12 file whose key signs report PDFs (PAdES); unset: they are not signed."
    )
    report_certificate_password: SecretStr | None = Field(default=None, description="Password of that file.")

    # --- a second reader of wording (off until a base URL and a model are set) --------------------------------------
    lint_model_url: str = Field(
        default="",
        description="OpenAI-compatible endpoint that reads wording after the rules; https, or this machine.",
    )
    lint_model: str = Field(default="", description="Name of the model to ask there.")
    lint_model_key: SecretStr | None = Field(default=None, description="Its key, when it wants one.")
    lint_model_timeout_s: int = Field(default=20, ge=1, le=120, description="Seconds to wait for its answer.")

    # --- exercises ------------------------------------------------------------------------------------------------
    moved_time_file: Path | None = Field(
        default=None,
        description="For exercises: file of seconds by which time runs ahead. Real shops are not touched then.",
    )

    # --- telling --------------------------------------------------------------------------------------------------
    log_format: Literal["json", "text"] = Field(default="json", description="Form of log lines on standard error.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    language: Literal["zh-Hans", "en"] = Field(
        default="zh-Hans", description="Language of the console for people who have not chosen one."
    )

    @field_validator(
        "home",
        "secret_key_file",
        "encryption_key_file",
        "evidence_dir",
        "tsa_cert_file",
        "report_certificate",
        "moved_time_file",
    )
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @field_validator(
        "database_url",
        "secret_key",
        "encryption_key",
        "intent_model_key",
        "lint_model_key",
        "report_certificate",
        "report_certificate_password",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
                raise ValueError("setting_not_an_address")
        return value.rstrip("/")

    @field_validator("intent_model_url")
    @classmethod
    def _is_private_line(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
            if not parts.hostname or parts.username or not (parts.scheme == "https" or is_here):
                raise ValueError("setting_model_needs_tls")
        return value.rstrip("/")

    @field_validator("lint_model_url")
    @classmethod
    def _is_safe_endpoint(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            if not parts.hostname or parts.query or (parts.scheme, parts.hostname in LOOPBACK) not in _SAFE_ENDPOINTS:
                raise ValueError("setting_not_a_safe_endpoint")
        return value.rstrip("/")

    @field_validator("tsa_url")
    @classmethod
    def _is_authority(cls, value: str) -> str:
        # Plain http will do: a token proves itself, and only a hash is sent.
        if value:
            parts = urlsplit(value)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
                raise ValueError("setting_not_an_authority")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("setting_secret_too_short")
        return value

    @field_validator("encryption_key")
    @classmethod
    def _are_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            fernet_keys(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _model_has_name(self) -> "Settings":
        if self.intent_model_url and not self.intent_model:
            raise ValueError("setting_model_needs_name")
        return self

    @model_validator(mode="after")
    def _no_debug_in_public(self) -> "Settings":
        if self.debug and self.host not in LOOPBACK:
            raise ValueError("setting_debug_in_public")
        return self

    @model_validator(mode="after")
    def _no_authority_without_certificate(self) -> "Settings":
        if self.tsa_url and self.tsa_cert_file is None:
            raise ValueError("setting_authority_without_certificate")
        return self

    # --- what follows from them -----------------------------------------------------------------------------------

    @property
    def public_url(self) -> str:
        """The console's address without a slash at the end: base_url, else http on the host and port."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return self.base_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether people reach the console over https."""
        return self.public_url.startswith("https:")

    @property
    def hosts(self) -> list[str]:
        """All host names the console answers to."""
        named = urlsplit(self.public_url).hostname or ""
        return sorted({*self.allowed_hosts, named, "localhost", "127.0.0.1", "[::1]"} - {""})

    @property
    def database_dir(self) -> Path:
        """The folder of the built-in database."""
        return self.home / "database"

    @property
    def evidence_path(self) -> Path:
        """The folder of evidence packs."""
        return self.evidence_dir or self.home / "evidence"

    @property
    def files_path(self) -> Path:
        """The folder of uploaded papers and import files."""
        return self.home / "files"

    @property
    def secret_key_path(self) -> Path:
        """The file of the signing key."""
        return self.secret_key_file or self.home / "secrets" / "web.key"

    @property
    def encryption_key_path(self) -> Path:
        """The file of the encryption keys."""
        return self.encryption_key_file or self.home / "secrets" / "credentials.key"

    def database_address(self) -> str | None:
        """DATABASE_URL with its password; None when the built-in database is used."""
        return self.database_url.get_secret_value() if self.database_url else None

    def signing_key(self) -> str:
        """The key that signs sessions and links. Raises Refused(secret_file_unreadable)."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        self.ensure_home()
        return read_or_make(self.secret_key_path, lambda: secrets.token_urlsafe(48))

    def encryption_keys(self) -> tuple[bytes, ...]:
        """Fernet keys for shop credentials: the first encrypts, all decrypt. Raises Refused(secret_file_*).

        Whoever loses the file must connect every shop again.
        """
        if self.encryption_key is not None:
            return fernet_keys(self.encryption_key.get_secret_value())
        self.ensure_home()
        words = read_or_make(self.encryption_key_path, lambda: Fernet.generate_key().decode())
        try:
            return fernet_keys(words)
        except ValueError:
            raise Refused("secret_file_not_a_key", path=str(self.encryption_key_path)) from None

    def ensure_home(self) -> Path:
        """Make the home folder when it is missing. Raises Refused(home_not_writable).

        For root it may be passed through (not listed), since the database below it runs under another account.
        """
        try:
            self.home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Refused("home_not_writable", path=str(self.home), why=error.strerror or str(error)) from None
        return self.home


def fernet_keys(words: str) -> tuple[bytes, ...]:
    """Keys from text, one a line or between commas. Raises ValueError when one is no Fernet key or there is none."""
    keys = tuple(part.strip().encode() for part in words.replace(",", "\n").splitlines() if part.strip())
    try:
        if not keys:
            raise ValueError
        for key in keys:
            Fernet(key)
    except ValueError:
        raise ValueError("setting_not_a_key") from None
    return keys


_current: Settings | None = None


def get_settings() -> Settings:
    """The settings of this process, read once. Raises Misuse(settings_invalid): a sentence for each that is wrong."""
    global _current  # noqa: PLW0603 - one process, one environment; `override_settings` is for tests
    if _current is None:
        try:
            _current = Settings()
        except ValidationError as error:
            raise Misuse("settings_invalid", problems="\n".join(f"- {line}" for line in as_sentences(error))) from None
    return _current


@contextmanager
def override_settings(settings: Settings | None = None, **changes: object) -> Iterator[Settings]:
    """For tests: within this block `get_settings` gives other settings. Django's own, made at its start, stay."""
    global _current  # noqa: PLW0603 - see get_settings
    before = _current
    values = (settings or get_settings()).model_dump() | changes
    _current = Settings.model_validate(values)
    try:
        yield _current
    finally:
        _current = before
