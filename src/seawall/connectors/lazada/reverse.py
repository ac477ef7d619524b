"""Lazada's reverse orders -> our return cases. Pure. [D] pages 121370, 121372; [S] what was seen on Daraz."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from seawall.connectors.contracts import ReturnCase
from seawall.connectors.lazada.mapping import instant
from seawall.connectors.lazada.wire import WireReverseLine
from seawall.connectors.tolerant import rows_at, scalar, truth

RETURN, ONLY_REFUND, CANCEL = "RETURN", "ONLY_REFUND", "CANCEL"
"""[D] `request_type`."""
ASKED = "REQUEST_INITIATE"
REFUSED = "REQUEST_REJECT"
"""[S] `reverse_status`; the full list is unknown [U]."""
_ARRIVED = ("RTM_DELIVERED", "RTM_RECEIVE_ITEM")
"""[S, D push 10] signs in `ofc_status` or `reverse_status` that the goods are back with the seller."""


@dataclass(frozen=True, kw_only=True)
class ReverseOrder:
    """One reverse order with its lines, from the list or the detail."""

    reverse_order_id: str
    order_id: str
    request_type: str
    to_warehouse: bool
    """Goes back to Lazada's warehouse (RTW): there the platform decides, not the seller [D]."""
    lines: tuple[WireReverseLine, ...]
    raw: Mapping[str, Any]

    def case(self, currency: str) -> ReturnCase:
        """As the contract knows it. Amounts are integer cents, in Vietnam whole dong [D]."""
        amounts = [line.refund_amount for line in self.lines if line.refund_amount is not None]
        total = sum(amounts, Decimal(0)) if amounts else None
        if total is not None and currency != "VND":
            total = total / 100
        return ReturnCase(
            return_id=self.reverse_order_id,
            order_id=self.order_id,
            status=",".join(dict.fromkeys(line.reverse_status for line in self.lines)),
            reason=next((line.reason_text or line.reason_code for line in self.lines), ""),
            amount=total,
            currency=currency,
            # Documented in ms, seen in seconds [S]: both are understood.
            created_at=instant(_least(line.return_order_line_gmt_create for line in self.lines)),
            updated_at=instant(max((line.return_order_line_gmt_modified for line in self.lines), default=0)),
            answer_by=instant(_least(line.sla for line in self.lines if line.reverse_status == ASKED)),
            raw=self.raw,
        )


def reverse_order_of(raws: Sequence[Mapping[str, Any]]) -> ReverseOrder:
    """One reverse order of one or more rows that name it (a list may spread its lines over pages)."""
    first = raws[0]
    lines = [
        WireReverseLine.model_validate(row)
        for raw in raws
        for row in rows_at(raw, "reverse_order_lines") or rows_at(raw, "reverseOrderLineDTOList")
    ]
    is_rtm = scalar(first.get("is_rtm"))
    request_type = scalar(first.get("request_type")).upper()
    return ReverseOrder(
        reverse_order_id=scalar(first.get("reverse_order_id")),
        order_id=scalar(first.get("trade_order_id")),
        request_type=request_type,
        to_warehouse=request_type == RETURN and is_rtm != "" and not truth(is_rtm),
        lines=tuple({line.reverse_order_line_id: line for line in lines}.values()),
        raw=first if len(raws) == 1 else {"items": list(raws)},
    )


def refusal_action(order: ReverseOrder, line: WireReverseLine) -> str:
    """The action that refuses a line in its present state; empty where there is none [D, states S]."""
    if order.request_type == ONLY_REFUND:
        return "startDispute" if line.reverse_status in {ASKED, "REFUND_INIT"} else ""
    if order.request_type != RETURN or order.to_warehouse:
        return ""
    if any(sign in text for sign in _ARRIVED for text in (line.ofc_status, line.reverse_status)):
        return "refuseRefund"
    return "refuseReturn" if line.reverse_status == ASKED else ""


def _least(stamps: Iterable[int]) -> int:
    return min((stamp for stamp in stamps if stamp > 0), default=0)
