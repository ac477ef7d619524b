"""Sentences for reasons and refusals, from `<capability>/i18n/{en,zh-Hans}.toml`.

A file maps a code to a sentence with `{named}` placeholders. Codes are unique over all capabilities, and every code
stands in every desk language: `tests/house/test_house_sentences.py` keeps both.
"""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from seawall.kernel.languages import DESK_LANGUAGES, Language

_ROOT = Path(__file__).resolve().parent.parent
_reader: ContextVar[Language | None] = ContextVar("reader_language", default=None)


def desk_language(tag: str | None) -> Language:
    """The desk language nearest to a locale or BCP 47 tag: Chinese for any `zh`, else English."""
    return Language.ZH_HANS if (tag or "").lower().startswith("zh") else Language.EN


def reader_language() -> Language:
    """The language of the present reader: set by `reading_in`, else SEAWALL_LANG / LC_ALL / LANG."""
    chosen = _reader.get()
    if chosen is not None:
        return chosen
    for name in ("SEAWALL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return desk_language(os.environ[name])
    return Language.EN


@contextmanager
def reading_in(language: Language) -> Iterator[None]:
    """Within this block, sentences come out in `language`."""
    token = _reader.set(language)
    try:
        yield
    finally:
        _reader.reset(token)


def set_reader_language(language: Language) -> None:
    """Set the reader's language for the rest of this process (the command line's --lang)."""
    _reader.set(language)


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All sentences of one desk language. Raises ValueError when two files share a code."""
    found: dict[str, str] = {}
    for path in sorted(_ROOT.glob(f"*/i18n/{language.value}.toml")):
        for code, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"{path}: the code {code!r} stands in two files")
            found[code] = sentence
    return found


def text(code: str, language: Language | None = None, /, **params: str | int) -> str:
    """The sentence of a code. An unknown code comes out as itself with its parameters: never a stack trace."""
    wanted = language or reader_language()
    sentence = catalogue(wanted if wanted in DESK_LANGUAGES else Language.EN).get(code)
    if sentence is None:
        return f"{code} ({', '.join(f'{k}={v}' for k, v in params.items())})" if params else code
    try:
        return sentence.format(**params)
    except (KeyError, IndexError):
        return sentence
