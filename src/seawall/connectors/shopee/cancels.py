"""Cancelling orders, and answering buyers who ask for it. One order a call: Shopee has no bulk call [D]."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import Cancelled, CancelOptions, CancelRequest, CancelState, Exchange
from seawall.connectors.errors import ConnectorError, Rejected
from seawall.connectors.shopee import case_mapping
from seawall.connectors.shopee.client import Answer, Api
from seawall.connectors.shopee.errors import CANCEL_PATH, rejected
from seawall.connectors.shopee.shop import ShopBase, is_order_number
from seawall.connectors.shopee.wire import WireOrder

CANCEL = Api(path=CANCEL_PATH, method="POST", is_effect=True)
ANSWER_BUYER = Api(path="/api/v2/order/handle_buyer_cancellation", method="POST", is_effect=True)


class ShopCancels(ShopBase):
    """Cancels orders and answers buyers."""

    async def cancel_options(self, order_id: str) -> CancelOptions:
        """What may be done with an order now; costs a look at it. Whole orders only, so no lines are offered. Each
        reason but the buyer's own counts as the shop's doing or is not documented; "customer request" is flagged."""
        raw, answer = await self._order_detail(order_id)
        order = WireOrder.model_validate(raw)
        why_not = case_mapping.why_not_cancellable(order)
        return CancelOptions(
            order_id=order_id,
            is_eligible=not why_not,
            why_not=why_not,
            reasons=() if why_not else case_mapping.reasons_for(order, self._credentials.market),
            line_ids=(),
            exchange=answer.exchange,
        )

    async def cancel(self, order_id: str, *, reason: str, line_ids: Sequence[str] = ()) -> Cancelled:
        """Cancel the whole order. The answer does not say whether it is done or queued [D], so the order is read
        again: DONE only when it then reads CANCELLED. One that reads so beforehand, or after a refusal, is done too.

        Raises Rejected(shopee_reason_unknown) for a reason Shopee does not take for this order, and
        Rejected(capability_missing) for single lines. OutcomeUnknown whenever it may have happened.
        """
        if line_ids:
            raise self.missing("cancel_lines")
        raw, before = await self._order_detail(order_id)
        order = WireOrder.model_validate(raw)
        if order.order_status == "CANCELLED":
            return _cancelled(order_id, CancelState.DONE, before.exchange)
        if reason not in {each.code for each in case_mapping.reasons_for(order, self._credentials.market)}:
            raise rejected("shopee_reason_unknown", code=reason[:60], exchange=before.exchange)
        body: dict[str, Any] = {"order_sn": order_id, "cancel_reason": reason}
        if reason == case_mapping.OUT_OF_STOCK:
            items = case_mapping.stock_items(order)  # required for this reason alone [D]
            if not items:
                raise rejected("platform_unreadable", code="item_list", exchange=before.exchange)
            body["item_list"] = items
        try:
            answer = await self._client.call(CANCEL, body)
        except Rejected:
            # The buyer or the system may have been faster: the order's own record decides.
            seen = await self._cancelled_now(order_id)
            if seen is None:
                raise
            return _cancelled(order_id, CancelState.DONE, seen.exchange)
        is_done = await self._cancelled_now(order_id) is not None
        return _cancelled(order_id, CancelState.DONE if is_done else CancelState.PENDING, answer.exchange)

    async def _cancelled_now(self, order_id: str) -> Answer | None:
        """The answer that shows the order as cancelled; None when it shows otherwise or cannot be had."""
        try:
            raw, answer = await self._order_detail(order_id)
        except ConnectorError:
            return None
        return answer if WireOrder.model_validate(raw).order_status == "CANCELLED" else None

    async def cancel_requests(self, after: datetime, before: datetime) -> AsyncIterator[CancelRequest]:
        """Buyers' requests that wait for an answer (orders IN_CANCEL), changed in a window. Those the shop or the
        system began are left out where the order says so. The request's id is the order's number."""
        async for page in self._order_rows(after, before, status="IN_CANCEL"):
            async for raw in self._with_details(page):
                request = case_mapping.cancel_request_of(raw)
                if request is not None:
                    yield request

    async def answer_cancel_request(
        self, request_id: str, *, accept: bool, reason: str = "", comment: str = "", intent_key: str = ""
    ) -> Exchange:
        """Accept or refuse. Shopee takes neither reason nor words nor a key [D]: a second answer to the same request
        is refused with shopee_no_cancel_request. OutcomeUnknown whenever it may have happened."""
        if not is_order_number(request_id):
            raise rejected("shopee_order_not_in_shop", code="order_sn", detail=request_id)
        body = {"order_sn": request_id, "operation": "ACCEPT" if accept else "REJECT"}
        return (await self._client.call(ANSWER_BUYER, body)).exchange


def _cancelled(order_id: str, state: CancelState, exchange: Exchange) -> Cancelled:
    return Cancelled(order_id=order_id, cancel_id=order_id, state=state, exchange=exchange)
