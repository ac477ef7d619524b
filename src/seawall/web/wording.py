"""The words of the screens for codes of the product: verbs of the timeline, states, roles, steps, languages.

Every code has a sentence here in English, and its Chinese in the catalogue; tests/web/test_wording.py enumerates the
code and fails on one without words. Reasons and refusals have theirs in `<capability>/i18n/*.toml`.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from seawall.web import after_words
from seawall.web.look import Look, Words

SOP: Mapping[str, Words] = {
    "facts": _p("step", "Facts"),
    "script": _p("step", "Script"),
    "risk": _p("step", "Risk and plan"),
    "sample": _p("step", "Sample"),
    "approval": _p("step", "Approval"),
    "roll_out": _p("step", "Roll-out"),
    "follow_up": _p("step", "Follow-up"),
    "evidence": _p("step", "Evidence"),
}
"""The eight steps."""

LIMITS: Mapping[str, Words] = {
    "sends_per_day": _p("limit", "messages a day"),
    "chat_calls_per_day": _p("limit", "chat calls a day"),
    "calls_per_day": _p("limit", "calls a day"),
    "sends_per_second": _p("limit", "messages a second and shop"),
    "unanswered_max": _p("limit", "messages in a row without an answer"),
    "identical_text_h": _p("limit", "hours in which the same text is refused"),
    "text_max": _p("limit", "characters in a message"),
    "chat_window_days": _p("limit", "days in which a buyer may be written to"),
    "chat_window_buyer_wrote_days": _p("limit", "days after the buyer wrote"),
    "order_window_days": _p("limit", "days after the order"),
}
"""Limits of a platform that shape a roll-out, in the order they are shown."""

INCIDENT_STATES: Mapping[str, Look] = {
    "opened": Look(words=_("Facts to be attested"), icon="list-check"),
    "facts_attested": Look(words=_("Script to be submitted"), icon="language"),
    "script_ready": Look(words=_("Plan to be made"), icon="route"),
    "planned": Look(words=_("Sample to be sent"), icon="message"),
    "sample_sent": Look(words=_("Seller to approve"), tone="ask", icon="user-question"),
    "approved": Look(words=_("Approved, ready to start"), tone="ok", icon="user-check"),
    "rolling_out": Look(words=_("Rolling out"), tone="run", icon="player-play"),
    "follow_up": Look(words=_("Following up"), tone="run", icon="messages"),
    "closed": Look(words=_("Closed"), tone="ok", icon="circle-check"),
}

CASE_STATES: Mapping[str, Look] = {
    "open": Look(words=_p("case", "Concerned"), icon="circle"),
    "withdrawn": Look(words=_p("case", "Withdrawn"), icon="circle-minus"),
    "closed": Look(words=_p("case", "Closed"), tone="ok", icon="circle-check"),
}

ROLL_OUT_STATES: Mapping[str, Look] = {
    "planned": Look(words=_p("roll-out", "Planned"), icon="route"),
    "sampling": Look(words=_p("roll-out", "Sample on its way"), tone="run", icon="send"),
    "sample_sent": Look(words=_p("roll-out", "Sample sent"), tone="ask", icon="user-question"),
    "approved": Look(words=_p("roll-out", "Approved"), tone="ok", icon="user-check"),
    "running": Look(words=_p("roll-out", "Running"), tone="run", icon="player-play"),
    "paused": Look(words=_p("roll-out", "Paused"), tone="warn", icon="player-pause"),
    "done": Look(words=_p("roll-out", "Done"), tone="ok", icon="check"),
    "stopped": Look(words=_p("roll-out", "Stopped"), tone="risk", icon="hand-stop"),
    "void": Look(words=_p("roll-out", "Void"), icon="ban"),
}

RECIPIENT_STATES: Mapping[str, Look] = {
    "waiting": Look(words=_p("recipient", "Waiting"), icon="clock"),
    "claimed": Look(words=_p("recipient", "Being sent"), tone="run", icon="send"),
    "unknown": Look(words=_p("recipient", "Outcome unknown, being looked up"), tone="warn", icon="help-circle"),
    "sent_by_hand": Look(words=_p("recipient", "Sent by hand, screenshot attached"), tone="run", icon="keyboard"),
    "acknowledged": Look(words=_p("recipient", "Accepted by the platform"), tone="run", icon="send"),
    "confirmed": Look(words=_p("recipient", "In the platform’s record"), tone="run", icon="checks"),
    "read": Look(words=_p("recipient", "Read"), tone="ok", icon="eye-check"),
    "answered": Look(words=_p("recipient", "Answered"), tone="ok", icon="message-check"),
    "blocked": Look(words=_p("recipient", "Filtered by the platform"), tone="risk", icon="ban"),
    "rejected": Look(words=_p("recipient", "Refused by the platform"), tone="risk", icon="ban"),
    "needs_person": Look(words=_p("recipient", "Needs a person"), tone="warn", icon="user-exclamation"),
    "no_connection": Look(words=_p("recipient", "No connection yet"), icon="plug-connected-x"),
    "unreachable": Look(words=_p("recipient", "No chat door open"), icon="ban"),
    "too_late": Look(words=_p("recipient", "Its time ran out first"), icon="clock-off"),
    "left_out": Look(words=_p("recipient", "Left out"), icon="circle-minus"),
    "unplanned": Look(words=_p("recipient", "Not planned yet"), icon="circle-dashed"),
}
"""States of the ledger; `unplanned` is no state but the lack of a row."""

INTENTS: Mapping[str, Look] = {
    "opt_out": Look(words=_p("intent", "Wants no more messages"), tone="risk", icon="hand-stop"),
    "threatens_bad_review": Look(words=_p("intent", "Threatens a bad review"), tone="risk", icon="alert-triangle"),
    "angry_complaint": Look(words=_p("intent", "Angry"), tone="risk", icon="alert-triangle"),
    "refuse_parcel": Look(words=_p("intent", "Will refuse the parcel"), tone="warn", icon="ban"),
    "gives_new_address": Look(words=_p("intent", "Gives a new address"), tone="warn", icon="pencil"),
    "gives_new_phone": Look(words=_p("intent", "Gives a new phone number"), tone="warn", icon="pencil"),
    "asks_compensation": Look(words=_p("intent", "Asks for compensation"), tone="ask", icon="help-circle"),
    "wants_to_wait": Look(words=_p("intent", "Wants to wait"), tone="run", icon="hourglass-high"),
    "agree_cancel": Look(words=_p("intent", "Agrees"), tone="ok", icon="check"),
    "wants_refund_now": Look(words=_p("intent", "Wants the refund now"), tone="ask", icon="arrow-back-up"),
    "already_received": Look(words=_p("intent", "Has the parcel already"), tone="warn", icon="package"),
    "asks_status": Look(words=_p("intent", "Asks where it is"), icon="help-circle"),
    "not_received": Look(words=_p("intent", "Has not received it"), icon="package"),
    "thanks": Look(words=_p("intent", "Thanks"), icon="mood-check"),
    "other": Look(words=_p("intent", "Something else"), icon="message"),
    "": Look(words=_p("intent", "Not read yet"), icon="circle-dashed"),
}
"""What a buyer's answer wants, what harms most when overlooked first."""

