"""The seat desk: one buyer after another, by keyboard. Every act is a plain form that also answers to htmx."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from seawall.evidence.api import MAX_BYTES
from seawall.inbox.api import Message
from seawall.incidents.api import facts_of, newest_sheet, values_of
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.outreach import api as outreach
from seawall.outreach.api import MarkSent, Recipient, TakeBatch
from seawall.outreach.queries import SeatDesk, seat_desk
from seawall.scripts.api import render
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page

BATCH = 20
"""Messages a seat takes at a time (ours)."""

LAST_SAID = 30
"""Messages of a conversation that the desk shows (ours)."""


@require_safe
@desk_page("seat.work")
def seats(desk: Desk) -> HttpResponseBase:
    """My batch and the buyer whose turn it is (`?at=`, or the one after `?after=`)."""
    return _page(desk, seat_desk(desk.actor, clock=desk.clock))


@require_POST
@desk_page("seat.work")
def take(desk: Desk) -> HttpResponseBase:
    """Take a batch, of any storm that has work for this seat."""
    outreach.take_batch(TakeBatch(size=BATCH), by=desk.actor, clock=desk.clock)
    return _after(desk)


@require_POST
@desk_page("seat.work")
def press(desk: Desk, pk: int) -> HttpResponseBase:
    """The key press: the very words on the screen may go."""
    following = _following(desk, pk)
    outreach.press(pk, seen_sha256=desk.request.POST.get("seen", ""), by=desk.actor, clock=desk.clock)
    return _after(desk, following, goes_on=True)


@require_POST
@desk_page("seat.work")
def copy(desk: Desk, pk: int) -> HttpResponseBase:
    """The words are taken to Seller Center; the same buyer stays on the screen."""
    outreach.copy_words(pk, by=desk.actor, clock=desk.clock)
    return _after(desk, pk)


@require_POST
@desk_page("seat.work")
def not_sent(desk: Desk, pk: int) -> HttpResponseBase:
    """Copied, but not sent."""
    outreach.not_sent(pk, by=desk.actor, clock=desk.clock)
    return _after(desk, pk)


@require_POST
@desk_page("seat.work")
def sent(desk: Desk, pk: int) -> HttpResponseBase:
    """Sent in Seller Center, with the screenshot."""
    following = _following(desk, pk)
    picture = desk.request.FILES.get("picture")
    if picture is None:
        raise InvalidInput("web_no_file")
    if (picture.size or 0) > MAX_BYTES:
        # Said before it is read into memory.
        raise InvalidInput("picture_too_large", limit=MAX_BYTES // 1024 // 1024)
    seen = desk.request.POST.get("seen", "")
    outreach.mark_sent(
        MarkSent(recipient_id=pk, seen_sha256=seen, picture=picture.read()), by=desk.actor, clock=desk.clock
    )
    return _after(desk, following, goes_on=True)


@require_POST
@desk_page("seat.work")
def unreachable(desk: Desk, pk: int) -> HttpResponseBase:
    """This buyer cannot be written to in Seller Center, and why."""
    following = _following(desk, pk)
    outreach.cannot_reach(pk, why=desk.request.POST.get("why", ""), by=desk.actor, clock=desk.clock)
    return _after(desk, following, goes_on=True)


@require_POST
@desk_page("seat.work")
def ask_lead(desk: Desk, pk: int) -> HttpResponseBase:
    """The lead decides on this buyer."""
    following = _following(desk, pk)
    outreach.ask_lead(pk, why=desk.request.POST.get("why", ""), by=desk.actor, clock=desk.clock)
    return _after(desk, following, goes_on=True)


@require_POST
@desk_page("seat.work")
def give_back(desk: Desk) -> HttpResponseBase:
    """Let go of what is in hand."""
    held = len(seat_desk(desk.actor, clock=desk.clock).rows)
    freed = outreach.give_back(None, by=desk.actor, clock=desk.clock)
    words = ngettext("%(n)s message given back.", "%(n)s messages given back.", freed)
    messages.success(desk.request, words % {"n": freed})
    if unsure := held - freed:
        words = ngettext(
            "%(n)s was copied and neither marked as sent nor as not sent: a person must look in Seller Center.",
            "%(n)s were copied and neither marked as sent nor as not sent: a person must look in Seller Center.",
            unsure,
        )
        messages.warning(desk.request, words % {"n": unsure})
    return _after(desk)


def _after(desk: Desk, at: int | None = None, *, goes_on: bool = False) -> HttpResponseBase:
    """The seat again. `goes_on`: one that has become empty takes its next batch, so that the hands stay on the keys."""
    found = seat_desk(desk.actor, clock=desk.clock)
    if goes_on and not found.rows and found.free:
        outreach.take_batch(TakeBatch(size=BATCH), by=desk.actor, clock=desk.clock)
        found = seat_desk(desk.actor, clock=desk.clock)
    if desk.is_partial:
        return _page(desk, found, at=at)
    return redirect(reverse("seats") + (f"?at={at}" if at else ""))


def _following(desk: Desk, pk: int) -> int | None:
    """Who comes after a buyer in this seat's batch."""
    return _next_of([row.pk for row in seat_desk(desk.actor, clock=desk.clock).rows], pk)


