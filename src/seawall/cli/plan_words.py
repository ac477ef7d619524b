"""How a plan reads on a terminal."""

from typing import Any

from rich.console import Console

from seawall.cli.output import table
from seawall.kernel.texts import text


def show_plan(console: Console, result: dict[str, Any]) -> None:
    """Orders, waves, the doors and what they rest on, and the digest that an approval is of."""
    console.print(
        f"[bold]{result['incident']}[/bold]  planned {result['planned']:,}, can be sent {result['can_be_sent']:,}"
        f"  ·  deadline {result['deadline_at'][:16]}" + ("  ·  dry run" if result["dry_run"] else "")
    )
    if result["golden_until"]:
        console.print(f"golden window until {result['golden_until'][:16]} UTC")
    console.print("waves  " + ", ".join(f"{number}: {size:,}" for number, size in result["waves"].items()))
    show_reach(console, result["reach"])
    console.print(f"binding {result['binding']}")


def show_reach(console: Console, reach: dict[str, Any]) -> None:
    """The newest reachability plan."""
    from seawall.outreach.api import DOORS, assumption_lines

    if not reach:
        console.print(text("reach_none"))
        return
    console.print(
        f"plan {reach['number']}  {reach['as_of'][:16]} UTC  {text('reach_why_' + reach['why'])}", markup=False
    )
    console.print(f"[bold]{reach['sentence']}[/bold]")
    for name in ("platform", "market", "shop", "language"):
        shown = table(name, *(f"{text('door_name_' + door)}>" for door in DOORS))
        for key, doors in reach["doors_now"].get(name, {}).items():
            shown.add_row(key, *(f"{doors.get(door, 0):,}" for door in DOORS))
        console.print(shown)
    lanes = table("lane", "door", "messages>", "not in time>", "a second>", "a day>", "ends (UTC)")
    for lane in reach["lanes"]:
        lanes.add_row(
            lane["shop"], text(f"door_name_{lane['door']}"), f"{lane['messages']:,}", f"{lane['expiring']:,}",
            f"{lane['pace']:g}", f"{lane['per_day']:,}" if lane["per_day"] else "–", (lane["ends_at"] or "–")[:16],
        )  # fmt: skip
    console.print(lanes)
    for code, count in reach["totals"]["unreachable"].items():
        console.print(f"  {count:,}  {text('short_' + code)}", markup=False)
    for words, certainty, _source in assumption_lines(reach):
        console.print(f"  · {words} ({text('reach_sure_' + certainty)})", markup=False)
    for change in reach["since_last"]:
        console.print(f"  {change['name']}: {change['before']:,} -> {change['after']:,}", markup=False)