READERS: Mapping[str, Words] = {
    "rules": _p("reader", "by phrases"),
    "model": _p("reader", "suggested by the model"),
    "person": _p("reader", "by a person"),
    "": _p("reader", "nobody yet"),
}
"""Who said what an answer wants."""

OUTCOME_TABS: Mapping[str, Words] = {
    "to_settle": _p("outcome tab", "To settle"),
    "rejected": _p("outcome tab", "Refused"),
    "blocked": _p("outcome tab", "Filtered"),
    "too_late": _p("outcome tab", "Too late"),
    "left_out": _p("outcome tab", "Left out"),
    "all": _p("outcome tab", "All of these"),
}
"""What the list of outcomes can be narrowed to."""

GRADES: Mapping[str, Look] = {
    "none": Look(words=_p("grade", "No proof"), icon="minus"),
    "acknowledged": Look(words=_p("grade", "Accepted only"), tone="warn", icon="send"),
    "confirmed": Look(words=_p("grade", "In the platform’s record"), tone="run", icon="checks"),
    "read": Look(words=_p("grade", "Read, by the platform’s record"), tone="ok", icon="eye-check"),
    "answered": Look(words=_p("grade", "Answered, by the platform’s record"), tone="ok", icon="message-check"),
}

LINKS: Mapping[str, Look] = {
    "open": Look(words=_p("link", "Waits for a decision"), tone="ask", icon="user-question"),
    "approved": Look(words=_p("link", "Approved"), tone="ok", icon="user-check"),
    "sent_back": Look(words=_p("link", "Sent back"), tone="warn", icon="arrow-back-up"),
    "attested": Look(words=_p("link", "Facts attested"), tone="ok", icon="user-check"),
    "refused": Look(words=_p("link", "Facts not right"), tone="warn", icon="arrow-back-up"),
    "settled": Look(words=_p("link", "Decided in another way"), icon="check"),
    "expired": Look(words=_p("link", "Expired"), icon="clock-off"),
    "revoked": Look(words=_p("link", "Taken back"), icon="ban"),
    "void": Look(words=_p("link", "Void: an edit came after it"), icon="ban"),
}
"""What became of a link: its decision where there is one, else its status."""

