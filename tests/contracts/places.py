"""The three platforms as one cast: a simulator, a shop with orders, a connector, and what differs between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.kit.lazada_sim import LazadaSim
from tests.kit.shopee_sim import ShopeeSim
from tests.kit.tiktok_sim import TiktokSim

from seawall.connectors.contracts import Credentials, PushKeys
from seawall.kernel.markets import Platform


class Sim(Protocol):
    """What the stories need of a simulator's helper."""

    url: str

    def credentials(self, store: Any) -> Credentials: ...
    def add_orders(self, store: Any, orders: Any, *, first: int = ...) -> list[str]: ...
    def set_faults(self, *faults: Mapping[str, Any]) -> None: ...
    def messages(self, **filters: str) -> list[dict[str, Any]]: ...
    def buyer_says(self, session_id: str, text: str) -> dict[str, Any]: ...
    def set_callback(self, url: str) -> None: ...
    def expire_token(self, store: Any) -> None: ...
    def until(self, condition: Any, *, within: float = ...) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Place:
    """A platform under test."""

    platform: Platform
    sim: Any
    store: Any
    orders: Sequence[str]
    """Orders on their way to the buyer."""
    unshipped: str
    """An order the seller may still cancel."""
    send_path: str
    """API path of a send, for aiming faults."""
    order_path: str
    """API path of reading an order."""
    text_max: int | None
    """Documented length of a text, where there is one."""
    can_filter: bool
    """Whether a message can be accepted and still be kept from the buyer."""
    keys: PushKeys

    def credentials(self, **changes: str) -> Credentials:
        """What a connector signs with."""
        from dataclasses import replace

        return replace(self.sim.credentials(self.store), **changes)  # type: ignore[no-any-return]


def lazada_place() -> Place:
    """A Lazada shop in Thailand."""
    from tests.kit.lazada_sim import APP_KEY, APP_SECRET

    sim = LazadaSim().start()
    store = sim.add_store("th")
    return Place(
        platform=Platform.LAZADA, sim=sim, store=store, orders=sim.add_orders(store, 8),
        unshipped=sim.add_orders(store, [{"order_id": "88009900000001", "status": "pending"}])[0],
        send_path="/im/message/send", order_path="/order/get", text_max=None, can_filter=True,
        keys=PushKeys(app_key=APP_KEY, app_secret=APP_SECRET),
    )  # fmt: skip


def shopee_place() -> Place:
    """A Shopee shop in Malaysia."""
    from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, PUSH_KEY

    sim = ShopeeSim().start()
    store = sim.add_store("MY")
    return Place(
        platform=Platform.SHOPEE, sim=sim, store=store, orders=sim.add_orders(store, 8),
        unshipped=sim.add_orders(store, [{"order_id": "260101UNSHPD01", "status": "READY_TO_SHIP"}])[0],
        send_path="/api/v2/sellerchat/send_message", order_path="/api/v2/order/get_order_detail", text_max=600,
        can_filter=True, keys=PushKeys(app_key=PARTNER_ID, app_secret=PARTNER_KEY, push_key=PUSH_KEY),
    )  # fmt: skip


def tiktok_place() -> Place:
    """A TikTok Shop in Vietnam."""
    from tests.kit.tiktok_sim import APP_KEY, APP_SECRET

    sim = TiktokSim().start()
    store = sim.add_store("VN")
    return Place(
        platform=Platform.TIKTOK, sim=sim, store=store, orders=sim.add_orders(store, 8),
        unshipped=sim.add_orders(store, [{"order_id": "576900000000990001", "status": "AWAITING_SHIPMENT"}])[0],
        send_path="/customer_service/*/messages", order_path="/order/202309/orders", text_max=2000,
        can_filter=False, keys=PushKeys(app_key=APP_KEY, app_secret=APP_SECRET),
    )  # fmt: skip


PLACES = {Platform.LAZADA: lazada_place, Platform.SHOPEE: shopee_place, Platform.TIKTOK: tiktok_place}
