"""seawall seat: send by hand where a platform wants a person's key press for every message."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.incident import Code
from seawall.cli.output import emit, err, is_json, out
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, Misuse, SeawallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seawall.outreach.api import Recipient
    from seawall.tenancy.api import Actor

app = typer.Typer(no_args_is_help=True)

Languages = Annotated[
    list[str] | None, typer.Option("--lang", help="Languages this seat speaks; may be repeated. None: any.")
]
Shops = Annotated[list[str] | None, typer.Option("--shop", help="Codes of shops; may be repeated. None: any.")]
Message = Annotated[int, typer.Argument(help="The message's number, as `seat take` gave it.")]
Seen = Annotated[str, typer.Option("--seen", help="Digest of the words you looked at.")]


@app.command("take")
def take(
    code: Code,
    size: Annotated[int, typer.Option(min=1, max=50, help="How many messages to have in hand.")] = 20,
    lang: Languages = None,
    shop: Shops = None,
) -> None:
    """Take a batch: messages that go by your key press, or by your own hand in Seller Center.

    Asking again gives what you have in hand, filled up."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import TakeBatch, named_together, take_batch

    incident = incident_named(code, by=by)
    wanted = TakeBatch(incident_id=incident.pk, size=size, languages=lang or (), shops=shop or ())
    rows = take_batch(wanted, by=by, clock=SYSTEM_CLOCK)
    together = named_together(rows)
    emit({"incident": code, "in_hand": [_shown(row, together.get(row.pk, ())) for row in rows]})


@app.command("press")
def press(
    messages: Annotated[list[int], typer.Argument(help="The messages' numbers, as `seat take` gave them.")],
    seen: Annotated[list[str], typer.Option("--seen", help="Digest of the words you looked at, one for each message.")],
) -> None:
    """Let messages go, each by a press of its own. The words must be the approved ones you looked at.

    One that may not go holds up no other: it is named, with the reason, and the command ends with 1."""
    by = actor()
    from seawall.outreach.api import Press, press_many

    if len(messages) != len(seen):
        raise Misuse("seat_seen_differs", messages=len(messages), seen=len(seen))
    now = SYSTEM_CLOCK.now()
    told = press_many(
        [Press(recipient_id=pk, seen_sha256=words, at=now) for pk, words in zip(messages, seen, strict=True)],
        by=by, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    if not told.rows:
        raise next(iter(told.refused.values()))
    pressed = [{"message": row.pk, "order": row.order.platform_order_id} for row in told.rows]
    refused = [{"message": pk, "code": error.code, "why": str(error)} for pk, error in sorted(told.refused.items())]
    emit({"pressed": pressed, "refused": refused, "by": by.name, "is_simulated": by.is_simulated})
    if refused:
        raise typer.Exit(1)


@app.command("copy")
def copy(message: Message) -> None:
    """Take the words of one message to Seller Center: they are printed as they are to be sent. From now on only you can
    say whether it was sent."""
    by = actor()
    from seawall.outreach.api import copy_words

    row = copy_words(message, by=by, clock=SYSTEM_CLOCK)
    emit(_shown_alone(row), lambda console: console.print(row.text, markup=False, highlight=False, soft_wrap=True))


@app.command("sent")
def sent(
    message: Message,
    seen: Seen,
    screenshot: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="PNG, JPEG or WebP, up to 10 MB.")],
) -> None:
    """Say that you sent a message in Seller Center, and show it. The screenshot becomes evidence, labelled as one."""
    by = actor()
    from seawall.outreach.api import MarkSent, mark_sent

    told = MarkSent(recipient_id=message, seen_sha256=seen, picture=screenshot.read_bytes())
    row = mark_sent(told, by=by, clock=SYSTEM_CLOCK)
    emit({"message": row.pk, "order": row.order.platform_order_id, "state": row.state,
          "screenshot": row.screenshot_sha256, "by": by.name, "is_simulated": by.is_simulated})  # fmt: skip


@app.command("not-sent")
def not_sent(message: Message) -> None:
    """Say that you copied a message but did not send it. It stays in your hands."""
    by = actor()
    from seawall.outreach.api import not_sent as take_back

    emit(_shown_alone(take_back(message, by=by, clock=SYSTEM_CLOCK)))


