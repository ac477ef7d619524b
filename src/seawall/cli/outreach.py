"""seawall outreach: plan, sample, approval, roll-out."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.incident import Code, Why
from seawall.cli.incident_words import show_summary
from seawall.cli.output import emit, table
from seawall.cli.plan_words import show_plan, show_reach
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, Misuse
from seawall.kernel.origin import Origin

app = typer.Typer(no_args_is_help=True)

Step = Annotated[str, typer.Option("--step", help="first_contact, or second_contact in the follow-up.")]
FIRST = "first_contact"

Binding = Annotated[str, typer.Option("--binding", help="The digest you looked at: script, audience, facts, ceiling.")]


@app.command("plan")
def plan(
    code: Code,
    step: Step = FIRST,
    hours: Annotated[int, typer.Option("--unanswered-hours", min=1, help="Second contact: silent for so long.")] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
) -> None:
    """Fill every buyer's message and write the ledger. Nothing is sent."""
    by = actor()
    from django.db import transaction

    from seawall.incidents.api import incident_named, plan_view
    from seawall.incidents.api import plan as plan_incident

    incident = incident_named(code, by=by)
    with transaction.atomic():
        roll_out = plan_incident(incident, by=by, clock=SYSTEM_CLOCK, step=step, unanswered_for=timedelta(hours=hours))
        result = plan_view(roll_out) | {"dry_run": dry_run}
        if dry_run:
            transaction.set_rollback(True)
    emit(result, lambda console: show_plan(console, result))


@app.command("replan")
def replan(code: Code, why: Annotated[str, typer.Option("--why", help="What moved, in your words.")] = "") -> None:
    """Plan doors, windows and order anew for what still waits. Words, audience and approval stay."""
    by = actor()
    from seawall.incidents.api import incident_named, live_roll_out, reach_view
    from seawall.incidents.api import replan as replan_incident

    incident = incident_named(code, by=by)
    replan_incident(incident, by=by, clock=SYSTEM_CLOCK, note=why)
    shown = reach_view(live_roll_out(incident))
    emit({"incident": code, "reach": shown}, lambda console: show_reach(console, shown))


@app.command("reach")
def reach(
    code: Code,
    out: Annotated[Path | None, typer.Option("-o", help="Write every order to this .csv or .xlsx file.")] = None,
) -> None:
    """Who can be reached by which door, how long it takes, what it rests on; order by order into a file."""
    by = actor()
    from seawall.incidents.api import export, incident_named, live_roll_out, reach_view
    from seawall.outreach.api import reach_lines

    by.require("outreach.read")
    if out is not None and not out.parent.is_dir():
        raise InvalidInput("plan_folder_missing", folder=str(out.parent))
    roll_out = live_roll_out(incident_named(code, by=by))
    shown = reach_view(roll_out)
    if out is not None:
        content = export(reach_lines(roll_out, by=by, clock=SYSTEM_CLOCK), out.suffix.lstrip(".").lower())
        out.write_bytes(content)
    result = {"incident": code, "reach": shown, "file": str(out) if out else None}
    emit(result, lambda console: show_reach(console, shown))


@app.command("sample")
def sample(code: Code, step: Step = FIRST) -> None:
    """Let one message go to one buyer; a worker sends it."""
    by = actor()
    from seawall.incidents.api import incident_named, send_sample

    send_sample(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, step=step)
    emit({"incident": code, "state": "sampling"})


@app.command("approve")
def approve(code: Code, binding: Binding, comment: Annotated[str, typer.Option()] = "", step: Step = FIRST) -> None:
    """The seller approves exactly what stands under this digest."""
    by = actor()
    from seawall.incidents.api import approve as approve_incident
    from seawall.incidents.api import incident_named

    decision = approve_incident(
        incident_named(code, by=by),
        seen_binding=binding,
        comment=comment,
        by=by,
        clock=SYSTEM_CLOCK,
        step=step,
        origin=Origin(via="command_line"),
    )
    emit({"incident": code, "binding": decision.binding_digest, "is_simulated": decision.is_simulated})


@app.command("send-back")
def send_back(
    code: Code,
    binding: Binding,
    comment: Annotated[str, typer.Option(help="What must change.")],
    step: Step = FIRST,
) -> None:
    """The seller sends it back with a comment."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.incidents.api import send_back as send_back_incident

    send_back_incident(
        incident_named(code, by=by),
        seen_binding=binding,
        comment=comment,
        by=by,
        clock=SYSTEM_CLOCK,
        step=step,
        origin=Origin(via="command_line"),
    )
    emit({"incident": code, "state": "sent_back"})


@app.command("start")
def start(code: Code, step: Step = FIRST) -> None:
    """Begin the approved roll-out."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.incidents.api import start as start_incident

    start_incident(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, step=step)
    emit({"incident": code, "state": "running"})


@app.command("pause")
def pause(code: Code, why: Why = "", step: Step = FIRST) -> None:
    """Stop sending at once."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.incidents.api import pause as pause_incident

    pause_incident(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why, step=step)
    emit({"incident": code, "state": "paused"})


@app.command("resume")
def resume(code: Code, why: Why, step: Step = FIRST) -> None:
    """Go on, with a reason."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.incidents.api import resume as resume_incident

    resume_incident(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why, step=step)
    emit({"incident": code, "state": "running"})


