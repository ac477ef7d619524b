"""The Chinese catalogue of the screens, without GNU gettext: Babel alone reads the sources and writes the file.

python -m seawall.web.translations compile     write django.mo from django.po
python -m seawall.web.translations check       fail when a string lacks Chinese, or an entry is stale or fuzzy
python -m seawall.web.translations update      bring django.po up to date; new strings come in empty
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HERE = Path(__file__).resolve().parent
PO = HERE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
SOURCES = (HERE, HERE.parent / "settings")
"""Where strings of the screens stand. The other capabilities hold their sentences in i18n/*.toml."""

KEYWORDS = {
    "gettext": None, "gettext_lazy": None, "_": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "_p": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "gettext_noop": None,
}  # fmt: skip
"""The names under which sources call gettext: `_p` is pgettext_lazy wherever it stands."""

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def strings() -> Catalog:
    """Every string the sources hold, with where it stands."""
    found = Catalog(project="seawall", charset="utf-8")
    for path in sorted(each for source in SOURCES for each in source.rglob("*") if each.suffix in (".py", ".html")):
        code = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            code = templatize(code, origin=str(path))
        for line, words, comments, context in extract("python", io.BytesIO(code.encode()), KEYWORDS, ["Translators:"]):
            if words and words != ("",):
                found.add(words, locations=[(path.relative_to(HERE.parent).as_posix(), line)],
                          auto_comments=comments, context=context)  # fmt: skip
    return found


def catalogue() -> Catalog:
    """The catalogue as it stands."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def problems() -> Iterator[str]:
    """What is wrong with the catalogue, a sentence each; nothing when it is complete."""
    wanted, held = strings(), catalogue()
    for message in wanted:
        if not message.id:
            continue
        mine = held.get(_key(message), message.context)
        if mine is None:
            yield f"not in the catalogue: {_key(message)!r}"
        elif mine.fuzzy or not _is_complete(mine):
            yield f"no Chinese: {_key(message)!r}"
        elif _names(message.id) != _names(mine.string):
            yield f"other placeholders in the Chinese: {_key(message)!r}"
    for message in held:
        if message.id and wanted.get(_key(message), message.context) is None:
            yield f"stale, no source has it: {_key(message)!r}"
    if held.obsolete:
        yield f"{len(held.obsolete)} obsolete entries: run update"


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, list | tuple) else str(message.id)


def _is_complete(message: Message) -> bool:
    given = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(given) and all((each or "").strip() for each in given)


def _names(words: object) -> frozenset[str]:
    """The placeholders of a string; of all its forms together."""
    forms = words if isinstance(words, list | tuple) else (words,)
    return frozenset(match.group(0) for form in forms for match in _PLACEHOLDER.finditer(str(form)))


def update() -> None:
    """Add new strings (empty), drop those no source has, keep every translation."""
    held = catalogue() if PO.exists() else Catalog(locale="zh_Hans", domain="django", project="seawall")
    held.fuzzy = False
    held.header_comment = (
        "# The Chinese of the screens. Brought up to date by python -m seawall.web.translations update."
    )
    held.update(strings(), no_fuzzy_matching=True, update_header_comment=False)
    held.obsolete.clear()
    # No instant and no person in the file: two branches that add strings must not differ by them.
    held.creation_date = held.revision_date = EPOCH
    held.last_translator = held.language_team = "Seawall"
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, held, sort_output=True, no_location=True, ignore_obsolete=True, width=120)


def compile_catalogue() -> Path:
    """Write the .mo that Django reads. It is not kept in the repository."""
    with MO.open("wb") as file:
        write_mo(file, catalogue())
    return MO


def main(arguments: list[str]) -> int:
    """The command; gives the exit code."""
    match arguments:
        case ["compile"]:
            compile_catalogue()
            return 0
        case ["update"]:
            update()
            return 0
        case ["check"]:
            found = list(problems())
            sys.stderr.writelines(f"{line}\n" for line in found)
            return 1 if found else 0
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
