"""Returns and refunds: reading them, and refusing them with evidence."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import CaseReason, EvidenceImage, Exchange, ReturnCase
from seawall.connectors.tiktokshop import cases
from seawall.connectors.tiktokshop.base import ShopCalls
from seawall.connectors.tiktokshop.cancels import idempotency_key
from seawall.connectors.tiktokshop.endpoints import PRODUCT_IMAGE, REJECT_REASONS, RETURN_REJECT, RETURNS
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tiktokshop.images import part_of
from seawall.connectors.tiktokshop.limits import CASES_PAGE
from seawall.connectors.tiktokshop.pages import Listing, Window
from seawall.connectors.tolerant import rows_at

_RETURNS = Listing(api=RETURNS, rows="return_orders", id="return_id", page_size=CASES_PAGE)


class ReturnCalls(ShopCalls):
    """Reads returns and refuses them."""

    async def returns_updated(self, after: datetime, before: datetime) -> AsyncIterator[ReturnCase]:
        """Returns changed in a window, each once, by time of change. Reaches back a minute."""
        async for raw in Window(self._client, _RETURNS).walk(after, before):
            case = cases.return_of(raw)
            if case is not None:
                yield case

    async def return_case(self, return_id: str) -> ReturnCase:
        """One return as it is now. Raises Rejected(tiktok_return_not_in_shop)."""
        answer = await self._client.call(
            RETURNS, query={"page_size": str(CASES_PAGE)}, body={"return_ids": [return_id]}
        )
        found = (cases.return_of(raw) for raw in rows_at(answer.data, "return_orders"))
        case = next((each for each in found if each is not None and each.return_id == return_id), None)
        if case is None:
            raise rejected("tiktok_return_not_in_shop", code="not_listed", detail=return_id, exchange=answer.exchange)
        return case

    async def return_reject_reasons(self, return_id: str) -> Sequence[CaseReason]:
        """Reasons the platform takes for this return (or cancellation), asked live as it wants since 2025 [DOC]."""
        answer = await self._client.call(REJECT_REASONS, query={"return_or_cancel_id": return_id})
        return cases.reject_reasons_of(rows_at(answer.data, "reasons"))

    async def upload_evidence(self, return_id: str, image: bytes, *, file_name: str, module: str = "") -> EvidenceImage:
        """Store an image as evidence: as a product image, whose id a refusal takes [OAS]. It belongs to no return
        until one is refused with it, and the platform may have fitted it to its own shape."""
        part = part_of(image)
        answer = await self._client.call(PRODUCT_IMAGE, file=part)
        found = cases.evidence_of(answer.data, part.mime_type)
        if found is None:
            raise answer.unreadable("no uri")
        return found

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
        """Refuse with evidence, whatever of refund, return, parcel or replacement the return waits for now.

        `contact_email` is for other platforms. Raises Rejected(tiktok_not_waiting) before anything is sent when the
        return waits for no answer of the seller.
        """
        case = await self.return_case(return_id)
        decision = cases.reject_decision(case)
        if not decision:
            raise rejected("tiktok_not_waiting", code=case.status, detail=return_id)
        body: dict[str, Any] = {"decision": decision, "reject_reason": reason}
        if comment:
            body["comment"] = comment
        if images:
            body["images"] = [
                {
                    "image_id": image.image_id,
                    "mime_type": image.mime_type,
                    "height": image.height,
                    "width": image.width,
                }
                for image in images
            ]
        query = {"idempotency_key": idempotency_key(intent_key)}
        return (await self._client.call(RETURN_REJECT, return_id, query=query, body=body)).exchange
