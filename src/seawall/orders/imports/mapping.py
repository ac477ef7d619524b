"""Saved column mappings, for tools whose columns each user chooses (店小秘 and others; exports.md 7)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.formats import Format, IdRule, SlashDates, Variant, words
from seawall.orders.imports.headers import compared
from seawall.orders.imports.recognise import header_places
from seawall.orders.imports.records import ExportKind

FIELDS = (
    "platform", "market", "shop", "order_id", "package_id", "line_id", "status", "return_status", "created_at",
    "paid_at", "ship_by", "shipped_at", "delivered_at", "cancelled_at", "cancel_reason", "cancel_by", "currency",
    "order_total", "sku", "title", "variation", "quantity", "unit_price", "buyer_handle", "buyer_name", "phone", "city",
    "province", "country", "tracking", "carrier", "remark",
)  # fmt: skip
"""What a column can be mapped to."""
_ENOUGH = 4
"""A proposal needs an order id and so many other fields, else it is a guess."""


MAPPED = "mapping:"
"""How the name of a format begins that was made from a saved mapping."""


class ColumnMapping(BaseModel):
    """Which header of a tool's file is which of our fields. Kept per tool and seller."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=120)
    tool: str = ""
    platform: Platform | None = None
    """Where no column tells the platform."""
    market: Market | None = None
    kind: Literal["orders", "cancelled", "failed_delivery", "returns"] = "orders"
    day_first: bool | None = None
    """What 05/06/2026 means in this tool; None: only what a file proves."""
    columns: dict[str, str]
    """Our field -> header."""

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(columns) - set(FIELDS)):
            raise ValueError(f"unknown fields: {', '.join(unknown)}")
        if "order_id" not in columns:
            raise ValueError("order_id must be mapped")
        if empty := sorted(field for field, header in columns.items() if not compared(header)):
            raise ValueError(f"fields without a header: {', '.join(empty)}")
        return columns

    def as_format(self) -> Format:
        """This mapping as a format: a file fits when it has the columns that were mapped for id and, if any, status."""
        proof = tuple(compared(self.columns[field]) for field in ("order_id", "status") if field in self.columns)
        return Format(
            name=f"{MAPPED}{self.name}", platform=self.platform, market=self.market, markets=(), market_by_header={},
            id_rule=IdRule.BY_PLATFORM, slash_dates=SlashDates.DAY_FIRST if self.day_first else SlashDates.EVIDENCE,
            is_unit_rows=False, refuse="", variants=(Variant(ExportKind(self.kind), proof, (), (), 99),),
            columns={field: (compared(header),) for field, header in self.columns.items()},
        )  # fmt: skip


def load_mapping(path: Path) -> ColumnMapping:
    """A mapping from its JSON file. Raises InvalidInput (mapping_unreadable) with what is wrong."""
    try:
        return ColumnMapping.model_validate_json(path.read_bytes())
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput("mapping_unreadable", file=path.name, detail=f"{place} {first['msg']}".strip()) from wrong
    except OSError as wrong:
        raise InvalidInput("mapping_unreadable", file=path.name, detail=wrong.strerror or "") from wrong


def dump_mapping(mapping: ColumnMapping) -> str:
    """A mapping as JSON for saving: readable, Chinese unescaped."""
    return json.dumps(mapping.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=2) + "\n"


def propose(headers: Sequence[str]) -> ColumnMapping | None:
    """A mapping for unknown headers by the seeds of Chinese tools, for a person to check; None when too little fits."""
    seeds = words("tools")
    places = header_places(headers)
    columns: dict[str, str] = {}
    for field, aliases in seeds["columns"].items():
        hit = next((alias for alias in aliases if compared(alias) in places), None)
        if hit is not None and headers[places[compared(hit)]] not in columns.values():
            columns[field] = headers[places[compared(hit)]]
    if "order_id" not in columns or len(columns) <= _ENOUGH:
        return None
    tool = _tool(seeds["tools"], set(places))
    return ColumnMapping(name=tool or "proposal", tool=tool, columns=columns)


def _tool(tools: Mapping[str, Sequence[str]], present: set[str]) -> str:
    scores = {tool: sum(compared(mark) in present for mark in marks) for tool, marks in tools.items()}
    best = max(scores, key=lambda tool: scores[tool], default="")
    return best if best and scores[best] >= 2 else ""
