"""Where the files of a storm lie."""

from pathlib import Path

from seawall.evidence.api import Pack
from seawall.settings.env import get_settings


def packs_folder() -> Path:
    """The folder of all packs."""
    return get_settings().evidence_path


def pack_path(pack: Pack) -> Path:
    """Where a pack lies."""
    return packs_folder() / pack.stored_as
