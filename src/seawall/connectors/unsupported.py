"""The answer for whatever a platform cannot do: a clear refusal that carries the flag's own note, before any network.

A connector inherits from this and overrides what its platform can.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from seawall.connectors.contracts import (
    Cancelled,
    CancelOptions,
    CancelRequest,
    Capability,
    CaseReason,
    EvidenceImage,
    Exchange,
    MessageSent,
    ReturnCase,
    SessionState,
    ShopHealth,
    UploadedImage,
)
from seawall.connectors.errors import Rejected
from seawall.kernel.markets import Platform


class Unsupported:
    """Every optional call of the contract, refused. `capabilities` of the connector says why."""

    platform: Platform
    capabilities: Mapping[str, Capability]

    def missing(self, capability: str) -> Rejected:
        """The refusal for a capability this platform lacks."""
        flag = self.capabilities.get(capability)
        return Rejected(
            "capability_missing",
            platform=self.platform,
            platform_code=capability,
            detail="; ".join(filter(None, (flag.note, flag.source))) if flag else "",
        )

    async def send_order_card(self, session_id: str, order_id: str) -> MessageSent:
        """Refused: capability `send_order_card`."""
        raise self.missing("send_order_card")

    async def upload_image(self, image: bytes, *, file_name: str) -> UploadedImage:
        """Refused: capability `send_image`."""
        raise self.missing("send_image")

    async def send_image(self, session_id: str, image: UploadedImage) -> MessageSent:
        """Refused: capability `send_image`."""
        raise self.missing("send_image")

    def conversations(self, *, changed_since: datetime) -> AsyncIterator[SessionState]:
        """Refused: capability `poll_messages`."""
        raise self.missing("poll_messages")

    async def unread_count(self) -> int:
        """Refused: capability `unread_count`."""
        raise self.missing("unread_count")

    async def mark_read(self, session_id: str, *, up_to_message_id: str) -> Exchange:
        """Refused: capability `mark_read`."""
        raise self.missing("mark_read")

    async def cancel_options(self, order_id: str) -> CancelOptions:
        """Refused: capability `cancel_order`."""
        raise self.missing("cancel_order")

    async def cancel(self, order_id: str, *, reason: str, line_ids: Sequence[str] = ()) -> Cancelled:
        """Refused: capability `cancel_order`."""
        raise self.missing("cancel_order")

    def cancel_requests(self, after: datetime, before: datetime) -> AsyncIterator[CancelRequest]:
        """Refused: capability `answer_cancel_request`."""
        raise self.missing("answer_cancel_request")

    async def answer_cancel_request(
        self, request_id: str, *, accept: bool, reason: str = "", comment: str = "", intent_key: str = ""
    ) -> Exchange:
        """Refused: capability `answer_cancel_request`."""
        raise self.missing("answer_cancel_request")

    def returns_updated(self, after: datetime, before: datetime) -> AsyncIterator[ReturnCase]:
        """Refused: capability `read_returns`."""
        raise self.missing("read_returns")

    async def return_case(self, return_id: str) -> ReturnCase:
        """Refused: capability `read_returns`."""
        raise self.missing("read_returns")

    async def return_reject_reasons(self, return_id: str) -> Sequence[CaseReason]:
        """Refused: capability `reject_return`."""
        raise self.missing("reject_return")

    async def upload_evidence(self, return_id: str, image: bytes, *, file_name: str, module: str = "") -> EvidenceImage:
        """Refused: capability `upload_evidence`."""
        raise self.missing("upload_evidence")

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
        """Refused: capability `reject_return`."""
        raise self.missing("reject_return")

    async def health(self) -> ShopHealth:
        """Refused: capability `read_health`."""
        raise self.missing("read_health")