def _next_of(pks: list[int], pk: int) -> int | None:
    if pk not in pks or len(pks) == 1:
        return pks[0] if pks and pk not in pks else None
    return pks[(pks.index(pk) + 1) % len(pks)]


def _page(desk: Desk, found: SeatDesk, *, at: int | None = None) -> HttpResponseBase:
    given, pks = desk.request.GET, [row.pk for row in found.rows]
    if given.get("after", "").isdecimal():
        at = _next_of(pks, int(given["after"]))
    elif at is None and given.get("at", "").isdecimal():
        at = int(given["at"])
    row = next((each for each in found.rows if each.pk == at), found.rows[0] if found.rows else None)
    context: dict[str, Any] = {"seat": found, "row": row, **(_card(desk, row) if row else {})}
    return desk.render("web/seat/part.html" if desk.is_partial else "web/seat/seat.html", context)


def _card(desk: Desk, row: Recipient) -> dict[str, Any]:
    row = get_scoped(Recipient, desk.actor, pk=row.pk)
    order = row.order
    mates = [each.order for each in outreach.named_together([row]).get(row.pk, ())]
    return {
        "order": order,
        "shop": order.shop,
        "storm": row.incident,
        "zone": Market(order.shop.market).zone,
        "gloss": _gloss(row, is_alone=not mates),
        "script": row.roll_out.script_version,
        "is_manual": row.lane is not None and row.lane.mode == "manual",
        "mates": mates,
        "words": _marked(row.text, [each.platform_order_id for each in (order, *mates)]),
        "talk": _talk(desk, row, [each.pk for each in (order, *mates)]),
        "parcels": list(order.parcels.all()[:5]),
    }


def _gloss(row: Recipient, *, is_alone: bool) -> str:
    """What the words say, in Chinese: filled in for a single order, by the facts of the plan; else as written."""
    found = row.roll_out.script_version.texts.filter(language=row.language).values_list("gloss_zh", flat=True)
    gloss, sheet = found.first() or "", newest_sheet(row.incident)
    if not is_alone or sheet is None or sheet.digest != row.roll_out.facts_digest:
        return gloss
    try:
        values = values_of(row.order, facts_of(sheet), Language.ZH_HANS)
        return render(gloss, values, Language.ZH_HANS, Market(row.order.shop.market)).text
    except InvalidInput:
        return gloss


def _talk(desk: Desk, row: Recipient, order_ids: list[int]) -> list[Message]:
    """What was said in the conversations of these orders, the last of it, oldest first."""
    here = scoped(Message, desk.actor).filter(conversation__shop_id=row.order.shop_id)
    known = Q(conversation__in=here.filter(recipient__order__in=order_ids).values("conversation"))
    if row.session_id:
        known |= Q(conversation__session_id=row.session_id)
    return list(here.filter(known).order_by("-sent_at", "-pk")[:LAST_SAID])[::-1]


def _marked(text: str, values: list[str]) -> list[tuple[str, bool]]:
    """The words in pieces, each with whether it was filled in from the order: joined they are the words."""
    found = re.split("(" + "|".join(re.escape(value) for value in values) + ")", text)
    return [(piece, piece in values) for piece in found if piece]
