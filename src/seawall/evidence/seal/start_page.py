"""START-HERE.html: the page a reviewer opens by a double click. One file with its style and program inside, in Chinese
and English, that asks for nothing over a network: summary, search, picture beside records, checks in the browser.

The program may run because its hash stands in the page's content policy; nothing else may. What comes from outside
(titles, names, chats) only ever becomes text: escaped here, `textContent` there.
"""

import base64
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from seawall.evidence.records import Grade
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import to_the_second, without_lone_surrogates
from seawall.evidence.seal.keys import VerifyKey
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import catalogue, text

_FOLDER = Path(__file__).parent / "start"
_PROGRAM = ("sha256", "packs", "checks", "keychain", "tree", "words", "orders", "main", "handed")
_TONES = {
    "answered": "ok", "read": "ok", "confirmed": "run", "acknowledged": "run", "sent_by_hand": "run", "claimed": "run",
    "unknown": "warn",
    "needs_person": "warn", "blocked": "risk", "rejected": "risk", "none": "mute",
}  # fmt: skip
_GRADE_TONES = _TONES | {"acknowledged": "warn"}
"""As a grade, a message that the platform only took is no proof that the buyer has it."""
_ORDER = (
    "answered", "read", "confirmed", "acknowledged", "sent_by_hand", "claimed", "unknown", "needs_person", "blocked",
    "rejected", "unreachable", "too_late", "no_connection", "left_out", "waiting",
)  # fmt: skip
"""How outcomes stand in the table: known, delivered, needs a person, refused, not reached, waiting."""

Both = tuple[str, str]
"""A text in Chinese and in English."""


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def words() -> dict[str, Both]:
    """The words of the page, by `group.name`."""
    groups = tomllib.loads(_read("words.toml"))
    return {f"{group}.{name}": (zh, en) for group, named in groups.items() for name, (zh, en) in named.items()}


@cache
def program() -> str:
    """The whole program of the page."""
    return '(() => {\n"use strict";\n' + "\n".join(_read(f"{name}.js") for name in _PROGRAM) + "\n})();\n"


@cache
def _sentences() -> dict[str, Both]:
    """The sentences that the program may say: its checks' findings, grades and reasons."""
    used = set(re.findall(r'"(verify_[a-z_]+)"', program()))
    used |= {f"grade_{part}_{grade.value}" for part in ("name", "means") for grade in Grade}
    used |= {code for code in catalogue(Language.EN) if code.startswith("grade_") and "_means_" not in code}
    return {code: (catalogue(Language.ZH_HANS)[code], catalogue(Language.EN)[code]) for code in sorted(used)}


