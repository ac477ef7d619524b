"""Cancelling orders, and answering buyers who ask for it."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import (
    Cancelled,
    CancelOptions,
    CancelRequest,
    CancelState,
    Exchange,
    PlatformOrder,
)
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, Rejected
from seawall.connectors.tiktokshop import cases
from seawall.connectors.tiktokshop.base import ShopCalls
from seawall.connectors.tiktokshop.client import Answer
from seawall.connectors.tiktokshop.endpoints import (
    CANCEL,
    CANCEL_APPROVE,
    CANCEL_REJECT,
    CANCELLATIONS,
    ELIGIBILITY,
    ELIGIBILITY_OLD,
)
from seawall.connectors.tiktokshop.errors import NO_SUCH_PATH, rejected
from seawall.connectors.tiktokshop.limits import CASES_PAGE, KEY_MAX
from seawall.connectors.tiktokshop.mapping import status_of
from seawall.connectors.tiktokshop.pages import Listing, Window
from seawall.connectors.tiktokshop.reasons import NEVER, documented
from seawall.connectors.tiktokshop.scalars import id_of
from seawall.connectors.tiktokshop.wire import WireCancellation
from seawall.connectors.tolerant import rows_at, scalar
from seawall.kernel.markets import Platform

_CANCELLATIONS = Listing(api=CANCELLATIONS, rows="cancellations", id="cancel_id", page_size=CASES_PAGE)
ENDED = "25001051"
_LOOK_UP = frozenset({"25001011", ENDED})
"""[3P] "already cancelling or cancelled", "complete or cancelled": only the platform's record tells which."""


class CancelCalls(ShopCalls):
    """Cancels whole orders, one a call; partial cancellation is not offered in Southeast Asia [DOC]."""

    async def cancel_options(self, order_id: str) -> CancelOptions:
        """What may be done with an order now, by the platform's own answer for it where it gives one.

        Where it does not speak of cancelling, the documented reasons for the order's status, each marked as such and
        `exchange` None. Orders in transit, delivered, completed or cancelled are never eligible.
        """
        order, read = await self._order(order_id)
        status = order.statuses[0] if order.statuses else ""
        if status in NEVER:
            return _options(order_id, why_not=status, exchange=read.exchange)
        answer = await self._eligibility(order_id)
        said = cases.eligibility_of(rows_at(answer.data, "sku_eligibility"), order)
        if said.is_said and not said.is_eligible:
            return _options(order_id, why_not=said.why_not or status, exchange=answer.exchange)
        if said.reasons:
            return CancelOptions(
                order_id=order_id, is_eligible=True, why_not="", reasons=said.reasons, line_ids=(),
                exchange=answer.exchange,
            )  # fmt: skip
        known = () if said.names_reasons else documented(status, self._credentials.market)
        if not known:
            return _options(order_id, why_not=f"{status}: no reason known", exchange=answer.exchange)
        return CancelOptions(order_id=order_id, is_eligible=True, why_not="", reasons=known, line_ids=(), exchange=None)

    async def _eligibility(self, order_id: str) -> Answer:
        """Segment 202512 names the reasons; where it does not exist, 202309 says at least whether."""
        query = {"initiate_aftersale_user": "SELLER"}
        try:
            return await self._client.call(ELIGIBILITY, order_id, query={**query, "request_types": "CANCEL"})
        except Rejected as refused:
            if refused.platform_code not in NO_SUCH_PATH:
                raise
        return await self._client.call(ELIGIBILITY_OLD, order_id, query=query)

    async def cancel(self, order_id: str, *, reason: str, line_ids: Sequence[str] = ()) -> Cancelled:
        """Cancel a whole order. There is no idempotency key [OAS], so the order is read first: one in transit,
        delivered or completed is refused before anything is sent, one cancelled already is looked up in the record.

        OutcomeUnknown whenever it may have happened, also when the record cannot be read after "already cancelling".
        """
        order, read = await self._order(order_id)
        status = order.statuses[0] if order.statuses else ""
        if status == "CANCELLED":
            record, _ = await self._record(order_id)
            cancel_id = next((each.cancel_id for each in record if each.cancel_status in cases.DONE), "")
            return Cancelled(order_id=order_id, cancel_id=cancel_id, state=CancelState.DONE, exchange=read.exchange)
        if status in NEVER:
            raise rejected("tiktok_already_shipped", code=status, detail=order_id, exchange=read.exchange)
        _refuse_partial(order, line_ids, read.exchange)
        try:
            answer = await self._client.call(CANCEL, body={"order_id": order_id, "cancel_reason": reason})
        except Rejected as refused:
            if refused.platform_code not in _LOOK_UP:
                raise
            return await self._already(order_id, refused)
        return _cancelled(order_id, answer)

    async def _already(self, order_id: str, refused: Rejected) -> Cancelled:
        """What "already" means, by the record: done counts before pending, and a buyer's request that waits for the
        seller is no cancellation (Rejected(tiktok_buyer_asks))."""
        try:
            record, answer = await self._record(order_id)
        except ConnectorError as error:
            raise _unsure(refused, f"the record could not be read: {error.code}") from error
        for state in (CancelState.DONE, CancelState.PENDING):
            for each in record:
                if cases.cancel_state(each.cancel_status) is not state:
                    continue
                if state is CancelState.PENDING and each.cancel_type == cases.BUYER_CANCEL:
                    raise rejected(
                        "tiktok_buyer_asks", code=refused.platform_code, detail=each.cancel_id, exchange=answer.exchange
                    )
                return Cancelled(order_id=order_id, cancel_id=each.cancel_id, state=state, exchange=answer.exchange)
        if refused.platform_code == ENDED:
            raise refused  # complete, so not cancelled
        raise _unsure(refused, "the record shows no cancellation that is done or under way")

    async def _record(self, order_id: str) -> tuple[list[WireCancellation], Answer]:
        """All the platform holds of an order's cancellations."""
        answer = await self._client.call(
            CANCELLATIONS, query={"page_size": str(CASES_PAGE)}, body={"order_ids": [order_id]}
        )
        rows = [WireCancellation.model_validate(raw) for raw in rows_at(answer.data, "cancellations")]
        return [row for row in rows if row.order_id == order_id], answer

    async def cancel_requests(self, after: datetime, before: datetime) -> AsyncIterator[CancelRequest]:
        """Buyers' requests that wait, changed in a window. All pages are read before the first is given: an answer
        given in between takes a row out of the list and would shift the rest."""
        filters = {"cancel_types": [cases.BUYER_CANCEL], "cancel_status": [cases.PENDING]}
        rows = [raw async for raw in Window(self._client, _CANCELLATIONS, filters).walk(after, before)]
        for raw in rows:
            request = cases.request_of(raw)
            if request is not None:
                yield request

    async def answer_cancel_request(
        self, request_id: str, *, accept: bool, reason: str = "", comment: str = "", intent_key: str = ""
    ) -> Exchange:
        """Accept or refuse; `intent_key` goes as idempotency key, so a repeat with it is the same decision [OAS].

        Raises Rejected(tiktok_not_waiting) when the request's status allows it no more.
        """
        query = {"idempotency_key": idempotency_key(intent_key)}
        if accept:
            return (await self._client.call(CANCEL_APPROVE, request_id, query=query)).exchange
        body: dict[str, Any] = {"reject_reason": reason}
        if comment:
            body["comment"] = comment
        return (await self._client.call(CANCEL_REJECT, request_id, query=query, body=body)).exchange


