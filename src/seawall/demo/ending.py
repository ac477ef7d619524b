"""The end of the demo: do the counts add up, and the numbers as a person reads them."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seawall.cli.output import err, table
from seawall.demo.scene import MARKETPLACES
from seawall.demo.stage import SideDoor


def judge(
    show: Mapping[str, Any], pack: Mapping[str, Any], report: Mapping[str, Any], marketplace: Mapping[str, Any],
    *, wanted: int,
) -> list[str]:  # fmt: skip
    """What is wrong, in words; empty when everything adds up."""
    outcomes = show["outcomes"]
    cancels = show["after"]["cancellations"]
    on_the_way = sum(cancels[name] for name in ("planned", "claimed", "accepted", "unknown"))
    sent = sum(outcomes[name] for name in ("acknowledged", "confirmed", "read", "answered", "blocked"))
    checks = {
        f"planned {show['planned']} is not the {wanted} orders": show["planned"] == wanted,
        "outcomes do not add up to what was planned": sum(outcomes.values()) == show["planned"] and show["adds_up"],
        f"{outcomes['waiting'] + outcomes['claimed'] + outcomes['unknown']} orders have no settled outcome": not (
            outcomes["waiting"] + outcomes["claimed"] + outcomes["unknown"]
        ),
        f"the pack holds {pack['items']} orders, not {wanted}": pack["items"] == wanted,
        "the pack does not verify": bool(report["ok"]),
        f"the marketplaces took {marketplace['messages']} messages, the ledger says {sent}": marketplace["messages"]
        == sent,
        f"the marketplaces' log has {marketplace['logged']} messages, the ledger says {sent}": marketplace["logged"]
        == sent,
        f"{outcomes['no_connection']} orders have no connection": not outcomes["no_connection"],
        f"the marketplaces took {marketplace['duplicates']} messages twice": marketplace["duplicates"] == 0,
        f"{on_the_way} cancellations have no settled outcome": not on_the_way,
        "cancellations do not add up to the list": sum(cancels.values()) == show["after"]["listed"],
    }
    return [words for words, is_right in checks.items() if not is_right]


def totals(door: SideDoor, accepted: Path) -> dict[str, int]:
    """What the marketplaces themselves say: messages they took and answers buyers gave, and, from their append-only log
    of accepted messages, how many orders were written about more than once."""
    summaries = [each.summary(door) for each in MARKETPLACES]
    about: Counter[tuple[str, str, str]] = Counter()
    with accepted.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            about[row["platform"], row["shop"], row["text"]] += 1
    return {
        "messages": sum(int(each["messages"]) for each in summaries),
        "answers": sum(int(each["answers"]) for each in summaries),
        "logged": sum(about.values()),
        "duplicates": sum(count - 1 for count in about.values()),
    }


def show_numbers(show: Mapping[str, Any], pack: Mapping[str, Any], marketplace: Mapping[str, Any]) -> None:
    """Outcomes with their sum, grades, and the marketplace's own count beside them."""
    shown = table("outcome", "orders>")
    for name, count in show["outcomes"].items():
        if count:
            shown.add_row(name, f"{count:,}")
    shown.add_row("[bold]= planned[/bold]", f"[bold]{show['planned']:,}[/bold]")
    err.print(shown)
    err.print(
        f"the marketplaces' own log: {marketplace['messages']:,} messages, {marketplace['duplicates']} twice,"
        f" {marketplace['answers']:,} answers",
        markup=False,
    )
    err.print(f"pack root {pack['root'][:32]}…  key {pack['key_id']}", markup=False)
