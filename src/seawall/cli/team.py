"""seawall team: the tenant, its members and the sellers it serves."""

from typing import Annotated

import typer

from seawall.cli.context import actor, ready
from seawall.cli.output import emit, table

app = typer.Typer(no_args_is_help=True)


@app.command("create")
def create(
    slug: str,
    name: Annotated[str, typer.Option(help="The team's name.")],
    admin: Annotated[str, typer.Option(help="User name of its first administrator.")],
) -> None:
    """Make a team with its first administrator. Again with the same values changes nothing."""
    ready()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.tenancy.api import FoundTeam, found_team

    team = found_team(FoundTeam(slug=slug, name=name, admin=admin), clock=SYSTEM_CLOCK)
    emit({"team": team.slug, "name": team.name, "admin": admin})


@app.command("add-member")
def add_member(
    username: str,
    role: Annotated[str, typer.Option(help="admin, lead, agent, seller_approver or auditor.")],
    name: Annotated[str, typer.Option(help="Name as others see it.")] = "",
    seller: Annotated[str, typer.Option(help="Seller code; needed for a seller approver.")] = "",
    simulated: Annotated[
        bool, typer.Option("--simulated", help="A stand-in person; marked as such everywhere.")
    ] = False,
    lang: Annotated[
        list[str] | None, typer.Option("--lang", help="Buyer languages this person speaks; may be repeated.")
    ] = None,
) -> None:
    """Add a member. Again with the same values changes nothing."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.tenancy.api import AddMember, add_member

    made = add_member(
        AddMember(
            username=username,
            role=role,
            display_name=name,
            seller_code=seller,
            is_simulated=simulated,
            languages=lang or (),
        ),
        by=by,
        clock=SYSTEM_CLOCK,
    )
    emit({"member": username, "role": made.role, "seller": seller or None, "simulated": made.is_simulated,
          "languages": made.languages})  # fmt: skip


@app.command("add-seller")
def add_seller(code: str, name: Annotated[str, typer.Option(help="The seller's name.")]) -> None:
    """Add a seller the team serves. Again with the same code changes nothing."""
    by = actor()
    from seawall.tenancy.api import add_seller

    seller = add_seller(code, name, by=by)
    emit({"seller": seller.code, "name": seller.name})


@app.command("members")
def members() -> None:
    """List the team's members."""
    by = actor()
    from seawall.tenancy.api import Membership, scoped

    by.require("timeline.read")
    rows = [
        {"username": m.user.username, "name": str(m.user), "role": m.role, "active": m.is_active}
        for m in scoped(Membership, by).select_related("user").order_by("pk")
    ]
    shown = table("username", "name", "role", "active")
    for row in rows:
        shown.add_row(*(str(value) for value in row.values()))
    emit({"members": rows}, lambda console: console.print(shown))
