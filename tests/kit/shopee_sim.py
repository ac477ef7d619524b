"""A simulated Shopee for tests: in this process (own thread), or as a process that can be killed.

    def test_x(shopee_sim):                       # in-process, empty, limits off
        shop = shopee_sim.add_store(market="TH")
        shopee_sim.add_orders(shop, 3)
        credentials = shopee_sim.credentials(shop)

To use the fixtures, import them in a conftest: `from tests.kit.shopee_sim import shopee_sim  # noqa: F401`.
All methods are synchronous: they may be called from async tests as well, since the simulator has a thread of its own.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.kit.sim import InThread, SimDoor, SimProcess, SimService

from seawall.connectors.contracts import Credentials
from seawall.kernel.markets import Market, Platform
from simulators.launch import Settings

PARTNER_ID, PARTNER_KEY, PUSH_KEY = "1001234", "73686f7065652d746573742d6b6579", "shpk5a6d7e8f9012"
QUIET: Mapping[str, Any] = {
    "buyers_answer": False, "repeat_scope": "buyer", "sends_per_day": 0, "push_time_scale": 0.0001, "push_ack_s": 5.0,
    "push_chat_ack_s": 5.0,
}  # fmt: skip
"""Limits off, one text may go to many buyers, buyers silent, pushes retried at once. Override through `switches`."""


@dataclass(frozen=True, kw_only=True)
class ShopeeStore:
    """A shop the simulator knows, with its tokens."""

    seller_id: str
    """The shop id."""
    market: str
    user_id: str
    """The shop's account in chats."""
    access_token: str
    refresh_token: str
    base_url: str


class ShopeeSimHelper(SimDoor):
    """The side door of a running simulator, as methods."""

    def add_app(self, app_key: str = PARTNER_ID, app_secret: str = PARTNER_KEY, **values: object) -> dict[str, Any]:
        """Register an app: an approved in-house app with the push key PUSH_KEY unless `values` say otherwise."""
        return self.post(
            "/_sim/shopee/apps", {"app_key": app_key, "app_secret": app_secret, "push_key": PUSH_KEY, **values}
        )

    def add_store(self, market: str = "MY", *, app_key: str = PARTNER_ID, **values: object) -> ShopeeStore:
        """Register a shop that authorises the app."""
        row = self.post("/_sim/shopee/stores", {"market": market, "app_key": app_key, **values})
        return ShopeeStore(
            seller_id=row["seller_id"],
            market=row["market"],
            user_id=row["user_id"],
            access_token=row["access_token"],
            refresh_token=row["refresh_token"],
            base_url=self.url + row["base_url"],
        )

    def add_orders(
        self, store: ShopeeStore, orders: int | Sequence[Mapping[str, Any]], *, first: int = 100
    ) -> list[str]:
        """Load orders: so many plain ones, or rows (see simulators.shopee.loading). Gives their ids."""
        rows = [{"order_id": f"260101{first + n:08d}"} for n in range(orders)] if isinstance(orders, int) else orders
        body = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        self.post(f"/_sim/shopee/orders?seller_id={store.seller_id}", body)
        return [str(row.get("order_id") or row["order_sn"]) for row in rows]

    def credentials(
        self, store: ShopeeStore, *, app_key: str = PARTNER_ID, app_secret: str = PARTNER_KEY
    ) -> Credentials:
        """What a connector needs to speak for the shop."""
        return Credentials(
            platform=Platform.SHOPEE,
            market=Market(store.market),
            base_url=store.base_url,
            app_key=app_key,
            app_secret=app_secret,
            access_token=store.access_token,
            seller_id=store.seller_id,
        )

    def switches(self, **changes: object) -> None:
        """Set switches (see simulators.shopee.switches)."""
        self.post("/_sim/shopee/switches", changes)

    def set_callback(self, url: str, *, app_key: str = PARTNER_ID) -> None:
        """Where pushes go."""
        self.post("/_sim/shopee/callback", {"app_key": app_key, "url": url})

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        """The simulator's own log of accepted messages (filters: seller_id, session_id, order_id, buyer_id, `from`)."""
        query = "&".join(f"{name.rstrip('_')}={value}" for name, value in filters.items())
        rows: list[dict[str, Any]] = self.get(f"/_sim/shopee/messages?{query}")["messages"]
        return rows

    def summary(self) -> dict[str, Any]:
        """Counts by seller and what is on its way."""
        return self.get("/_sim/shopee/summary")

    def orders(self, store: ShopeeStore) -> dict[str, dict[str, Any]]:
        """Orders of a shop as they are now, by id."""
        rows = self.get(f"/_sim/shopee/orders?seller_id={store.seller_id}")["orders"]
        return {row["order_id"]: row for row in rows}

    def buyer_says(self, session_id: str, text: str) -> dict[str, Any]:
        """A buyer writes in a conversation."""
        return self.post("/_sim/shopee/buyer-says", {"session_id": session_id, "text": text})

    def buyer_of_order_says(self, store: ShopeeStore, order_id: str, text: str) -> dict[str, Any]:
        """The buyer of an order writes; the conversation begins when there is none. Gives the message."""
        return self.post("/_sim/shopee/buyer-says", {"seller_id": store.seller_id, "order_id": order_id, "text": text})

    def seller_says(self, session_id: str, text: str) -> dict[str, Any]:
        """The shop's own people answer in the platform's app."""
        return self.post("/_sim/shopee/seller-says", {"session_id": session_id, "text": text})

    def buyer_reads(self, session_id: str) -> None:
        """A buyer reads everything."""
        self.post("/_sim/shopee/buyer-reads", {"session_id": session_id})

    def set_conversation(self, store: ShopeeStore, order_id: str, **flags: object) -> str:
        """Flags of the conversation with an order's buyer (blocked_by_buyer, sub_account_id, ...); gives its id."""
        row = {"seller_id": store.seller_id, "order_id": order_id, **flags}
        return str(self.post("/_sim/shopee/conversation", row)["session_id"])

    def set_status(self, store: ShopeeStore, order_id: str, status: str, **values: object) -> None:
        """Move an order; pushes follow."""
        self.post(
            "/_sim/shopee/order-status",
            {"seller_id": store.seller_id, "order_id": order_id, "status": status, **values},
        )

    def open_return(self, store: ShopeeStore, order_id: str, **values: object) -> str:
        """A buyer asks for a return; gives its id."""
        row = {"seller_id": store.seller_id, "order_id": order_id, **values}
        return str(self.post("/_sim/shopee/returns", row)["return_sn"])

    def set_health(self, store: ShopeeStore, **values: object) -> None:
        """A shop's standing: metrics, rating, points, status, chat_distribution."""
        self.post("/_sim/shopee/health", {"seller_id": store.seller_id, **values})

    def expire_token(self, store: ShopeeStore, *, refresh: bool = False) -> None:
        """End the shop's access token, and its refresh token when asked to."""
        self.post("/_sim/shopee/tokens/expire", {"access_token": store.access_token, "refresh": refresh})


