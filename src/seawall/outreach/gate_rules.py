"""When a wave pauses by itself: five measures, each with a share and a least number. Pure.

The defaults are data with their reasons (`data/gates.toml`); an incident may set its own shares.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from seawall.kernel.languages import Language
from seawall.kernel.reasons import Reason
from seawall.outreach.policy import WaveResult
from seawall.outreach.states import DELIVERED, FAILED

MEASURES = ("failures", "rejects", "blocks", "complaints", "opt_outs")

_STATES = {"rejects": ("rejected",), "blocks": ("blocked",), "failures": tuple(sorted(FAILED))}


@dataclass(frozen=True, kw_only=True)
class GateDefault:
    """A measure as the data file holds it."""

    share: Decimal
    at_least: int
    en: str
    zh_hans: str

    def why(self, language: Language) -> str:
        """Why this figure, in a desk language."""
        return self.zh_hans if language is Language.ZH_HANS else self.en


@cache
def gate_defaults() -> Mapping[str, GateDefault]:
    """The measures of the data file, all of them. Raises KeyError for a file that lacks one."""
    read = tomllib.loads(files("seawall.outreach").joinpath("data/gates.toml").read_text(encoding="utf-8"))
    return {
        name: GateDefault(
            share=Decimal(read[name]["share"]), at_least=read[name]["at_least"], en=read[name]["en"],
            zh_hans=read[name]["zh-Hans"],
        )
        for name in MEASURES
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measure of a wave."""

    measure: str
    count: int
    of: int
    """What the share is of: settled orders, or delivered ones for what buyers answer."""
    messages: int
    """How many messages it came to: one refused message is one refusal, however many orders it names."""

    @property
    def share(self) -> Decimal:
        """Zero of nothing."""
        return Decimal(self.count) / self.of if self.of else Decimal(0)


def measure(result: WaveResult, answers: Mapping[str, int]) -> list[Measured]:
    """The five measures of a wave. `answers` counts buyers of it who complained (`complaint`) or opted out (`opt_out`).

    Judged on what is settled, so a bad wave stops early.
    """
    delivered = result.of(*DELIVERED)
    settled = delivered + result.of(*FAILED)
    sent = [
        Measured(measure=name, count=result.of(*_STATES[name]), of=settled, messages=result.messages_of(*_STATES[name]))
        for name in ("rejects", "blocks", "failures")
    ]
    return [
        *sent,
        _answered("complaints", answers.get("complaint", 0), delivered),
        _answered("opt_outs", answers.get("opt_out", 0), delivered),
    ]


def _answered(name: str, count: int, delivered: int) -> Measured:
    return Measured(measure=name, count=count, of=delivered, messages=count)


def why_pause(measured: list[Measured], shares: Mapping[str, Decimal], forgiven: Mapping[str, int]) -> Reason | None:
    """Why the roll-out must pause by itself, or None; the narrowest measure speaks first. What a person has seen and
    resumed over (`forgiven`) pauses nothing again; one more does."""
    for each in measured:
        default = gate_defaults()[each.measure]
        limit = shares.get(each.measure, default.share)
        # Whoever allows none means the first one.
        at_least = default.at_least if limit else 1
        is_many = each.messages >= at_least and each.count > forgiven.get(each.measure, 0)
        if is_many and Decimal(each.count) > limit * each.of:
            return _reason(each, f"{limit:.1%}")
    return None


def _reason(each: Measured, limit: str) -> Reason:
    params: dict[str, int | str] = {"failed": each.count, "settled": each.of, "limit": limit}
    match each.measure:
        case "rejects":
            return Reason("too_many_rejects", params)
        case "blocks":
            return Reason("too_many_blocks", params)
        case "complaints":
            return Reason("too_many_complaints", params)
        case "opt_outs":
            return Reason("too_many_opt_outs", params)
        case _:
            return Reason("too_many_failures", params)


def counts(measured: list[Measured]) -> dict[str, int]:
    """What a person who resumes has seen."""
    return {each.measure: each.count for each in measured}
