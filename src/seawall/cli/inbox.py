"""seawall inbox: what replies want, from a file of them (needs no database) or of a storm; putting readings right."""

from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.files import existing
from seawall.cli.incident import Code, Why
from seawall.cli.output import emit, out, table
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput

app = typer.Typer(no_args_is_help=True)


@app.callback()
def inbox() -> None:
    """Buyers' replies."""


@app.command("intents")
def intents(
    file: Annotated[Path, typer.Argument(help="Replies, one JSON object a line: id, text, and lang where known.")],
) -> int:
    """What each reply wants: one JSON object a line with id, intent and score. A bad line is told in its place."""
    import json

    from seawall.inbox.intents import intents_jsonl

    with existing(file).open(encoding="utf-8", errors="replace") as lines:
        for result in intents_jsonl(lines):
            out.file.write(json.dumps(result, ensure_ascii=False) + "\n")
    out.file.flush()
    return 0


@app.command("answers")
def answers(
    code: Code,
    intent: Annotated[str, typer.Option(help="Only buyers whose last answer wants this.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many conversations to list.")] = 200,
) -> None:
    """What a storm's buyers answered: counts by what they want, and the conversations, who waits longest first."""
    by = actor()
    from seawall.inbox.api import Label
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import summary_of, talk_views, talks_of

    incident = incident_named(code, by=by)
    by.require("inbox.read")
    if intent and intent not in {label.value for label in Label}:
        raise InvalidInput("intent_unknown", intent=intent, known=", ".join(label.value for label in Label))
    summary = summary_of(by, incident.pk)
    talks = talk_views(list(talks_of(by, incident.pk, intent=intent)[:limit]))
    rows = [
        {
            "answer": talk.last.pk,
            "order": talk.row.order.platform_order_id,
            "shop": talk.conversation.shop.code,
            "intent": talk.last.intent,
            "score": talk.last.intent_score,
            "read_by": talk.last.intent_source,
            "said_at": talk.last.sent_at.isoformat(),
            "waits_since": talk.waits_since.isoformat() if talk.waits_since else None,
            "contact_ended": talk.stop.pk if talk.stop else None,
            "text": talk.last.text,
        }
        for talk in talks
    ]
    shown = table("answer>", "order", "intent", "waits since", "stop", "text")
    for row in rows:
        shown.add_row(*(str(row[name] or "") for name in ("answer", "order", "intent", "waits_since", "contact_ended")),
                      str(row["text"])[:80])  # fmt: skip
    counts = {
        "buyers": summary.buyers, "messages": summary.messages, "by_intent": dict(summary.by_intent),
        "contact_ended": summary.stopped, "to_look_at": summary.to_look_at,
    }  # fmt: skip
    emit({"incident": code, **counts, "conversations": rows}, lambda console: console.print(counts, shown))


@app.command("correct")
def correct(
    code: Code,
    answer: Annotated[int, typer.Argument(help="The answer's number, from `inbox answers`.")],
    intent: Annotated[str, typer.Option(help="What it wants, such as agree_cancel or opt_out.")],
    why: Annotated[str, typer.Option("--why", help="A note that stays with the reading.")] = "",
) -> None:
    """Say what an answer wants: holds against phrases and model. `opt_out` ends contact with that buyer at once."""
    by = actor()
    from seawall.inbox.api import Message
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import correct_answer
    from seawall.tenancy.api import get_scoped

    message = get_scoped(Message, by, pk=answer, recipient__incident_id=incident_named(code, by=by).pk)
    read = correct_answer(message.pk, intent, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "answer": read.pk, "intent": read.intent, "read_by": read.intent_source})


@app.command("lift")
def lift(
    code: Code,
    stop: Annotated[int, typer.Argument(help="The stop's number, from `inbox answers`.")],
    why: Why,
) -> None:
    """Let a buyer who wanted no more messages be written to again by later plans."""
    by = actor()
    from seawall.inbox.api import ContactStop
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import lift_stop
    from seawall.tenancy.api import get_scoped

    incident = incident_named(code, by=by)
    found = get_scoped(ContactStop, by, pk=stop, message__recipient__incident_id=incident.pk)
    lift_stop(found.pk, by=by, clock=SYSTEM_CLOCK, why=why)
    emit({"incident": code, "stop": stop, "lifted": True})
