"""What a report tells, as values, made from a pack's members and nothing else: it can say no more than they do."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from seawall.evidence.records import Grade
from seawall.evidence.report.source import Listed, Source, lines_of, whole
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import parse_instant
from seawall.evidence.seal.lines import OrderLine, SealedRecord, parse_order, parse_record
from seawall.kernel.markets import Market, Platform

_LANGUAGE = re.compile(rb'"language":"([A-Za-z0-9-]{1,35})"')
"""Stands in no text: a quotation mark inside one is always escaped."""


@dataclass(frozen=True, slots=True)
class Place:
    """A shop, as the report groups orders."""

    platform: Platform
    market: Market
    shop: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One order of the annex. `start` and `end` are where its records stand in messages.jsonl, in bytes."""

    number: int
    """From 1, in the order of the pack."""
    place: Place
    order_id: str
    outcome: str
    grade: Grade
    language: str
    """Of our message, as its records name it; empty when none does."""
    sent_at: datetime | None
    message_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture of an order: where its first page lies, and how many there are."""

    path: str
    pages: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample message that an approval names; `record` is None when no record of the pack holds it."""

    message_id: str
    row: Row | None
    record: SealedRecord | None


@dataclass(frozen=True, kw_only=True)
class Story:
    """All that a report tells. The JSON parts are as in the pack: see docs/reference/pack-format.md."""

    incident: Mapping[str, Any]
    is_simulated: bool
    sealed_at: datetime
    planned: int
    outcomes: Counter[str]
    records: int
    screenshots: int
    facts: Mapping[str, Any]
    papers: Sequence[Mapping[str, Any]]
    scripts: Sequence[tuple[Mapping[str, Any], Mapping[str, str]]]
    """Each version of the wording, and its text in each language."""
    approvals: Sequence[Mapping[str, Any]]
    sample: Sample | None
    timeline: Sequence[Mapping[str, Any]]
    entries: int
    """Of the whole timeline; `timeline` may hold the first of them only."""
    rows: Sequence[Row]
    pictures: Mapping[int, Shown]
    """By the number of the order's row."""
    sources: Sequence[Listed]
    """The members that the report is drawn from."""

    @property
    def proven(self) -> int:
        """Orders whose message stands in the platform's own record, unblocked."""
        return sum(row.grade.rank >= Grade.CONFIRMED.rank for row in self.rows)


MOST_ENTRIES = 2_000
"""Of the timeline that are shown (ours): a long storm has some hundreds; more than this is read in the file itself."""


def read_story(source: Source) -> Story:
    """The story of a pack whose members are as `write_pack` makes them. Raises ValueError for any other.

    `planned` is the number of orders read, and so is each count.
    """
    summary = _json(source, layout.SUMMARY)
    facts = _json(source, layout.FACTS)
    approvals = _json(source, layout.APPROVALS)["approvals"]
    wanted = next((a["binds"]["sample_message"] for a in approvals if a["binds"].get("sample_message")), "")
    rows, sample, records, screenshots = _read_orders(source, wanted)
    timeline = lines_of(source, layout.TIMELINE)
    shown = [json.loads(line) for line in islice(timeline, MOST_ENTRIES)]
    return Story(
        incident=summary["incident"],
        is_simulated=summary["is_simulated"],
        sealed_at=parse_instant(summary["sealed_at"]),
        planned=len(rows),
        outcomes=Counter(row.outcome for row in rows),
        records=records,
        screenshots=screenshots,
        facts=facts["facts"],
        papers=facts["papers"],
        scripts=list(_scripts(source)),
        approvals=approvals,
        sample=sample,
        timeline=shown,
        entries=len(shown) + sum(1 for _ in timeline),
        rows=rows,
        pictures=_pictures(source, rows),
        sources=[source.members[path] for path in _DRAWN_FROM if path in source.members],
    )


_DRAWN_FROM = (
    layout.SUMMARY, layout.ORDERS, layout.ORDERS_CSV, layout.MESSAGES, layout.TIMELINE, layout.FACTS, layout.SCRIPTS,
    layout.APPROVALS, layout.PICTURES,
)  # fmt: skip


def _json(source: Source, path: str) -> Any:
    return json.loads(whole(source, path))


def _scripts(source: Source) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    for script in _json(source, layout.SCRIPTS)["scripts"]:
        texts = {each["language"]: whole(source, each["path"]).decode("utf-8") for each in script["texts"]}
        yield script, texts


def _read_orders(source: Source, wanted: str) -> tuple[list[Row], Sample | None, int, int]:
    messages = lines_of(source, layout.MESSAGES)
    rows: list[Row] = []
    sample: Sample | None = Sample(wanted, None, None) if wanted else None
    sign = json.dumps(wanted, ensure_ascii=False).encode("utf-8", "replace")
    places: dict[Place, Place] = {}
    records = screenshots = offset = 0
    for line in lines_of(source, layout.ORDERS):
        order = parse_order(line)
        held = list(islice(messages, len(order.records)))
        end = offset + sum(len(each) + 1 for each in held)
        row = _row(len(rows) + 1, order, held, places, (offset, end))
        rows.append(row)
        records += len(held)
        screenshots += order.grade.has_screenshot
        offset = end
        if sample is not None and sample.record is None and (found := _holding(held, sign, wanted)) is not None:
            sample = Sample(wanted, row, found)
    return rows, sample, records, screenshots


def _row(number: int, line: OrderLine, held: list[bytes], places: dict[Place, Place], span: tuple[int, int]) -> Row:
    order = line.order
    place = Place(order.platform, order.market, order.shop, order.shop_name)
    return Row(
        number=number,
        place=places.setdefault(place, place),
        order_id=order.order_id,
        outcome=order.outcome,
        grade=line.grade.grade,
        language=next((found[1].decode() for each in held if (found := _LANGUAGE.search(each))), ""),
        sent_at=line.grade.sent_at,
        message_id=line.grade.message_id,
        start=span[0],
        end=span[1],
    )


def _holding(held: list[bytes], sign: bytes, message_id: str) -> SealedRecord | None:
    """The record of this message that has its words: the latest one, since the platform may answer without them."""
    found = [record for each in held if sign in each and (record := parse_record(each)).message_id == message_id]
    return next((record for record in reversed(found) if record.text), found[-1] if found else None)


def _pictures(source: Source, rows: Sequence[Row]) -> dict[int, Shown]:
    numbers = {(row.place.platform, row.place.market, row.place.shop, row.order_id): row.number for row in rows}
    found = {}
    for line in lines_of(source, layout.PICTURES):
        one = json.loads(line)
        pages = one["pages"]
        key = (Platform(one["platform"]), Market(one["market"]), one["shop"], one["order_id"])
        found[numbers[key]] = Shown(pages[0]["path"], len(pages))
    return found
