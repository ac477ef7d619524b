"""Export formats as data: `formats/*.toml` say which headers prove what a file is, and which column is which field."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.headers import compared, keys
from seawall.orders.imports.records import ExportKind

_HERE = Path(__file__).resolve().parent


class IdRule(StrEnum):
    """How an order id of this format must look (exports.md 5.2)."""

    SHOPEE = "shopee"
    LAZADA = "lazada"
    TIKTOK = "tiktok"
    TEXT = "text"
    BY_PLATFORM = "by_platform"


class SlashDates(StrEnum):
    """What `05/06/2026` means."""

    DAY_FIRST = "day_first"
    """5 June, unless the file shows the other order (exports.md 5.9)."""
    EVIDENCE = "evidence"
    """Only what the file itself proves: a part above 12 somewhere."""


@dataclass(frozen=True)
class Variant:
    """One kind of file of a format: the headers that prove it."""

    kind: ExportKind
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    priority: int


@dataclass(frozen=True)
class Format:
    """One platform's export in one interface language, or our own neutral format, or a saved mapping."""

    name: str
    platform: Platform | None
    market: Market | None
    markets: tuple[Market, ...]
    """Candidates when the header does not say which."""
    market_by_header: Mapping[str, Market]
    id_rule: IdRule
    slash_dates: SlashDates
    is_unit_rows: bool
    """One row is one piece, and an order's total is the sum over its rows (Lazada)."""
    refuse: str
    """Sentence code when files of this format are refused."""
    variants: tuple[Variant, ...]
    columns: Mapping[str, tuple[str, ...]]
    """Our field -> header aliases, the preferred first; compared form."""


def format_from(name: str, raw: Mapping[str, Any]) -> Format:
    """A format from its TOML table. Raises KeyError or ValueError on nonsense: the data ships with the product."""
    return Format(
        name=name,
        platform=Platform(raw["platform"]) if "platform" in raw else None,
        market=Market(raw["market"]) if "market" in raw else None,
        markets=tuple(Market(value) for value in raw.get("markets", ())),
        market_by_header={compared(key): Market(value) for key, value in raw.get("market_by_header", {}).items()},
        id_rule=IdRule(raw["id_rule"]),
        slash_dates=SlashDates(raw.get("slash_dates", "evidence")),
        is_unit_rows=raw.get("unit_rows", False),
        refuse=raw.get("refuse", ""),
        variants=tuple(
            Variant(
                ExportKind(variant["kind"]),
                tuple(map(compared, variant["all"])),
                tuple(map(compared, variant.get("any", ()))),
                tuple(map(compared, variant.get("none", ()))),
                variant.get("priority", 0),
            )
            for variant in raw.get("variants", ())
        ),
        columns={field: tuple(map(compared, aliases)) for field, aliases in raw["columns"].items()},
    )


@cache
def formats() -> tuple[Format, ...]:
    """All formats that ship with the product."""
    return tuple(
        format_from(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted((_HERE / "formats").glob("*.toml"))
    )


@cache
def words(name: str) -> Mapping[str, Any]:
    """One of the word lists under `words/`."""
    found: Mapping[str, Any] = tomllib.loads((_HERE / "words" / f"{name}.toml").read_text(encoding="utf-8"))
    return found


@cache
def foreign_headers() -> frozenset[str]:
    """Every known header that is not plain ASCII: what settles a legacy encoding."""
    return frozenset(key for key in known_headers() if not key.isascii() and len(key) > 1)


@cache
def known_headers() -> frozenset[str]:
    """Every header of every format and tool, in compared form."""
    aliases = {alias for one in formats() for group in one.columns.values() for alias in group}
    aliases |= {header for one in formats() for variant in one.variants for header in variant.all_of + variant.any_of}
    aliases |= {alias for group in words("tools")["columns"].values() for alias in group}
    return frozenset(key for alias in aliases for key in keys(alias))
