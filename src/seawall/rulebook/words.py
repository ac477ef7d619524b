"""The vocabulary of the rulebook: how sure a rule is, what it is about, what starts and ends a clock. Pure."""

from enum import StrEnum


class Certainty(StrEnum):
    """How sure a figure is; the surest first. The words are those of the platform notes, and two of our own."""

    PLATFORM = "platform"
    """The platform's own figure for this very order (a deadline column of its export)."""
    OPERATOR = "operator"
    """Set by the team itself, with a reason."""
    DOCS = "docs"
    """Read on the platform's or the authority's own page."""
    CODE = "code"
    """Seen in public source code or its notes."""
    PRESS = "press"
    """Read on a third party's page: often right, often stale."""
    RECALL = "recall"
    """Generally known of the public API, not read again."""
    INFERRED = "inferred"
    """Our conclusion from other rules."""
    UNKNOWN = "unknown"
    """Looked for and not found. Never filled in by a guess."""

    @property
    def rank(self) -> int:
        """0 for the surest; a higher number is less sure."""
        return list(Certainty).index(self)


class Subject(StrEnum):
    """What a rule is about."""

    SHIP_BY = "ship_by"
    AUTO_CANCEL = "auto_cancel"
    CANCELLATION = "cancellation"
    PENALTY = "penalty"
    CHAT = "chat"
    CONFIRM = "confirm"
    FALSE_DELIVERY = "false_delivery"
    PROBLEM_PARCEL = "problem_parcel"
    RETURN = "return"
    APPEAL = "appeal"
    EVIDENCE = "evidence"
    WORDING = "wording"
    MESSAGE_LIMIT = "message_limit"
    CANCEL_REASON = "cancel_reason"
    COMPENSATION = "compensation"
    LANGUAGE = "language"
    CALLING = "calling"
    PERSONAL_DATA = "personal_data"


class Sellers(StrEnum):
    """Whom a rule binds."""

    ALL = "all"
    CROSS_BORDER = "cross_border"
    LOCAL = "local"


class Unit(StrEnum):
    """What a clock counts in."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


class Weekday(StrEnum):
    """Days that a working week may leave out, as Python numbers them (Monday first)."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def number(self) -> int:
        """0 for Monday."""
        return list(Weekday).index(self)


class Trait(StrEnum):
    """What an order or a shop may be. A trait that is not known excludes nothing: the stricter clock then drives."""

    MALL = "mall"
    NOT_MALL = "not_mall"
    PRE_ORDER = "pre_order"
    READY_STOCK = "ready_stock"
    CROSS_BORDER = "cross_border"
    LOCAL = "local"

    @property
    def opposite(self) -> "Trait":
        """The trait that rules this one out."""
        pairs = {
            Trait.MALL: Trait.NOT_MALL,
            Trait.PRE_ORDER: Trait.READY_STOCK,
            Trait.CROSS_BORDER: Trait.LOCAL,
        }
        return pairs.get(self) or next(each for each, other in pairs.items() if other is self)


class Event(StrEnum):
    """What starts a clock, or ends it."""

    ORDERED = "ordered"
    PAID = "paid"
    READY = "ready"
    """Set ready to ship / awaiting collection."""
    SHIPPED = "shipped"
    SHIP_BY_DUE = "ship_by_due"
    """The moment by which it must be shipped, as the ship-by clock itself gives it."""
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    LAST_UPDATE = "last_update"
    """The carrier's last event."""
    ATTEMPT_FAILED = "attempt_failed"
    PROBLEM_REPORTED = "problem_reported"
    RETURNED = "returned"
    RETURN_FAILED = "return_failed"
    """A returned parcel could not be handed to the seller."""
    RETURN_CLAIMED = "return_claimed"
    BUYER_WROTE = "buyer_wrote"
    ANSWERED = "answered"
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_DECIDED = "cancel_decided"
    RETURN_REQUESTED = "return_requested"
    RETURN_DECIDED = "return_decided"
    DISPUTED = "disputed"
    SANCTIONED = "sanctioned"
    """The platform told of a penalty or violation."""
    APPEAL_REFUSED = "appeal_refused"
    APPEALED = "appealed"
    CLAIMED = "claimed"
    """Compensation was asked of the platform."""
    REPORTED = "reported"
    """The platform's help centre, or an authority, was told."""
    DATA_BREACH = "data_breach"


