"""seawall approval: links by which a person of the seller decides on a phone, without an account."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from seawall.cli.context import actor
from seawall.cli.incident import Code, Why
from seawall.cli.output import emit, table
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Misuse

app = typer.Typer(no_args_is_help=True)

Hours = Annotated[int, typer.Option(min=1, max=720, help="How long it decides.")]


@app.command("link")
def link(
    code: Code,
    name: Annotated[str, typer.Option(help="The person of the seller who decides; made known if new.")] = "",
    person: Annotated[str, typer.Option(help="User name of a seller approver, instead of --name.")] = "",
    purpose: Annotated[str, typer.Option(help="approve (the sample) or attest (the facts).")] = "approve",
    hours: Hours = 72,
    with_packs: Annotated[bool, typer.Option("--with-packs", help="May fetch sealed packs after deciding.")] = False,
) -> None:
    """Make a link for one person. It is shown once; an earlier undecided one of that person falls."""
    by = actor()
    from seawall.incidents.api import MakeLink, incident_named, make_link
    from seawall.tenancy.api import Membership, get_scoped, name_seller_person

    incident = incident_named(code, by=by)
    if bool(name) == bool(person):
        raise Misuse("link_for_whom")
    member = (
        name_seller_person(incident.seller.code, name, by=by, clock=SYSTEM_CLOCK)
        if name
        else get_scoped(Membership, by, user__username=person)
    )
    made = make_link(
        incident,
        MakeLink(purpose=purpose, person=member, lifetime=timedelta(hours=hours), may_download=with_packs),
        by=by,
        clock=SYSTEM_CLOCK,
    )
    emit(
        {
            "incident": code, "link": made.link.pk, "person": str(made.link.user), "purpose": purpose,
            "expires_at": made.link.expires_at.isoformat(), "url": made.url,
        },
        lambda console: console.print(f"{made.link.user}: {made.url}", soft_wrap=True),
    )  # fmt: skip


@app.command("renew")
def renew(code: Code, number: Annotated[int, typer.Argument(help="Number from `list`.")], hours: Hours = 72) -> None:
    """A new link in place of an undecided one, for the same person, about what stands now."""
    by = actor()
    from seawall.incidents.api import ApprovalLink, incident_named, renew_link
    from seawall.tenancy.api import get_scoped

    old = get_scoped(ApprovalLink, by, pk=number, incident=incident_named(code, by=by))
    made = renew_link(old, by=by, clock=SYSTEM_CLOCK, lifetime=timedelta(hours=hours))
    emit(
        {"incident": code, "link": made.link.pk, "person": str(made.link.user), "url": made.url},
        lambda console: console.print(f"{made.link.user}: {made.url}", soft_wrap=True),
    )


@app.command("revoke")
def revoke(code: Code, number: Annotated[int, typer.Argument(help="Number from `list`.")], why: Why) -> None:
    """Take a link back: from now on it opens nothing. What it decided stays decided."""
    by = actor()
    from seawall.incidents.api import ApprovalLink, incident_named, revoke_link
    from seawall.tenancy.api import get_scoped

    found = get_scoped(ApprovalLink, by, pk=number, incident=incident_named(code, by=by))
    revoke_link(found, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "link": number, "status": "revoked"})


@app.command("list")
def list_(code: Code) -> None:
    """The links of a storm, and what became of each."""
    by = actor()
    from seawall.incidents.api import ApprovalLink, incident_named, status_of
    from seawall.tenancy.api import scoped

    incident = incident_named(code, by=by)
    by.require("approval.links")
    now = SYSTEM_CLOCK.now()
    found = scoped(ApprovalLink, by).filter(incident=incident).select_related("user", "made_by")
    rows: list[dict[str, Any]] = [
        {
            "link": each.pk, "person": str(each.user), "purpose": each.purpose, "status": status_of(each, now).value,
            "decision": each.decision or None, "made_by": str(each.made_by),
            "expires_at": each.expires_at.isoformat(), "opens": each.opens,
            "decided_at": each.decided_at.isoformat() if each.decided_at else None, "origin": each.origin,
        }
        for each in found.order_by("-pk")
    ]  # fmt: skip
    shown = table("link", "person", "purpose", "status", "decision", "made_by", "opens>")
    for row in rows:
        shown.add_row(*(str(row[name] or "") for name in ("link", "person", "purpose")), row["status"],
                      row["decision"] or "", row["made_by"], str(row["opens"]))  # fmt: skip
    emit({"incident": code, "links": rows}, lambda console: console.print(shown))
