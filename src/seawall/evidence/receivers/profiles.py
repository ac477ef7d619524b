"""Receiver profiles: per platform and purpose, what is taken, where, and how sure that is. Data, never code."""

import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from seawall.kernel.markets import Platform

_FOLDER = Path(__file__).parent / "data"


class Purpose(StrEnum):
    """What the upload is for."""

    APPEAL = "appeal"
    """Against a sanction."""
    EXEMPTION = "exemption"
    """To be excused from deadlines and rates, before or after."""
    ANOMALY = "anomaly"
    """To report that carriage went wrong."""
    DISPUTE = "dispute"
    """In the case of a single buyer."""


class Papers(StrEnum):
    """What official papers are to this receiver."""

    ONLY = "only"
    FIRST = "first"
    ALSO = "also"


class Talk(StrEnum):
    """Whether talk with buyers is taken."""

    TAKEN = "taken"
    REFUSED = "refused"


class Certainty(StrEnum):
    """How sure a statement is, as in the rulebook; `ours` is a value that the team set."""

    DOCS = "docs"
    PRESS = "press"
    INFERRED = "inferred"
    UNKNOWN = "unknown"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit. Where the platform publishes none (`unknown`), `value` is a safe one of ours."""

    value: int
    certainty: Certainty
    source: str
    """The rule it rests on, or the reason the team gave."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A receiver. `where` is in Chinese and in English."""

    platform: Platform
    purpose: Purpose
    where: tuple[str, str]
    papers: Papers
    talk: Talk
    rules: tuple[str, ...]
    certainty: Certainty
    file_mb: Limit
    """Millions of bytes in one file."""
    files: Limit
    """Files in one upload."""

    def with_limits(self, *, file_mb: int | None, files: int | None, because: str) -> "Profile":
        """The same with limits that the team knows better, `because` of what it was told."""
        found = self
        if file_mb is not None:
            found = replace(found, file_mb=Limit(file_mb, Certainty.OURS, because))
        if files is not None:
            found = replace(found, files=Limit(files, Certainty.OURS, because))
        return found


@cache
def profile(platform: Platform, purpose: Purpose) -> Profile:
    """The profile of a platform's desk for a purpose. Every platform has one for every purpose."""
    raw = tomllib.loads((_FOLDER / f"{platform.value}.toml").read_text(encoding="utf-8"))
    said = raw[purpose.value]
    chinese, english = said["where"]
    return Profile(
        platform=Platform(raw["platform"]),
        purpose=purpose,
        where=(chinese, english),
        papers=Papers(said["papers"]),
        talk=Talk(said["talk"]),
        rules=tuple(said["rules"]),
        certainty=Certainty(said["certainty"]),
        file_mb=_limit(raw["limits"]["file_mb"]),
        files=_limit(raw["limits"]["files"]),
    )


def _limit(raw: dict[str, Any]) -> Limit:
    return Limit(int(raw["value"]), Certainty(raw["certainty"]), str(raw["source"]))
