"""seawall requests: buyers who ask to cancel."""

from typing import Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.incident import Code, Why
from seawall.cli.output import emit, table
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Misuse

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(code: Code) -> None:
    """Requests of the storm, the next to run out on top."""
    by = actor()
    from seawall.casework.api import requests_of
    from seawall.incidents.api import incident_named

    by.require("cancel.read")
    rows = [
        {
            "order": row.order.platform_order_id, "shop": row.order.shop.code, "state": row.state,
            "asked_at": row.asked_at.isoformat(), "answer_by": row.breach_at.isoformat() if row.breach_at else None,
            "must_check": row.must_check, "reason": row.reason, "accept": row.accept,
            "by": str(row.decided_by.user) if row.decided_by else "", "platform_code": row.platform_code,
        }
        for row in requests_of(by, incident_named(code, by=by).pk)
    ]  # fmt: skip
    shown = table("order", "shop", "state", "answer by", "reason", "answer")
    for row in rows:
        said = "" if row["accept"] is None else "accepted" if row["accept"] else "declined"
        shown.add_row(
            str(row["order"]), str(row["shop"]), str(row["state"]), str(row["answer_by"] or "?")[:16],
            str(row["reason"]), said,
        )  # fmt: skip
    emit({"incident": code, "requests": rows}, lambda console: console.print(shown))


@app.command("answer")
def answer(
    code: Code,
    order: Annotated[str, typer.Argument(help="Order number.")],
    why: Why,
    accept: Annotated[bool, typer.Option("--accept", help="Tell the buyer yes.")] = False,
    decline: Annotated[bool, typer.Option("--decline", help="Tell the buyer no.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="The platform's own code of a refusal.")] = "",
) -> None:
    """Answer a buyer who asks to cancel; a worker gives it to the platform, once."""
    by = actor()
    from seawall.incidents.api import answer_buyer, incident_named

    if accept == decline:
        raise Misuse("request_yes_or_no")
    row = answer_buyer(
        incident_named(code, by=by), order, accept=accept, by=by, clock=SYSTEM_CLOCK, why=why, reason=reason
    )
    emit({"incident": code, "order": order, "state": row.state, "accept": row.accept})


@app.command("accept-all")
def accept_all(
    code: Code,
    why: Why,
    off: Annotated[bool, typer.Option("--off", help="From now on people answer again.")] = False,
) -> None:
    """From now on buyers of this storm who ask to cancel are told yes by itself; those who wait already too."""
    by = actor()
    from seawall.incidents.api import incident_named, set_course

    row = set_course(incident_named(code, by=by), accepts_requests=not off, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "accepts_requests": row.accepts_requests})
