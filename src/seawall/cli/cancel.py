"""seawall cancel: cancellations after the message."""

from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.incident import Code, Why
from seawall.cli.incident_words import show_after
from seawall.cli.output import emit, table
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Misuse
from seawall.kernel.markets import Platform

if TYPE_CHECKING:
    from seawall.casework.api import Cancelling

app = typer.Typer(no_args_is_help=True)


@app.command("plan")
def plan(
    code: Code,
    reason: Annotated[
        list[str] | None,
        typer.Option("--reason", help="PLATFORM=CODE, as `cancel options` shows them; PLATFORM=none leaves it."),
    ] = None,
    shop: Annotated[list[str] | None, typer.Option("--shop", help="Only these shops; may be repeated.")] = None,
    unshipped: Annotated[
        bool, typer.Option("--unshipped", help="Only orders that were not on their way when last seen.")
    ] = False,
    why: Why = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the list, change nothing.")] = False,
) -> None:
    """Write the list of orders to be cancelled, with the reason per platform. Nothing is called."""
    by = actor()
    from django.db import transaction

    from seawall.incidents.api import incident_named, plan_cancel

    incident = incident_named(code, by=by)
    with transaction.atomic():
        made = plan_cancel(
            incident, chosen=_chosen(reason or []), shops=shop, only_unshipped=unshipped, why=why, by=by,
            clock=SYSTEM_CLOCK,
        )  # fmt: skip
        result = {"incident": code, "dry_run": dry_run, **_list_of(made)}
        if dry_run:
            transaction.set_rollback(True)
    emit(result)


def _chosen(words: list[str]) -> dict[Platform, str]:
    found = {}
    for word in words:
        name, _, reason = word.partition("=")
        if name not in set(Platform) or not reason.strip():
            raise Misuse("cancel_reason_form", word=word, known=", ".join(Platform))
        found[Platform(name)] = reason.strip()
    return found


def _list_of(made: "Cancelling") -> dict[str, object]:
    return {
        "version": made.version, "state": made.state, "orders": made.rows.count(), "binding": made.binding_digest,
        "reasons": made.reasons,
    }  # fmt: skip


@app.command("options")
def options(
    code: Code, order: Annotated[str, typer.Option("--order", help="Order number; left out: the first open one.")] = ""
) -> None:
    """What the platform offers for an order now: whether it can be cancelled, and for which reasons."""
    by = actor()
    from seawall.incidents.api import cancel_options, incident_named

    result = cancel_options(incident_named(code, by=by), order, by=by, clock=SYSTEM_CLOCK)
    shown = table("reason", "words", "counts against", "may be chosen")
    for each in result["reasons"]:
        shown.add_row(each["code"], each["text"], each["fault"], "yes" if each["may_be_chosen"] else "never")
    emit(result, lambda console: console.print(shown))


@app.command("approve")
def approve(
    code: Code,
    binding: Annotated[str, typer.Option("--binding", help="The digest you looked at: orders and reasons.")],
    comment: Annotated[str, typer.Option()] = "",
) -> None:
    """The seller approves exactly this list and these reasons."""
    by = actor()
    from seawall.incidents.api import approve_cancel, incident_named

    made = approve_cancel(incident_named(code, by=by), seen_binding=binding, comment=comment, by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "binding": made.binding_digest, "is_simulated": made.is_approval_simulated})


@app.command("start")
def start(code: Code) -> None:
    """Begin with the first order, then twenty, then the rest."""
    by = actor()
    from seawall.incidents.api import incident_named, start_cancel

    start_cancel(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "state": "running"})


@app.command("pause")
def pause(code: Code, why: Why = "") -> None:
    """Stop calling at once."""
    by = actor()
    from seawall.incidents.api import incident_named, pause_cancel

    pause_cancel(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "state": "paused"})


@app.command("resume")
def resume(code: Code, why: Why) -> None:
    """Go on, with a reason."""
    by = actor()
    from seawall.incidents.api import incident_named, resume_cancel

    resume_cancel(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "state": "running"})


@app.command("stop")
def stop(code: Code, why: Why, yes: Annotated[bool, typer.Option("--yes")] = False) -> None:
    """End the list for good; orders not called yet are left out."""
    by = actor()
    from seawall.incidents.api import incident_named, stop_cancel

    if not yes:
        raise Misuse("confirm_needed")
    left_out = stop_cancel(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "state": "stopped", "left_out": left_out})


@app.command("status")
def status(code: Code) -> None:
    """The counts now; the same numbers as `incident show`."""
    by = actor()
    from seawall.incidents.api import incident_named, summary

    result = summary(incident_named(code, by=by), by=by)["after"]
    emit({"incident": code, **result}, lambda console: show_after(console, result))


@app.command("list")
def list_(
    code: Code, state: Annotated[list[str] | None, typer.Option("--state", help="Only these; may be repeated.")] = None
) -> None:
    """The orders of the list, each with its outcome and why."""
    by = actor()
    from seawall.casework.api import cancellations_of
    from seawall.incidents.api import incident_named
    from seawall.kernel.texts import text

    by.require("cancel.read")
    rows = [
        {
            "order": row.order.platform_order_id, "shop": row.order.shop.code, "state": row.state,
            "reason": row.chosen_text or row.chosen_code, "platform_code": row.platform_code,
            "why": text(row.reason_code, **row.reason_params) if row.reason_code else "",
        }
        for row in cancellations_of(by, incident_named(code, by=by).pk, state or ())
    ]  # fmt: skip
    shown = table("order", "shop", "state", "reason", "code", "why")
    for row in rows:
        shown.add_row(*row.values())
    emit({"incident": code, "cancellations": rows}, lambda console: console.print(shown))


@app.command("waive")
def waive(
    code: Code,
    why: Why,
    order: Annotated[list[str] | None, typer.Option("--order", help="Order number; may be repeated.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that wait for their message.")] = False,
) -> None:
    """Let planned orders be cancelled although their buyers' message is not delivered."""
    by = actor()
    from seawall.incidents.api import incident_named, waive_message_first

    if bool(order) == every:
        raise Misuse("cancel_waive_which")
    count = waive_message_first(
        incident_named(code, by=by), orders=order or None, by=by, clock=SYSTEM_CLOCK, why=why
    )  # fmt: skip
    emit({"incident": code, "waived": count})


@app.command("leave")
def leave(code: Code, order: Annotated[str, typer.Argument(help="Order number.")], why: Why) -> None:
    """Take one order off the list for good."""
    by = actor()
    from seawall.incidents.api import incident_named, leave_uncancelled

    leave_uncancelled(incident_named(code, by=by), order, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "order": order, "state": "left_out"})


@app.command("course")
def course(
    code: Code,
    why: Why,
    platform_cancels: Annotated[
        bool | None,
        typer.Option(
            "--platform-cancels/--seller-cancels", help="Whether the platform cancels these orders by itself."
        ),
    ] = None,
) -> None:
    """Note the answer to the first question: does the platform cancel by itself? Ask it before planning."""
    by = actor()
    from seawall.incidents.api import incident_named, set_course

    row = set_course(incident_named(code, by=by), platform_cancels=platform_cancels, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "platform_cancels": row.platform_cancels, "accepts_requests": row.accepts_requests})