class ShopeeSim(ShopeeSimHelper):
    """The simulator inside this process."""

    def __init__(self, *, switches: Mapping[str, Any] | None = None, seed: int = 0, state: Path | None = None) -> None:
        settings = Settings(platforms=("shopee",), seed=seed, state=state, switches={**QUIET, **(switches or {})})
        self._thread = InThread(SimService(settings))

    def start(self) -> "ShopeeSim":
        """Start on a free port, with the app 1001234."""
        self.url = self._thread.start()
        self.add_app()
        return self

    def stop(self) -> None:
        """End it."""
        self._thread.stop()


class ShopeeSimProcess(ShopeeSimHelper):
    """The simulator as a process: `kill()` is kill -9, `start()` afterwards goes on from the state file."""

    def __init__(self, folder: Path, *, switches: Mapping[str, Any] | None = None, seed: int = 0) -> None:
        self._process = SimProcess("shopee", folder, switches={**QUIET, **(switches or {})}, seed=seed)
        self.state = self._process.state
        self.accepted = self._process.accepted

    def start(self) -> "ShopeeSimProcess":
        """Start, the first time on a free port, later on the same."""
        self.url = self._process.start()
        self.add_app()
        return self

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def stop(self) -> None:
        """End it in order; nothing when it does not run."""
        self._process.stop()


@dataclass
class ShopeeSink:
    """A callback that keeps what is pushed to it. `status`, `answer` and `delay_s` may be changed at any time."""

    status: int = 200
    answer: str = ""
    """The body it answers with: anything but nothing is a failure to the platform."""
    delay_s: float = 0.0
    received: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    def bodies(self, code: int | None = None) -> list[dict[str, Any]]:
        """The pushes so far, of one code or all."""
        found = [json.loads(body) for _, body in list(self.received)]
        return [body for body in found if code in (None, body.get("code"))]

    async def start(self) -> str:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/push/shopee", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/push/shopee"
        return self.url

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append((dict(request.headers), body))
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return web.Response(status=self.status, text=self.answer or None)


@pytest.fixture
def shopee_sim() -> Iterator[ShopeeSim]:
    """An empty simulator with the app 1001234, limits off, silent buyers."""
    sim = ShopeeSim().start()
    yield sim
    sim.stop()


@pytest.fixture
def shopee_sim_process(tmp_path: Path) -> Iterator[ShopeeSimProcess]:
    """A simulator that can be killed and started again."""
    sim = ShopeeSimProcess(tmp_path).start()
    yield sim
    sim.stop()


@pytest.fixture
def shopee_sink() -> Iterator[ShopeeSink]:
    """A running callback."""
    sink = ShopeeSink()
    thread = InThread(sink)
    thread.start()
    yield sink
    thread.stop()
