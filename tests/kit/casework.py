"""A storm whose buyers have been told, at a simulated platform whose orders can still be cancelled (or not).

Messages are told by the ledger's own claim and settle, as in tests.kit.storm; orders, cancellations and requests are
the simulator's, over real HTTP.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.kit import lazada_sim, shopee_sim, tiktok_sim
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import Desk, Storm, a_desk, a_shop, approve, planned, run_until, some_orders
from tests.kit.shopee_sim import ShopeeSimHelper
from tests.kit.storm import deliver, tend_all
from tests.kit.tiktok_sim import TiktokSimHelper

from seawall.casework.api import (
    BuyerRequest,
    Cancellation,
    CaseWorker,
    CaseWorkerOptions,
    Watched,
    counts_of,
    live_cancelling,
)
from seawall.casework.models import CancelLane, ShopPoll
from seawall.evidence.api import CaptureSource, NewCapture, keep
from seawall.incidents import api as incidents
from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.cancel import watch_cases
from seawall.incidents.commands.cases import add_cases
from seawall.incidents.commands.open_incident import OpenIncident, open_incident
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.outreach.api import Recipient
from seawall.outreach.ledger import move_rows
from seawall.shops.api import ConnectShop, Shop, connect_shop

SimHelper = LazadaSimHelper | ShopeeSimHelper | TiktokSimHelper

QUICK = CaseWorkerOptions(
    grace=timedelta(seconds=0.3), poll_every=timedelta(seconds=0.2), tick_s=0.01, chore_s=0.05, in_flight=10
)
OPEN_STATUS = {Platform.LAZADA: "pending", Platform.SHOPEE: "READY_TO_SHIP", Platform.TIKTOK: "AWAITING_SHIPMENT"}
SHIPPED = {Platform.LAZADA: "shipped", Platform.SHOPEE: "SHIPPED", Platform.TIKTOK: "IN_TRANSIT"}
CANCELLED = {Platform.LAZADA: "canceled", Platform.SHOPEE: "CANCELLED", Platform.TIKTOK: "CANCELLED"}
REASON = {
    Platform.LAZADA: "Out of Stock", Platform.SHOPEE: "OUT_OF_STOCK",
    Platform.TIKTOK: "seller_cancel_reason_out_of_stock",
}  # fmt: skip
CALL = {
    Platform.LAZADA: "/order/reverse/cancel/create", Platform.SHOPEE: "/api/v2/order/cancel_order",
    Platform.TIKTOK: "/return_refund/{version}/cancellations",
}  # fmt: skip
_MARKETS = {Platform.LAZADA: "TH", Platform.SHOPEE: "MY", Platform.TIKTOK: "VN"}
_KEYS = {
    Platform.LAZADA: (lazada_sim.APP_KEY, lazada_sim.APP_SECRET),
    Platform.SHOPEE: (shopee_sim.PARTNER_ID, shopee_sim.PARTNER_KEY),
    Platform.TIKTOK: (tiktok_sim.APP_KEY, tiktok_sim.APP_SECRET),
}


@dataclass
class Marketplace:
    """A simulated platform with one store of the seller's."""

    platform: Platform
    sim: Any
    store: Any

    def set_status(self, order_id: str, status: str, **values: object) -> None:
        """Move an order at the platform."""
        self.sim.set_status(self.store, order_id, status, **values)

    def ship(self, order_id: str) -> None:
        """The parcel is handed over."""
        self.set_status(order_id, SHIPPED[self.platform])

    def buyer_asks(self, order_id: str) -> None:
        """The buyer asks to cancel."""
        if self.platform is Platform.LAZADA:
            self.sim.ask_to_cancel(self.store, order_id)
        elif self.platform is Platform.TIKTOK:
            self.sim.buyer_cancels(self.store, order_id)
        else:
            self.set_status(order_id, "IN_CANCEL", buyer_cancel_reason="changed my mind")

    def buyer_cancelled(self, order_id: str) -> None:
        """The order was cancelled for the buyer."""
        if self.platform is Platform.LAZADA:
            self.set_status(order_id, "canceled", cancel_return_initiator="cancellation-customer")
        else:
            by = {"cancel_by": "buyer"} if self.platform is Platform.SHOPEE else {"by": "BUYER"}
            self.set_status(order_id, CANCELLED[self.platform], **by)

    def calls(self) -> dict[str, int]:
        """How often the platform was called to cancel, by order."""
        found: dict[str, int] = {}
        for row in self.sim.get("/_sim/log?limit=2000")["calls"]:
            if not is_cancel_call(self.platform, row):
                continue
            named = row["params"]
            order = str(named.get("order_id") or named.get("order_sn") or "")
            found[order] = found.get(order, 0) + 1
        return found


def is_cancel_call(platform: Platform, row: dict[str, Any]) -> bool:
    """Whether a line of the simulator's log is the one call that cancels."""
    if platform is Platform.TIKTOK:
        return bool(row["method"] == "POST" and row["api"].endswith("/cancellations"))
    return bool(row["api"] == CALL[platform])


