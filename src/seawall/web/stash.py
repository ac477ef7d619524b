"""Uploaded files between "show the plan" and "apply": kept for a day in the team's own folder, under a random name."""

import re
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from seawall.incidents.api import safe_name
from seawall.kernel.errors import InvalidInput, NotFound
from seawall.settings.env import get_settings

MAX_FILES = 40
MAX_BYTES = 80 * 1024 * 1024
"""Largest upload in all, in bytes: an export of 24,000 orders has 5-9 MB (ours)."""
KEPT_FOR = timedelta(days=1)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")


def put(team_id: int, files: Iterable[Any], *, now: datetime) -> str:
    """Keep Django's uploaded files; gives the token they are found by.

    Raises InvalidInput(web_no_file, web_upload_too_large).
    """
    given = list(files)
    if not given:
        raise InvalidInput("web_no_file")
    if len(given) > MAX_FILES or sum(file.size or 0 for file in given) > MAX_BYTES:
        raise InvalidInput("web_upload_too_large", files=MAX_FILES, limit=MAX_BYTES // 1024 // 1024)
    sweep(team_id, now=now)
    token = secrets.token_urlsafe(24)
    folder = _folder(team_id) / token
    folder.mkdir(parents=True, mode=0o700)
    for number, file in enumerate(given):
        # A folder each: two files may have one name, and a sentence about a file names it as it was given.
        place = folder / f"{number:02d}"
        place.mkdir(mode=0o700)
        with (place / safe_name(file.name or "")).open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
    return token


def get(team_id: int, token: str) -> list[Path]:
    """The kept files, in the order they were given. Raises NotFound for what is gone or another team's."""
    folder = _folder(team_id) / token
    if not _TOKEN.fullmatch(token) or not folder.is_dir():
        raise NotFound("web_upload_gone")
    return sorted(folder.glob("*/*"))


def sweep(team_id: int, *, now: datetime) -> None:
    """Throw away what was never applied: it holds buyers' data."""
    for folder in _folder(team_id).glob("*"):
        if now.timestamp() - folder.stat().st_mtime > KEPT_FOR.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)


def _folder(team_id: int) -> Path:
    return get_settings().files_path / "uploads" / str(team_id)
