"""The end of the demo: do the counts add up, and the numbers as a person reads them."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from seawall.cli.output import err, table
from seawall.demo.scene import MARKETPLACES
from seawall.demo.stage import SideDoor


def judge(
    show: Mapping[str, Any], pack: Mapping[str, Any], report: Mapping[str, Any], marketplace: Mapping[str, Any],
    *, wanted: int, messages: int,
) -> list[str]:  # fmt: skip
    """What is wrong, in words; empty when everything adds up. `messages` is how many messages the ledger says were
    taken: fewer than orders, since one message names all orders of a buyer."""
    outcomes = show["outcomes"]
    cancels = show["after"]["cancellations"]
    on_the_way = sum(cancels[name] for name in ("planned", "claimed", "accepted", "unknown"))
    told = sum(outcomes[name] for name in ("acknowledged", "confirmed", "read", "answered", "blocked"))
    checks = {
        f"planned {show['planned']} is not the {wanted} orders": show["planned"] == wanted,
        "outcomes do not add up to what was planned": sum(outcomes.values()) == show["planned"] and show["adds_up"],
        f"{outcomes['waiting'] + outcomes['claimed'] + outcomes['unknown']} orders have no settled outcome": not (
            outcomes["waiting"] + outcomes["claimed"] + outcomes["unknown"]
        ),
        f"the pack holds {pack['items']} orders, not {wanted}": pack["items"] == wanted,
        "the pack does not verify": bool(report["ok"]),
        f"the pack holds {pack['pictures']} chat pictures for {told} orders that were told": pack["pictures"] == told,
        f"the marketplaces took {marketplace['messages']} messages, the ledger says {messages}": marketplace["messages"]
        == messages,
        f"the marketplaces' log has {marketplace['logged']} messages, the ledger says {messages}": marketplace["logged"]
        == messages,
        f"the marketplaces' log names {marketplace['named']} orders, the ledger says {told}": marketplace["named"]
        == told,
        f"{marketplace['named_twice']} orders are named in two messages": marketplace["named_twice"] == 0,
        f"{outcomes['no_connection']} orders have no connection": not outcomes["no_connection"],
        f"{outcomes['unreachable']} buyers can be reached by no door": not outcomes["unreachable"],
        f"the marketplaces took {marketplace['duplicates']} messages twice": marketplace["duplicates"] == 0,
        f"{on_the_way} cancellations have no settled outcome": not on_the_way,
        "cancellations do not add up to the list": sum(cancels.values()) == show["after"]["listed"],
    }
    return [words for words, is_right in checks.items() if not is_right]


_NUMBER = re.compile(r"[0-9A-Z]{12,20}")
"""What may be an order number of one of the three platforms."""


def totals(door: SideDoor, accepted: Path, orders: Collection[str]) -> dict[str, int]:
    """What the marketplaces themselves say: messages they took and answers buyers gave, and, from their append-only log
    of accepted messages, how often the same words went out, how many of the orders are named and how many twice."""
    summaries = [each.summary(door) for each in MARKETPLACES]
    about: Counter[tuple[str, str, str]] = Counter()
    named: Counter[str] = Counter()
    with accepted.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            about[row["platform"], row["shop"], row["text"]] += 1
            named.update(number for number in set(_NUMBER.findall(row["text"])) if number in orders)
    return {
        "messages": sum(int(each["messages"]) for each in summaries),
        "answers": sum(int(each["answers"]) for each in summaries),
        "logged": sum(about.values()),
        "duplicates": sum(count - 1 for count in about.values()),
        "named": len(named),
        "named_twice": sum(count > 1 for count in named.values()),
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
        f"the marketplaces' own log: {marketplace['messages']:,} messages for {marketplace['named']:,} orders,"
        f" {marketplace['duplicates'] + marketplace['named_twice']} twice, {marketplace['answers']:,} answers",
        markup=False,
    )
    err.print(f"{pack['pictures']:,} chat pictures, drawn from the platforms' records, are in the pack", markup=False)
    err.print(f"pack root {pack['root'][:32]}…  key {pack['key_id']}", markup=False)


def show_sealing_time(left: float, began: float, sealed: float) -> None:
    """How long after the last message `left` the pack was begun and sealed; seconds of one steady clock."""
    err.print(
        f"sealed {sealed - left:.0f} s after the last message left:"
        f" {began - left:.0f} s for the buyers' answers, {sealed - began:.0f} s for the pack",
        markup=False,
    )