def a_case_storm(
    sim: SimHelper, platform: Platform, *, orders: int = 4, desk: Desk | None = None, told: bool = True,
    of_one_buyer: int = 0,
) -> tuple[Storm, Marketplace]:  # fmt: skip
    """A storm in follow-up at one platform: orders not shipped yet, every buyer told (unless `told` is False). The last
    `of_one_buyer` orders are one buyer's and stand in one message."""
    desk = desk or a_desk()
    shop = a_shop(desk, _MARKETS[platform], platform=platform)
    store: Any = sim.add_store(_MARKETS[platform].lower() if platform is not Platform.SHOPEE else "MY")
    _connect(desk, shop, platform, store)
    ids = some_orders(shop, orders, first=88001122330000)
    Order.objects.filter(shop=shop).update(status="to_ship")
    if of_one_buyer:
        Order.objects.filter(platform_order_id__in=ids[-of_one_buyer:]).update(buyer_handle="siti", phone="60******01")
    rows = [{"order_id": each, "status": OPEN_STATUS[platform]} for each in ids]
    sim.add_orders(store, rows)
    incident = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="Customs return", is_training=True),
        by=desk.lead, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    storm = Storm(desk, incident, shops=[shop])
    add_cases(incident, None, by=desk.lead, clock=SYSTEM_CLOCK)
    planned(storm)
    commands.send_sample(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    tell(storm, 1)
    tend_all()
    approve(storm)
    commands.start(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    while told and tell(storm, 1000):
        tend_all()
    watch_cases(clock=SYSTEM_CLOCK)
    storm.refresh()
    return storm, Marketplace(platform, sim, store)


def _connect(desk: Desk, shop: Shop, platform: Platform, store: Any) -> None:
    key, secret = _KEYS[platform]
    connect_shop(
        ConnectShop(
            shop_code=shop.code, base_url=store.base_url, platform_seller_id=store.seller_id, app_key=key,
            app_secret=secret, access_token=store.access_token, sends_per_second=Decimal(200),
            shop_cipher=getattr(store, "shop_cipher", ""),
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip


def tell(storm: Storm, number: int) -> int:
    """The platform takes up to so many messages and shows them in its record."""
    Recipient.objects.filter(incident=storm.incident, state="waiting").update(pressed_at=SYSTEM_CLOCK.now())
    sent = deliver(storm, number)
    shown = Recipient.objects.filter(incident=storm.incident, state="acknowledged").select_related("order")
    keep(
        NewCapture(
            team_id=row.team_id, shop_id=row.order.shop_id, incident_id=row.incident_id, order_id=row.order_id,
            recipient_id=row.pk, source=CaptureSource.READ_BACK, path="message/list", speaker="seller",
            body=json.dumps({"message_id": row.platform_message_id, "text": row.text}), our_time=SYSTEM_CLOCK.now(),
            session_id=row.session_id, message_id=row.platform_message_id, text=row.text, platform_time=row.sent_at,
        )
        for row in shown
    )  # fmt: skip
    move_rows(shown, "confirmed", clock=SYSTEM_CLOCK)
    return sent


def list_cancels(storm: Storm, platform: Platform, *, reason: str = "", start: bool = True) -> None:
    """The lead plans, the seller approves, the lead starts."""
    desk = storm.desk
    plan = incidents.plan_cancel(
        storm.incident, chosen={platform: reason or REASON[platform]}, why="no other reason fits", by=desk.lead,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    incidents.approve_cancel(storm.incident, seen_binding=plan.binding_digest, by=desk.approver, clock=SYSTEM_CLOCK)
    if start:
        incidents.start_cancel(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    hurry(storm)


def hurry(storm: Storm) -> None:
    """Buckets refill with time; a test must not wait for that."""
    CancelLane.objects.filter(cancelling__incident=storm.incident).update(per_second=500)


def cancels(storm: Storm) -> dict[str, int]:
    """Non-zero outcomes, counted from the ledger."""
    return {state: n for state, n in counts_of(storm.incident.pk).items() if n}


def rows_of(storm: Storm) -> dict[str, Cancellation]:
    """The ledger rows by order number."""
    rows = Cancellation.objects.filter(incident=storm.incident).select_related("order")
    return {row.order.platform_order_id: row for row in rows}


def numbers_of(storm: Storm) -> list[str]:
    """Order numbers in order."""
    rows = Order.objects.filter(cases__incident=storm.incident).order_by("platform_order_id")
    return list(rows.values_list("platform_order_id", flat=True))


def requests_of(storm: Storm) -> list[BuyerRequest]:
    """Buyers' requests of the storm."""
    return list(BuyerRequest.objects.filter(incident=storm.incident).order_by("pk"))


def is_done(storm: Storm) -> bool:
    """Whether the list has come to its end."""
    found = live_cancelling(storm.incident.pk)
    return found is not None and found.state == "done"


def look_now(storm: Storm) -> None:
    """All watched orders and lists are due."""
    Watched.objects.filter(incident=storm.incident, look_at__isnull=False).update(look_at=SYSTEM_CLOCK.now())
    ShopPoll.objects.update(next_at=SYSTEM_CLOCK.now())


def case_work_until(is_so: Callable[[], bool], *, within: float = 60, options: CaseWorkerOptions = QUICK) -> None:
    """Run a real case worker until something is so."""
    run_until(is_so, CaseWorker(clock=SYSTEM_CLOCK, options=options), within=within)
