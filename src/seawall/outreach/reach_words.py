"""A kept reachability plan in sentences, for screens and the command line alike. No tables are read here."""

from collections.abc import Mapping
from typing import Any

from seawall.kernel.languages import Language
from seawall.kernel.markets import Platform
from seawall.kernel.texts import reader_language, text
from seawall.outreach.reach import DOORS


def sentence_of(body: Mapping[str, Any], language: Language | None = None) -> str:
    """The plan in one sentence: who is reached how, and what makes it as long as it is."""
    wanted = language or reader_language()
    doors = body["totals"]["doors"]
    parts = [text(f"reach_by_{name}", wanted, count=f"{doors[name]:,}") for name in DOORS if doors.get(name)]
    comma, stop = ("，", "；") if wanted is Language.ZH_HANS else (", ", "; ")
    listed = comma.join(parts) or text("reach_nobody", wanted)
    longest = max(body["lanes"], key=lambda lane: (lane["seconds"], lane["messages"]), default=None)
    if longest is None or not longest["in_time"]:
        return listed
    takes = text(
        f"reach_takes_{longest['waits_for']}", wanted,
        platform=Platform(longest["platform"]).title, span=span_of(body["seconds"], wanted),
    )  # fmt: skip
    late = body["totals"]["expiring"]
    tail = stop + text("reach_too_late", wanted, count=f"{late:,}") if late else ""
    return f"{listed}{stop}{takes}{tail}"


def span_of(seconds: float, language: Language | None = None) -> str:
    """A rough span, such as `2.4 days`."""
    if seconds < 5400:
        return text("reach_minutes", language, n=max(1, round(seconds / 60)))
    if seconds < 36 * 3600:
        return text("reach_hours", language, n=f"{seconds / 3600:.1f}")
    return text("reach_days", language, n=f"{seconds / 86400:.1f}")


def assumption_lines(body: Mapping[str, Any], language: Language | None = None) -> list[tuple[str, str, str]]:
    """Each assumption as sentence, certainty and source."""
    return [
        (text(each["code"], language, **_readable(each["params"])), each["certainty"], each["source"])
        for each in body["assumptions"]
    ]


def _readable(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in params.items()}