LINK_PURPOSES: Mapping[str, Words] = {
    "approve": _p("link", "approve the sample"),
    "attest": _p("link", "attest the facts"),
}

ROLES: Mapping[str, Words] = {
    "admin": _p("role", "Administrator"),
    "lead": _p("role", "Team lead"),
    "agent": _p("role", "Agent"),
    "seller_approver": _p("role", "Seller"),
    "auditor": _p("role", "Auditor"),
    "system": _p("role", "System"),
}

KIND_ICONS: Mapping[str, Look] = {
    "customs_return": Look(words=_("Returned by customs"), tone="risk", icon="container"),
    "false_delivered": Look(words=_("Shown as delivered, not there"), tone="risk", icon="package-off"),
    "delay": Look(words=_("Delayed"), tone="warn", icon="clock-pause"),
    "stock_out": Look(words=_("Out of stock"), tone="warn", icon="box-off"),
    "problem_parcels": Look(words=_("Problem parcels"), tone="warn", icon="package-import"),
}
KINDS: Mapping[str, Words] = {kind: look.words for kind, look in KIND_ICONS.items()}

MODES: Mapping[str, Look] = {
    "api": Look(words=_p("mode", "Interface"), icon="plug-connected"),
    "click": Look(words=_p("mode", "Seat, by key press"), icon="keyboard"),
    "manual": Look(words=_p("mode", "Seat, in Seller Center"), icon="keyboard"),
    "none": Look(words=_p("mode", "Not connected"), icon="plug-connected-x"),
}

MODE_REASONS: Mapping[str, Words] = {
    "shopee_lists_proactive_automation_as_abuse": _(
        "Shopee lists proactive automated chat as abuse: a person must press the key."
    ),
    "platform_consented_in_writing": _("The platform consented in writing; the paper is on the facts sheet."),
    "no_api_by_hand": _("No interface: people send in Seller Center and attach the screenshot."),
    "chosen_by_the_team": _("Chosen by the team: it leaves more to people than the platform asks."),
    "platform_documents_order_chat_by_api": _("The platform documents order chat by its interface."),
}

CONNECTIONS: Mapping[str, Look] = {
    "good": Look(words=_p("connection", "Connected"), tone="ok", icon="plug-connected"),
    "put_off": Look(words=_p("connection", "Connected, renewal late"), tone="warn", icon="clock"),
    "token_ended": Look(words=_p("connection", "Token ended"), tone="risk", icon="clock-off"),
    "connect_again": Look(words=_p("connection", "Connect again"), tone="risk", icon="plug-connected-x"),
    "none": Look(words=_p("connection", "Not connected"), icon="plug-connected-x"),
}
"""How a connection fares: `shops.queries.health_of`."""

LANGUAGES: Mapping[str, Words] = {
    "zh-Hans": _("Chinese"),
    "zh-Hant": _("Traditional Chinese"),
    "en": _("English"),
    "id": _("Indonesian"),
    "ms": _("Malay"),
    "th": _("Thai"),
    "vi": _("Vietnamese"),
    "fil": _("Filipino"),
}

