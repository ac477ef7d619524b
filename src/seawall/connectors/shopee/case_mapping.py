"""Cancellations, returns and health of Shopee as our records. Pure, and never raises on any JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from seawall.connectors.contracts import CancelRequest, CaseReason, Fault, HealthMetric, ReturnCase
from seawall.connectors.shopee.mapping import instant
from seawall.connectors.shopee.wire import WireDisputeReason, WireMetric, WireOrder, WireReturn, WireTarget
from seawall.connectors.tolerant import rows, whole
from seawall.kernel.markets import Market

BEFORE_SHIPMENT = frozenset({"UNPAID", "READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"})
"""[D] only before shipment may a seller cancel; used where the answer lacks `can_full_cancel_order`."""

OUT_OF_STOCK = "OUT_OF_STOCK"
CUSTOMER_REQUEST = "CUSTOMER_REQUEST"
_OTHERS = frozenset({"seller", "system", "ops"})


@dataclass(frozen=True, kw_only=True)
class CancelReason:
    """A reason of cancel_order, with where it may be used. The Data Definition page lists only the first and third [D,
    conflicting]. There is no reason for customs."""

    code: str
    text: str
    fault: Fault
    markets: frozenset[Market] | None = None
    needs_cod: bool = False


CANCEL_REASONS = (
    CancelReason(code=OUT_OF_STOCK, text="Out of stock", fault=Fault.SELLER),
    CancelReason(
        code="UNDELIVERABLE_AREA", text="Undeliverable area", fault=Fault.UNKNOWN,
        markets=frozenset({Market.TW, Market.MY}),
    ),
    CancelReason(code="COD_NOT_SUPPORTED", text="COD not supported", fault=Fault.UNKNOWN, needs_cod=True),
    CancelReason(code=CUSTOMER_REQUEST, text="Customer request", fault=Fault.BUYER),
)  # fmt: skip


def reasons_for(order: WireOrder, market: Market) -> tuple[CaseReason, ...]:
    """What cancel_order accepts for an order [D]. "Customer request" comes last and flagged: asking a buyer to cancel
    is a violation of its own (23), and a storm is not the buyer's wish."""
    return tuple(
        CaseReason(
            code=reason.code, text=reason.text, fault=reason.fault,
            claims_buyer_asked=reason.code == CUSTOMER_REQUEST,
        )
        for reason in CANCEL_REASONS
        if (reason.markets is None or market in reason.markets) and (order.cod or not reason.needs_cod)
    )  # fmt: skip


def why_not_cancellable(order: WireOrder) -> str:
    """Why the seller may not cancel now, in the platform's own terms; empty when they may."""
    if order.can_full_cancel_order is None:
        return "" if order.order_status in BEFORE_SHIPMENT else order.order_status or "unknown status"
    return "" if order.can_full_cancel_order else f"can_full_cancel_order: false ({order.order_status})"


def stock_items(order: WireOrder) -> list[dict[str, int]]:
    """All items of an order as cancel_order wants them for OUT_OF_STOCK, each once."""
    pairs = dict.fromkeys((whole(item.item_id), whole(item.model_id)) for item in order.item_list)
    return [{"item_id": item_id, "model_id": model_id} for item_id, model_id in pairs if item_id]


def cancel_request_of(raw: Mapping[str, Any]) -> CancelRequest | None:
    """A buyer's request in an order that is IN_CANCEL; None when the cancellation was somebody else's.

    Neither when the buyer asked nor until when to answer is documented [U], so both stay open.
    """
    order = WireOrder.model_validate(raw)
    is_somebody_elses = order.cancel_by.lower() in _OTHERS and not order.buyer_cancel_reason
    if not order.order_sn or order.order_status not in {"", "IN_CANCEL"} or is_somebody_elses:
        return None
    return CancelRequest(
        request_id=order.order_sn,
        order_id=order.order_sn,
        reason=order.buyer_cancel_reason or order.cancel_reason,
        asked_at=None,
        answer_by=None,
        raw=raw,
    )


def return_of(raw: Mapping[str, Any]) -> ReturnCase | None:
    """A return; None without a number. Two deadlines concern the seller [D]; the nearer one is ours."""
    case = WireReturn.model_validate(raw)
    if not case.return_sn:
        return None
    deadlines = [at for stamp in (case.due_date, case.return_seller_due_date) if (at := instant(stamp)) is not None]
    return ReturnCase(
        return_id=case.return_sn,
        order_id=case.order_sn,
        status=case.status,
        reason=case.reason,
        amount=case.refund_amount,
        currency=case.currency,
        created_at=instant(case.create_time),
        updated_at=instant(case.update_time),
        answer_by=min(deadlines, default=None),
        raw=raw,
    )


def dispute_reasons(listed: Sequence[Mapping[str, Any]]) -> list[WireDisputeReason]:
    """Reasons to refuse a return, with the evidence each asks for."""
    found = [WireDisputeReason.model_validate(raw) for raw in listed]
    return [reason for reason in found if reason.dispute_reason]


def reject_reason_of(reason: WireDisputeReason) -> CaseReason:
    """A reason in the platform's own words, followed by the evidence it wants, module by module."""
    modules = [
        f"[{module.module_index}] {module.requirement}{' (required)' if module.is_required else ''}"
        for module in reason.evidence_module_list
    ]
    return CaseReason(
        code=reason.dispute_reason, text=" ".join(filter(None, (reason.dispute_requirement, *modules))),
        fault=Fault.UNKNOWN,
    )  # fmt: skip


UNITS = {1: "count", 2: "percent", 3: "seconds", 4: "days", 5: "hours"}
"""[D] of `unit` in get_shop_performance."""


def metrics_of(listed: object) -> tuple[HealthMetric, ...]:
    """The figures of get_shop_performance. A period without a figure stays without one [D]."""
    return tuple(_metric_of(raw) for raw in rows(listed))


def _metric_of(raw: Mapping[str, Any]) -> HealthMetric:
    metric = WireMetric.model_validate(raw)
    target = WireTarget.model_validate(metric.target if isinstance(metric.target, dict) else {})
    has_target = target.value is not None and target.comparator != ""
    return HealthMetric(
        code=metric.metric_id,
        name=metric.metric_name,
        value=metric.current_period,
        unit=UNITS.get(metric.unit, ""),
        target=f"{target.comparator} {target.value}" if has_target else "",
        is_met=_is_met(metric.current_period, target),
        raw=raw,
    )


def _is_met(value: Decimal | None, target: WireTarget) -> bool | None:
    if value is None or target.value is None:
        return None
    match target.comparator.strip():
        case "<":
            return value < target.value
        case "<=":
            return value <= target.value
        case ">":
            return value > target.value
        case ">=":
            return value >= target.value
        case "=" | "==":
            return value == target.value
        case _:
            return None


def penalty_points(listed: object) -> int:
    """Points of the current quarter: the latest number of each record, which an appeal may have lowered [D]."""
    return sum(max(whole(raw.get("latest_point_num")), 0) for raw in rows(listed))
