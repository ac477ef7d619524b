"""The figures the risk sheet assumes: data with source and certainty, changed by a person who knows better. Pure."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from seawall.kernel.errors import InvalidInput
from seawall.rulebook.words import Certainty

_FILE = Path(__file__).with_name("assumptions.toml")
MOST: Mapping[str, Decimal] = {
    "share": Decimal(1), "hours": Decimal(72), "answers": Decimal(600), "seats": Decimal(2000), "money": Decimal(10**9),
}  # fmt: skip
"""The most that each unit takes."""
_LEAST: Mapping[str, Decimal] = {"hours": Decimal(1), "answers": Decimal(1)}


class Assumption(BaseModel):
    """One figure as a range. `is_own`: a person changed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: Decimal
    likely: Decimal
    high: Decimal
    unit: str
    source: str
    source_zh: str
    certainty: Certainty
    is_own: bool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high are not in order")
        return self


Assumptions = Mapping[str, Assumption]
"""By name."""


@cache
def _data() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    kinds = raw.pop("kind")
    return raw, kinds


def assumptions_for(kind: str, changes: Mapping[str, str] | None = None) -> Assumptions:
    """The figures for a storm kind with a person's own in place: `{"seats": "12", "reply_share": "0.1-0.3"}`.

    A single figure replaces the whole range. Raises InvalidInput(risk_assumption_unknown, risk_figure_unreadable).
    """
    base, kinds = _data()
    own = kinds.get(kind, {})
    found = {name: Assumption.model_validate({**row, **own.get(name, {})}) for name, row in base.items()}
    for name, said in (changes or {}).items():
        if name not in found:
            raise InvalidInput("risk_assumption_unknown", name=name, known=", ".join(found))
        if said.strip():
            found[name] = _changed(name, found[name], said)
    return found


def _changed(name: str, old: Assumption, said: str) -> Assumption:
    parts = [part.strip().removesuffix("%").strip() for part in said.replace("–", "-").split("-")]
    try:
        figures = [Decimal(part) / (100 if "%" in said else 1) for part in parts]
    except InvalidOperation:
        figures = []
    most, least = MOST[old.unit], _LEAST.get(old.unit, Decimal(0))
    is_sound = len(figures) in (1, 2, 3) and all(each.is_finite() and least <= each <= most for each in figures)
    if not is_sound or figures != sorted(figures):
        raise InvalidInput("risk_figure_unreadable", name=name, said=said[:40], least=str(least), most=str(most))
    if len(figures) == 2:
        figures = [figures[0], sum(figures, Decimal(0)) / 2, figures[1]]
    low, likely, high = figures if len(figures) == 3 else figures * 3
    return old.model_copy(
        update={"low": low, "likely": likely, "high": high, "certainty": Certainty.OPERATOR, "is_own": True}
    )
