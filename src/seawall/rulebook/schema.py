"""One rule as the data files hold it, and the checks on it. Pure: pydantic, no Django."""

from datetime import date, time
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import text as words
from seawall.rulebook.words import Certainty, ClockKind, Event, Sellers, StormKind, Subject, Trait, Unit, Weekday

MARKETS: tuple[Market, ...] = (Market.ID, Market.MY, Market.PH, Market.SG, Market.TH, Market.VN)
"""The six markets that "all" means. No storm is run in Taiwan."""


class Frozen(BaseModel):
    """A value that holds what its file says and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ClockSpec(Frozen):
    """The part of a rule that a machine can count with.

    `amount` units after `anchor`; in working days the days in `weekend` and the market's public holidays are left out.
    With `cut_off` the first day that counts is the anchor's own when it is a working day and earlier than that wall
    time, else the next working day. `until` is the wall time at which the last day ends; without it the anchor's own
    wall time holds, which is the earlier reading. No `amount` means that nobody knows it: the clock runs only once the
    team has set a figure of its own.
    """

    kind: ClockKind
    anchor: Event
    amount: int | None = Field(default=None, ge=0, le=3650)
    unit: Unit
    cut_off: time | None = None
    until: time | None = None
    weekend: tuple[Weekday, ...] = (Weekday.SAT, Weekday.SUN)
    warn_after: int | None = Field(default=None, ge=0, le=3650)
    """Warn this many units after the anchor."""
    warn_before_hours: int | None = Field(default=None, ge=0, le=8760)
    """Warn this many hours before the breach. Without both, the default of the kind holds."""
    when: Trait | None = None
    """Only for orders that are, or may be, this."""
    when_known: bool = False
    """Only for orders that are known to be this: where its figure means nothing for any other."""
    ends_with: tuple[Event, ...] = ()
    """What ends this clock where it is not what ends its kind."""
    zone: Literal["market", "buyer"] = "market"

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.warn_after is not None and self.warn_before_hours is not None:
            raise ValueError("give warn_after or warn_before_hours, not both")
        if self.warn_after is not None and self.amount is not None and self.warn_after > self.amount:
            raise ValueError("warn_after is later than amount")
        if self.cut_off is not None and (self.unit is not Unit.WORKING_DAYS or self.until is None):
            raise ValueError("cut_off needs working_days and until")
        if self.when_known and self.when is None:
            raise ValueError("when_known needs when")
        if self.until is not None and self.unit is Unit.HOURS:
            raise ValueError("until needs days or working_days")
        return self


class Rule(Frozen):
    """One dated version of one rule."""

    id: str = Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")
    platforms: tuple[Platform, ...] = Field(alias="platform", min_length=1)
    markets: tuple[Market, ...] = Field(alias="market", min_length=1)
    sellers: Sellers = Sellers.ALL
    carrier: str = ""
    subject: Subject
    topic: str = ""
    """Rules on one topic answer one question: where they differ, both are shown and the stricter drives alarms."""
    value: str = ""
    unit: str = Field(default="", pattern=r"^[a-z_]*$")
    """What the value counts, a code with a sentence `rules_unit_...`."""
    effective_from: date | None = None
    effective_to: date | None = None
    """The last day it holds."""
    dated: str = Field(min_length=1)
    """The date as the source gives it, or "undated"."""
    source: str = Field(min_length=1)
    certainty: Certainty
    certainty_note: str = ""
    is_weak: bool = False
    """Its source is old, indirect, cut off or can be read in two ways: even an official page is then to be checked."""
    en: str = Field(min_length=8)
    zh_hans: str = Field(alias="zh-Hans", min_length=4)
    see: tuple[str, ...] = ()
    clocks: tuple[ClockSpec, ...] = Field(default=(), alias="clock")
    overridden_by: str = ""
    """Who set the figure, where the team did; never in a file."""

    @field_validator("platforms", mode="before")
    @classmethod
    def _platforms(cls, given: Any) -> Any:
        return tuple(Platform) if given == "all" else (given,) if isinstance(given, str) else given

    @field_validator("markets", mode="before")
    @classmethod
    def _markets(cls, given: Any) -> Any:
        return MARKETS if given == "all" else (given,) if isinstance(given, str) else given

    @field_validator("certainty")
    @classmethod
    def _not_ours(cls, given: Certainty) -> Certainty:
        if given in (Certainty.PLATFORM, Certainty.OPERATOR):
            raise ValueError("a file cannot hold what the platform says of one order, or what a team set itself")
        return given

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to is before effective_from")
        if self.certainty is Certainty.UNKNOWN and self.value and not self.is_default:
            raise ValueError("an unknown rule has no value")
        return self

    @property
    def is_default(self) -> bool:
        """Whether an unknown rule carries a figure of ours to start with (marked so in `certainty_note`)."""
        return self.certainty_note.startswith("default")

    @property
    def must_check(self) -> bool:
        """Whether a deadline it drives is shown as "check with the platform".

        Press, recalled and inferred rules must be; so are, on the safe side, code, unknown figures and weak pages.
        """
        return self.is_weak or self.certainty.rank > Certainty.DOCS.rank

    def text(self, language: Language) -> str:
        """The rule in a desk language."""
        return self.zh_hans if language is Language.ZH_HANS else self.en

    def figure(self, language: Language | None = None) -> str:
        """Value and unit for a reader, such as `2 working days`; empty without a value. A team's own stands as set."""
        if not self.unit or not self.value or self.overridden_by:
            return self.value
        unit = words(f"rules_unit_{self.unit}", language)
        return f"{self.value}{'' if unit == '%' else ' '}{unit}"

    def is_in_effect(self, on: date) -> bool:
        """Whether this version holds on a day. An unknown beginning or end excludes nothing."""
        return (self.effective_from or date.min) <= on <= (self.effective_to or date.max)

    def covers(self, platform: Platform | None, market: Market | None) -> bool:
        """Whether it speaks of this platform and market; None asks for any."""
        return (platform is None or platform in self.platforms) and (market is None or market in self.markets)


class Topic(Frozen):
    """A question that several rules answer, and which answer is the stricter."""

    id: str
    stricter: Literal["less", "more"] | tuple[str, ...]
    """For numbers: which is stricter; for words: the values, the strictest first."""
    en: str
    zh_hans: str = Field(alias="zh-Hans")


class LeftOut(Frozen):
    """A row of the notes that is no rule here, and why."""

    id: str = Field(min_length=2)
    why: str = Field(min_length=10)


class Defaults(Frozen):
    """Figures of our own: how early a clock warns, and which clocks bound a storm's golden window."""

    warn_hours: dict[ClockKind, int]
    golden: dict[StormKind, tuple[ClockKind, ...]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.warn_hours) != set(ClockKind):
            raise ValueError("warn_hours must name every kind of clock")
        if set(self.golden) != set(StormKind):
            raise ValueError("golden must name every kind of storm")
        return self


class RuleFile(Frozen):
    """A data file of rules."""

    rule: tuple[Rule, ...] = Field(min_length=1)
