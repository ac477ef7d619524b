"""A volume as the data its pages are set from. Nothing here is markup: the template shows each text as a text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from seawall.evidence.pictures import fonts
from seawall.evidence.pictures.faces import DAY_LANGUAGE
from seawall.evidence.records import Grade
from seawall.evidence.report.phrases import Phrases, Words, at_place, at_utc, exact, narrow, statements
from seawall.evidence.report.story import Place, Row, Story
from seawall.evidence.report.telling import first_volume, grouped
from seawall.evidence.report.volumes import Volume, annex_pages
from seawall.evidence.seal.canonical import to_the_second
from seawall.kernel.markets import Market

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file embedded in a volume."""

    name: str
    path: str
    """Below the folder that the volume is set in."""
    mime: str
    what: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Thumb:
    """A picture on a contact sheet: its file, and its size in pixels."""

    row: Row
    path: str
    width: int
    height: int
    pages: int


def data_of(
    story: Story, volume: Volume, say: Phrases, thumbs: Sequence[Thumb], attached: Sequence[Attachment]
) -> Data:
    """All that the template shows of a volume."""
    first, last = (volume.rows[0].number, volume.rows[-1].number) if volume.rows else (0, 0)
    sealed = story.sealed_at.astimezone(UTC)
    name = story.incident["title"] or story.incident["reference"]
    return {
        "fonts": list(fonts.families()),
        "lang": say.language.value.split("-")[0],
        "date": [sealed.year, sealed.month, sealed.day, sealed.hour, sealed.minute, sealed.second],
        "document-title": f"{say('title')} {story.incident['reference']}",
        "keywords": [f"{source.path} sha256 {source.sha256}" for source in story.sources],
        "say": {key: value for key, value in say.tables["words"].items() if "{" not in value},
        "reference": exact(story.incident["reference"]),
        "title": exact(str(name), 160),
        "simulated": say("simulated") if story.is_simulated else "",
        "volume": say("volume", number=volume.number, of=volume.of) if volume.of > 1 else "",
        "running": f"{say('sealed_at')} {at_utc(story.sealed_at)} UTC",
        "head": _head(story, say),
        "statement": say("statement", planned=story.planned, proven=story.proven),
        "part": "" if volume.is_first else say("volume_statement", first=first, last=last, planned=story.planned),
        "sum": _sum(story.outcomes, say),
        "markets": [] if not volume.is_first else _statements(story),
        "story": first_volume(story, say) if volume.is_first else None,
        "sheets": _sheets(story, volume, say, thumbs),
        "annex": _annex(volume, say, first, last, attached),
        "attached": [_attached(each) for each in attached],
        "not-attached": _not_attached(volume, say, attached),
        "sources": [{"path": each.path, "size": f"{each.size:,}", "sha256": each.sha256} for each in story.sources],
    }


def _head(story: Story, say: Phrases) -> list[list[Words]]:
    incident = story.incident
    rows: list[list[Words]] = [
        [say("incident"), exact(incident["reference"])],
        [say("kind"), exact(say.of("kinds", incident["kind"]))],
        [say("seller"), exact(incident["seller"], 120)],
        [say("team"), exact(incident["team"], 120)],
        [say("opened_at"), to_the_second(incident["opened_at"]) + " UTC"],
        [say("sealed_at"), at_utc(story.sealed_at) + " UTC"],
        [say("orders"), f"{story.planned:,}"],
        [say("records"), f"{story.records:,}"],
        [say("pictures"), f"{len(story.pictures):,}"],
    ]
    if story.screenshots:
        rows.append([say("screenshots"), f"{story.screenshots:,}"])
    return rows


def _sum(outcomes: Counter[str], say: Phrases) -> Data:
    """The counted statement: every outcome with its number, largest first, and what they add up to."""
    ordered = sorted(outcomes.items(), key=lambda item: (-item[1], item[0]))
    return {
        "rows": [[exact(say.of("outcomes", name)), f"{count:,}"] for name, count in ordered],
        "total": f"{sum(outcomes.values()):,}",
        "line": say(
            "statement_sum",
            planned=sum(outcomes.values()),
            parts=" + ".join(f"{count:,}" for _, count in ordered) or "0",
        ),
        "shares": [
            {"share": count, "tone": _TONES.get(name, "off")}
            for name, count in sorted(outcomes.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER)))
        ],
    }


