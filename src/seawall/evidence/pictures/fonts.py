"""The fonts pictures are drawn with: only those of packages, never the machine's, so that every machine draws alike."""

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from seawall.kernel.errors import Refused

_CHECKOUT = Path(__file__).resolve().parents[4]
EMOJI_FILE = "@expo-google-fonts/noto-color-emoji/400Regular/NotoColorEmoji_400Regular.ttf"
"""The font of emoji in its npm package."""
VENDOR = Path(__file__).parent / "vendor"
"""Where set-up (`python -m seawall.web.assets`) puts a copy of it, and from where an installed package has it."""
_EMOJI_PLACES = (VENDOR, (_CHECKOUT / "node_modules" / EMOJI_FILE).parent)
_SEA = ("notosansthai", "notosanslao", "notosanskhmer", "notosansmyanmar")
_CJK = ("notosanssc", "notosanstc", "notosanskr")
_PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_sans_tamil", "fontpkg_noto_sans_arabic")

LATIN, EMOJI = "Noto Sans", "Noto Color Emoji"
FAMILIES = (
    LATIN, "Noto Sans Thai", "Noto Sans Lao", "Noto Sans Khmer", "Noto Sans Myanmar", "Noto Sans Tamil",
    "Noto Sans Arabic", "Noto Sans SC", "Noto Sans TC", "Noto Sans KR", EMOJI,
)  # fmt: skip
"""In the order in which a letter is looked for."""
OPTIONAL = frozenset({"Noto Sans Tamil", "Noto Sans Arabic", EMOJI})
"""Where one of these is not there, its letters are named as missing and drawn as code points: proof with a code point
in it is better than none. Whoever draws is told (`absent`)."""


@cache
def loaded() -> typst.Fonts:
    """The fonts, opened once a process. Raises Refused(picture_font_missing) naming the first that is not there."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in _folders()],
    )
    there = set(fonts.families())
    for family in sorted(set(FAMILIES) - OPTIONAL - there):
        raise Refused("picture_font_missing", font=family)
    return fonts


@cache
def families() -> tuple[str, ...]:
    """The families that are there, in the order in which a letter is looked for."""
    there = set(loaded().families())
    return tuple(name for name in FAMILIES if name in there)


def absent() -> tuple[str, ...]:
    """The families that are not there: pictures without OPTIONAL ones show code points for their letters."""
    return tuple(name for name in FAMILIES if name not in families())


@cache
def covered() -> frozenset[int]:
    """Every code point that one of the fonts has a glyph for."""
    found: set[int] = set()
    for info in loaded().fonts():
        if info.path is not None and info.family in FAMILIES:
            with TTFont(info.path, lazy=True) as font:
                found.update(font.getBestCmap())
    return frozenset(found)


def _folders() -> Iterator[Path]:
    yield from _existing(_package("justmytype_intl_sea") / "fonts" / "ofl" / name for name in _SEA)
    yield from _existing(_package("justmytype_intl_cjk") / "fonts" / "ofl" / name for name in _CJK)
    for package in _PACKAGES:
        yield from _existing([_package(package) / "files"])
    yield from list(_existing(_EMOJI_PLACES))[:1]


def _existing(folders: Iterator[Path] | list[Path] | tuple[Path, ...]) -> Iterator[Path]:
    return (folder for folder in folders if any(folder.glob("*.ttf")))


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return Path(name)
    return Path(next(iter(spec.submodule_search_locations)))
