"""The report's own words, and texts from outside made fit to be shown."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from seawall.evidence.pictures.words import words_of
from seawall.evidence.records import Grade
from seawall.kernel.languages import DESK_LANGUAGES, Language
from seawall.kernel.texts import text

LANGUAGES: Mapping[str, Language] = {"en": Language.EN, "zh": Language.ZH_HANS}
EDITIONS = tuple(LANGUAGES)
"""What `--lang` and the file names call the editions."""
_FOLDER = Path(__file__).parent / "words"
_RUN = re.compile(r"\S{300,}")
"""Longer than any sentence without a space (Thai, Chinese): a line of it may end anywhere."""
_SHORT = 12
"""Digits of a digest in a sentence; it stands in full with its approval."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_LONG = re.compile(r"\S{66,}")
"""Longer than any id or hash."""
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\ufe20-\ufe2f"
)
_HEAP = re.compile(f"(?<=[{_MARKS}]{{4}})[{_MARKS}]+")
"""Marks beyond the fourth on one letter: no language of the markets writes so many."""

Words: TypeAlias = "str | list[dict[str, Any]]"
"""A text as the template shows it: plain, or in parts of which some are code points in a frame."""


@dataclass(frozen=True)
class Phrases:
    """The words of one edition."""

    language: Language
    tables: Mapping[str, Mapping[str, str]]

    def __call__(self, key: str, **params: str | int) -> str:
        """A sentence of the report; whole numbers come out with their thousands apart."""
        shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in params.items()}
        return self.tables["words"][key].format(**shown)

    def of(self, table: str, code: str) -> str:
        """The words of a code; the code itself where there are none, so that nothing is left out."""
        return self.tables[table].get(code, code)

    def grade(self, grade: Grade) -> str:
        """The name of a grade."""
        return text(f"grade_name_{grade.value}", self.language)

    def grade_means(self, grade: Grade) -> str:
        """What a grade says."""
        return text(f"grade_means_{grade.value}", self.language)

    def action(self, entry: Mapping[str, Any]) -> str:
        """What an entry of the timeline says happened."""
        before, after = _mapping(entry.get("before")), _mapping(entry.get("after"))
        said = _Said({name: self._value(name, value) for name, value in {**before, **after}.items()})
        return self.of("verbs", str(entry["action"])).format_map(said)

    def _value(self, name: str, value: Any) -> str:
        if name == "kind":
            return self.of("kinds", str(value))
        if name == "clock":
            return text(f"rules_clock_{value}", self.language)
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:,}"
        said = str(value)
        if name == "binding" and len(said) > _SHORT:
            return said[:_SHORT] + "…"
        return at_utc(datetime.fromisoformat(said)) if INSTANT.fullmatch(said) else said


class _Said(dict[str, str]):
    """What an entry fills its sentence with; what it does not say stands as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@cache
def phrases(language: Language) -> Phrases:
    """The words of an edition. Raises KeyError for a language that there is no edition in."""
    if language not in DESK_LANGUAGES:
        raise KeyError(language)
    return Phrases(language, tomllib.loads((_FOLDER / f"{language.value}.toml").read_text(encoding="utf-8")))


@cache
def statements() -> Mapping[str, Mapping[str, str]]:
    """The counted statement by language of a market."""
    return tomllib.loads((_FOLDER / "markets.toml").read_text(encoding="utf-8"))


def shown(value: str) -> Words:
    """A text of any length as paragraphs show it: code points without a glyph, or that would steer how the rest reads,
    in a frame; a line may end anywhere in what is written without spaces for too long."""
    return _plain(_parts(value, anywhere=_RUN.search(value) is not None))


def exact(value: str, most: int = 1_000) -> Words:
    """A number or a name as it is, to be searched for: no place to break is put in where none is needed; cut with `…`
    beyond `most` letters."""
    cut = (value if len(value) <= most else value[: most - 1] + "…").replace("\n", " ")
    if _LONG.search(cut) is not None:
        return _plain(_parts(cut, anywhere=True))
    return _plain([(part.replace("\u200b", ""), is_code) for part, is_code in _parts(cut, anywhere=False)])


def _parts(value: str, *, anywhere: bool) -> list[tuple[str, bool]]:
    """The parts of a text, with a heap of marks on one letter told by number: it would be drawn over other lines."""
    found: list[tuple[str, bool]] = []
    at = 0
    for heap in _HEAP.finditer(value):
        found += words_of(value[at : heap.start()], anywhere=anywhere).parts
        found.append((f"U+{ord(heap[0][0]):04X} … +{len(heap[0])}", True))
        at = heap.end()
    return [*found, *words_of(value[at:], anywhere=anywhere).parts]


def narrow(value: str, most: int) -> Words:
    """As `exact`, on one line of `most` letters' width; a letter of East Asia counts for two."""
    width = 0
    for place, letter in enumerate(value):
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width > most:
            return exact(value[: max(1, place - 1)] + "…")
    return exact(value)


def _plain(parts: Sequence[tuple[str, bool]]) -> Words:
    if not any(is_code for _, is_code in parts):
        return "".join(part for part, _ in parts)
    return [{"t": part, "code": is_code} for part, is_code in parts]


def at_utc(at: datetime) -> str:
    """An instant in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def at_place(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant in a market's zone, to the second; empty for none."""
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
