"""What the platform itself offers for one order: read now, at the platform, so that a person can choose a reason."""

import asyncio
from typing import Any

from seawall.casework.policy import says_buyer_asked
from seawall.connectors.contracts import CancelOptions
from seawall.connectors.registry import open_connector
from seawall.connectors.standing import OrderStanding, standing_of
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.shops.api import Connection, credentials_of
from seawall.tenancy.api import Actor


def look_options(order: Order, *, by: Actor, clock: Clock) -> dict[str, Any]:
    """How the order stands and which reasons the platform takes for it. Changes nothing anywhere.

    Raises Refused(no_connection_yet) and what the connector raises.
    """
    by.require("cancel.plan")
    connection = Connection.objects.select_related("shop").filter(shop_id=order.shop_id, is_active=True).first()
    if connection is None:
        raise Refused("no_connection_yet", platform=order.shop.code)
    credentials = credentials_of(connection)

    async def ask() -> tuple[OrderStanding, CancelOptions]:
        async with open_connector(credentials, clock=clock) as connector:
            seen = await connector.order(order.platform_order_id)
            return standing_of(credentials.platform, seen), await connector.cancel_options(order.platform_order_id)

    standing, options = asyncio.run(ask())
    return {
        "order": order.platform_order_id,
        "shop": order.shop.code,
        "platform": Platform(order.shop.platform).value,
        "standing": standing.standing.value,
        "is_eligible": options.is_eligible,
        "why_not": options.why_not,
        "reasons": [
            {
                "code": each.code, "text": each.text, "fault": each.fault.value,
                "may_be_chosen": not (each.claims_buyer_asked or says_buyer_asked(each.code)),
            }
            for each in options.reasons
        ],
    }  # fmt: skip
