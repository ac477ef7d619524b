"""seawall incident: a storm from its opening to its close."""

from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.files import existing
from seawall.cli.incident_words import show_summary, show_timeline
from seawall.cli.output import emit, table
from seawall.kernel.origin import Origin

app = typer.Typer(no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The storm's code, such as S-0001.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it stays on the timeline.")]


@app.command("open")
def open_(
    seller: Annotated[str, typer.Option(help="Seller code.")],
    title: Annotated[str, typer.Option(help="What people will call it.")],
    kind: Annotated[
        str, typer.Option(help="customs_return, false_delivered, delay, stock_out or problem_parcels.")
    ] = "customs_return",
    training: Annotated[bool, typer.Option("--training", help="Can only ever reach simulators.")] = False,
) -> None:
    """Open a storm."""
    by = actor()
    from seawall.incidents.api import OpenIncident, open_incident
    from seawall.kernel.clock import SYSTEM_CLOCK

    incident = open_incident(
        OpenIncident(seller_code=seller, kind=kind, title=title, is_training=training), by=by, clock=SYSTEM_CLOCK
    )
    emit({"incident": incident.code, "state": incident.state, "is_training": incident.is_training})


@app.command("list")
def list_() -> None:
    """The storms you may see."""
    by = actor()
    from seawall.incidents.api import Incident
    from seawall.tenancy.api import scoped

    by.require("incident.read")
    rows = [
        {"incident": i.code, "kind": i.kind, "state": i.state, "seller": i.seller.name, "title": i.title}
        for i in scoped(Incident, by).select_related("seller").order_by("-pk")
    ]
    shown = table("incident", "kind", "state", "seller", "title")
    for row in rows:
        shown.add_row(*row.values())
    emit({"incidents": rows}, lambda console: console.print(shown))


@app.command("show")
def show(code: Code) -> None:
    """Where the storm stands, in numbers that add up."""
    by = actor()
    from seawall.incidents.api import incident_named, summary

    result = summary(incident_named(code, by=by), by=by)
    emit(result, lambda console: show_summary(console, result))


@app.command("facts")
def facts(
    code: Code,
    file: Annotated[Path, typer.Option("--file", help="The facts sheet as TOML.")],
) -> None:
    """Write a version of the facts sheet. What rested on an earlier one falls."""
    by = actor()
    from seawall.incidents.api import incident_named, read_facts, write_facts
    from seawall.kernel.clock import SYSTEM_CLOCK

    incident = incident_named(code, by=by)
    sheet = write_facts(incident, read_facts(existing(file).read_bytes(), name=file.name), by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "version": sheet.version, "digest": sheet.digest})


@app.command("paper")
def paper(
    code: Code,
    file: Annotated[Path, typer.Argument(help="An official paper: PDF, PNG or JPEG.")],
    consent_for: Annotated[
        str, typer.Option(help="Code of the shop for which this is the platform's written consent to sending by API.")
    ] = "",
) -> None:
    """Attach an official paper."""
    by = actor()
    from seawall.incidents.api import add_paper, incident_named
    from seawall.kernel.clock import SYSTEM_CLOCK

    stored = add_paper(
        incident_named(code, by=by), name=file.name, content=existing(file).read_bytes(), by=by, clock=SYSTEM_CLOCK,
        consent_for=consent_for,
    )  # fmt: skip
    emit({"incident": code, "paper": stored.name, "sha256": stored.sha256})


@app.command("withdraw-consent")
def withdraw_consent(
    code: Code,
    sha256: Annotated[str, typer.Argument(help="The paper's hash, as `incident paper` gave it.")],
    why: Annotated[str, typer.Option(help="Why it holds no longer; it stays on the timeline.")],
) -> None:
    """The platform's written consent for a shop holds no longer: the shop goes back to key presses at once."""
    by = actor()
    from seawall.incidents.api import incident_named, withdraw_consent_paper
    from seawall.kernel.clock import SYSTEM_CLOCK

    paper = withdraw_consent_paper(incident_named(code, by=by), sha256, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "paper": paper.name, "withdrawn": True, "why": paper.withdrawn_why})


@app.command("attest")
def attest(
    code: Code, seen: Annotated[str, typer.Option("--seen", help="Digest of the facts sheet you looked at.")]
) -> None:
    """The seller says that the facts sheet is true."""
    by = actor()
    from seawall.incidents.api import attest_facts, incident_named
    from seawall.kernel.clock import SYSTEM_CLOCK

    sheet = attest_facts(
        incident_named(code, by=by), seen_digest=seen, by=by, clock=SYSTEM_CLOCK, origin=Origin(via="command_line")
    )
    emit({"incident": code, "version": sheet.version, "is_simulated": sheet.is_attestation_simulated})


