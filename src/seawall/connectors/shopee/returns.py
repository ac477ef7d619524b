"""Returns: reading them, and refusing them with evidence."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import CaseReason, EvidenceImage, Exchange, ReturnCase
from seawall.connectors.shopee import case_mapping
from seawall.connectors.shopee.capabilities import EVIDENCE_MAX_BYTES, EVIDENCE_PER_MODULE
from seawall.connectors.shopee.client import Api, Upload
from seawall.connectors.shopee.errors import doubt, rejected
from seawall.connectors.shopee.images import image_type
from seawall.connectors.shopee.shop import LIST_PAGE, MAX_PAGES, ShopBase, windows
from seawall.connectors.shopee.wire import WireDisputeReason
from seawall.connectors.tolerant import object_at, rows_at, scalar, truth

RETURN_LIST = Api(path="/api/v2/returns/get_return_list")
RETURN_DETAIL = Api(path="/api/v2/returns/get_return_detail")
DISPUTE_REASONS = Api(path="/api/v2/returns/get_return_dispute_reason")
CONVERT_IMAGE = Api(path="/api/v2/returns/convert_image", method="POST")
DISPUTE = Api(path="/api/v2/returns/dispute", method="POST", is_effect=True)


class ShopReturns(ShopBase):
    """Reads and refuses returns."""

    async def returns_updated(self, after: datetime, before: datetime) -> AsyncIterator[ReturnCase]:
        """Returns changed in `[after, before]`, each once. Pages are numbered, not cursored: one that changes while
        this runs may move past the reader, so let windows overlap."""
        seen: set[str] = set()
        for start, end in windows(after, before):
            for page_no in range(MAX_PAGES):  # [D] starts at 0
                answer = await self._client.call(
                    RETURN_LIST,
                    {"page_no": page_no, "page_size": LIST_PAGE, "update_time_from": start, "update_time_to": end},
                )
                listed = rows_at(answer.payload, "response", "return")
                cases = [case for raw in listed if (case := case_mapping.return_of(raw)) is not None]
                for case in cases:
                    if case.return_id not in seen:
                        seen.add(case.return_id)
                        yield case
                has_more = truth(object_at(answer.payload, "response").get("more"))
                if not has_more:
                    break
                if not listed:
                    facts = self._client.facts(RETURN_LIST, answer)
                    raise rejected("platform_unreadable", code="page_no", detail="more, and an empty page", facts=facts)
            else:
                raise self._endless(RETURN_LIST)

    async def return_case(self, return_id: str) -> ReturnCase:
        """One return as it is now. Raises Rejected(shopee_return_not_in_shop)."""
        answer = await self._client.call(RETURN_DETAIL, {"return_sn": return_id})
        case = case_mapping.return_of(object_at(answer.payload, "response"))
        if case is None or case.return_id != return_id:
            facts = self._client.facts(RETURN_DETAIL, answer)
            raise rejected("shopee_return_not_in_shop", code="not_listed", detail=return_id, facts=facts)
        return case

    async def return_reject_reasons(self, return_id: str) -> Sequence[CaseReason]:
        """Reasons Shopee accepts for disputing this return. The text ends with the evidence each wants, as
        `[module] requirement`; that number is `EvidenceImage.module`."""
        return [case_mapping.reject_reason_of(reason) for reason in await self._dispute_reasons(return_id)]

    async def upload_evidence(self, return_id: str, image: bytes, *, file_name: str, module: str = "") -> EvidenceImage:
        """Store a PNG or JPEG of at most 10 MB as evidence. Raises Rejected(image_not_allowed) before a byte leaves."""
        mime_type = image_type(image, most_bytes=EVIDENCE_MAX_BYTES)
        upload = Upload(name="upload_image", file_name=file_name, mime_type=mime_type, content=image)
        answer = await self._client.call(CONVERT_IMAGE, {"return_sn": return_id}, upload=upload)
        url = scalar(object_at(answer.payload, "response").get("url"))
        if not url:
            raise doubt("no url", self._client.facts(CONVERT_IMAGE, answer), code="unreadable")
        return EvidenceImage(image_id=url, url=url, module=module, mime_type=mime_type)

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
        """Dispute a return with evidence. What the reason asks for is read anew, since the platform wants its own words
        back, and checked before anything is sent: Rejected(shopee_email_missing), Rejected(shopee_reason_unknown),
        Rejected(shopee_evidence_wrong). Shopee knows no `intent_key`; a second dispute is refused as ongoing.
        OutcomeUnknown whenever it may have happened."""
        if not contact_email.strip():
            raise rejected("shopee_email_missing", code="email")
        wanted = next((each for each in await self._dispute_reasons(return_id) if each.dispute_reason == reason), None)
        if wanted is None or not reason.isdecimal():
            raise rejected("shopee_reason_unknown", code=reason[:60], detail=return_id)
        body: dict[str, Any] = {
            "return_sn": return_id,
            "email": contact_email.strip(),
            "dispute_reason_id": int(reason),
            "image_list": evidence_of(wanted, images),
        }
        body |= {"dispute_text_reason": comment} if comment else {}
        return (await self._client.call(DISPUTE, body)).exchange

    async def _dispute_reasons(self, return_id: str) -> list[WireDisputeReason]:
        answer = await self._client.call(DISPUTE_REASONS, {"return_sn": return_id})
        return case_mapping.dispute_reasons(rows_at(answer.payload, "response", "dispute_reason_list"))


def evidence_of(reason: WireDisputeReason, images: Sequence[EvidenceImage]) -> list[Mapping[str, Any]]:
    """`image_list` of a dispute: images by module with the platform's own words for it, at most 3 each [D].

    An image that names no module belongs to the only one, where there is only one. Raises
    Rejected(shopee_evidence_wrong) for a foreign module, too many images or a required module without any.
    """
    modules = {module.module_index: module for module in reason.evidence_module_list if module.module_index}
    only = next(iter(modules)) if len(modules) == 1 else ""
    urls: dict[str, list[str]] = defaultdict(list)
    for image in images:
        urls[image.module or only].append(image.url)
    for name, listed in urls.items():
        if name not in modules or not name.isdecimal():
            raise rejected("shopee_evidence_wrong", code="module", detail=f"no module {name!r}")
        if len(listed) > EVIDENCE_PER_MODULE:
            raise rejected("shopee_evidence_wrong", code="too_many", detail=f"[{name}] more than {EVIDENCE_PER_MODULE}")
    missing = [name for name, module in modules.items() if module.is_required and name not in urls]
    if missing:
        raise rejected("shopee_evidence_wrong", code="missing", detail=", ".join(f"[{name}]" for name in missing))
    return [
        {"module_index": int(name), "requirement": modules[name].requirement, "image_url": listed}
        for name, listed in urls.items()
    ]
