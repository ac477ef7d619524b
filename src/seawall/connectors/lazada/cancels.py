"""Seller cancellation [D "Order Cancellation" 121329]. Validate, create and decide are all registered GET."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import (
    Cancelled,
    CancelOptions,
    CancelRequest,
    CancelState,
    CaseReason,
    Exchange,
    Fault,
)
from seawall.connectors.errors import Rejected, ShopRestricted
from seawall.connectors.lazada import mapping
from seawall.connectors.lazada.base import LazadaBase
from seawall.connectors.lazada.client import Answer, Api
from seawall.connectors.lazada.orders_window import OrdersWindow
from seawall.connectors.lazada.wire import WireItem
from seawall.connectors.tolerant import object_at, rows_at, scalar, truth

ORDER_ITEMS = Api(path="/order/items/get", method="GET")
VALIDATE = Api(path="/order/reverse/cancel/validate", method="GET")
CREATE = Api(path="/order/reverse/cancel/create", method="GET", is_effect=True)
DECIDE = Api(path="/order/reverse/cancel/seller/decide", method="GET", is_effect=True)

CANCELLABLE = frozenset({"pending", "packed", "ready_to_ship"})
"""[D] once shipped there is no seller cancel call at all."""
CANCELED = "canceled"
ALLOWED_TIPS = frozenset({"warn", "warning", "success"})
"""[D] `tip_type` of a validation that passes; any other word counts as a refusal."""
_BUYER_ASKED = re.compile(r"\b(?:buyer|customer)\b.*\b(?:request|ask|want|change)", re.IGNORECASE)
_SELLERS = re.compile(r"out of stock|sourcing|pric|delay", re.IGNORECASE)


class LazadaCancels(LazadaBase):
    """Cancels orders, one a call, and answers buyers who ask for it."""

    async def cancel_options(self, order_id: str) -> CancelOptions:
        """What may be cancelled now and why; the reasons hold for this order only [D]. Semi-managed: refused."""
        self._need("cancel_order")
        items = await self._items(order_id)
        open_lines = [item.order_item_id for item in items if item.status in CANCELLABLE]
        asked = open_lines or [item.order_item_id for item in items]
        answer = await self._call(VALIDATE, {"order_id": order_id, "order_item_id_list": ids_text(asked)})
        data = object_at(answer.payload, "data")
        reasons = tuple(_reason_of(row) for row in rows_at(data, "reason_options") if scalar(row.get("reason_id")))
        tip = scalar(data.get("tip_type")).lower()
        is_eligible = tip in ALLOWED_TIPS and bool(reasons)
        return CancelOptions(
            order_id=order_id,
            is_eligible=is_eligible,
            why_not="" if is_eligible else scalar(data.get("tip_content")) or tip or "no reason offered",
            reasons=reasons,
            line_ids=tuple(asked) if is_eligible else (),
            exchange=answer.exchange,
        )

    async def cancel(self, order_id: str, *, reason: str, line_ids: Sequence[str] = ()) -> Cancelled:
        """Cancel lines, or all that can be cancelled, with a reason of `cancel_options`. Seller-fault reasons count
        against the shop and some set the stock to 0 [D].

        PENDING when Lazada took it: push 0 or 10, or the order itself, says when it is done. DONE only when the
        platform's own record says `canceled`. Raises Rejected(lazada_package_goes_together) when only some items of a
        packed parcel are named, since Lazada would cancel the others with them [D]; OutcomeUnknown whenever it may
        have been done.
        """
        self._need("cancel_order")
        items_answer = await self._call(ORDER_ITEMS, {"order_id": order_id})
        items = _items_of(items_answer)
        done = _done(order_id, items, line_ids, items_answer)
        if done is not None:
            return done
        wanted = self._wanted(items, line_ids)
        try:
            answer = await self._call(
                CREATE, {"order_id": order_id, "order_item_id_list": ids_text(wanted), "reason_id": reason}
            )
            self._judge_tip(answer)
        except ShopRestricted:
            raise
        except Rejected:
            # Somebody else (buyer, platform, an earlier call of ours) may have cancelled it meanwhile.
            again = await self._call(ORDER_ITEMS, {"order_id": order_id})
            done = _done(order_id, _items_of(again), wanted, again)
            if done is None:
                raise
            return done
        return Cancelled(
            order_id=order_id,
            cancel_id=scalar(object_at(answer.payload, "data").get("reverse_order_id")),
            state=CancelState.PENDING,
            exchange=answer.exchange,
        )

    async def cancel_requests(self, after: datetime, before: datetime) -> AsyncIterator[CancelRequest]:
        """Buyers' requests in orders changed in a window: marked `need_cancel_confirm`, cancelled by the platform at
        `cancel_trigger_time` when nobody answers [D]."""
        self._need("answer_cancel_request")
        async for raw in OrdersWindow(self._client).walk(after, before):
            if not truth(raw.get("need_cancel_confirm")):
                continue
            order_id = scalar(raw.get("order_id"))
            seen: set[str] = set()
            answer = await self._call(ORDER_ITEMS, {"order_id": order_id})
            for row in rows_at(answer.payload, "data"):
                request_id = scalar(row.get("reverse_order_id"))
                if truth(row.get("need_cancel_confirm")) and request_id not in {"", *seen}:
                    seen.add(request_id)
                    yield _request_of(order_id, request_id, row)

    async def answer_cancel_request(
        self, request_id: str, *, accept: bool, reason: str = "", comment: str = "", intent_key: str = ""
    ) -> Exchange:
        """Accept or refuse by the reverse order's number. Lazada takes no comment and knows no intent key.
        Raises Rejected(lazada_nothing_to_decide) when it was decided already; OutcomeUnknown in doubt."""
        self._need("answer_cancel_request")
        answer = await self._call(
            DECIDE,
            {"reverse_order_id": request_id, "agree_cancel": "true" if accept else "false", "reason_code": reason},
        )
        return answer.exchange

    async def _items(self, order_id: str) -> list[WireItem]:
        return _items_of(await self._call(ORDER_ITEMS, {"order_id": order_id}))

    def _wanted(self, items: Sequence[WireItem], line_ids: Sequence[str]) -> list[str]:
        """The lines to name. With none of them open all are named, so that the refusal is in the platform's words."""
        open_items = [item for item in items if item.status in CANCELLABLE]
        if not line_ids:
            return [item.order_item_id for item in open_items or items]
        named = set(line_ids)
        packages = {item.package_id for item in items if item.order_item_id in named and item.status == "packed"}
        mates = [
            item.order_item_id
            for item in open_items
            if item.status == "packed" and item.package_id in packages and item.order_item_id not in named
        ]
        if mates:
            raise self._rejected("lazada_package_goes_together", "packed", ", ".join(mates))
        gone = {item.order_item_id for item in items if item.status == CANCELED}
        return [line_id for line_id in line_ids if line_id not in gone]

    def _judge_tip(self, answer: Answer) -> None:
        """`code` is 0 for a refusal too: `tip_type` tells [D]. Which words it knows is not documented [U], so only
        `success` is a success and only `error` a refusal."""
        data = object_at(answer.payload, "data")
        tip = scalar(data.get("tip_type")).lower()
        if tip == "success":
            return
        if tip == "error":
            raise self._rejected("lazada_cancel_refused", tip, scalar(data.get("tip_content")), answer)
        raise self._doubt(f"tip_type {tip or 'missing'}", CREATE, answer)


