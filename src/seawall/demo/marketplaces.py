"""The three simulated marketplaces as the demo sets them up: apps, shops, orders, addresses, secrets."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seawall.demo.files.api import StormOrder, StormShop
from seawall.demo.stage import DemoState, SideDoor
from seawall.kernel.markets import Market, Platform

_BATCH = 2000

_STATUS: Mapping[Platform, Mapping[str, str]] = {
    Platform.LAZADA: {"to_ship": "pending", "ready": "ready_to_ship"},
    Platform.SHOPEE: {"to_ship": "READY_TO_SHIP", "ready": "PROCESSED", "shipped": "SHIPPED"},
    Platform.TIKTOK: {"to_ship": "AWAITING_SHIPMENT", "ready": "AWAITING_COLLECTION", "shipped": "IN_TRANSIT"},
}
"""The storm's states in each platform's words."""

_APP_KEYS = {Platform.LAZADA: "910001", Platform.SHOPEE: "2010001", Platform.TIKTOK: "6demoseawall1"}

_BASE = {
    Platform.LAZADA: "/lazada/{market}/rest",
    Platform.SHOPEE: "/shopee",
    Platform.TIKTOK: "/tiktok-shop",
}
"""Where the simulator serves each platform's API."""


@dataclass(frozen=True, kw_only=True)
class Marketplace:
    """One platform in the demo's simulator process."""

    platform: Platform
    shops: Sequence[StormShop]
    shop_names: Mapping[Market, str]
    first_seller_id: int

    @property
    def door(self) -> str:
        """Its side door's path."""
        return f"/{self.platform.value}"

    @property
    def app_key(self) -> str:
        """The app Seawall speaks with."""
        return _APP_KEYS[self.platform]

    def app_secret(self, state: DemoState) -> str:
        """The app's secret, different for each platform."""
        return f"{self.platform.letter.lower()}{state.app_secret}"

    def push_key(self, state: DemoState) -> str:
        """Shopee's separate key for pushes; other platforms sign them with the app's secret."""
        return f"shpk{state.app_secret[:24]}" if self.platform is Platform.SHOPEE else ""

    def seller_id(self, shop: StormShop) -> str:
        """The shop's id at the platform."""
        return str(self.first_seller_id + list(self.shops).index(shop))

    def base_url(self, state: DemoState, shop: StormShop) -> str:
        """The API address of the shop's site."""
        path = _BASE[self.platform].format(market=shop.market.value.lower())
        return f"http://127.0.0.1:{state.simulator_port}{path}"

    def token(self, state: DemoState, shop: StormShop) -> str:
        """The shop's access token."""
        return f"demo-{shop.code}-{state.app_secret[:12]}"

    def cipher(self, state: DemoState, shop: StormShop) -> str:
        """TikTok Shop's name of the shop in calls; other platforms have none."""
        return f"ROW_{shop.code}{state.app_secret[12:20]}" if self.platform is Platform.TIKTOK else ""

    def secrets(self, state: DemoState, shop: StormShop) -> dict[str, str]:
        """What stands in the secrets file of the shop's connection."""
        found = {
            "app_secret": self.app_secret(state),
            "access_token": self.token(state, shop),
            "shop_cipher": self.cipher(state, shop),
            "push_key": self.push_key(state),
        }
        return {name: value for name, value in found.items() if value}

    def set_up(self, door: SideDoor, state: DemoState, orders: Iterable[StormOrder]) -> None:
        """App, shops and orders at the simulator; what is there already stays."""
        app = {"app_key": self.app_key, "app_secret": self.app_secret(state), "push_key": self.push_key(state)}
        door.post(f"{self.door}/apps", {name: value for name, value in app.items() if value})
        for shop in self.shops:
            door.post(f"{self.door}/stores", self._store(state, shop))
        mine = [order for order in orders if order.platform is self.platform]
        if int(self.summary(door)["orders"]) < len(mine):
            for start in range(0, len(mine), _BATCH):
                door.post(f"{self.door}/orders", self._rows(mine[start : start + _BATCH]))

    def summary(self, door: SideDoor) -> Mapping[str, Any]:
        """The simulator's own counts."""
        found: Mapping[str, Any] = door.get(f"{self.door}/summary")
        return found

    def push_to(self, door: SideDoor, url: str) -> None:
        """Where its pushes go."""
        door.post(f"{self.door}/callback", {"app_key": self.app_key, "url": url})

    def _store(self, state: DemoState, shop: StormShop) -> dict[str, str]:
        market = shop.market.value.lower()
        row = {
            "seller_id": self.seller_id(shop), "site": market, "market": market, "name": self.shop_names[shop.market],
            "app_key": self.app_key, "access_token": self.token(state, shop),
        }  # fmt: skip
        if cipher := self.cipher(state, shop):
            row["cipher"] = cipher
        return row

    def _rows(self, orders: Iterable[StormOrder]) -> bytes:
        by_code = {shop.code: self.seller_id(shop) for shop in self.shops}
        return json.dumps([self._row(order, by_code[order.shop_code]) for order in orders], ensure_ascii=False).encode()

    def _row(self, order: StormOrder, seller_id: str) -> dict[str, Any]:
        return {
            "order_id": order.order_id,
            "seller_id": seller_id,
            "buyer_id": order.buyer_id,
            "buyer_name": order.buyer_name[:1] + "****",
            "status": _STATUS[self.platform].get(order.status, order.status),
            "created_at": order.created_at.isoformat(),
            "shipping_fee": format(order.shipping_fee, "f"),
            "tracking_code": order.tracking,
            "package_id": f"FP{order.package_id}" if self.platform is Platform.LAZADA else order.package_id,
            "items": [item for line in order.lines for item in self._items(line)],
        }

    def _items(self, line: Any) -> list[dict[str, Any]]:
        price = format(line.unit_price, "f")
        common = {"name": line.item_name, "sku": line.sku, "item_price": price, "paid_price": price, "price": price}
        if self.platform is Platform.LAZADA:
            # Lazada knows units, not quantities.
            return [{**common, "order_item_id": unit} for unit in line.unit_ids]
        return [{**common, "quantity": line.quantity}]
