"""TikTok Shop as a Connector: one shop, all its calls."""

from collections.abc import Mapping
from datetime import timedelta

from seawall.connectors.contracts import Capability, Credentials, Limit
from seawall.connectors.tiktokshop.cancels import CancelCalls
from seawall.connectors.tiktokshop.capabilities import capabilities
from seawall.connectors.tiktokshop.chat import ChatCalls
from seawall.connectors.tiktokshop.client import Recorder, TiktokClient
from seawall.connectors.tiktokshop.limits import limits as documented_limits
from seawall.connectors.tiktokshop.orders import OrderCalls
from seawall.connectors.tiktokshop.returns import ReturnCalls
from seawall.connectors.tiktokshop.standing import StandingCalls
from seawall.connectors.transport import Limits
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.markets import Platform


class TiktokConnector(ChatCalls, OrderCalls, CancelCalls, ReturnCalls, StandingCalls):
    """One shop at TikTok Shop. Use as an async context manager; safe for many calls at once.

    `record` gets every exchange, refused ones too. `clock_margin` is how far the platform's clock may be from ours
    before reading back could miss a message.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Clock = SYSTEM_CLOCK,
        limits: Limits | None = None,
        record: Recorder | None = None,
        clock_margin: timedelta = timedelta(seconds=60),
    ) -> None:
        self.platform = Platform.TIKTOK
        self.capabilities: Mapping[str, Capability] = capabilities()
        self.limits: Mapping[str, Limit] = documented_limits()
        self._credentials = credentials
        self._clock = clock
        self._clock_margin = clock_margin
        self._client = TiktokClient(
            base_url=credentials.base_url,
            app_key=credentials.app_key,
            app_secret=credentials.app_secret,
            access_token=credentials.access_token,
            shop_cipher=credentials.shop_cipher,
            clock=clock,
            limits=limits,
            record=record,
        )

    async def __aenter__(self) -> "TiktokConnector":
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.__aexit__(*exc)
