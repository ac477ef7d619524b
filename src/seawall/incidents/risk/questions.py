"""Questions to foresee in each kind of storm, with prepared answers; one that lacks a language does not load. Pure."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from seawall.kernel.languages import BUYER_LANGUAGES, Language

_FILE = Path(__file__).with_name("questions.toml")
NEEDED = frozenset((Language.ZH_HANS, Language.ZH_HANT, *BUYER_LANGUAGES))


class Question(BaseModel):
    """One question with its answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intent: str
    """The intent by which the inbox knows it."""
    kinds: tuple[str, ...]
    share: float
    """Ours: the part of all answers that ask this."""
    question: str
    question_zh: str
    answers: dict[Language, str]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if missing := sorted(NEEDED - self.answers.keys()):
            raise ValueError(f"no answer in {missing[0]}")
        if any("{order_id}" not in text for text in self.answers.values()):
            raise ValueError("an answer does not name the order")
        return self


@cache
def all_questions() -> dict[str, Question]:
    """Every question by its name."""
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: Question.model_validate(row) for name, row in raw.items()}


def foreseen(kind: str) -> dict[str, Question]:
    """The questions of one kind of storm, the most frequent first."""
    found = {name: each for name, each in all_questions().items() if kind in each.kinds}
    return dict(sorted(found.items(), key=lambda pair: -pair[1].share))
