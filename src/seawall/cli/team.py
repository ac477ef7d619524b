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
    from seawall.staff.api import add
    from seawall.tenancy.api import AddMember

    made = add(
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
        on_server=True,
    )
    emit({"member": username, "role": made.role, "seller": seller or None, "simulated": made.is_simulated,
          "languages": made.languages})  # fmt: skip


@app.command("add-seller")
def add_seller(code: str, name: Annotated[str, typer.Option(help="The seller's name.")]) -> None:
    """Add a seller the team serves. Again with the same code changes nothing."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import add_seller

    seller = add_seller(code, name, by=by, clock=SYSTEM_CLOCK)
    emit({"seller": seller.code, "name": seller.name})


@app.command("role")
def role(
    username: str,
    role: Annotated[str, typer.Argument(help="admin, lead, agent or auditor.")],
    why: Annotated[str, typer.Option(help="Why; stands on the timeline.")] = "",
) -> None:
    """Give a member another role. The desk and the seller stay two sides; the last administrator stays one."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import change_role

    member = change_role(username, role, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"member": username, "role": member.role})


@app.command("off")
def off(username: str, why: Annotated[str, typer.Option(help="Why; stands on the timeline.")] = "") -> None:
    """Switch a member off. Nothing is deleted; unused sign-in links of that person die."""
    _set_active(username, False, why)


@app.command("on")
def on(username: str, why: Annotated[str, typer.Option(help="Why; stands on the timeline.")] = "") -> None:
    """Switch a member on again."""
    _set_active(username, True, why)


def _set_active(username: str, active: bool, why: str) -> None:
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import set_active

    member = set_active(username, active, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"member": username, "active": member.is_active})


@app.command("languages")
def languages(
    username: str,
    lang: Annotated[
        list[str] | None, typer.Option("--lang", help="A buyer language; may be repeated. None at all: forgets them.")
    ] = None,
) -> None:
    """Note which buyer languages a member speaks, in place of those noted before."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import set_languages

    member = set_languages(username, lang or (), by=by, clock=SYSTEM_CLOCK)
    emit({"member": username, "languages": member.languages})


@app.command("shift")
def shift(
    username: str,
    days: Annotated[list[str], typer.Option("--day", help="mon, tue ... or a span such as mon-fri; may be repeated.")],
    starts: Annotated[str, typer.Option("--from", help="Time of day, 09:00.")],
    ends: Annotated[str, typer.Option("--until", help="Time of day; at or before --from: on the next day.")],
    zone: Annotated[str, typer.Option(help="Zone of the times: Asia/Shanghai or a market's.")] = "Asia/Shanghai",
) -> None:
    """Add weekly shifts of a member. Again with the same values changes nothing."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import add_shifts

    made = add_shifts(username, days, starts, ends, zone, by=by, clock=SYSTEM_CLOCK)
    emit({"member": username, "shifts": [{"number": each.pk, "text": str(each)} for each in made]})


@app.command("drop-shift")
def drop_shift(number: Annotated[int, typer.Argument(help="The shift's number, as team members lists it.")]) -> None:
    """Take a shift away."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import drop_shift

    drop_shift(number, by=by, clock=SYSTEM_CLOCK)
    emit({"dropped": number})


@app.command("members")
def members() -> None:
    """List the team's members: role, languages, second factor, shifts."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.staff.api import WEEKDAYS, people

    found = people(by, now=SYSTEM_CLOCK.now())
    rows = [
        {
            "username": person.member.user.username,
            "name": str(person.member.user),
            "role": person.member.role,
            "active": person.member.is_active,
            "second_factor": person.has_second_factor,
            "languages": list(person.member.languages),
            "on_duty": person.is_on_duty,
            "shifts": [
                {"number": each.pk, "day": WEEKDAYS[each.weekday], "from": f"{each.starts:%H:%M}",
                 "until": f"{each.ends:%H:%M}", "zone": each.zone}
                for each in person.shifts
            ],
        }
        for person in found
    ]  # fmt: skip
    shown = table("username", "name", "role", "active", "2FA", "languages", "shifts")
    for row, person in zip(rows, found, strict=True):
        shifts = "\n".join(
            f"{each.pk}: {WEEKDAYS[each.weekday]} {each.starts:%H:%M}-{each.ends:%H:%M} {each.zone}"
            for each in person.shifts
        )
        shown.add_row(
            *(str(row[name]) for name in ("username", "name", "role", "active", "second_factor")),
            ", ".join(person.member.languages), shifts,
        )  # fmt: skip
    emit({"members": rows}, lambda console: console.print(shown))


@app.command("audit")
def audit(
    person: Annotated[str, typer.Option(help="Only what this member did; system: Seawall itself.")] = "",
    verb: Annotated[str, typer.Option(help="Only this act, for instance outreach.start.")] = "",
    incident: Annotated[str, typer.Option(help="Only this storm.")] = "",
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many entries.")] = 50,
) -> None:
    """Who did what in the team, over all storms, the newest first."""
    by = actor()
    from seawall.timeline.api import AuditFilter, audit_log, page_of

    found = audit_log(by, AuditFilter(username=person, verb=verb, incident_code=incident))
    entries, _mark = page_of(found, most)
    shown = table("when", "what", "who", "storm", "why")
    rows = []
    for each in entries:
        code = each.incident.code if each.incident else ""
        rows.append({
            "at": each.at.isoformat(), "verb": each.verb, "who": each.actor_name, "role": each.actor_role,
            "incident": code, "subject": each.subject, "before": each.before, "after": each.after, "why": each.why,
        })  # fmt: skip
        shown.add_row(each.at.isoformat(sep=" ", timespec="seconds"), each.verb, each.actor_name, code, each.why)
    emit({"entries": rows}, lambda console: console.print(shown))