@app.command("stop")
def stop(code: Code, why: Why, yes: Annotated[bool, typer.Option("--yes")] = False, step: Step = FIRST) -> None:
    """End the roll-out for good; buyers not reached yet are left out."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.incidents.api import stop as stop_incident

    if not yes:
        raise Misuse("confirm_needed")
    left_out = stop_incident(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why, step=step)
    emit({"incident": code, "state": "stopped", "left_out": left_out})


@app.command("tune")
def tune(
    code: Code,
    why: Why,
    quiet_hours: Annotated[str, typer.Option(help="kept: buyers are left alone at night; off.")] = "",
    quota: Annotated[str, typer.Option(help="spread over the open hours of the day, or fast.")] = "",
    limits: Annotated[
        list[str] | None,
        typer.Option("--max", help="MEASURE=PER CENT of a wave: failures, rejects, blocks, complaints, opt_outs."),
    ] = None,
    step: Step = FIRST,
) -> None:
    """Other quiet hours, quota or thresholds for this storm than the usual ones, with a reason."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.incidents.api import tune as tune_incident
    from seawall.outreach.api import Tune, shares_of

    changes = Tune(
        why=why,
        keeps_quiet_hours=_one_of("--quiet-hours", quiet_hours, {"kept": True, "off": False}),
        spreads_quota=_one_of("--quota", quota, {"spread": True, "fast": False}),
        max_shares=dict(_share(each) for each in limits or ()),
    )
    row = tune_incident(incident_named(code, by=by), changes, by=by, clock=SYSTEM_CLOCK, step=step)
    emit(
        {
            "incident": code,
            "quiet_hours": "kept" if row.keeps_quiet_hours else "off",
            "quota": "spread" if row.spreads_quota else "fast",
            "max": {measure: f"{share:.2%}" for measure, share in shares_of(row).items()},
            "why": row.tuned_why,
        }
    )


def _one_of(option: str, given: str, known: Mapping[str, bool]) -> bool | None:
    if given and given not in known:
        raise Misuse("option_not_one_of", option=option, value=given, known=", ".join(known))
    return known.get(given)


def _share(given: str) -> tuple[str, Decimal]:
    measure, _, percent = given.partition("=")
    try:
        return measure.strip(), Decimal(percent.strip().removesuffix("%")) / 100
    except InvalidOperation:
        raise Misuse("gate_share_not_a_share", measure=measure, share=percent) from None


@app.command("status")
def status(code: Code) -> None:
    """The counts now; the same numbers as `incident show`."""
    by = actor()
    from seawall.incidents.api import incident_named, summary

    result = summary(incident_named(code, by=by), by=by)
    emit(result, lambda console: show_summary(console, result))


@app.command("unknowns")
def unknowns(code: Code) -> None:
    """Orders whose outcome is unknown or needs a person."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.kernel.texts import text
    from seawall.outreach.api import Recipient
    from seawall.tenancy.api import scoped

    by.require("outreach.read")
    found = scoped(Recipient, by).filter(incident=incident_named(code, by=by), state__in=["unknown", "needs_person"])
    rows = [
        {
            "recipient": row.pk,
            "order": row.order.platform_order_id,
            "state": row.state,
            "attempts": row.attempts,
            "why": text(row.reason_code, **row.reason_params) if row.reason_code else "",
        }
        for row in found.select_related("order").order_by("pk")
    ]
    shown = table("recipient", "order", "state", "attempts>", "why")
    for row in rows:
        shown.add_row(*(str(value) for value in row.values()))
    emit({"incident": code, "unknowns": rows}, lambda console: console.print(shown))


@app.command("settle")
def settle(
    code: Code,
    recipient: Annotated[int, typer.Argument(help="Number from `outreach unknowns`.")],
    verb: Annotated[str, typer.Option(help="leave_out; not_at_platform to send again; sent with --message.")],
    why: Why,
    message: Annotated[str, typer.Option(help="With `sent`: the message's id as the platform shows it.")] = "",
) -> None:
    """A person decides on one order that nothing else could settle. `sent` holds once the platform shows it."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import Recipient, settle_by_person, told_as_sent
    from seawall.tenancy.api import get_scoped

    row = get_scoped(Recipient, by, pk=recipient, incident=incident_named(code, by=by))
    if verb == "sent":
        told_as_sent(row.pk, message_id=message, by=by, clock=SYSTEM_CLOCK, why=why)
    else:
        settle_by_person(row.pk, verb, by=by, clock=SYSTEM_CLOCK, why=why)
    row.refresh_from_db()
    emit({"incident": code, "recipient": recipient, "verb": verb, "state": row.state})


@app.command("look")
def look(code: Code, recipient: Annotated[int, typer.Argument(help="Number from `outreach unknowns`.")]) -> None:
    """Have the platform asked again about one order, as soon as a worker is free. Nothing is sent by it."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import Recipient, look_now
    from seawall.tenancy.api import get_scoped

    row = get_scoped(Recipient, by, pk=recipient, incident=incident_named(code, by=by))
    emit({"incident": code, "recipient": recipient, "is_asked": look_now(row.pk, by=by, clock=SYSTEM_CLOCK)})
