"""The chat rules of the platforms, read from chat_rules.toml and checked on the way."""

import tomllib
from collections.abc import Mapping
from datetime import time
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from seawall.kernel.markets import Market, Platform
from seawall.outreach.reach.values import DoorKind

Certainty = Literal["docs", "measured", "notes", "conflict", "unknown", "ours"]
Since = Literal["ordered", "talked", "buyer_wrote", "returning"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(_Frozen):
    """A span in which a buyer may be written to."""

    since: Since
    days: int | None = Field(default=None, gt=0)
    """Days from `since` up to which every source agrees; None: no end is known."""
    at_most_days: int | None = Field(default=None, gt=0)
    certainty: Certainty
    source: str = Field(min_length=8)


class PlatformRules(_Frozen):
    """The chat rules of one platform."""

    api_needs_consent: bool
    """Whether messages by the worker need the platform's written consent."""
    api_source: str
    api_certainty: Certainty
    closed_markets: tuple[Market, ...]
    closed_source: str
    cancelled: Literal["unknown", "open", "closed"]
    """Whether a cancelled order still lets its buyer be written to."""
    unanswered_max: int = Field(ge=0)
    """Messages in a row until the buyer answers; 0: no bound is known."""
    unanswered_certainty: Certainty
    identical_text_h: int = Field(ge=0)
    """Hours in which the same words are refused; 0: no such rule is known."""
    identical_certainty: Certainty
    window: tuple[Window, ...] = Field(min_length=1)


class _Ours(_Frozen):
    quiet_from: time
    quiet_to: time
    seconds: dict[DoorKind, int]


class ReachRules(_Frozen):
    """All of it."""

    platforms: dict[Platform, PlatformRules]
    ours: _Ours

    @property
    def quiet(self) -> tuple[time, time]:
        """From when to when no message leaves, in the buyer's market (ours)."""
        return self.ours.quiet_from, self.ours.quiet_to

    @property
    def seconds(self) -> Mapping[DoorKind, int]:
        """A person's seconds for one message by each door (ours)."""
        return self.ours.seconds


@cache
def reach_rules() -> ReachRules:
    """The rules as shipped. Raises pydantic's ValidationError for a file that does not hold together."""
    found = tomllib.loads((Path(__file__).parent / "chat_rules.toml").read_text(encoding="utf-8"))
    return ReachRules.model_validate(
        {"platforms": {name: found[name] for name in (p.value for p in Platform)}, "ours": found["ours"]}
    )
