"""How a storm reads on a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from seawall.cli.output import err, is_json, table

if TYPE_CHECKING:
    from seawall.scripts.api import ScriptBlocked


def show_summary(console: Console, result: dict[str, Any]) -> None:
    """State, the outcomes and their sum."""
    console.print(f"[bold]{result['incident']}[/bold]  {result['title']}  ·  {result['state']}", end="")
    console.print("  ·  [yellow]training[/yellow]" if result["is_training"] else "")
    facts = result["facts"]
    if facts:
        attested = f"attested by {facts['attested_by']}" if facts["attested_by"] else "not attested"
        console.print(f"facts v{facts['version']}  {facts['digest'][:12]}  {attested}, {len(facts['papers'])} papers")
    orders = result["orders"]
    console.print(f"orders {orders['open']:,} open, {orders['withdrawn']:,} withdrawn")
    if result["roll_out"]:
        shown = table("outcome", "orders>")
        for state, count in result["outcomes"].items():
            if count:
                shown.add_row(state, f"{count:,}")
        shown.add_row("= planned", f"{result['planned']:,}")
        console.print(shown)
    show_after(console, result["after"])
    for pack in result["packs"]:
        console.print(f"pack {pack['number']}  root {pack['root'][:16]}  key {pack['key_id']}  {pack['items']:,} items")


def show_after(console: Console, after: dict[str, Any]) -> None:
    """What followed the message: the list, its outcomes, buyers' requests, how orders came to their end."""
    plan = after["list"]
    if after["platform_cancels"]:
        console.print("the platform cancels by itself; orders are watched")
    if plan:
        console.print(f"cancellations v{plan['version']}  {plan['state']}  {plan['binding'][:12]}")
        shown = table("cancellation", "orders>")
        for state, count in after["cancellations"].items():
            if count:
                shown.add_row(state, f"{count:,}")
        shown.add_row("= listed", f"{after['listed']:,}")
        console.print(shown)
    requests = {state: count for state, count in after["requests"].items() if count}
    if requests:
        console.print("buyers' requests  " + ", ".join(f"{state} {count:,}" for state, count in requests.items()))
    if after["resolved"]:
        console.print("resolved by  " + ", ".join(f"{who} {count:,}" for who, count in after["resolved"].items()))


def show_timeline(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """One line an entry."""
    shown = table("at", "verb", "by", "why")
    for row in rows:
        who = f"{row['by']} ({row['role']})" + (" [simulated]" if row["is_simulated"] else "")
        shown.add_row(row["at"][:19], row["verb"], who, row["why"])
    console.print(shown, markup=False)


def show_findings(blocked: "ScriptBlocked") -> None:
    """What the lint found, with the words and a suggestion."""
    if is_json():
        return
    for finding in blocked.findings:
        err.print(f"{finding.rule} [{finding.rule_row}] {finding.language}: «{finding.words}»", markup=False)
        err.print(f"    {finding.why} {finding.suggestion}", markup=False)


def show_risk(console: Console, result: dict[str, Any]) -> None:
    """The figures of the risk sheet, and each shop's rates."""
    facts = result["facts"]
    span = "{low} – {high} (likely {likely})"
    console.print(f"answers  {span.format(**result['replies'])}, at most {result['peak']:,} in one hour")
    console.print(f"seats    {result['seats_on_duty']} on duty, longest wait {result['longest_wait_h']} h", end="")
    console.print(f", {result['seats_for_clock']} needed for {facts['response_hours']} h ({facts['response_rule']})"
                  if result["seats_for_clock"] is not None else "")  # fmt: skip
    console.print(f"offers   {span.format(**result['exposure'])} {facts['currency']} of {facts['ceiling']}")
    shown = table("shop", "rate", "now>", "after>", "if exempt>", "limit")
    for row in result["shops"]:
        for name in ("cancellation", "late"):
            effect = row[name]
            after = "{low} – {high}".format(**effect["after"]) if effect["after"] else "–"
            limits = ", ".join(f"{limit['rule_id']} {verdict}" for limit, verdict in effect["limits"])
            shown.add_row(row["shop"]["code"], name, effect["before"] or "–", after, effect["exempt"] or "–", limits)
    console.print(shown)
