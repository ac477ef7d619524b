"""What needs the member who looks, over all storms: one list, what cannot wait first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from seawall.casework.queries import requests_running_out
from seawall.outreach import queries as outreach
from seawall.outreach.api import RollOutState
from seawall.timeline.api import Entry
from seawall.timeline.queries import mentions_of
from seawall.web.desk import Desk
from seawall.web.times import Left, left_until

if TYPE_CHECKING:
    from seawall.web.pages.board import Storm

SHOWN_MENTIONS = 5


@dataclass(frozen=True, kw_only=True)
class Need:
    """One line of the list."""

    kind: str
    words: str
    url: str
    code: str
    """The storm's code."""
    icon: str
    tone: str = ""
    left: Left | None = None
    comment: Entry | None = None
    """What was said, where a comment names the member."""

    @property
    def colour(self) -> str:
        """The class of its icon."""
        return f"{self.tone}-t" if self.tone else "t3"


def needs_of(desk: Desk, storms: Sequence["Storm"]) -> list[Need]:
    """Paused roll-outs, requests that run out, messages that need a person, questions of seats, decisions waited for,
    comments. Each count is of the ledger; a member sees what the role may do something about."""
    found = [each for storm in storms for each in _of_storm(desk, storm)]
    if desk.may("requests.answer"):
        found += _requests(desk, storms)
    if desk.may("outreach.settle"):
        found += _questions(desk, storms)
    if desk.may("timeline.comment"):
        found += _mentions(desk)
    order = ("paused", "request", "person", "seat", "decide", "step", "remind", "mention")
    return sorted(found, key=lambda each: order.index(each.kind))


def _of_storm(desk: Desk, storm: "Storm") -> list[Need]:
    code = storm.incident.code
    room = reverse("incident", args=[code])
    found = []
    is_paused = storm.roll_out is not None and storm.roll_out.state == RollOutState.PAUSED
    if is_paused and desk.may("outreach.pause"):
        found.append(
            Need(kind="paused", words=_("Roll-out is paused"), url=room, code=code, icon="player-pause", tone="warn")
        )
    people = storm.tally.of("person")
    if people and desk.may("outreach.settle"):
        words = ngettext("%(n)s message needs a person", "%(n)s messages need a person", people)
        url = f"{reverse('outcomes', args=[code])}?tab=to_settle"
        found.append(
            Need(kind="person", words=words % {"n": f"{people:,}"}, url=url, code=code, icon="user-exclamation",
                 tone="warn")
        )  # fmt: skip
    step = storm.next_step
    if step.owner == "seller_approver" and desk.actor.role == "seller_approver":
        found.append(Need(kind="decide", words=step.words, url=step.url or room, code=code, icon="user-check"))
    elif step.owner == "seller_approver" and desk.may("approval.link"):
        words = _("Waits for the seller: %(what)s") % {"what": step.words}
        url = reverse("links", args=[code])
        found.append(Need(kind="remind", words=words, url=url, code=code, icon="user-question", tone="ask"))
    elif step.owner == desk.actor.role and step.verb and desk.may(step.verb) and not is_paused and not people:
        found.append(Need(kind="step", words=step.words, url=step.url or room, code=code, icon="arrow-right"))
    return found


def _requests(desk: Desk, storms: Sequence["Storm"]) -> list[Need]:
    codes = {storm.incident.pk: storm.incident.code for storm in storms}
    now = desk.clock.now()
    found = []
    for pk, (number, first) in requests_running_out(desk.actor, list(codes)).items():
        words = ngettext("%(n)s buyer asks to cancel", "%(n)s buyers ask to cancel", number) % {"n": f"{number:,}"}
        url = reverse("cancels", args=[codes[pk]])
        left = left_until(first, now) if first else None
        found.append(Need(kind="request", words=words, url=url, code=codes[pk], icon="alarm", tone="warn", left=left))
    return found


def _questions(desk: Desk, storms: Sequence["Storm"]) -> list[Need]:
    codes = {storm.incident.pk: storm.incident.code for storm in storms}
    roll_outs = [storm.roll_out.pk for storm in storms if storm.roll_out is not None]
    found = []
    for pk, number in outreach.seat_questions(desk.actor, roll_outs).items():
        words = ngettext("%(n)s question from a seat", "%(n)s questions from seats", number) % {"n": f"{number:,}"}
        url = f"{reverse('outcomes', args=[codes[pk]])}?tab=to_settle"
        found.append(Need(kind="seat", words=words, url=url, code=codes[pk], icon="user-question", tone="ask"))
    return found


def _mentions(desk: Desk) -> list[Need]:
    return [
        Need(
            kind="mention", words=_("%(who)s names you") % {"who": each.entry.actor_name},
            url=reverse("timeline", args=[each.incident.code]), code=each.incident.code, icon="message-2",
            comment=each.entry,
        )
        for each in mentions_of(desk.actor, most=SHOWN_MENTIONS)
    ]  # fmt: skip