MARKETS: Mapping[str, Words] = {
    "ID": _("Jakarta"),
    "MY": _("Kuala Lumpur"),
    "PH": _("Manila"),
    "SG": _("Singapore"),
    "TH": _("Bangkok"),
    "VN": _("Hanoi"),
    "TW": _("Taipei"),
    "CN": _("Beijing"),
}
"""The city whose time a market's clock shows."""

SOURCES: Mapping[str, Words] = {
    "answer": _p("record", "Answer to our call"),
    "push": _p("record", "Push by the platform"),
    "read_back": _p("record", "Read back from the platform"),
}

SPEAKERS: Mapping[str, Words] = {
    "buyer": _p("speaker", "Buyer"),
    "seller": _p("speaker", "Shop"),
    "system": _p("speaker", "Platform"),
}

ORDERS: Mapping[str, Words] = {
    "": "–",
    "unpaid": _p("order", "Not paid"),
    "on_hold": _p("order", "On hold"),
    "to_ship": _p("order", "To be shipped"),
    "ready": _p("order", "Ready for collection"),
    "shipped": _p("order", "Shipped"),
    "delivered": _p("order", "Delivered"),
    "completed": _p("order", "Completed"),
    "cancel_requested": _p("order", "Cancellation asked for"),
    "cancelled": _p("order", "Cancelled"),
    "return_requested": _p("order", "Return asked for"),
    "failed_delivery": _p("order", "Not delivered"),
    "returned": _p("order", "Returned"),
    "damaged": _p("order", "Damaged"),
    "lost": _p("order", "Lost"),
}
"""The order's own state at the platform, as last seen."""

EXPORTS: Mapping[str, Words] = {
    "orders": _p("export", "orders"),
    "cancelled": _p("export", "cancelled orders"),
    "failed_delivery": _p("export", "failed deliveries"),
    "returns": _p("export", "returns"),
    "problem_parcels": _p("export", "problem parcels"),
}
"""What an export file is about."""

OUTCOMES: Mapping[str, Words] = {
    "": _p("attempt", "No answer yet"),
    "acknowledged": _p("attempt", "Accepted"),
    "rejected": _p("attempt", "Refused"),
    "lost_sight": _p("attempt", "Outcome unknown"),
    "release": _p("attempt", "Not sent, put back"),
    "give_to_person": _p("attempt", "Given to a person"),
}
"""How one try at a send ended: verbs of the recipient machine that a worker uses."""

MACHINES: Mapping[str, Words] = {
    **after_words.MACHINES,
    "incident": _p("machine", "The storm"),
    "case": _p("machine", "The order"),
    "roll_out": _p("machine", "The roll-out"),
    "recipient": _p("machine", "The message"),
    "facts sheet": _p("machine", "The facts sheet"),
}

EVENTS: Mapping[str, Words] = {
    **after_words.EVENTS,
    "attest_facts": _p("event", "attest the facts"),
    "submit_script": _p("event", "submit the script"),
    "plan": _p("event", "plan"),
    "send_sample": _p("event", "send the sample"),
    "approve": _p("event", "approve"),
    "send_back": _p("event", "send back"),
    "start": _p("event", "start"),
    "finish_roll_out": _p("event", "finish the roll-out"),
    "stop_roll_out": _p("event", "stop the roll-out"),
    "close": _p("event", "close"),
    "revise_facts": _p("event", "revise the facts"),
    "revise_script": _p("event", "revise the script"),
    "withdraw": _p("event", "withdraw"),
    "reopen": _p("event", "reopen"),
    "sample_out": _p("event", "record the sample"),
    "sample_failed": _p("event", "give up the sample"),
    "pause": _p("event", "pause"),
    "too_many_failures": _p("event", "pause by itself"),
    "restricted": _p("event", "pause for a restriction"),
    "resume": _p("event", "resume"),
    "finish": _p("event", "finish"),
    "stop": _p("event", "stop"),
    "void": _p("event", "void"),
    "claim": _p("event", "claim"),
    "release": _p("event", "put back"),
    "acknowledged": _p("event", "be accepted"),
    "rejected": _p("event", "be refused"),
    "lost_sight": _p("event", "lose sight"),
    "give_to_person": _p("event", "give to a person"),
    "not_at_platform": _p("event", "send again"),
    "leave_out": _p("event", "leave out"),
    "too_late": _p("event", "be too late"),
    "no_connection": _p("event", "lose the connection"),
    "sent_by_hand": _p("event", "be marked as sent by hand"),
    "unsure": _p("event", "go to a person, sent or not"),
    "cannot_reach": _p("event", "be out of reach"),
    "ask_lead": _p("event", "be put to the lead"),
    "unreachable": _p("event", "lose the last door"),
    "door_opened": _p("event", "get a door"),
    "confirmed": _p("event", "be confirmed"),
    "blocked": _p("event", "be filtered"),
    "read": _p("event", "be read"),
    "answered": _p("event", "be answered"),
    "opted_out": _p("event", "spare a buyer who wants no more"),
    "look_again": _p("event", "ask the platform again"),
}
"""Verbs of all machines, as they stand in a refusal."""