@app.command("add-orders")
def add_orders(
    code: Code,
    files: Annotated[list[Path] | None, typer.Argument(help="Only orders named in these export files.")] = None,
    shop: Annotated[
        list[str] | None, typer.Option("--shop", help="Only orders of these shops; may be repeated.")
    ] = None,
) -> None:
    """Put the seller's imported orders into the storm."""
    by = actor()
    from seawall.incidents.api import add_cases, incident_named
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.orders.api import order_ids_in

    only = order_ids_in([existing(path) for path in files]) if files else None
    added = add_cases(incident_named(code, by=by), shop or None, only=only, by=by, clock=SYSTEM_CLOCK)
    emit({"incident": code, "new": added.new, "same": added.same})


@app.command("withdraw")
def withdraw(code: Code, order: Annotated[str, typer.Argument(help="Order number.")], why: Why) -> None:
    """An order no longer concerns the storm; if its message has not left, it will not."""
    by = actor()
    from seawall.incidents.api import incident_named, withdraw_case
    from seawall.kernel.clock import SYSTEM_CLOCK

    case = withdraw_case(incident_named(code, by=by), order, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "order": order, "state": case.state})


@app.command("script")
def script(
    code: Code,
    variant: Annotated[str, typer.Option(help="Which wording of the library.")] = "standard",
    occasion: Annotated[
        str, typer.Option(help="Which file of the library, for problem_parcels: unreachable, bad_address or refused.")
    ] = "",
    file: Annotated[Path | None, typer.Option("--file", help="Own wording, TOML: [LANGUAGE] text, gloss_zh.")] = None,
    step: Annotated[str, typer.Option(help="first_contact, or second_contact in the follow-up.")] = "first_contact",
) -> None:
    """Check and freeze the wording of a message, from the library or from a file."""
    by = actor()
    from seawall.cli.incident_words import show_findings
    from seawall.incidents.api import incident_named, library_wording, submit_incident_script
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.scripts.api import ScriptBlocked, read_wording

    incident = incident_named(code, by=by)
    wording = (
        read_wording(existing(file).read_bytes(), name=file.name)
        if file
        else library_wording(incident.kind, step, variant, occasion)
    )
    try:
        version = submit_incident_script(incident, wording, by=by, clock=SYSTEM_CLOCK, step=step)
    except ScriptBlocked as blocked:
        show_findings(blocked)
        raise
    emit({"incident": code, "version": version.number, "digest": version.digest, "languages": sorted(wording)})


@app.command("risk")
def risk(
    code: Code,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=FIGURE", help="Change an assumption; may be repeated.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the sheet as looked at; changes need --why.")] = False,
    why: Why = "",
) -> None:
    """What buyers will ask, how many answer, what it costs, what it does to the shops."""
    by = actor()
    from seawall.cli.incident_words import show_risk
    from seawall.incidents.api import incident_named, keep_risk, risk_of
    from seawall.kernel.clock import SYSTEM_CLOCK

    incident = incident_named(code, by=by)
    changes = {name: figure or "?" for name, _, figure in (pair.partition("=") for pair in given or [])}
    result = risk_of(incident, changes, by=by, clock=SYSTEM_CLOCK).as_json()
    if keep:
        kept = keep_risk(incident, changes, why=why, by=by, clock=SYSTEM_CLOCK)
        result = kept.result | {"version": kept.version, "digest": kept.digest}
    emit({"incident": code, **result}, lambda console: show_risk(console, result))


@app.command("timeline")
def timeline(code: Code) -> None:
    """Everything that happened, who did it and why."""
    by = actor()
    from seawall.incidents.api import incident_named

    by.require("timeline.read")
    incident = incident_named(code, by=by)
    from seawall.timeline.api import entries_of

    rows = [
        {
            "at": entry.at.isoformat(),
            "verb": entry.verb,
            "by": entry.actor_name,
            "role": entry.actor_role,
            "on_behalf_of": entry.on_behalf_of,
            "is_simulated": entry.is_simulated,
            "subject": entry.subject,
            "before": entry.before,
            "after": entry.after,
            "why": entry.why,
        }
        for entry in entries_of(by, incident.pk).order_by("at", "pk")
    ]
    emit({"incident": code, "timeline": rows}, lambda console: show_timeline(console, rows))


@app.command("close")
def close(code: Code, why: Why = "") -> None:
    """Close the storm: every order settled, a pack sealed."""
    by = actor()
    from seawall.incidents.api import close as close_incident
    from seawall.incidents.api import incident_named
    from seawall.kernel.clock import SYSTEM_CLOCK

    close_incident(incident_named(code, by=by), by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "state": "closed"})