def ids_text(ids: Sequence[str]) -> str:
    """Ids as the JSON array that list parameters are made of; numbers where they are numbers [D]."""
    return json.dumps([int(each) if each.isdecimal() else each for each in ids], separators=(",", ":"))


def _items_of(answer: Answer) -> list[WireItem]:
    return [WireItem.model_validate(row) for row in rows_at(answer.payload, "data")]


def _done(order_id: str, items: Sequence[WireItem], line_ids: Sequence[str], answer: Answer) -> Cancelled | None:
    """A cancellation that the order itself shows; None while any line asked for stands."""
    asked = [item for item in items if not line_ids or item.order_item_id in line_ids]
    if not asked or len(asked) < len(set(line_ids)) or any(item.status != CANCELED for item in asked):
        return None
    return Cancelled(
        order_id=order_id,
        cancel_id=next((item.reverse_order_id for item in asked if item.reverse_order_id), ""),
        state=CancelState.DONE,
        exchange=answer.exchange,
    )


def _reason_of(row: Mapping[str, Any]) -> CaseReason:
    """Ids differ by order and country, so the fault is read from the words: all that were seen are the seller's [D]."""
    text = scalar(row.get("reason_name"))
    asked = bool(_BUYER_ASKED.search(text))
    fault = Fault.BUYER if asked else Fault.SELLER if _SELLERS.search(text) else Fault.UNKNOWN
    return CaseReason(code=scalar(row.get("reason_id")), text=text, fault=fault, claims_buyer_asked=asked)


def _request_of(order_id: str, request_id: str, row: Mapping[str, Any]) -> CancelRequest:
    stamp = scalar(row.get("cancel_trigger_time"))
    return CancelRequest(
        request_id=request_id,
        order_id=order_id,
        reason=scalar(row.get("reason")) or scalar(row.get("reason_detail")),
        asked_at=None,  # no field for it; `updated_at` moves with every change
        answer_by=mapping.instant(int(stamp)) if stamp.isdecimal() and len(stamp) < 16 else None,
        raw=row,
    )
