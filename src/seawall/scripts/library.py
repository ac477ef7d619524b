"""The library of wording: one TOML file per kind of storm or occasion, read with a schema check.

A file that lacks a language, uses an undeclared placeholder or leaves out the order number does not load. A language
beyond the needed ones (traditional Chinese) stands in all texts of a file or in none.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError, model_validator

from seawall.kernel.errors import InvalidInput, NotFound
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.scripts.placeholders import PLACEHOLDERS, names_in

_FOLDER = Path(__file__).resolve().parent / "library"
NEEDED_LANGUAGES: frozenset[Language] = frozenset((Language.ZH_HANS, *BUYER_LANGUAGES))
"""Every text stands in all of these."""


class ScriptText(BaseModel):
    """One wording in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: str
    gloss_zh: str
    """What it says, in Chinese, for the seller who approves it."""

    @model_validator(mode="after")
    def _holds_what_a_message_needs(self) -> Self:
        names = names_in(self.body)
        unknown = [name for name in names if name not in PLACEHOLDERS]
        if unknown:
            raise ValueError(f"undeclared placeholder {unknown[0]!r}")
        missing = [each.name for each in PLACEHOLDERS.values() if each.required and each.name not in names]
        if missing:
            raise ValueError(f"the text lacks {{{missing[0]}}}")
        if not self.gloss_zh.strip():
            raise ValueError("the Chinese gloss is empty")
        return self


class Wording(RootModel[dict[Language, ScriptText]]):
    """One variant of one step, in every language."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _stands_in_every_language(self) -> Self:
        missing = sorted(NEEDED_LANGUAGES - self.root.keys())
        if missing:
            raise ValueError(f"no text in {missing[0]}")
        needs = {language: frozenset(names_in(text.body)) for language, text in self.root.items()}
        for language, names in needs.items():
            if names != needs[Language.ZH_HANS]:
                raise ValueError(f"{language} uses other placeholders than the Chinese source")
        return self

    def texts(self) -> dict[Language, str]:
        """The bodies by language."""
        return {language: text.body for language, text in self.root.items()}


class Library(BaseModel):
    """All wording for one kind of storm or occasion: step -> variant -> language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    edition: int
    source: Language
    steps: dict[str, dict[str, Wording]]

    @model_validator(mode="after")
    def _further_languages_stand_throughout(self) -> Self:
        # Buyers of one storm must not get the first message in their language and the second in another.
        held = [wording.root.keys() for variants in self.steps.values() for wording in variants.values()]
        for language in sorted(set().union(*held)):
            if any(language not in each for each in held):
                raise ValueError(f"{language} stands in some texts of this file and not in all")
        return self

    def wording(self, step: str, variant: str = "standard") -> Wording:
        """One variant of one step. Raises NotFound(script_not_in_library)."""
        found = self.steps.get(step, {}).get(variant)
        if found is None:
            raise NotFound("script_not_in_library", kind=self.kind, step=step, variant=variant)
        return found


def parse_library(source: str) -> Library:
    """Read one library file. Raises InvalidInput(library_invalid) naming the place and the fault."""
    try:
        raw = tomllib.loads(source)
        head = {key: raw.pop(key) for key in ("kind", "edition", "source") if key in raw}
        return Library.model_validate({**head, "steps": raw})
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("library_invalid", place="TOML", fault=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput("library_invalid", place=place, fault=first["msg"]) from error


def kinds() -> tuple[str, ...]:
    """The kinds of storm, and the occasions of any storm, that the library has wording for."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def library(kind: str) -> Library:
    """The wording for one kind of storm or occasion. Raises NotFound(library_not_found) for a kind without a file."""
    if kind not in kinds():
        raise NotFound("library_not_found", kind=kind)
    return parse_library((_FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
