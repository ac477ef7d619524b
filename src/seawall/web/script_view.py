"""A script beside its Chinese source, one language at a time, with its length at the longest."""

from collections.abc import Iterator
from dataclasses import dataclass

from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.api import FORM, PLACEHOLDER, ScriptText, ScriptVersion, longest_length
from seawall.scripts.lint import LENGTH_LIMITS

ORDER = (Language.ZH_HANS, *BUYER_LANGUAGES, Language.ZH_HANT)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of a text: words, or a placeholder that is filled from the order."""

    words: str
    is_placeholder: bool


@dataclass(frozen=True, kw_only=True)
class TextView:
    """One language of a script."""

    language: str
    pieces: list[Piece]
    gloss: str
    length: int
    """Code points once every placeholder takes its longest form."""
    limit: int | None
    """The least limit of the platforms it goes to; None where it goes nowhere."""
    is_limit_ours: bool
    is_used: bool
    """Whether a market of this storm reads it."""


@dataclass(frozen=True, kw_only=True)
class ScriptView:
    """A frozen version, one language chosen."""

    version: ScriptVersion
    source: TextView
    texts: list[TextView]
    chosen: TextView


def script_view(version: ScriptVersion, places: list[tuple[str, str]], language: str) -> ScriptView:
    """The view. A language it does not have gives the first one a market of the storm reads."""
    by_language = {row.language: row for row in version.texts.all()}
    texts = [_text(by_language[lang.value], places) for lang in ORDER if lang.value in by_language]
    buyers = [each for each in texts if each.language != Language.ZH_HANS]
    wanted = (
        [each for each in texts if each.language == language] or [each for each in buyers if each.is_used] or buyers
    )
    return ScriptView(version=version, source=texts[0], texts=texts, chosen=wanted[0])


def _text(row: ScriptText, places: list[tuple[str, str]]) -> TextView:
    readers = [p for p, m in places if Market(m).facts.languages[0] == row.language]
    limits = [LENGTH_LIMITS[Platform(platform)] for platform in readers]
    least = min(limits, key=lambda each: each.characters, default=None)
    return TextView(
        language=row.language,
        pieces=list(pieces_of(row.text)),
        gloss=row.gloss_zh,
        length=longest_length(row.text),
        limit=least.characters if least else None,
        is_limit_ours=bool(least and least.source == "ours"),
        is_used=bool(readers),
    )


def pieces_of(template: str) -> Iterator[Piece]:
    """The text cut at its placeholders; forms for one order and for several stand side by side."""
    template = FORM.sub(r"\1/\2", template)
    end = 0
    for match in PLACEHOLDER.finditer(template):
        if match.start() > end:
            yield Piece(words=template[end : match.start()], is_placeholder=False)
        yield Piece(words=match.group(1), is_placeholder=True)
        end = match.end()
    if end < len(template):
        yield Piece(words=template[end:], is_placeholder=False)
