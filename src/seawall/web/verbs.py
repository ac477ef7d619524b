"""The sentence of each timeline verb. `%(name)s` is filled from what the entry says stood before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from seawall.kernel.texts import text
from seawall.timeline.api import Entry
from seawall.web.look import Look, Words
from seawall.web.times import DESK_ZONE
from seawall.web.wording import KINDS, ROLES, words_of

WEEKDAYS: Mapping[str, Words] = {
    "mon": _p("weekday", "Mon"),
    "tue": _p("weekday", "Tue"),
    "wed": _p("weekday", "Wed"),
    "thu": _p("weekday", "Thu"),
    "fri": _p("weekday", "Fri"),
    "sat": _p("weekday", "Sat"),
    "sun": _p("weekday", "Sun"),
}
"""Days of the week, as shifts name them."""

VERBS: Mapping[str, Look] = {
    "incident.open": Look(words=_("Storm opened: %(kind)s"), icon="flag"),
    "incident.script_ready": Look(words=_("Script v%(version)s is ready"), icon="language"),
    "incident.planned": Look(words=_("Plan made"), icon="route"),
    "incident.sample_sent": Look(words=_("Sample sent, its record kept"), icon="message-check"),
    "incident.approved": Look(words=_("Seller approved %(binding)s"), icon="user-check"),
    "incident.sent_back": Look(words=_("Seller sent it back"), icon="arrow-back-up"),
    "incident.rolling_out": Look(words=_("Roll-out began"), icon="player-play"),
    "incident.stopped": Look(words=_("Roll-out stopped for good"), icon="hand-stop"),
    "incident.follow_up": Look(words=_("Roll-out complete; following up"), icon="messages"),
    "incident.close": Look(words=_("Storm closed"), icon="circle-check"),
    "cases.add": Look(words=_("Orders added: %(cases)s in all"), icon="package"),
    "case.withdraw": Look(words=_("Order %(order)s withdrawn"), icon="circle-minus"),
    "clock.warned": Look(words=_("%(clock)s: %(count)s orders are near, the first at %(first)s"), icon="alarm"),
    "clock.breached": Look(words=_("%(clock)s: passed for %(count)s orders"), icon="alert-triangle"),
    "clock.moved": Look(words=_("%(clock)s: moved for %(count)s orders"), icon="calendar-time"),
    "rule.override": Look(words=_("Own figure for the rule %(rule)s: %(value)s"), icon="list-check"),
    "rule.restore": Look(words=_("Own figure for the rule %(rule)s taken back"), icon="arrow-back-up"),
    "facts.write": Look(words=_("Facts sheet written"), icon="list-check"),
    "facts.attest": Look(words=_("Seller attested facts v%(version)s"), icon="user-check"),
    "facts.refused": Look(words=_("Seller says facts v%(version)s are not right"), icon="arrow-back-up"),
    "risk.keep": Look(words=_("Risk sheet v%(version)s looked at and kept"), icon="adjustments"),
    "approval.link": Look(words=_("Link for %(person)s made"), icon="link"),
    "approval.link_revoked": Look(words=_("Link for %(person)s taken back"), icon="link-off"),
    "facts.papers": Look(words=_("Facts sheet bound to new papers"), icon="paperclip"),
    "papers.add": Look(words=_("Paper added: %(name)s"), icon="paperclip"),
    "script.submit": Look(words=_("Script v%(number)s frozen"), icon="lock"),
    "script.revise": Look(words=_("Script taken up again"), icon="pencil"),
    "outreach.plan": Look(words=_("Plan: %(can_be_sent)s of %(orders)s can be sent"), icon="route"),
    "outreach.replan": Look(words=_("Reachability planned anew: no. %(number)s"), icon="route"),
    "outreach.void": Look(words=_("Plan void"), icon="ban"),
    "outreach.sample": Look(words=_("Sample released"), icon="send"),
    "outreach.sample_sent": Look(words=_("Platform took the sample"), icon="send"),
    "outreach.sample_failed": Look(
        words=_("Sample not delivered; the next buyer takes its place"), icon="alert-triangle"
    ),
    "outreach.approve": Look(words=_("Plan %(binding)s approved"), icon="user-check"),
    "outreach.send_back": Look(words=_("Plan sent back"), icon="arrow-back-up"),
    "outreach.start": Look(words=_("First wave opened"), icon="player-play"),
    "seat.take": Look(words=_("Took %(count)s messages to a seat"), icon="armchair"),
    "seat.give_back": Look(words=_("Gave %(count)s messages back"), icon="arrow-back-up"),
    "seat.words_differ": Look(
        words=_("Order %(order)s left its seat: other words on the screen"), icon="alert-triangle"
    ),
    "seat.not_sent": Look(words=_("Order %(order)s: copied, but not sent"), icon="arrow-back-up"),
    "seat.cannot_reach": Look(words=_("Order %(order)s cannot be reached in Seller Center"), icon="user-x"),
    "seat.ask_lead": Look(words=_("Order %(order)s: the seat asks the lead"), icon="user-question"),
    "seat.silent": Look(words=_("A seat fell silent; %(count)s messages may have been sent"), icon="alert-triangle"),
    "outreach.open_wave": Look(words=_("Wave %(wave)s opened: %(size)s buyers"), icon="player-track-next"),
    "outreach.pause": Look(words=_("Paused"), icon="player-pause"),
    "outreach.pause_by_itself": Look(words=_("Paused by itself"), icon="robot"),
    "outreach.resume": Look(words=_("Resumed"), icon="player-play"),
    "outreach.stop": Look(words=_("Sending stopped"), icon="hand-stop"),
    "outreach.tune": Look(words=_("Hours, quota or thresholds set"), icon="gavel"),
    "outreach.finish": Look(words=_("All messages have an outcome"), icon="checks"),
    "outreach.settle": Look(words=_("A message settled by a person"), icon="gavel"),
    "cancel.plan": Look(words=_("List of cancellations written: %(orders)s orders"), icon="package"),
    "cancel.void": Look(words=_("List of cancellations void"), icon="ban"),
    "cancel.approve": Look(words=_("Seller approved cancelling %(orders)s orders, %(binding)s"), icon="user-check"),
    "cancel.start": Look(words=_("Cancelling began"), icon="player-play"),
    "cancel.open_wave": Look(words=_("Cancelling goes on with %(size)s orders"), icon="player-track-next"),
    "cancel.pause": Look(words=_("Cancelling paused"), icon="player-pause"),
    "cancel.pause_by_itself": Look(words=_("Cancelling paused by itself"), icon="robot"),
    "cancel.resume": Look(words=_("Cancelling resumed"), icon="player-play"),
    "cancel.stop": Look(words=_("Cancelling stopped for good"), icon="hand-stop"),
    "cancel.finish": Look(words=_("All cancellations have an outcome"), icon="checks"),
    "cancel.waive": Look(words=_("%(orders)s orders may be cancelled without a message delivered"), icon="gavel"),
    "cancel.leave": Look(words=_("Order %(order)s is not cancelled"), icon="circle-minus"),
    "cancel.course": Look(words=_("Noted whether the platform cancels by itself"), icon="gavel"),
    "requests.course": Look(words=_("Decided what buyers who ask to cancel are told"), icon="gavel"),
    "requests.new": Look(words=_("Buyer of order %(order)s asks to cancel"), icon="user-question"),
    "requests.warn": Look(words=_("Request of order %(order)s runs out soon"), icon="alarm"),
    "requests.breach": Look(words=_("Request of order %(order)s has run out"), icon="alert-triangle"),
    "requests.accept": Look(words=_("Request of order %(order)s accepted"), icon="user-check"),
    "requests.decline": Look(words=_("Request of order %(order)s declined"), icon="user-x"),
    "requests.accept_by_itself": Look(words=_("Request of order %(order)s accepted by itself"), icon="robot"),
    "outreach.told_sent": Look(words=_("A person named the sent message %(message_id)s"), icon="message-check"),
    "outreach.look": Look(words=_("Platform asked again about order %(order)s"), icon="eye-check"),
    "contact.stop": Look(words=_("A buyer wants no more messages; %(count)s left out"), icon="hand-stop"),
    "contact.lift": Look(words=_("A buyer may be written to again"), icon="arrow-back-up"),
    "compensation.give": Look(words=_("Order %(order)s was given %(amount)s %(currency)s"), icon="ticket"),
    "inbox.take": Look(words=_("A buyer’s conversation taken over"), icon="user-check"),
    "inbox.hand_back": Look(words=_("A buyer’s conversation handed back"), icon="arrow-back-up"),
    "inbox.assign": Look(words=_("A buyer’s conversation given to %(name)s"), icon="user-question"),
    "answer.correct": Look(words=_("A buyer’s message read anew"), icon="pencil"),
    "evidence.seal": Look(words=_("Pack %(number)s sealed"), icon="lock"),
    "evidence.rotate_key": Look(words=_("The signing key was followed by a new one"), icon="key"),
    "evidence.stamp": Look(words=_("The time of pack %(number)s was confirmed"), icon="certificate"),
    "evidence.redact": Look(words=_("Reviewer’s form of pack %(number)s made"), icon="eye-check"),
    "evidence.erase": Look(words=_("Data past its time erased"), icon="clock-off"),
    "retention.set": Look(words=_("Time of keeping set"), icon="gavel"),
    "retention.unset": Look(words=_("Time of keeping taken back"), icon="arrow-back-up"),
    "hold.place": Look(words=_("Held: nothing may be erased"), icon="lock"),
    "hold.release": Look(words=_("Hold released"), icon="arrow-back-up"),
    "orders.import": Look(words=_("Order files imported"), icon="file-import"),
    "shop.add": Look(words=_("Shop %(code)s added"), icon="building-store"),
    "shop.connect": Look(words=_("Shop connected"), icon="plug-connected"),
    "shop.app": Look(words=_("App %(label)s made known"), icon="key"),
    "shop.mode": Look(words=_("Shop %(code)s sends by %(mode)s now"), icon="arrows-exchange"),
    "papers.withdraw": Look(words=_("Paper holds no longer: %(name)s"), icon="file-x"),
    "shop.by_hand": Look(words=_("Shop %(code)s is worked by hand"), icon="keyboard"),
    "shop.consent": Look(words=_("Shop %(code)s connected by its seller"), icon="user-check"),
    "shop.consent_refused": Look(words=_("Shop %(code)s not connected"), icon="user-x"),
    "shop.stop": Look(words=_("Shop %(code)s must be connected again"), icon="plug-connected-x"),
    "team.member_add": Look(words=_("Member %(member)s added: %(role)s"), icon="user-plus"),
    "team.role": Look(words=_("Role of %(member)s: %(was)s → %(role)s"), icon="user-cog"),
    "team.member_off": Look(words=_("Member %(member)s switched off"), icon="user-off"),
    "team.member_on": Look(words=_("Member %(member)s switched on again"), icon="user-check"),
    "team.languages": Look(words=_("Languages of %(member)s: %(languages)s"), icon="language"),
    "team.shift_add": Look(words=_("Shift of %(member)s: %(days)s %(hours)s (%(zone)s)"), icon="calendar-plus"),
    "team.shift_drop": Look(
        words=_("Shift of %(member)s taken away: %(days)s %(hours)s (%(zone)s)"), icon="calendar-minus"
    ),
    "team.sign_in_link": Look(words=_("Sign-in link for %(member)s made, good for %(hours)s h"), icon="key"),
    "team.seller_add": Look(words=_("Seller %(seller)s added"), icon="building"),
}

NOISE = frozenset({
    "seat.take", "seat.give_back", "outreach.approve", "outreach.start", "outreach.sample_sent", "script.submit",
    "outreach.stop", "clock.moved", "inbox.take", "inbox.hand_back",
})  # fmt: skip
"""Verbs that stand beside another of the same act; the short list leaves them out, the whole one shows them."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as it stands on the screen."""

    entry: Entry
    icon: str
    words: str


