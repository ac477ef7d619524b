"""seawall seat: send by hand where a platform wants a person's key press for every message."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.incident import Code
from seawall.cli.output import emit, err, is_json, out
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Misuse, SeawallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seawall.outreach.api import Recipient

app = typer.Typer(no_args_is_help=True)

Languages = Annotated[
    list[str] | None, typer.Option("--lang", help="Languages this seat speaks; may be repeated. None: any.")
]


@app.command("take")
def take(
    code: Code,
    size: Annotated[int, typer.Option(min=1, max=50, help="How many messages to have in hand.")] = 20,
    lang: Languages = None,
) -> None:
    """Take a batch: messages that go only by your key press. Asking again gives what you have in hand, filled up."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import TakeBatch, named_together, take_batch

    incident = incident_named(code, by=by)
    rows = take_batch(TakeBatch(incident_id=incident.pk, size=size, languages=lang or ()), by=by, clock=SYSTEM_CLOCK)
    together = named_together(rows)
    emit({"incident": code, "in_hand": [_shown(row, together.get(row.pk, ())) for row in rows]})


@app.command("press")
def press(
    message: Annotated[int, typer.Argument(help="The message's number, as `seat take` gave it.")],
    seen: Annotated[str, typer.Option("--seen", help="Digest of the words you looked at.")],
) -> None:
    """Let one message go. The words must be the approved ones you looked at."""
    by = actor()
    from seawall.outreach.api import press as press_message

    row = press_message(message, seen_sha256=seen, by=by, clock=SYSTEM_CLOCK)
    emit({"message": row.pk, "order": row.order.platform_order_id, "by": by.name, "is_simulated": by.is_simulated})


@app.command("give-back")
def give_back(code: Code) -> None:
    """Let go of what you have in hand and have not pressed."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import give_back as give_back_batch

    emit({"incident": code, "given_back": give_back_batch(incident_named(code, by=by).pk, by=by, clock=SYSTEM_CLOCK)})


@app.command("work")
def work(code: Code, lang: Languages = None) -> None:
    """One buyer after another: Enter sends and shows the next, s skips for now, q ends and gives back the rest."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import TakeBatch, take_batch
    from seawall.outreach.api import give_back as give_back_batch
    from seawall.outreach.api import press as press_message

    incident = incident_named(code, by=by)
    if is_json() or not sys.stdin.isatty():
        raise Misuse("seat_needs_terminal")
    sent, skipped = 0, set[int]()
    try:
        while rows := [
            row
            for row in take_batch(
                TakeBatch(incident_id=incident.pk, size=20, languages=lang or ()), by=by, clock=SYSTEM_CLOCK
            )
            if row.pk not in skipped
        ]:
            for row in rows:
                answer = _ask(row)
                if answer == "q":
                    return
                if answer == "s":
                    skipped.add(row.pk)
                    continue
                try:
                    press_message(row.pk, seen_sha256=row.text_sha256, by=by, clock=SYSTEM_CLOCK)
                    sent += 1
                except SeawallError as error:
                    err.print(str(error), style="yellow", markup=False)
                    skipped.add(row.pk)
    finally:
        left = give_back_batch(incident.pk, by=by, clock=SYSTEM_CLOCK)
        out.print(f"{sent} sent, {left} given back", highlight=False)


def _ask(row: "Recipient") -> str:
    shop = row.order.shop
    out.rule(f"{shop.name} · {shop.platform} {shop.market} · {row.order.platform_order_id} · {row.language}")
    out.print(row.text, markup=False, highlight=False)
    while (answer := input("Enter = send · s = skip · q = end > ").strip().lower()) not in ("", "s", "q"):
        pass
    return answer


def _shown(row: "Recipient", together: "Sequence[Recipient]") -> dict[str, object]:
    shop = row.order.shop
    return {
        "message": row.pk,
        "order": row.order.platform_order_id,
        "with_orders": [each.order.platform_order_id for each in together],
        "shop": shop.code,
        "platform": shop.platform,
        "market": shop.market,
        "language": row.language,
        "text": row.text,
        "sha256": row.text_sha256,
        "until": row.seat_until.isoformat() if row.seat_until else None,
    }
