"""Buyers' answers to a storm: who waits for a reply and for how long, what they want, and putting a reading right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from seawall.inbox.api import PRIORITY, ContactStop, Label, Message, Reading
from seawall.incidents import queries as incidents
from seawall.incidents.api import Incident
from seawall.kernel.errors import Misuse
from seawall.kernel.markets import Market, Platform
from seawall.outreach.api import Talk, correct_answer, lift_stop, summary_of, talk_views, talks_of
from seawall.rulebook.api import ClockKind, Event, OrderFacts, RulesOn, clocks_of, rules_for
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.times import Left, left_until

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class TalkRow:
    """One line: a buyer's last word and the reply that is owed."""

    talk: Talk
    left: Left | None
    """Until the platform counts the reply as late; none: answered, or no rule says when."""
    must_check: bool
    """The rule behind it is not sure: check with the platform."""


@require_safe
@desk_page("incident.read")
def answers(desk: Desk, code: str) -> HttpResponseBase:
    """The list: who has waited longest stands on top."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("inbox.read")
    given = desk.request.GET
    chosen = {name: given.get(name, "").strip()[:64] for name in ("intent", "q")}
    if chosen["intent"] not in {label.value for label in Label}:
        chosen["intent"] = ""
    found = talks_of(desk.actor, incident.pk, intent=chosen["intent"], order_number=chosen["q"])
    page = Paginator(found, PAGE_SIZE).get_page(given.get("page"))
    summary = summary_of(desk.actor, incident.pk)
    context = {
        "incident": incident,
        "page": page,
        "rows": rows_of(desk, talk_views(list(page.object_list))),
        "summary": summary,
        "intents": intent_counts(summary.by_intent),
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
    }
    return desk.render("web/answers_part.html" if desk.is_partial else "web/answers.html", context)


def intent_counts(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """(intent, conversations) in the order of harm; those nobody has are left out."""
    return [(label.value, counted[label.value]) for label in PRIORITY if counted.get(label.value)]


def rows_of(desk: Desk, talks: list[Talk]) -> list[TalkRow]:
    """Each with its response clock by the rules the team goes by today."""
    rules: dict[int, RulesOn] = {}
    found = []
    for talk in talks:
        shop = talk.conversation.shop
        if shop.pk not in rules:
            rules[shop.pk] = rules_for(desk.actor, day=desk.clock.now().date(), shop_id=shop.pk)
        left, must_check = _reply_by(talk, rules[shop.pk], desk.clock.now())
        found.append(TalkRow(talk=talk, left=left, must_check=must_check))
    return found


def _reply_by(talk: Talk, rules: RulesOn, now: datetime) -> tuple[Left | None, bool]:
    if talk.waits_since is None:
        return None, False
    shop = talk.conversation.shop
    facts = OrderFacts(
        ref=str(talk.conversation.pk), platform=Platform(shop.platform), market=Market(shop.market),
        events={Event.BUYER_WROTE: talk.waits_since},
    )  # fmt: skip
    # The platform's clock may run ahead of ours: what was just said is not in the future.
    clocks = clocks_of(facts, rules, max(now, talk.waits_since))
    clock = next((each for each in clocks if each.kind is ClockKind.CHAT), None)
    return (left_until(clock.breach_at, now), clock.must_check) if clock else (None, False)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("incident.read")
def answer(desk: Desk, code: str, pk: int) -> HttpResponseBase:
    """One answer in its conversation: every reading of it, and the forms to put it right."""
    incident = incidents.incident_by_code(desk.actor, code)
    desk.actor.require("inbox.read")
    message = get_scoped(Message, desk.actor, recipient__incident_id=incident.pk, speaker="buyer", pk=pk)
    if desk.request.method == "POST":
        _act(desk, message)
        return redirect("answer", code=incident.code, pk=message.pk)
    return desk.render("web/answer.html", _answer_context(desk, incident, message))


def _act(desk: Desk, message: Message) -> None:
    given = desk.request.POST
    why = given.get("why", "").strip()[:500]
    match given.get("act", ""):
        case "correct":
            label = given.get("intent", "")
            correct_answer(message.pk, label, by=desk.actor, clock=desk.clock, why=why)
            messages.success(desk.request, _("Your reading holds from now on."))
        case "lift":
            stop = get_scoped(ContactStop, desk.actor, message=message, lifted_at__isnull=True)
            lift_stop(stop.pk, by=desk.actor, clock=desk.clock, why=why)
            messages.success(desk.request, _("This buyer may be written to again by later plans."))
        case other:
            raise Misuse("web_act_unknown", act=other[:40])


def _answer_context(desk: Desk, incident: Incident, message: Message) -> dict[str, Any]:
    conversation = message.conversation
    talk = scoped(Message, desk.actor).filter(conversation=conversation).order_by("sent_at", "pk")
    row = message.recipient
    (line,) = rows_of(desk, talk_views([message])) or (None,)
    return {
        "incident": incident,
        "message": message,
        "row": row,
        "line": line,
        "shop": conversation.shop,
        "zone": Market(conversation.shop.market).zone,
        "talk": list(talk[:200]),
        "readings": list(scoped(Reading, desk.actor).filter(message=message).select_related("by").order_by("-pk")),
        "stop": scoped(ContactStop, desk.actor).filter(message=message, lifted_at__isnull=True).first(),
        "labels": [label.value for label in PRIORITY],
    }