def _sha256(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def start_page(
    summary: Mapping[str, Any], papers: Sequence[tuple[str, str]], key: VerifyKey, *, reports: Sequence[str] = ()
) -> str:
    """The page of a summary (see summary.json). `papers` are (name as given, path), `reports` the paths of the report's
    files; `key` is the one that seals.

    The same arguments give the same page.
    """
    counts, head = summary["counts"], summary["incident"]
    n = summary["planned"]
    is_simulated = summary["is_simulated"]
    proven = sum(counts["grades"][grade.value] for grade in Grade if grade.rank >= Grade.CONFIRMED.rank)
    style = _read("page.css")
    outcomes = {name: number for name, number in counts["outcomes"].items() if number}
    page = re.sub(r"\{\{([a-z_.]+)\}\}", lambda found: _both(words()[found[1]]), _read("page.html"))
    return Template(page).substitute(
        program=program(),
        style=style,
        program_sha256=_sha256(program()),
        style_sha256=_sha256(style),
        data=_data(summary, key),
        words=_embedded({**words(), **_sentences()}),
        flag=_flag() if is_simulated else "",
        label_title=f"[{layout.SIMULATED}] " if is_simulated else "",
        title=escape(head["title"]),
        reference=escape(head["reference"]),
        seller=escape(head["seller"]),
        team=escape(head["team"]),
        sealed_at=to_the_second(summary["sealed_at"]),
        planned=f"{n:,}",
        proven=f"{proven:,}",
        records=f"{counts['records']:,}",
        screenshots=f"{counts['screenshots']:,}",
        adds_up=_both(with_values(words()["outcomes.adds_up"], n=f"{n:,}")),
        outcome_bar=_bar({name: outcomes[name] for name in _sorted(outcomes)}, n, _TONES),
        outcomes="\n".join(_outcome_row(name, outcomes[name], n) for name in _sorted(outcomes)),
        grade_bar=_bar({grade.value: counts["grades"][grade.value] for grade in reversed(Grade)}, n, _GRADE_TONES),
        grades="\n".join(_grade_row(grade, counts["grades"][grade.value], n) for grade in reversed(Grade)),
        markets="\n".join(_market_row(name, number, n) for name, number in sorted(counts["markets"].items())),
        reports="\n".join(_report(path) for path in reports),
        papers="\n".join(_paper(name, path) for name, path in papers),
    )


def _data(summary: Mapping[str, Any], key: VerifyKey) -> str:
    """What the program reads: the summary as sealed, the key, and the markets' zones at the sealing time."""
    at = datetime.fromisoformat(summary["sealed_at"])
    zones = {
        market.value: [market.facts.zone_name, int((market.zone.utcoffset(at) or at - at).total_seconds()) // 60]
        for market in Market
    }
    platforms = {platform.value: platform.title for platform in Platform}
    return _embedded({"key": key.fingerprint, "platforms": platforms, "summary": summary, "zones": zones})


def _embedded(value: object) -> str:
    """JSON that may stand inside a page: no letter of it ends the block or begins a tag."""
    plain = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def summary_in(page: bytes) -> object:
    """The summary that a page holds; None for bytes that are no such page."""
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', page)
    try:
        return json.loads(found[1])["summary"] if found else None
    except (ValueError, KeyError, TypeError):
        return None


def with_values(words: Both, **filled: str) -> Both:
    """Both texts with their blanks filled."""
    return words[0].format(**filled), words[1].format(**filled)


def _both(words: Both) -> str:
    chinese, english = escape(words[0]), escape(words[1])
    return f'<span class="z" lang="zh-Hans">{chinese}</span> <span class="e" lang="en">{english}</span>'


def _flag() -> str:
    sentence = (text("pack_simulated", Language.ZH_HANS), text("pack_simulated", Language.EN))
    return f'<p class="flag" role="note"><b>{layout.SIMULATED}</b> {_both(sentence)}</p>'


def _sorted(outcomes: Mapping[str, int]) -> list[str]:
    places = {name: place for place, name in enumerate(_ORDER)}
    return sorted(outcomes, key=lambda name: (places.get(name, len(places)), name))


def _words_of(group: str, name: str) -> Both:
    return words().get(f"{group}.{name}", (name, name))


def _bar(numbers: Mapping[str, int], whole: int, tones: Mapping[str, str]) -> str:
    # Widths in an SVG, since the content policy allows no style on an element.
    place, parts = 0.0, []
    for name, number in numbers.items():
        width = 1000 * number / whole if whole else 0.0
        if number:
            tone = tones.get(name, "mute")
            parts.append(f'<rect class="s-{tone}" x="{place:.2f}" width="{width:.2f}" height="10"/>')
        place += width
    return (
        f'<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _share(number: int, whole: int) -> str:
    return f"{100 * number / whole:.1f}%" if whole else ""


def _row(kind: str, name: str, what: str, number: int, whole: int) -> str:
    tones = _GRADE_TONES if kind == "grade" else _TONES
    dot = f'<i class="dot s-{tones.get(name, "mute")}"></i>'
    count = f'<button class="count" type="button" data-{kind}="{escape(name)}">{number:,}</button>'
    share = f'<td class="n soft">{_share(number, whole)}</td>'
    return f'<tr><td class="d">{dot}</td><td>{what}</td><td class="n">{count}</td>{share}</tr>'


def _outcome_row(name: str, number: int, whole: int) -> str:
    return _row("outcome", name, _both(_words_of("outcomes", name)), number, whole)


def _grade_row(grade: Grade, number: int, whole: int) -> str:
    name, meaning = _sentences()[f"grade_name_{grade.value}"], _sentences()[f"grade_means_{grade.value}"]
    what = f'<b>{_both(name)}</b><div class="soft small">{_both(meaning)}</div>'
    return _row("grade", grade.value, what, number, whole)


def _market_row(name: str, number: int, whole: int) -> str:
    platform, _, market = name.partition(" ")
    title = Platform(platform).title
    what = f'<b class="pf {title[0].lower()}">{title[0]}</b> {title} {_both(_words_of("market", market))}'
    return f'<tr><td>{what}</td><td class="n">{number:,}</td><td class="n soft">{_share(number, whole)}</td></tr>'


def _report(path: str) -> str:
    return f'<li><a href="{escape(path)}">{escape(path)}</a> {_both(words()["inside.report"])}</li>'


def _paper(name: str, path: str) -> str:
    shown = escape(without_lone_surrogates(name))
    return f'<li><a href="{escape(path)}">{escape(path)}</a> {_both(words()["inside.paper"])}: <bdi>{shown}</bdi></li>'
