"""What all parts of the Lazada connector stand on: the client, the flags, and what was learned about the store."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from seawall.connectors.contracts import Capability, Credentials, Limit
from seawall.connectors.errors import Rejected
from seawall.connectors.lazada.capabilities import ORDER_AGE_DAYS_STRICT, capabilities
from seawall.connectors.lazada.client import Answer, Api, LazadaClient, Limits, Recorder, Upload
from seawall.connectors.lazada.errors import CallFacts, doubt
from seawall.connectors.lazada.limits import limits as platform_limits
from seawall.connectors.unsupported import Unsupported
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.markets import Platform

EASE_MODE_CODE = "Mp3SellerApiLimit"


class LazadaBase(Unsupported):
    """One Lazada store: who signs, which flags hold."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Clock = SYSTEM_CLOCK,
        limits: Limits | None = None,
        record: Recorder | None = None,
        clock_margin: timedelta = timedelta(seconds=60),
        chat_order_age_days: int = ORDER_AGE_DAYS_STRICT,
        is_ease_mode: bool = False,
    ) -> None:
        self.platform = Platform.LAZADA
        self.limits: Mapping[str, Limit] = platform_limits(chat_order_age_days=chat_order_age_days)
        self.capabilities: Mapping[str, Capability] = {}
        self._credentials = credentials
        self._clock = clock
        self._clock_margin = clock_margin
        self._chat_order_age_days = chat_order_age_days
        self._learn(is_ease_mode=is_ease_mode)
        self._client = LazadaClient(
            base_url=credentials.base_url,
            app_key=credentials.app_key,
            app_secret=credentials.app_secret,
            access_token=credentials.access_token,
            clock=clock,
            limits=limits,
            record=record,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.__aexit__(*exc)

    def _learn(self, *, is_ease_mode: bool) -> None:
        """Semi-managed sellers may chat and read orders, and little else [D 121541]: the flags say so from now on."""
        self.capabilities = capabilities(chat_order_age_days=self._chat_order_age_days, is_ease_mode=is_ease_mode)

    def _need(self, capability: str) -> None:
        """Refuse before any network what this store cannot do. Raises Rejected(capability_missing)."""
        if not self.capabilities[capability].can:
            raise self.missing(capability)

    async def _call(self, api: Api, params: Mapping[str, str], *, upload: Upload | None = None) -> Answer:
        """Call once, and remember when the platform says that this store is semi-managed."""
        try:
            return await self._client.call(api, params, upload=upload)
        except Rejected as error:
            if error.platform_code == EASE_MODE_CODE:
                self._learn(is_ease_mode=True)
            raise

    def _doubt(self, detail: str, api: Api, answer: Answer) -> Exception:
        """Success was said, and what would prove it is missing."""
        return doubt(
            detail,
            CallFacts(
                path=api.path,
                is_effect=api.is_effect,
                answered_at=answer.exchange.answered_at,
                request_id=answer.exchange.request_id,
                exchange=answer.exchange,
            ),
            code="unreadable",
        )

    def _rejected(self, code: str, platform_code: str, detail: str, answer: Answer | None = None) -> Rejected:
        """A refusal found in an answer that says success, or before anything was asked."""
        return Rejected(
            code,
            platform=Platform.LAZADA,
            platform_code=platform_code,
            detail=detail[:500],
            request_id=answer.exchange.request_id if answer else "",
            raw=answer.payload if answer else None,
            exchange=answer.exchange if answer else None,
        )
