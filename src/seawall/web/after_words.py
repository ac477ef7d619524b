"""The words of the screens for what follows the message: cancellations, their list, buyers' requests."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy as _p

from seawall.web.look import Look, Words

CANCELLING_STATES: Mapping[str, Look] = {
    "planned": Look(words=_p("cancelling", "Seller to approve"), tone="ask", icon="user-question"),
    "approved": Look(words=_p("cancelling", "Approved, ready to start"), tone="ok", icon="user-check"),
    "running": Look(words=_p("cancelling", "Cancelling"), tone="run", icon="player-play"),
    "paused": Look(words=_p("cancelling", "Paused"), tone="warn", icon="player-pause"),
    "done": Look(words=_p("cancelling", "Done"), tone="ok", icon="check"),
    "stopped": Look(words=_p("cancelling", "Stopped"), tone="risk", icon="hand-stop"),
    "void": Look(words=_p("cancelling", "Void"), icon="ban"),
}

CANCELLATION_STATES: Mapping[str, Look] = {
    "planned": Look(words=_p("cancellation", "On the list"), icon="clock"),
    "claimed": Look(words=_p("cancellation", "Being called"), tone="run", icon="send"),
    "accepted": Look(words=_p("cancellation", "Taken by the platform, not shown yet"), tone="run", icon="send"),
    "unknown": Look(words=_p("cancellation", "Outcome unknown, being looked up"), tone="warn", icon="help-circle"),
    "cancelled": Look(words=_p("cancellation", "Cancelled, by the platform’s record"), tone="ok", icon="checks"),
    "refused": Look(words=_p("cancellation", "Refused by the platform"), tone="risk", icon="ban"),
    "kept": Look(words=_p("cancellation", "Cannot be cancelled, stays"), icon="lock"),
    "not_needed": Look(words=_p("cancellation", "Resolved by itself"), tone="ok", icon="circle-check"),
    "needs_person": Look(words=_p("cancellation", "Needs a person"), tone="warn", icon="user-exclamation"),
    "no_connection": Look(words=_p("cancellation", "No connection yet"), icon="plug-connected-x"),
    "left_out": Look(words=_p("cancellation", "Left out"), icon="circle-minus"),
}

REQUEST_STATES: Mapping[str, Look] = {
    "waiting": Look(words=_p("request", "Waits for an answer"), tone="warn", icon="user-question"),
    "decided": Look(words=_p("request", "Decided, being told"), tone="run", icon="send"),
    "claimed": Look(words=_p("request", "Being told"), tone="run", icon="send"),
    "unknown": Look(words=_p("request", "Answer in doubt, being looked up"), tone="warn", icon="help-circle"),
    "answered": Look(words=_p("request", "Answered"), tone="ok", icon="checks"),
    "gone": Look(words=_p("request", "Waits no more"), icon="circle-minus"),
    "needs_person": Look(words=_p("request", "Needs a person"), tone="warn", icon="user-exclamation"),
}

PARTIES: Mapping[str, Words] = {
    "buyer": _p("party", "the buyer"),
    "seller": _p("party", "the seller"),
    "platform": _p("party", "the platform"),
    "delivery": _p("party", "delivery"),
    "unknown": _p("party", "unknown"),
}
"""Who brought an order to its end."""

MACHINES: Mapping[str, Words] = {
    "cancelling": _p("machine", "The list of cancellations"),
    "cancellation": _p("machine", "The cancellation"),
    "buyer_request": _p("machine", "The buyer’s request"),
}

EVENTS: Mapping[str, Words] = {
    "accepted": _p("event", "take note that the platform took it"),
    "cancelled": _p("event", "take note that it is cancelled"),
    "refused": _p("event", "take note of a refusal"),
    "kept": _p("event", "keep the order"),
    "not_needed": _p("event", "let it go"),
    "proved_untouched": _p("event", "put it back on the list"),
    "too_many_refusals": _p("event", "pause by itself"),
    "decide": _p("event", "decide"),
    "gone": _p("event", "take note that it waits no more"),
    "still_waits": _p("event", "take note that it still waits"),
}

PERMISSIONS: Mapping[str, Words] = {
    "cancel.read": _p("permission", "see cancellations"),
    "cancel.plan": _p("permission", "plan cancellations"),
    "cancel.approve": _p("permission", "approve cancellations"),
    "cancel.start": _p("permission", "start cancelling"),
    "cancel.pause": _p("permission", "pause cancelling"),
    "cancel.stop": _p("permission", "stop cancelling"),
    "cancel.settle": _p("permission", "settle cancellations"),
    "requests.answer": _p("permission", "answer buyers who ask to cancel"),
}
