"""What only the first volume tells: facts, wording, approvals, the sample, the timeline, the tables of outcomes."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from seawall.evidence.records import Grade
from seawall.evidence.report.phrases import INSTANT, Phrases, Words, at_place, at_utc, exact, shown
from seawall.evidence.report.story import Row, Story
from seawall.evidence.seal.canonical import to_the_second
from seawall.kernel.languages import OWN_NAMES, Language
from seawall.kernel.markets import Platform

Data = dict[str, Any]
Key = TypeVar("Key")
_GRADES = tuple(reversed(Grade))


def first_volume(story: Story, say: Phrases) -> Data:
    """The chapters before the pictures."""
    return {
        "facts": _facts(story.facts, say),
        "papers": [_paper(each, say) for each in story.papers],
        "scripts": [_script(script, texts, say) for script, texts in story.scripts],
        "approvals": [_approval(each, say) for each in story.approvals],
        "sample": _sample(story, say),
        "timeline": _timeline(story, say),
        "outcomes-note": say("outcomes_note", planned=story.planned),
        "tables": _tables(story, say),
    }


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """The rows by a key, each group in their order."""
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _facts(facts: Mapping[str, Any], say: Phrases) -> list[Data]:
    """Every field of the sheet that says something; one that this report has no name for stands under its own."""
    known = [name for name in say.tables["facts"] if name in facts]
    ordered = [*known, *(name for name in facts if name not in known)]
    return [
        {"label": exact(say.of("facts", name), 80), "lines": _lines(facts[name], say)}
        for name in ordered
        if facts[name] not in ("", None, [], {})
    ]


def _lines(value: Any, say: Phrases) -> list[Data]:
    """A value of a facts sheet as lines, each with the tag before it where there is one."""
    if isinstance(value, Mapping):
        return [_tagged(str(name), inner, say) for name, inner in value.items()]
    if isinstance(value, list):
        return [{"tag": "", "lang": "", "text": shown(_said(each, say))} for each in value]
    return [{"tag": "", "lang": "", "text": shown(_said(value, say))}]


def _tagged(name: str, value: Any, say: Phrases) -> Data:
    language = _language(name)
    tag = OWN_NAMES[language] if language else name
    lang = language.value.split("-")[0] if language else ""
    return {"tag": exact(tag, 60), "lang": lang, "text": shown(_said(value, say))}


def _said(value: Any, say: Phrases) -> str:
    if isinstance(value, bool):
        return say.of("values", "yes" if value else "no")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_said(inner, say)}" for name, inner in value.items())
    if isinstance(value, list):
        return "; ".join(_said(each, say) for each in value)
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return at_utc(datetime.fromisoformat(value)) + " UTC"
    return say("none") if value is None else str(value)


def _language(tag: str) -> Language | None:
    return next((language for language in Language if language.value == tag), None)


def _paper(paper: Mapping[str, Any], say: Phrases) -> Data:
    received = paper["received_at"]
    return {
        "name": exact(paper["name"], 160),
        "path": paper["path"],
        "note": shown(paper["note"]),
        "received": to_the_second(received) + " UTC" if received else say("none"),
        "size": f"{paper['size']:,}",
        "sha256": paper["sha256"],
    }


def _script(script: Mapping[str, Any], texts: Mapping[str, str], say: Phrases) -> Data:
    source = script["source_language"]
    hashes = {each["language"]: each["sha256"] for each in script["texts"]}
    ordered = sorted(texts, key=lambda tag: (tag != source, tag))
    return {
        "version": say("version", version=str(script["version"])[:40]),
        "digest": script["digest"],
        "texts": [
            {
                "language": exact(OWN_NAMES[found] if (found := _language(tag)) else tag, 40),
                "lang": tag.split("-")[0],
                "source": say("source") if tag == source else "",
                "text": shown(texts[tag]),
                "sha256": hashes[tag],
            }
            for tag in ordered
        ],
    }


def _approval(approval: Mapping[str, Any], say: Phrases) -> Data:
    return {
        "step": exact(say.of("steps", approval["step"]), 80),
        "by": exact(approval["by"], 120),
        "for": exact(approval["on_behalf_of"], 120),
        "at": to_the_second(approval["at"]) + " UTC",
        "digest": exact(approval["digest"], 80),
        "binds": [
            [exact(say.of("binds", name), 40), exact(str(value), 90)]
            for name, value in sorted(approval["binds"].items())
        ],
        "note": shown(approval["note"]),
        "simulated": say("is_simulated") if approval["is_simulated"] else "",
    }


def _sample(story: Story, say: Phrases) -> Data:
    found = story.sample
    note = say("sample_of_exercise" if story.is_simulated else "sample_note")
    if found is None:
        return {"note": say("sample_missing"), "rows": [], "digest": "", "text": "", "lang": "", "picture": ""}
    if found.record is None or found.row is None:
        missing = say("sample_not_found", message=found.message_id[:80])
        return {"note": missing, "rows": [], "digest": "", "text": "", "lang": "", "picture": ""}
    record, place = found.record, found.row.place
    zone = place.market.zone
    rows: list[list[Words]] = [
        [say("order"), exact(found.row.order_id, 60)],
        [say("shop"), exact(f"{place.platform.title} {place.market.value} · {place.shop} {place.name}", 120)],
        [say("message_id"), exact(found.message_id, 120)],
        [say("sent_at"), _sent(found.row, record.platform_at, zone, say)],
        [say("grade"), f"{say.grade(found.row.grade)} · {say.grade_means(found.row.grade)}"],
    ]
    shown_there = story.pictures.get(found.row.number)
    return {
        "note": note,
        "rows": rows,
        "digest": record.script_digest,
        "text": shown(record.text),
        "lang": found.row.language.split("-")[0],
        "picture": shown_there.path if shown_there else "",
    }


def _sent(row: Row, platform_at: Any, zone: ZoneInfo, say: Phrases) -> str:
    at = at_place(row.sent_at or platform_at, zone)
    return f"{at} ({zone.key})" if at else say("none")


def _timeline(story: Story, say: Phrases) -> Data:
    note = say("timeline_note", entries=story.entries)
    if len(story.timeline) < story.entries:
        note = say("timeline_cut", entries=story.entries, shown=len(story.timeline))
    rows = []
    for entry in story.timeline:
        who = entry["by"] + (f" → {entry['on_behalf_of']}" if entry["on_behalf_of"] else "")
        rows.append(
            {
                "at": to_the_second(entry["at"]),
                "what": exact(say.action(entry), 160),
                "code": exact(entry["action"], 60),
                "who": exact(who, 120),
                "note": shown(entry["note"][:2_000]),
            }
        )
    return {"note": note, "rows": rows}


def _tables(story: Story, say: Phrases) -> list[Data]:
    return [
        _by_grade(story, say),
        *_by_outcome(story, say),
        _counted(say("by_shop"), say("shop"), grouped(story.rows, lambda row: row.place), _shop_name, say),
        _counted(
            say("by_language"),
            say("language"),
            grouped(sorted(story.rows, key=lambda row: (not row.language, row.language)), lambda row: row.language),
            lambda tag: _language_name(tag, say),
            say,
        ),
    ]


def _by_grade(story: Story, say: Phrases) -> Data:
    counts = Counter(row.grade for row in story.rows)
    return {
        "title": say("by_grade"),
        "columns": [say("grade"), say("meaning"), say("orders")],
        "wide": 1,
        "rows": [[say.grade(grade), say.grade_means(grade), _n(counts[grade])] for grade in _GRADES],
        "sum": [say("sum"), "", _n(counts.total())],
    }


def _by_outcome(story: Story, say: Phrases) -> list[Data]:
    """A table for each platform: its markets are few enough for the width of a page."""
    return [
        _outcomes_of(platform, rows, say) for platform, rows in grouped(story.rows, lambda r: r.place.platform).items()
    ]


def _outcomes_of(platform: Platform, rows: Sequence[Row], say: Phrases) -> Data:
    counts = {
        market: Counter(row.outcome for row in own) for market, own in grouped(rows, lambda r: r.place.market).items()
    }
    total = Counter(row.outcome for row in rows)
    ordered = sorted(total, key=lambda name: (-total[name], name))
    return {
        "title": f"{say('by_outcome')}: {platform.title}",
        "columns": [say("outcome"), *(market.value for market in counts), say("sum")],
        "wide": 0,
        "rows": [
            [exact(say.of("outcomes", name), 60), *(_n(each[name]) for each in counts.values()), _n(total[name])]
            for name in ordered
        ],
        "sum": [say("sum"), *(_n(each.total()) for each in counts.values()), _n(total.total())],
    }


def _counted(
    title: str, label: str, groups: Mapping[Key, Sequence[Row]], name: Callable[[Key], Words], say: Phrases
) -> Data:
    """A line for each group with its orders by grade; every line and every column adds up."""
    counts = {key: Counter(row.grade for row in rows) for key, rows in groups.items()}
    total: Counter[Grade] = sum(counts.values(), Counter())
    return {
        "title": title,
        "columns": [label, *(say.grade(grade) for grade in _GRADES), say("sum")],
        "wide": 0,
        "rows": [[name(key), *(_n(c[g]) for g in _GRADES), _n(c.total())] for key, c in counts.items()],
        "sum": [say("sum"), *(_n(total[grade]) for grade in _GRADES), _n(total.total())],
    }


def _shop_name(place: Any) -> Words:
    name = f" · {place.name}" if place.name else ""
    return exact(f"{place.platform.title} {place.market.value} · {place.shop}{name}", 90)


def _language_name(tag: str, say: Phrases) -> Words:
    found = _language(tag)
    return OWN_NAMES[found] if found else exact(tag, 40) if tag else say("no_language")


def _n(count: int) -> str:
    return f"{count:,}"