@app.command("cannot-reach")
def cannot_reach(
    message: Message, why: Annotated[str, typer.Option(help="Chat closed, blocked, buyer gone ...")]
) -> None:
    """Say that a buyer cannot be written to in Seller Center, and why. The message goes to whoever leads."""
    by = actor()
    from seawall.outreach.api import cannot_reach as out_of_reach

    row = out_of_reach(message, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"message": row.pk, "order": row.order.platform_order_id, "state": row.state, "why": why})


@app.command("ask-lead")
def ask_lead(message: Message, why: Annotated[str, typer.Option(help="What the lead should decide.")]) -> None:
    """Put a message you have in hand to whoever leads, with your question. It leaves your seat."""
    by = actor()
    from seawall.outreach.api import ask_lead as put_to_lead

    row = put_to_lead(message, why=why, by=by, clock=SYSTEM_CLOCK)
    emit({"message": row.pk, "order": row.order.platform_order_id, "state": row.state, "why": why})


@app.command("give-back")
def give_back(code: Code) -> None:
    """Let go of what you have in hand and have not pressed."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import give_back as give_back_batch

    emit({"incident": code, "given_back": give_back_batch(incident_named(code, by=by).pk, by=by, clock=SYSTEM_CLOCK)})


@app.command("work")
def work(code: Code, lang: Languages = None, shop: Shops = None) -> None:
    """One buyer after another: Enter sends and shows the next, s skips for now, q ends and gives back the rest."""
    by = actor()
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import TakeBatch, take_batch
    from seawall.outreach.api import give_back as give_back_batch
    from seawall.outreach.api import press as press_message

    incident = incident_named(code, by=by)
    if is_json() or not sys.stdin.isatty():
        raise Misuse("seat_needs_terminal")
    wanted = TakeBatch(incident_id=incident.pk, size=20, languages=lang or (), shops=shop or ())
    sent, skipped = 0, set[int]()
    try:
        while rows := [row for row in take_batch(wanted, by=by, clock=SYSTEM_CLOCK) if row.pk not in skipped]:
            for row in rows:
                answer = _ask(row)
                if answer == "q":
                    return
                if answer == "s":
                    skipped.add(row.pk)
                    continue
                try:
                    if row.lane is not None and row.lane.mode == "manual":
                        sent += _by_hand(row, by)
                        skipped.add(row.pk)
                        continue
                    press_message(row.pk, seen_sha256=row.text_sha256, by=by, clock=SYSTEM_CLOCK)
                    sent += 1
                except SeawallError as error:
                    err.print(str(error), style="yellow", markup=False)
                    skipped.add(row.pk)
    finally:
        left = give_back_batch(incident.pk, by=by, clock=SYSTEM_CLOCK)
        out.print(f"{sent} sent, {left} given back", highlight=False)


def _by_hand(row: "Recipient", by: "Actor") -> int:
    """Copy, send in Seller Center, show it; 1 when it was marked as sent."""
    from seawall.outreach.api import MarkSent, copy_words, mark_sent
    from seawall.outreach.api import not_sent as take_back

    copy_words(row.pk, by=by, clock=SYSTEM_CLOCK)
    given = input("Sent in Seller Center? Path of the screenshot, or n = not sent > ").strip()
    if given.lower() in ("", "n"):
        take_back(row.pk, by=by, clock=SYSTEM_CLOCK)
        return 0
    path = Path(given).expanduser()
    if not path.is_file():
        raise InvalidInput("picture_empty")
    mark_sent(
        MarkSent(recipient_id=row.pk, seen_sha256=row.text_sha256, picture=path.read_bytes()),
        by=by, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    return 1


def _ask(row: "Recipient") -> str:
    shop = row.order.shop
    out.rule(f"{shop.name} · {shop.platform} {shop.market} · {row.order.platform_order_id} · {row.language}")
    out.print(row.text, markup=False, highlight=False)
    while (answer := input("Enter = send · s = skip · q = end > ").strip().lower()) not in ("", "s", "q"):
        pass
    return answer


def _shown_alone(row: "Recipient") -> dict[str, object]:
    from seawall.outreach.api import named_together

    return _shown(row, named_together([row]).get(row.pk, ()))


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
        "mode": row.lane.mode if row.lane else None,
        "copied": row.copied_at.isoformat() if row.copied_at else None,
        "text": row.text,
        "sha256": row.text_sha256,
        "until": row.seat_until.isoformat() if row.seat_until else None,
    }
