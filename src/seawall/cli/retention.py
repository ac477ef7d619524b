"""seawall evidence retention: how long data is kept, what is held, and what was erased."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from seawall.cli.context import actor
from seawall.cli.output import emit, table
from seawall.kernel.errors import Misuse
from seawall.kernel.texts import text

if TYPE_CHECKING:
    from seawall.incidents.api import Incident, KindPlan
    from seawall.tenancy.api import Actor

app = typer.Typer(no_args_is_help=True)

Kind = Annotated[str, typer.Argument(help="buyer_data, records, screenshots or packs.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it stays on the timeline.")]
Storm = Annotated[str, typer.Argument(help="The storm's code, such as S-0001.")]
WholeTeam = Annotated[bool, typer.Option("--whole-team", help="Everything of the team, in place of one storm.")]


@app.command("plan")
def plan() -> None:
    """What each rule would erase now, and what is held. Changes nothing; shows the digest that a run asks for."""
    by = actor()
    from seawall.incidents.api import holds_of, retention_plan
    from seawall.kernel.clock import SYSTEM_CLOCK

    found, holds = retention_plan(by=by, clock=SYSTEM_CLOCK), holds_of(by=by)
    held = [
        {
            "incident": hold.incident.code if hold.incident else "", "why": hold.reason,
            "by": hold.placed_by_name, "since": hold.placed_at.isoformat(),
        }
        for hold in holds
    ]  # fmt: skip
    result = {
        "digest": found.digest, "total": found.total, "is_team_held": found.is_team_held,
        "kinds": [_plan_json(each) for each in found.kinds], "holds": held,
    }  # fmt: skip

    def people(console: Console) -> None:
        rows = table("kind", "kept", "erase up to", "due>", "storms that keep theirs>", "storms held>")
        for each in found.kinds:
            kept = f"{each.months} months" if each.months else "without end"
            until = each.cut_off.date().isoformat() if each.cut_off else ""
            due = ", ".join(f"{n:,} {text(f'retention_what_{what}')}" for what, n in each.counts.items() if n) or "0"
            rows.add_row(each.kind.value, kept, until, due, f"{each.storms_kept:,}", f"{each.storms_held:,}")
        console.print(rows)
        for hold in held:
            console.print(f"held: {hold['incident'] or 'the whole team'}: {hold['why']}", markup=False)
        if found.total and not found.is_team_held:
            console.print(f"To erase this for good: seawall evidence retention run --seen {found.digest}")

    emit(result, people)


def _plan_json(each: "KindPlan") -> dict[str, Any]:
    return {
        "kind": each.kind.value, "months": each.months, "why": each.reason,
        "cut_off": each.cut_off.isoformat() if each.cut_off else None, "due": dict(each.counts),
        "storms_kept": each.storms_kept, "storms_held": each.storms_held,
    }  # fmt: skip


@app.command("set")
def set_(
    kind: Kind,
    months: Annotated[int, typer.Argument(help="Whole months after the storm was closed, 1 to 240.")],
    why: Why,
) -> None:
    """Keep one kind of data for so many months. Nothing is erased before somebody runs the plan."""
    by = actor()
    from seawall.incidents.api import set_retention
    from seawall.kernel.clock import SYSTEM_CLOCK

    rule = set_retention(kind, months, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"kind": rule.kind, "months": rule.months, "why": rule.reason})


@app.command("unset")
def unset(kind: Kind, why: Why) -> None:
    """Keep one kind of data without end again."""
    by = actor()
    from seawall.incidents.api import unset_retention
    from seawall.kernel.clock import SYSTEM_CLOCK

    unset_retention(kind, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"kind": kind, "months": None})


@app.command("hold")
def hold(why: Why, code: Storm = "", whole_team: WholeTeam = False) -> None:
    """Erase nothing of a storm, or of the team, until the hold is released."""
    by = actor()
    from seawall.incidents.api import place_hold
    from seawall.kernel.clock import SYSTEM_CLOCK

    made = place_hold(_storm(code, whole_team, by), why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "whole_team": whole_team, "why": made.reason, "since": made.placed_at.isoformat()})


@app.command("release")
def release(why: Why, code: Storm = "", whole_team: WholeTeam = False) -> None:
    """End a hold."""
    by = actor()
    from seawall.incidents.api import release_hold
    from seawall.kernel.clock import SYSTEM_CLOCK

    release_hold(_storm(code, whole_team, by), why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "whole_team": whole_team, "released": True})


def _storm(code: str, whole_team: bool, by: "Actor") -> "Incident | None":
    from seawall.incidents.api import incident_named

    if bool(code) == whole_team:
        raise Misuse("hold_of_what")
    return incident_named(code, by=by) if code else None


@app.command("run")
def run(
    seen: Annotated[
        str, typer.Option("--seen", help="The digest that `plan` showed: what is erased is what was seen.")
    ],
) -> None:
    """Erase what the plan says. It cannot be undone; what was erased stays told, with its hashes."""
    by = actor()
    from seawall.incidents.api import run_retention
    from seawall.kernel.clock import SYSTEM_CLOCK

    made = run_retention(seen=seen, by=by, clock=SYSTEM_CLOCK)
    emit({"erased": [{"kind": e.kind, "counts": e.counts, "root": e.root, "digest": e.digest} for e in made]})


@app.command("erased")
def erased() -> int:
    """What was erased so far, by which rule, with its digests; each is worked out again. Exit 1 when one differs."""
    by = actor()
    from seawall.incidents.api import erasures_of, is_true_erasure

    found = [(each, is_true_erasure(each)) for each in erasures_of(by=by)]
    rows = table("erased at", "kind", "rule", "what", "by", "digest", "checked")
    for each, is_true in found:
        what = ", ".join(f"{n:,} {text(f'retention_what_{name}')}" for name, n in each.counts.items() if n)
        rows.add_row(
            f"{each.erased_at:%Y-%m-%d %H:%M}", each.kind, f"{each.months} months", what, each.erased_by_name,
            each.digest[:16], "ok" if is_true else "DIFFERS",
        )  # fmt: skip
    result = [
        {
            "kind": each.kind, "months": each.months, "why": each.reason, "cut_off": each.cut_off.isoformat(),
            "erased_at": each.erased_at.isoformat(), "by": each.erased_by_name, "counts": each.counts,
            "root": each.root, "previous": each.previous, "digest": each.digest, "ok": is_true,
            "files_gone_at": each.files_gone_at.isoformat() if each.files_gone_at else None,
        }
        for each, is_true in found
    ]  # fmt: skip
    emit({"erased": result}, lambda console: console.print(rows))
    return 0 if all(is_true for _, is_true in found) else 1