_TONES = {
    "answered": "ok", "read": "ok", "confirmed": "run", "acknowledged": "half", "sent_by_hand": "half",
    "needs_person": "warn", "unknown": "warn", "rejected": "risk", "blocked": "risk",
}  # fmt: skip
_ORDER = {name: place for place, name in enumerate([*_TONES, "no_connection", "unreachable"])}


def _statements(story: Story) -> list[Data]:
    """The counted statement in the language of each market whose reviewers may read neither edition."""
    return [
        _statement(market, rows)
        for market, rows in grouped(story.rows, lambda row: row.place.market).items()
        if DAY_LANGUAGE[market].value in statements()
    ]


def _statement(market: Market, rows: Sequence[Row]) -> Data:
    language = DAY_LANGUAGE[market].value
    said = statements()[language]
    proven = sum(row.grade.rank >= Grade.CONFIRMED.rank for row in rows)
    mark = "." if market.facts.thousands_dot else ","
    places = dict.fromkeys(f"{row.place.platform.title} {market.value}" for row in rows)
    text = said["statement"].format(
        market=", ".join(places),
        orders=f"{len(rows):,}".replace(",", mark),
        proven=f"{proven:,}".replace(",", mark),
    )
    return {"lang": language.split("-")[0], "title": said["title"], "text": text}


def _sheets(story: Story, volume: Volume, say: Phrases, thumbs: Sequence[Thumb]) -> Data:
    """The contact sheets of a volume, and what they leave out."""
    there = sum(row.number in story.pictures for row in volume.rows)
    if not thumbs:
        note = say("sheets_none")
    elif len(thumbs) < there:
        note = say("sheets_some", shown=len(thumbs), all=there)
    else:
        note = say("sheets_all", shown=len(thumbs))
    return {
        "note": note,
        "pictures": [
            {
                "path": each.path,
                "tall": each.height / each.width,
                "order": exact(each.row.order_id, 40),
                "place": f"{each.row.place.platform.title} {each.row.place.market.value} · {say.grade(each.row.grade)}",
                "pages": say("page_of", pages=each.pages) if each.pages > 1 else "",
            }
            for each in thumbs
        ],
    }


def _annex(volume: Volume, say: Phrases, first: int, last: int, attached: Sequence[Attachment]) -> Data:
    has_list = any(each.name == "orders.csv" for each in attached)
    pages = [
        [{"place": _heading(block.place, say), "rows": [_line(row, say) for row in block.rows]} for block in page]
        for page in annex_pages(volume.rows)
    ]
    return {
        "title": say("annex") if volume.of == 1 else say("annex_part", first=first, last=last),
        "note": say("annex_note" if has_list else "annex_note_plain"),
        "columns": [say(key) for key in ("number", "order", "outcome", "grade", "sent_at", "message_id")],
        "pages": pages,
    }


def _heading(place: Place, say: Phrases) -> list[Words]:
    name = f" · {place.name}" if place.name else ""
    zone = say("times_in", zone=place.market.facts.zone_name)
    return [exact(f"{place.platform.title} {place.market.value} · {place.shop}{name}", 90), zone]


def _line(row: Row, say: Phrases) -> list[Words]:
    return [
        f"{row.number}",
        narrow(row.order_id, 26),
        narrow(say.of("outcomes", row.outcome), 29),
        say.grade(row.grade),
        at_place(row.sent_at, row.place.market.zone) or say("none"),
        narrow(row.message_id or say("none"), 33),
    ]


def _attached(each: Attachment) -> Data:
    return {
        "name": each.name, "path": each.path, "mime": each.mime, "what": each.what, "size": f"{each.size:,}",
        "sha256": each.sha256,
    }  # fmt: skip


def _not_attached(volume: Volume, say: Phrases, attached: Sequence[Attachment]) -> str:
    start, end = volume.messages
    if end == start or any(each.name.startswith("messages") for each in attached):
        return ""
    return say("not_attached", size=end - start)
