"""The reference page of all settings: `python -m seawall.settings.reference > docs/reference/settings.md`."""

import sys
from typing import get_args

from seawall.settings.env import Settings
from seawall.settings.problems import env_name

HEAD = """# Settings

All are environment variables. Seawall refuses to start while one is wrong, and tells all that are wrong at once;
`seawall doctor` notices misspelt names. This page is made by `python -m seawall.settings.reference`.

Business numbers (T+5, quotas, pacing) are not here: they are rows of the rulebook, each with its date and source.

| variable | default | what it is for |
|---|---|---|
"""

SHOWN = {
    "home": "`~/.local/share/seawall`; for root `/var/lib/seawall`; in a checkout, by `make`, `./var`",
    "base_url": "`http://HOST:PORT`",
    "secret_key_file": "`SEAWALL_HOME/secrets/web.key`",
    "encryption_key_file": "`SEAWALL_HOME/secrets/credentials.key`",
    "evidence_dir": "`SEAWALL_HOME/evidence`",
}
"""Defaults that depend on others."""


def page() -> str:
    """The whole page."""
    lines = []
    for field, info in Settings.model_fields.items():
        default = SHOWN.get(field) or ("" if info.default in (None, (), "") else f"`{str(info.default).lower()}`")
        choices = [str(choice) for choice in get_args(info.annotation) if isinstance(choice, str)]
        about = (
            f"{info.description} One of {', '.join(f'`{choice}`' for choice in choices)}."
            if choices
            else info.description
        )
        if choices:
            default = f"`{info.default}`"
        lines.append(f"| `{env_name(field)}` | {default} | {about} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
