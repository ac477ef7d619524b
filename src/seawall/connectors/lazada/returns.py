"""Returns and refunds of a Lazada store [D 121370, 121372]: read, and refused with evidence."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import CaseReason, EvidenceImage, Exchange, Fault, ReturnCase
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, Transient
from seawall.connectors.lazada.cancels import ids_text
from seawall.connectors.lazada.chat import LazadaChat
from seawall.connectors.lazada.client import Answer, Api
from seawall.connectors.lazada.reverse import (
    ONLY_REFUND,
    REFUSED,
    RETURN,
    ReverseOrder,
    refusal_action,
    reverse_order_of,
)
from seawall.connectors.lazada.wire import WireReverseLine
from seawall.connectors.tolerant import object_at, rows_at, scalar
from seawall.kernel.clock import epoch_ms
from seawall.kernel.markets import Platform

LIST = Api(path="/reverse/getreverseordersforseller")
DETAIL = Api(path="/order/reverse/return/detail/list", method="GET")
REASONS = Api(path="/order/reverse/reason/list", method="GET")
UPDATE = Api(path="/order/reverse/return/update", method="GET", is_effect=True)
DISPUTE = Api(path="/order/reverse/onlyrefund/seller/decide", method="GET", is_effect=True)

PAGE = 10
"""`page_size` of every sample; the most it takes is unknown [U]."""
PAGES_MAX = 100
"""[S] nothing comes past page 100."""
WALKS_MAX = 3


class LazadaReturns(LazadaChat):
    """Reads returns and refuses them. Semi-managed stores: every call is refused before any network."""

    async def returns_updated(self, after: datetime, before: datetime) -> AsyncIterator[ReturnCase]:
        """Returns and refunds changed in a window, each once; cancellations are no returns. Windows that hold more
        than the platform pages through are halved. Raises Rejected(lazada_window_too_full) rather than skip any, and
        Transient when the list keeps changing while it is read."""
        self._need("read_returns")
        grouped: dict[str, list[Mapping[str, Any]]] = {}
        for raw in await self._rows_between(epoch_ms(after), epoch_ms(before)):
            reverse_id = scalar(raw.get("reverse_order_id"))
            if reverse_id and scalar(raw.get("request_type")).upper() in {RETURN, ONLY_REFUND}:
                grouped.setdefault(reverse_id, []).append(raw)
        for raws in grouped.values():
            yield reverse_order_of(raws).case(self._credentials.market.currency)

    async def return_case(self, return_id: str) -> ReturnCase:
        """One return as it is now. Raises Rejected(lazada_case_not_found); a store that does not own it gets an empty
        list of lines with code 0 [S]."""
        self._need("read_returns")
        order, _ = await self._detail(return_id)
        return order.case(self._credentials.market.currency)

    async def return_reject_reasons(self, return_id: str) -> Sequence[CaseReason]:
        """Reasons Lazada accepts, each once; asked for by line [D], all lines of the case are asked."""
        self._need("reject_return")
        order, _ = await self._detail(return_id)
        found: dict[str, CaseReason] = {}
        for line in order.lines:
            answer = await self._call(REASONS, {"reverse_order_line_id": line.reverse_order_line_id})
            for row in rows_at(answer.payload, "data") or rows_at(answer.payload, "result"):
                code = scalar(row.get("reason_id"))
                text = scalar(row.get("text")) or scalar(row.get("muti_language_text"))  # misspelt by Lazada [D]
                found.setdefault(code, CaseReason(code=code, text=text, fault=Fault.UNKNOWN))
        return [reason for code, reason in found.items() if code]

    async def upload_evidence(self, return_id: str, image: bytes, *, file_name: str, module: str = "") -> EvidenceImage:
        """Store a picture as evidence: Lazada takes evidence as addresses of pictures [D], so it is uploaded as any
        other picture. Raises Rejected(image_not_allowed) before a byte leaves."""
        self._need("upload_evidence")
        picture, _, stored = await self._store(image, file_name)
        return EvidenceImage(
            image_id=scalar(stored.get("hash_code")),
            url=scalar(stored.get("url")),
            module=module,
            width=picture.width,
            height=picture.height,
            mime_type=picture.mime_type,
        )

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
        """Refuse with evidence, line by line, since Lazada takes one line a call [D]. `contact_email` and `intent_key`
        are unknown there. Lines that are refused already are left alone, so a repeat goes on where it stopped.

        Raises Rejected only when no line was refused; OutcomeUnknown when one may have been, also when a later line
        was turned down after an earlier one went through. Rejected(lazada_case_state) before anything is sent when a
        line can no longer be refused, or the goods go to Lazada's warehouse, where the platform decides [D].
        """
        self._need("reject_return")
        order, answer = await self._detail(return_id)
        steps = [(line, refusal_action(order, line)) for line in order.lines if line.reverse_status != REFUSED]
        stuck = [line for line, action in steps if not action]
        if stuck:
            states = ", ".join(f"{line.reverse_status} {line.ofc_status}".strip() for line in stuck)
            raise self._rejected("lazada_case_state", "not_refusable", f"{order.request_type}: {states}", answer)
        exchange = answer.exchange
        for number, (line, action) in enumerate(steps):
            try:
                answer = await self._refuse(order, line, action, reason=reason, comment=comment, images=images)
                exchange = answer.exchange
            except ConnectorError as error:
                if number and not isinstance(error, OutcomeUnknown):
                    raise _half_done(error, number, len(steps)) from error
                raise
        return exchange

    async def _refuse(
        self,
        order: ReverseOrder,
        line: WireReverseLine,
        action: str,
        *,
        reason: str,
        comment: str,
        images: Sequence[EvidenceImage],
    ) -> Answer:
        params = {
            "action": action,
            "reverse_order_id": order.reverse_order_id,
            "reverse_order_item_ids": ids_text([line.reverse_order_line_id]),
            "comment": comment,
        }
        names = [each.image_id or f"evidence-{number}" for number, each in enumerate(images, 1)]
        if action == "startDispute":
            rows = [{"file_name": name, "file_url": each.url} for name, each in zip(names, images, strict=True)]
            return await self._call(DISPUTE, params | {"image_info_list": _json(rows)})
        rows = [{"name": name, "url": each.url} for name, each in zip(names, images, strict=True)]
        return await self._call(UPDATE, params | {"reason_id": reason, "image_info": _json(rows)})

    async def _detail(self, return_id: str) -> tuple[ReverseOrder, Answer]:
        answer = await self._call(DETAIL, {"reverse_order_id": return_id})
        data = object_at(answer.payload, "data")
        order = reverse_order_of([data])
        if not order.lines:
            raise self._rejected("lazada_case_not_found", "no_lines", return_id, answer)
        return order, answer

    async def _rows_between(self, start: int, end: int) -> list[Mapping[str, Any]]:
        """All rows of a window in ms. A row that is changed meanwhile leaves the window and moves the pages behind it,
        so a walk counts only when the total stood still."""
        for _ in range(WALKS_MAX):
            total, rows = await self._page(start, end, 1)
            if total > PAGE * PAGES_MAX:
                if end - start <= 1000:
                    raise self._rejected("lazada_window_too_full", "page", f"{total} > {PAGE * PAGES_MAX}")
                middle = (start + end) // 2
                return [*await self._rows_between(start, middle), *await self._rows_between(middle + 1, end)]
            moved = False
            for number in range(2, -(-total // PAGE) + 1):
                now_total, more = await self._page(start, end, number)
                rows += more
                moved = moved or now_total != total
            if not moved:
                return rows
        raise Transient(
            "platform_transient", platform=Platform.LAZADA, platform_code="moving_list", detail="returns keep changing"
        )

    async def _page(self, start: int, end: int, number: int) -> tuple[int, list[Mapping[str, Any]]]:
        answer = await self._call(
            LIST,
            {
                "page_no": str(number),
                "page_size": str(PAGE),
                "request_type_list": _json([RETURN, ONLY_REFUND]),
                "ReverseOrderLineModifiedTimeRangeStart": str(start),
                "ReverseOrderLineModifiedTimeRangeEnd": str(end),
            },
        )
        result = object_at(answer.payload, "result") or object_at(answer.payload, "data")
        total = scalar(result.get("total"))
        rows = rows_at(result, "items")
        if not total.isdecimal():
            raise self._doubt("no total", LIST, answer)
        return int(total), rows


def _json(rows: Sequence[object]) -> str:
    """A list parameter as JSON text; nothing at all for an empty one, since empty values break signatures [U]."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def _half_done(error: ConnectorError, done: int, lines: int) -> OutcomeUnknown:
    return OutcomeUnknown(
        "platform_outcome_unknown",
        platform=Platform.LAZADA,
        platform_code=error.platform_code,
        request_id=error.request_id,
        raw=error.raw,
        detail=f"{done} of {lines} lines refused, then: {error.platform_code} {error.detail}"[:500],
        exchange=error.exchange,
    )
