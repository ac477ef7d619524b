"""What the facts sheet of a storm must hold for the library's wording, and a first wording of the cause. Pure."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from seawall.incidents.kinds import LIBRARY_FILES
from seawall.kernel.languages import Language
from seawall.outreach.api import STEP_FIRST_CONTACT
from seawall.scripts.api import library, names_in


def needs_of(kind: str) -> frozenset[str]:
    """The placeholders of a first contact, over every file of the library that this kind may take its wording from."""
    texts = [library(name).wording(STEP_FIRST_CONTACT).root[Language.ZH_HANS].body for name in LIBRARY_FILES[kind]]
    return frozenset(name for text in texts for name in names_in(text))


def occasions_of(kind: str) -> tuple[str, ...]:
    """The files of the library a person may choose from; empty where there is one."""
    files = LIBRARY_FILES[kind]
    return files if len(files) > 1 else ()


@cache
def _prepared() -> Mapping[str, Mapping[Language, str]]:
    raw = tomllib.loads((Path(__file__).parent / "causes.toml").read_text(encoding="utf-8"))
    return {kind: {Language(tag): words for tag, words in texts.items()} for kind, texts in raw.items()}


def prepared_cause(kind: str) -> Mapping[Language, str]:
    """The cause by language as a start for the facts sheet; empty for a kind whose wording names no cause."""
    return _prepared().get(kind, {})
