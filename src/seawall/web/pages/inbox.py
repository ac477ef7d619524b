"""The answers inbox: who must be answered first, with which words, by whom. Nothing here sends: replies are written in
Seller Center, and the platform's record brings them back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from seawall.inbox import api as inbox
from seawall.inbox.api import PRIORITY, Conversation, Message, TakeNext
from seawall.inbox.queries import (
    SHOWS,
    InboxFilter,
    colleagues,
    conversation_of,
    counted,
    held_by,
    listed,
    notes_of,
    said_in,
    stop_of,
)
from seawall.incidents.api import Compensation, GiveCompensation, allowance_of, give_compensation
from seawall.kernel.digest import digest_of
from seawall.kernel.errors import NotFound
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market
from seawall.outreach.api import Recipient
from seawall.tenancy.api import scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.prepared import gloss_of, prepared_for, sentences_of, sheet_of
from seawall.web.times import Left, left_until

PAGE_SIZE = 50

_INTENTS = [label.value for label in PRIORITY]
_LANGUAGES = [language.value for language in (*BUYER_LANGUAGES, Language.ZH_HANT)]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One conversation of the list."""

    conversation: Conversation
    left: Left | None
    """Until the platform counts the reply as late; none: answered, or no rule says when."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message or one internal note of the thread."""

    message: Message | None = None
    note: Any = None
    gloss: str = ""


@require_safe
@desk_page("inbox.read")
def inbox_list(desk: Desk) -> HttpResponseBase:
    """The list, with nobody chosen."""
    return _page(desk, None)


@require_safe
@desk_page("inbox.read")
def thread(desk: Desk, pk: int) -> HttpResponseBase:
    """One conversation beside the list."""
    return _page(desk, conversation_of(desk.actor, pk))


@require_POST
@desk_page("inbox.answer")
def take_next(desk: Desk) -> HttpResponseBase:
    """The buyer who must be answered first, of those nobody has, in my languages."""
    language = desk.request.POST.get("lang", "")
    holds = desk.request.POST.get("holds", "")
    wanted = TakeNext(
        languages=[language] if language in _LANGUAGES else [], holds=_number(holds) if holds else None
    )  # fmt: skip
    found = inbox.take_next(wanted, by=desk.actor, clock=desk.clock)
    if found is None:
        messages.info(desk.request, _("Nobody waits without an agent in your languages."))
        return redirect(_address(desk, None))
    return redirect(_address(desk, found.pk))


@require_POST
@desk_page("inbox.answer")
def take(desk: Desk, pk: int) -> HttpResponseBase:
    """Take this buyer over."""
    inbox.take(pk, by=desk.actor, clock=desk.clock)
    return redirect(_address(desk, pk))


@require_POST
@desk_page("inbox.answer")
def hand_back(desk: Desk, pk: int) -> HttpResponseBase:
    """Let this buyer go to the others."""
    inbox.hand_back(pk, by=desk.actor, clock=desk.clock)
    return redirect(_address(desk, pk))


@require_POST
@desk_page("inbox.assign")
def assign(desk: Desk, pk: int) -> HttpResponseBase:
    """Give this buyer to a member."""
    given = desk.request.POST
    seen = given.get("seen", "")
    inbox.assign(
        pk, _number(given.get("member", "")), seen_holder=_number(seen) if seen else None, by=desk.actor,
        clock=desk.clock,
    )  # fmt: skip
    return redirect(_address(desk, pk))


@require_POST
@desk_page("inbox.answer")
def note(desk: Desk, pk: int) -> HttpResponseBase:
    """Write an internal note."""
    inbox.note(pk, desk.request.POST.get("text", ""), by=desk.actor, clock=desk.clock)
    return redirect(_address(desk, pk))


@require_POST
@desk_page("compensation.give")
def give(desk: Desk, pk: int) -> HttpResponseBase:
    """Keep what this buyer is given, within the order's allowance."""
    asked = conversation_of(desk.actor, pk).asked
    row = asked.recipient if asked else None
    if row is None:
        raise NotFound("not_found", what=str(pk))
    given = desk.request.POST
    said = GiveCompensation(
        case_id=row.case_id, amount=given.get("amount", ""), reference=given.get("reference", ""),
        key=given.get("key", ""),
    )  # fmt: skip
    give_compensation(said, by=desk.actor, clock=desk.clock)
    return redirect(_address(desk, pk))


def _number(given: str) -> int:
    # Far beyond any id is no number of ours, and would be none of the database's.
    if not given.isascii() or not given.isdigit() or len(given) > 15:
        raise NotFound("not_found", what=given[:40])
    return int(given)


def _chosen(given: Mapping[str, str]) -> dict[str, str]:
    """The filters of the address; a code that does not exist is dropped, as if it had not been asked for."""
    chosen = {name: given.get(name, "").strip()[:64] for name in ("show", "intent", "lang", "storm", "q")}
    known = {"show": SHOWS, "intent": _INTENTS, "lang": _LANGUAGES}
    for name, values in known.items():
        if chosen[name] not in values:
            chosen[name] = ""
    return chosen


def _query(chosen: Mapping[str, str], **more: str) -> str:
    return urlencode({name: value for name, value in {**chosen, **more}.items() if value})


def _address(desk: Desk, pk: int | None) -> str:
    """The page an act leads back to, under the filters it was done from."""
    query = _query(
        _chosen({name: desk.request.POST.get(f"f-{name}", "") for name in ("show", "intent", "lang", "storm", "q")})
    )
    return (reverse("inbox") if pk is None else reverse("inbox_thread", args=[pk])) + (f"?{query}" if query else "")