class _Params(dict[str, Any]):
    """What an entry fills its sentence with; what it does not say stands as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def line_of(entry: Entry) -> Line:
    """The entry in the reader's language. A verb nobody gave words to stands as itself."""
    look = VERBS.get(entry.verb)
    if look is None:
        return Line(entry=entry, icon="point", words=entry.verb)
    return Line(entry=entry, icon=look.icon, words=str(look.words) % _params(entry))


def _params(entry: Entry) -> _Params:
    params = _Params()
    for name, value in {**entry.before, **entry.after}.items():
        params[name] = _plain(name, value)
    return params


def _plain(name: str, value: Any) -> str | Words:
    if name == "kind":
        return words_of(KINDS, str(value))
    if name in ("role", "was"):
        return words_of(ROLES, str(value))
    if name == "days":
        return ", ".join(str(words_of(WEEKDAYS, day)) for day in str(value).split(", "))
    if name == "clock":
        return text(f"rules_clock_{value}")
    if name == "first":
        return short_instant(str(value))
    if name == "binding":
        return short_digest(str(value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def short_instant(said: str) -> str:
    """An instant of an entry in the desk's time; as it stands when it is none."""
    try:
        return f"{datetime.fromisoformat(said).astimezone(DESK_ZONE):%m-%d %H:%M}"
    except ValueError:
        return said


def short_digest(digest: str) -> str:
    """The first eight characters in two groups: what people compare by eye."""
    return f"{digest[:4]}·{digest[4:8]}" if digest else "–"