def idempotency_key(intent_key: str) -> str:
    """One key for one decision, at most 255 characters [OAS]: a longer one goes as its digest, the same every time."""
    return intent_key if len(intent_key) <= KEY_MAX else hashlib.sha256(intent_key.encode()).hexdigest()


def _options(order_id: str, *, why_not: str, exchange: Exchange) -> CancelOptions:
    return CancelOptions(
        order_id=order_id, is_eligible=False, why_not=why_not, reasons=(), line_ids=(), exchange=exchange
    )


def _refuse_partial(order: PlatformOrder, line_ids: Sequence[str], exchange: Exchange) -> None:
    open_lines = {line.line_id for line in order.lines if line.status != "CANCELLED"}
    if line_ids and set(line_ids) & open_lines != open_lines:
        raise rejected("tiktok_whole_orders_only", code="line_ids", detail=order.order_id, exchange=exchange)


def _cancelled(order_id: str, answer: Answer) -> Cancelled:
    cancel_id = id_of(answer.data.get("cancel_id"))
    state = cases.cancel_state(status_of(scalar(answer.data.get("cancel_status"))))
    if not cancel_id:
        raise answer.unreadable("success without a cancel id")
    # A status we do not know is no fact: it is confirmed by a push or by reading the order.
    return Cancelled(
        order_id=order_id, cancel_id=cancel_id, state=state or CancelState.PENDING, exchange=answer.exchange
    )


def _unsure(refused: Rejected, detail: str) -> OutcomeUnknown:
    raw: Mapping[str, Any] | None = refused.raw
    return OutcomeUnknown(
        "platform_outcome_unknown",
        platform=Platform.TIKTOK,
        platform_code=refused.platform_code,
        request_id=refused.request_id,
        raw=raw,
        detail=detail,
        exchange=refused.exchange,
    )