def _page(desk: Desk, conversation: Conversation | None) -> HttpResponseBase:
    chosen = _chosen(desk.request.GET.dict())
    context = {**_list(desk, chosen, conversation), **(_thread(desk, conversation) if conversation else {})}
    context["signature"] = _signature(context, desk.clock.now())
    if not desk.is_partial:
        return desk.render("web/inbox/inbox.html", {**context, **_beside(desk, context)})
    if desk.request.GET.get("seen") == context["signature"]:
        return HttpResponse(status=204)
    return desk.render("web/inbox/live.html", context)


def _list(desk: Desk, chosen: dict[str, str], conversation: Conversation | None) -> dict[str, Any]:
    now = desk.clock.now()
    wanted = InboxFilter(
        show=chosen["show"] or "waiting", intent=chosen["intent"], language=chosen["lang"], incident=chosen["storm"],
        order_number=chosen["q"],
    )  # fmt: skip
    counts = counted(desk.actor, wanted, now=now)
    paginator = Paginator(listed(desk.actor, wanted, now=now), PAGE_SIZE)
    # Counted already, with the others in one query.
    paginator.count = counts[wanted.show]
    page = paginator.get_page(desk.request.GET.get("page"))
    lines = [Line(conversation=each, left=_left(desk, each)) for each in page.object_list]
    ids = [line.conversation.pk for line in lines]
    at = ids.index(conversation.pk) if conversation and conversation.pk in ids else None
    return {
        "page": page,
        "lines": lines,
        "counts": counts,
        "tabs": [name for name in SHOWS if name != "mine" or desk.may("inbox.answer")],
        "chosen": chosen,
        "show": wanted.show,
        "query": _query(chosen, page=str(page.number) if page.number > 1 else ""),
        "query_but_show": _query({**chosen, "show": ""}),
        "is_filtered": any(value for name, value in chosen.items() if name != "show"),
        "before": ids[at - 1] if at else None,
        "after": ids[at + 1] if at is not None and at + 1 < len(ids) else (ids[0] if ids and at is None else None),
        "conversation": conversation,
    }


def _left(desk: Desk, conversation: Conversation) -> Left | None:
    is_waiting = conversation.waits_since is not None and conversation.reply_by is not None
    return left_until(conversation.reply_by, desk.clock.now()) if is_waiting and conversation.reply_by else None


def _thread(desk: Desk, conversation: Conversation) -> dict[str, Any]:
    """What may change while one looks: who holds it, what was said, how long is left."""
    asked = conversation.asked
    assert asked is not None  # noqa: S101  # by the query
    row = asked.recipient
    assert row is not None  # noqa: S101  # by the query
    shop, now = conversation.shop, desk.clock.now()
    sheet = sheet_of(row)
    holder = conversation.holder
    return {
        "asked": asked,
        "row": row,
        "sheet": sheet,
        "order": row.order,
        "storm": row.incident,
        "shop": shop,
        "zone": Market(shop.market).zone,
        "left": _left(desk, conversation),
        "holder": holder,
        "is_mine": holder is not None and holder.pk == desk.actor.membership_id,
        "is_silent": inbox.is_silent(conversation, now) or (holder is not None and not holder.is_active),
        "stop": stop_of(desk.actor, conversation),
        "thread": _said(desk, conversation, row, gloss_of(row, sheet)),
    }


def _said(desk: Desk, conversation: Conversation, row: Recipient, gloss: str) -> list[Said]:
    """Messages and notes as they came. Our approved message carries its Chinese."""
    said = [
        (each.sent_at, Said(message=each, gloss=gloss if each.speaker == "seller" and each.text == row.text else ""))
        for each in said_in(desk.actor, conversation)
    ]
    noted = [(each.at, Said(note=each)) for each in notes_of(desk.actor, conversation)]
    return [each for _at, each in sorted([*said, *noted], key=lambda pair: pair[0])]


def _signature(context: Mapping[str, Any], now: datetime) -> str:
    """Changes with anything that the live parts show; clocks go on by the f"{now:%H:%M}", all at once."""
    lines = [
        [line.conversation.pk, line.conversation.holder_id, line.conversation.asked_id, line.conversation.asked_intent]
        for line in context["lines"]
    ]
    said = [
        [each.message.pk, each.message.intent, each.message.is_recalled] if each.message else [each.note.pk]
        for each in context.get("thread", ())
    ]
    holder, stop = context.get("holder"), context.get("stop")
    return digest_of([
        lines, said, context["counts"], holder.pk if holder else 0, f"{now:%H:%M}", stop.pk if stop else 0,
        bool(context.get("is_silent")),
    ])[:16]  # fmt: skip


def _beside(desk: Desk, context: Mapping[str, Any]) -> dict[str, Any]:
    """What stays while one looks: filters, prepared answers, the order, colleagues."""
    found: dict[str, Any] = {"intents": _INTENTS, "languages": _LANGUAGES, "holds": held_by(desk.actor)}
    if context["conversation"] is None:
        return found
    row, sheet = context["row"], context["sheet"]
    if not context["stop"]:
        found["prepared"] = prepared_for(row, context["asked"].intent, sheet)
    if desk.may("inbox.assign"):
        found["colleagues"] = colleagues(desk.actor, row.language)
    return {
        **found,
        "allowance": allowance_of(row.case),
        "gifts": list(scoped(Compensation, desk.actor).filter(case=row.case_id).select_related("by").order_by("pk")),
        "key": uuid4().hex,
        "facts": sentences_of(sheet),
        "parcels": list(row.order.parcels.all()[:5]),
    }
