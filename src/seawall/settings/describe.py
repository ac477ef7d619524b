"""The effective settings, for people: secrets hidden."""

from dataclasses import dataclass

from pydantic import SecretStr

from seawall.embedded import EmbeddedServer
from seawall.embedded.reach import described
from seawall.kernel.errors import SeawallError
from seawall.settings.env import Settings
from seawall.settings.problems import env_name


@dataclass(frozen=True)
class SettingLine:
    """One setting as it stands."""

    name: str
    """The environment variable."""
    value: str
    is_default: bool
    about: str
    """What it is for, in English (reference text, not a screen)."""


def names() -> list[str]:
    """The environment variables of all settings."""
    return [env_name(field) for field in Settings.model_fields]


def describe(settings: Settings) -> list[SettingLine]:
    """Every setting with its effective value; of secrets only whether they are set."""
    return [
        SettingLine(
            name=env_name(field),
            value=_shown(settings, field),
            is_default=field not in settings.model_fields_set,
            about=info.description or "",
        )
        for field, info in Settings.model_fields.items()
    ]


def _shown(settings: Settings, field: str) -> str:
    effective = {
        "base_url": settings.public_url,
        "allowed_hosts": ", ".join(settings.hosts),
        "secret_key_file": str(settings.secret_key_path),
        "encryption_key_file": str(settings.encryption_key_path),
        "evidence_dir": str(settings.evidence_path),
    }
    if field in effective:
        return effective[field]
    value = getattr(settings, field)
    if field == "database_url":
        if value is None:
            return f"built-in, {EmbeddedServer(settings.database_dir).status().data_dir}"
        try:
            return described(value.get_secret_value())
        except SeawallError:
            return "***"
    if isinstance(value, SecretStr):
        return "***"
    return "-" if value is None else str(value)
