"""Cancellations and returns of TikTok Shop -> our records. Pure: no clock, no network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import (
    CancelRequest,
    CancelState,
    CaseReason,
    EvidenceImage,
    HealthMetric,
    PlatformOrder,
    ReturnCase,
)
from seawall.connectors.tiktokshop.mapping import status_of
from seawall.connectors.tiktokshop.reasons import reason_of
from seawall.connectors.tiktokshop.scalars import instant
from seawall.connectors.tiktokshop.wire import (
    WireAction,
    WireCancellation,
    WireEligibility,
    WireImage,
    WireReason,
    WireReturn,
    WireSku,
)
from seawall.connectors.tolerant import amount, scalar

BUYER_CANCEL = "BUYER_CANCEL"
PENDING = "CANCELLATION_REQUEST_PENDING"
DONE = frozenset({"CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_COMPLETE"})

REJECT_DECISIONS: Mapping[str, str] = {
    "SELLER_RESPOND_REFUND": "REJECT_REFUND",
    "SELLER_RESPOND_RETURN": "REJECT_RETURN",
    "SELLER_RESPOND_RECEIVE_PACKAGE": "REJECT_RECEIVED_PACKAGE",
    "SELLER_RESPOND_REPLACEMENT": "REJECT_REPLACEMENT",
}
"""[OAS] Which refusal answers which action the platform waits for."""


def cancel_state(status: str) -> CancelState | None:
    """How far a cancellation is; None for a status that is no cancellation (withdrawn, or unheard of)."""
    if status in DONE:
        return CancelState.DONE
    return CancelState.PENDING if status == PENDING else None


def request_of(raw: Mapping[str, Any]) -> CancelRequest | None:
    """A buyer's request that waits for the seller; None for anything else."""
    cancellation = WireCancellation.model_validate(raw)
    if cancellation.cancel_type != BUYER_CANCEL or cancellation.cancel_status != PENDING or not cancellation.cancel_id:
        return None
    return CancelRequest(
        request_id=cancellation.cancel_id,
        order_id=cancellation.order_id,
        reason=cancellation.cancel_reason_text or cancellation.cancel_reason,
        asked_at=instant(cancellation.create_time),
        answer_by=_deadline(cancellation.seller_next_action_response),
        raw=raw,
    )


def return_of(raw: Mapping[str, Any]) -> ReturnCase | None:
    """A return; None without an id."""
    found = WireReturn.model_validate(raw)
    if not found.return_id:
        return None
    return ReturnCase(
        return_id=found.return_id,
        order_id=found.order_id,
        status=status_of(found.return_status),
        reason=found.return_reason_text or found.return_reason,
        amount=found.refund_amount.refund_total,
        currency=found.refund_amount.currency,
        created_at=instant(found.create_time),
        updated_at=instant(found.update_time),
        answer_by=_deadline(found.seller_next_action_response),
        raw=raw,
    )


def reject_decision(case: ReturnCase) -> str:
    """The decision that refuses what this return waits for; empty when it waits for no answer of the seller."""
    actions = WireReturn.model_validate(case.raw).seller_next_action_response
    return next((REJECT_DECISIONS[each.action] for each in actions if each.action in REJECT_DECISIONS), "")


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """What the platform says about cancelling one order."""

    is_said: bool
    """False when its answer does not speak of cancelling at all."""
    is_eligible: bool
    why_not: str
    reasons: tuple[CaseReason, ...]
    names_reasons: bool
    """Whether it named any for some line: then no other reason may take their place."""


def eligibility_of(rows: Iterable[Mapping[str, Any]], order: PlatformOrder) -> Eligibility:
    """Whether the whole order may be cancelled: every line that is not cancelled already, since partial cancellation
    is not offered in Southeast Asia [DOC]. Reasons are those that hold for all these lines."""
    gone = {line.line_id for line in order.lines if line.status == "CANCELLED"}
    lines = [
        each
        for row in rows
        for each in WireSku.model_validate(row).line_item_eligibility
        if each.request_type == "CANCEL" and not (each.order_line_items_ids and gone >= set(each.order_line_items_ids))
    ]
    barred = next((each for each in lines if not each.eligible), None)
    return Eligibility(
        is_said=bool(lines),
        is_eligible=bool(lines) and barred is None,
        why_not=" ".join(filter(None, (barred.ineligible_code, barred.ineligible_reason))) if barred else "",
        reasons=_common_reasons(lines) if barred is None else (),
        names_reasons=any(each.available_reason_names for each in lines),
    )


def _common_reasons(lines: list[WireEligibility]) -> tuple[CaseReason, ...]:
    if not lines:
        return ()
    names = [name for name in lines[0].available_reason_names if all(name in x.available_reason_names for x in lines)]
    return tuple(reason_of(name) for name in dict.fromkeys(names))


def reject_reasons_of(rows: Iterable[Mapping[str, Any]]) -> list[CaseReason]:
    """Reasons for a refusal, in the platform's words."""
    found = [WireReason.model_validate(row) for row in rows]
    return [reason_of(each.name, each.text) for each in found if each.name]


def evidence_of(raw: Mapping[str, Any], mime_type: str) -> EvidenceImage | None:
    """An image uploaded as evidence; None without the id that a refusal names it by."""
    image = WireImage.model_validate(raw)
    if not image.uri:
        return None
    return EvidenceImage(image_id=image.uri, url=image.url, width=image.width, height=image.height, mime_type=mime_type)


_METRICS: tuple[tuple[str, str, str], ...] = (
    ("support_session_count", "Chat sessions", "count"),
    ("response_percentage", "Answered within 24 hours", "percent"),
    ("response_time_mins", "Response time", "minutes"),
    ("satisfaction_percentage", "Satisfied buyers (4 and 5 stars)", "percent"),
)


def metrics_of(performance: Mapping[str, Any]) -> tuple[HealthMetric, ...]:
    """The customer service figures. The platform gives no targets with them, so none is judged as met."""
    return tuple(
        HealthMetric(
            code=code,
            name=name,
            value=amount(performance.get(code)),
            unit=unit,
            target="",
            is_met=None,
            raw={code: scalar(performance.get(code))},
        )
        for code, name, unit in _METRICS
    )


def _deadline(actions: Iterable[WireAction]) -> datetime | None:
    """The earliest time by which the seller has to act."""
    stated = [at for each in actions if (at := instant(each.deadline)) is not None]
    return min(stated, default=None)
