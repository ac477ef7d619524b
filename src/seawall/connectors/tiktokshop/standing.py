"""Which shop this is, and how it stands."""

from datetime import timedelta

from seawall.connectors.contracts import SellerProfile, ShopHealth
from seawall.connectors.tiktokshop import cases
from seawall.connectors.tiktokshop.base import ShopCalls
from seawall.connectors.tiktokshop.endpoints import PERFORMANCE, SHOPS
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tiktokshop.wire import WireShop
from seawall.connectors.tolerant import object_at, rows_at

HEALTH_DAYS = 7
"""The span of the documented sample; the longest one allowed is not documented."""


class StandingCalls(ShopCalls):
    """Reads the shop's profile and its customer service figures."""

    async def seller(self) -> SellerProfile:
        """The connected shop among those of the authorisation. Proves app key, secret and token, not the cipher.

        Raises Rejected(tiktok_shop_not_listed) when the authorisation does not list it, or lists several and the
        connection names none. `raw` leaves the cipher out.
        """
        answer = await self._client.call(SHOPS)
        rows = rows_at(answer.data, "shops")
        shops = [WireShop.model_validate(row) for row in rows]
        wanted = self._credentials
        fitting = [
            (shop, row)
            for shop, row in zip(shops, rows, strict=True)
            if (wanted.seller_id and shop.id == wanted.seller_id)
            or (not wanted.seller_id and wanted.shop_cipher in {shop.cipher, ""})
        ]
        if len(fitting) != 1:
            raise rejected(
                "tiktok_shop_not_listed",
                code="shops",
                detail=", ".join(shop.id for shop in shops),
                exchange=answer.exchange,
            )
        shop, row = fitting[0]
        return SellerProfile(
            seller_id=shop.id,
            name=shop.name,
            market=shop.region,
            status="",  # this call tells none; inactive shops are refused with a code of their own [3P]
            is_cross_border=shop.seller_type == "CROSS_BORDER" if shop.seller_type else None,
            is_managed=False,
            raw={name: value for name, value in row.items() if name != "cipher"},
        )

    async def health(self) -> ShopHealth:
        """Customer service figures of the last seven whole days in the market's zone. Violation points and shop
        scores have no call in Southeast Asia: None."""
        now = self._clock.now()
        today = now.astimezone(self._credentials.market.zone).date()
        answer = await self._client.call(
            PERFORMANCE,
            query={
                "support_date_ge": (today - timedelta(days=HEALTH_DAYS)).isoformat(),
                "support_date_lt": today.isoformat(),
            },
        )
        return ShopHealth(
            metrics=cases.metrics_of(object_at(answer.data, "performance")),
            penalty_points=None,
            is_restricted=None,
            read_at=now,
            exchanges=(answer.exchange,),
        )
