"""Shopee as a Connector: orders, parcels, chat, cancellations, returns and standing of one shop."""

from datetime import timedelta

from seawall.connectors.contracts import Credentials
from seawall.connectors.shopee.cancels import ShopCancels
from seawall.connectors.shopee.chat import ShopChat
from seawall.connectors.shopee.client import Recorder
from seawall.connectors.shopee.health import ShopStanding
from seawall.connectors.shopee.orders import ShopOrders
from seawall.connectors.shopee.returns import ShopReturns
from seawall.connectors.transport import Limits
from seawall.kernel.clock import SYSTEM_CLOCK, Clock


class ShopeeConnector(ShopOrders, ShopChat, ShopCancels, ShopReturns, ShopStanding):
    """One Shopee shop. Use as an async context manager; safe for many calls at once.

    `Credentials`: app_key is the partner id, app_secret the partner key (one pair a seller: chat is granted only to
    Seller In-house apps [D, P]), seller_id the shop id.
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
        super().__init__(credentials, clock=clock, limits_of_calls=limits, record=record, clock_margin=clock_margin)

    async def __aenter__(self) -> "ShopeeConnector":
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.__aexit__(*exc)