PERMISSIONS: Mapping[str, Words] = {
    **after_words.PERMISSIONS,
    "team.manage": _p("permission", "manage the team"),
    "team.read": _p("permission", "see the team"),
    "settings.read": _p("permission", "see the settings"),
    "installation.read": _p("permission", "see how this installation is set up"),
    "audit.read": _p("permission", "read the audit log"),
    "evidence.rotate_key": _p("permission", "let a new signing key follow"),
    "retention.read": _p("permission", "read how long data is kept"),
    "retention.manage": _p("permission", "set how long data is kept, hold and erase"),
    "shops.read": _p("permission", "see shops"),
    "shops.connect": _p("permission", "connect shops"),
    "orders.read": _p("permission", "see orders"),
    "orders.import": _p("permission", "import orders"),
    "incident.read": _p("permission", "see storms"),
    "incident.open": _p("permission", "open storms"),
    "incident.close": _p("permission", "close storms"),
    "facts.write": _p("permission", "write the facts sheet"),
    "facts.attest": _p("permission", "attest the facts"),
    "papers.write": _p("permission", "add papers"),
    "script.read": _p("permission", "see the script"),
    "script.write": _p("permission", "write the script"),
    "outreach.read": _p("permission", "see the roll-out"),
    "outreach.plan": _p("permission", "plan the roll-out"),
    "outreach.sample": _p("permission", "send the sample"),
    "inbox.correct": _p("permission", "say what a buyer’s message wants"),
    "compensation.give": _p("permission", "note what a buyer was given"),
    "contact.lift": _p("permission", "let a buyer be written to again"),
    "seat.work": _p("permission", "work at a seat"),
    "risk.read": _p("permission", "see the risk sheet"),
    "risk.keep": _p("permission", "keep a risk sheet"),
    "approval.links": _p("permission", "see the seller’s links"),
    "approval.link": _p("permission", "make links for the seller"),
    "seller.person": _p("permission", "name a person of the seller"),
    "outreach.approve": _p("permission", "approve or send back"),
    "outreach.start": _p("permission", "start the roll-out"),
    "outreach.pause": _p("permission", "pause the roll-out"),
    "outreach.resume": _p("permission", "resume the roll-out"),
    "outreach.stop": _p("permission", "stop the roll-out"),
    "outreach.tune": _p("permission", "set hours, quota and thresholds"),
    "outreach.settle": _p("permission", "settle messages"),
    "inbox.read": _p("permission", "see conversations"),
    "inbox.answer": _p("permission", "answer buyers"),
    "inbox.assign": _p("permission", "give a buyer’s conversation to somebody"),
    "evidence.read": _p("permission", "see evidence"),
    "evidence.pack": _p("permission", "seal a pack"),
    "timeline.read": _p("permission", "see the timeline"),
    "timeline.comment": _p("permission", "comment on a storm"),
    "rules.read": _p("permission", "see the rules"),
    "rules.override": _p("permission", "set own figures for rules"),
}


def look_of(table: Mapping[str, Look], code: str) -> Look:
    """The words of a code; a code without words comes out as itself, never as a fault."""
    return table.get(code) or Look(words=code)


def words_of(table: Mapping[str, Any], code: str) -> Words:
    """As `look_of`, for tables of bare words."""
    found = table.get(code)
    if isinstance(found, Look):
        return found.words
    return found if found is not None else code