class ClockKind(StrEnum):
    """What a running deadline is for."""

    SHIP_BY = "ship_by"
    AUTO_CANCEL = "auto_cancel"
    PICKUP_HELP = "pickup_help"
    CONFIRM = "confirm"
    RETURN_WINDOW = "return_window"
    REDELIVERY = "redelivery"
    PROBLEM = "problem"
    RETURN_CLAIM = "return_claim"
    CHAT = "chat"
    CANCEL_REQUEST = "cancel_request"
    RETURN_REQUEST = "return_request"
    DISPUTE = "dispute"
    APPEAL = "appeal"
    CLAIM = "claim"
    BREACH_NOTICE = "breach_notice"


ENDS: dict[ClockKind, frozenset[Event]] = {
    ClockKind.SHIP_BY: frozenset({Event.SHIPPED, Event.CANCELLED}),
    ClockKind.AUTO_CANCEL: frozenset({Event.SHIPPED, Event.CANCELLED}),
    ClockKind.PICKUP_HELP: frozenset({Event.SHIPPED, Event.CANCELLED, Event.REPORTED}),
    ClockKind.CONFIRM: frozenset({Event.COMPLETED, Event.CANCELLED}),
    ClockKind.RETURN_WINDOW: frozenset({Event.RETURN_REQUESTED, Event.CANCELLED}),
    ClockKind.REDELIVERY: frozenset({Event.DELIVERED, Event.RETURNED, Event.CANCELLED}),
    ClockKind.PROBLEM: frozenset({Event.DELIVERED, Event.RETURNED, Event.CANCELLED}),
    ClockKind.RETURN_CLAIM: frozenset({Event.RETURN_CLAIMED, Event.RETURNED}),
    ClockKind.CHAT: frozenset({Event.ANSWERED}),
    ClockKind.CANCEL_REQUEST: frozenset({Event.CANCEL_DECIDED, Event.CANCELLED}),
    ClockKind.RETURN_REQUEST: frozenset({Event.RETURN_DECIDED}),
    ClockKind.DISPUTE: frozenset({Event.DISPUTED}),
    ClockKind.APPEAL: frozenset({Event.APPEALED}),
    ClockKind.CLAIM: frozenset({Event.CLAIMED}),
    ClockKind.BREACH_NOTICE: frozenset({Event.REPORTED}),
}
"""What ends each clock. A rule may name others for its own."""

RESTARTING = frozenset(
    {
        ClockKind.CHAT, ClockKind.CANCEL_REQUEST, ClockKind.RETURN_REQUEST, ClockKind.DISPUTE, ClockKind.APPEAL,
        ClockKind.RETURN_CLAIM, ClockKind.REDELIVERY, ClockKind.PROBLEM, ClockKind.BREACH_NOTICE,
    }
)  # fmt: skip
"""Clocks that can start again: only what happens after the start ends them (an older answer does not)."""


class StormKind(StrEnum):
    """The storms whose golden window is watched (product.md section 2); a stock-out is a delay that will not end."""

    CUSTOMS_RETURN = "customs_return"
    FALSE_DELIVERED = "false_delivered"
    DELAY = "delay"
    STOCK_OUT = "stock_out"
    PROBLEM_PARCELS = "problem_parcels"


class Authority(StrEnum):
    """Who says so."""

    PLATFORM_COLUMN = "platform_column"
    """The platform's own deadline column for the order: it beats every computed one."""
    OVERRIDE = "override"
    """The team's own figure."""
    RULE = "rule"
    """A dated rule of this book."""
