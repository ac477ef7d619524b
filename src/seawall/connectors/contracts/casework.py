"""Cancellations and returns: what may be done, with which reason, and what the platform answered."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from seawall.connectors.contracts.basics import Exchange


class Fault(StrEnum):
    """Whose fault a reason counts as at the platform."""

    SELLER = "seller"
    BUYER = "buyer"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class CaseReason:
    """A reason the platform accepts for this very order or case."""

    code: str
    text: str
    """The platform's own words."""
    fault: Fault
    claims_buyer_asked: bool = False
    """True for "buyer requested": never chosen by us, since a storm is not the buyer's wish (rules.md)."""


@dataclass(frozen=True, kw_only=True)
class CancelOptions:
    """Whether the seller may cancel an order now, and why (not)."""

    order_id: str
    is_eligible: bool
    why_not: str
    """The platform's words or code; empty when eligible."""
    reasons: tuple[CaseReason, ...]
    line_ids: tuple[str, ...]
    """Lines that can be cancelled; empty means the whole order."""
    exchange: Exchange | None


class CancelState(StrEnum):
    """How far a cancellation is. Only DONE is a fact; PENDING is confirmed by a push or by reading the order."""

    DONE = "done"
    PENDING = "pending"


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The platform took a cancellation."""

    order_id: str
    cancel_id: str
    state: CancelState
    exchange: Exchange


@dataclass(frozen=True, kw_only=True)
class CancelRequest:
    """A buyer asks to cancel and the seller has to answer."""

    request_id: str
    """What `answer_cancel_request` takes (Shopee: the order number)."""
    order_id: str
    reason: str
    asked_at: datetime | None
    answer_by: datetime | None
    """None: the platform does not say; then the rulebook's stricter clock holds."""
    raw: Mapping[str, Any]


class CancelDesk(Protocol):
    """Cancels orders and answers buyers who ask for it. One order a call: no platform here has a bulk call."""

    async def cancel_options(self, order_id: str) -> CancelOptions:
        """What may be done with an order now. Costs no effect."""
        ...

    async def cancel(self, order_id: str, *, reason: str, line_ids: Sequence[str] = ()) -> Cancelled:
        """Cancel with a reason of `cancel_options`. An order that is cancelled already counts as done, after the
        platform's record said so. Raises as `Messenger.send_text`: OutcomeUnknown whenever it may have happened."""
        ...

    def cancel_requests(self, after: datetime, before: datetime) -> AsyncIterator[CancelRequest]:
        """Buyers' requests that wait for an answer, changed in a window."""
        ...

    async def answer_cancel_request(
        self, request_id: str, *, accept: bool, reason: str = "", comment: str = "", intent_key: str = ""
    ) -> Exchange:
        """Accept or refuse. `intent_key` is one per decision, so that a repeat is the same decision where the
        platform knows such keys. Raises as `cancel`."""
        ...


@dataclass(frozen=True, kw_only=True)
class ReturnCase:
    """A return or refund a buyer asked for."""

    return_id: str
    order_id: str
    status: str
    reason: str
    amount: Decimal | None
    currency: str
    created_at: datetime | None
    updated_at: datetime | None
    answer_by: datetime | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class EvidenceImage:
    """An image uploaded as evidence of a return case, in the platform's own form."""

    image_id: str
    url: str
    module: str = ""
    """Shopee: which evidence module it belongs to."""
    width: int = 0
    height: int = 0
    mime_type: str = ""


class ReturnDesk(Protocol):
    """Reads returns and refuses them with evidence."""

    def returns_updated(self, after: datetime, before: datetime) -> AsyncIterator[ReturnCase]:
        """Returns changed in a window, each once."""
        ...

    async def return_case(self, return_id: str) -> ReturnCase:
        """One return as it is now. Raises Rejected when it is not of this shop."""
        ...

    async def return_reject_reasons(self, return_id: str) -> Sequence[CaseReason]:
        """Reasons the platform accepts for refusing this return."""
        ...

    async def upload_evidence(self, return_id: str, image: bytes, *, file_name: str, module: str = "") -> EvidenceImage:
        """Store an image as evidence. Raises Rejected(image_not_allowed) before a byte leaves."""
        ...

    async def reject_return(
        self,
        return_id: str,
        *,
        reason: str,
        comment: str,
        images: Sequence[EvidenceImage],
        contact_email: str = "",
        intent_key: str = "",
    ) -> Exchange:
        """Refuse with evidence. Raises as `CancelDesk.cancel`."""
        ...
