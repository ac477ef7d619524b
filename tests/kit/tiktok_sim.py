"""A simulated TikTok Shop for tests: in this process (own thread), or as a process that can be killed.

    def test_x(tiktok_sim):                       # in-process, empty, limits off
        shop = tiktok_sim.add_store("vn")
        tiktok_sim.add_orders(shop, 3)
        credentials = tiktok_sim.credentials(shop)

To use the fixtures, import them in a conftest: `from tests.kit.tiktok_sim import tiktok_sim  # noqa: F401`.
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

APP_KEY, APP_SECRET, SERVICE_ID = "6demoappkey01", "0123456789abcdef0123456789abcdef01234567", "7409000010000000001"
BASE = "/_sim/tiktok-shop"
QUIET: Mapping[str, Any] = {
    "qps_read": 0,
    "qps_write": 0,
    "chat_quota": 0,
    "system_messages": False,
    "buyers_answer": False,
    "orders_move": False,
    "couriers_move": False,
    "push_ack_s": 5.0,
    "push_retry_scale": 0.0005,
    "push_strict_address": False,
}
"""Limits off; buyers, couriers, notices and clocks of orders silent; pushes retried at once; callbacks allowed without
TLS: what most tests want. Override through `switches`."""


@dataclass(frozen=True, kw_only=True)
class TiktokStore:
    """A shop the simulator knows, with its tokens."""

    seller_id: str
    """The shop id."""
    shop_cipher: str
    market: str
    access_token: str
    refresh_token: str
    base_url: str


class TiktokSimHelper(SimDoor):
    """The side door of a running simulator, as methods."""

    def add_app(self, app_key: str = APP_KEY, app_secret: str = APP_SECRET, **values: object) -> dict[str, Any]:
        """Register an app."""
        row = {"app_key": app_key, "app_secret": app_secret, **values}
        if app_key == APP_KEY:
            row.setdefault("service_id", SERVICE_ID)
        return self.post(f"{BASE}/apps", row)

    def add_store(self, market: str = "vn", *, app_key: str = APP_KEY, **values: object) -> TiktokStore:
        """Register a shop with a grant for the app."""
        row = self.post(f"{BASE}/stores", {"market": market, "app_key": app_key, **values})
        return TiktokStore(
            seller_id=row["seller_id"],
            shop_cipher=row["cipher"],
            market=row["market"],
            access_token=row["access_token"],
            refresh_token=row["refresh_token"],
            base_url=self.url + row["base_url"],
        )

    def add_orders(
        self, store: TiktokStore, orders: int | Sequence[Mapping[str, Any]], *, first: int = 576900000000000001
    ) -> list[str]:
        """Load orders: so many plain ones, or rows (see simulators.tiktokshop.loading). Gives their ids."""
        rows = [{"order_id": str(first + n)} for n in range(orders)] if isinstance(orders, int) else list(orders)
        body = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        self.post(f"{BASE}/orders?seller_id={store.seller_id}", body)
        return [str(row["order_id"]) for row in rows]

    def credentials(self, store: TiktokStore, *, app_key: str = APP_KEY, app_secret: str = APP_SECRET) -> Credentials:
        """What a connector needs to speak for the shop."""
        return Credentials(
            platform=Platform.TIKTOK,
            market=Market(store.market.upper()),
            base_url=store.base_url,
            app_key=app_key,
            app_secret=app_secret,
            access_token=store.access_token,
            seller_id=store.seller_id,
            shop_cipher=store.shop_cipher,
        )

    def switches(self, **changes: object) -> None:
        """Set switches (see simulators.tiktokshop.switches)."""
        self.post(f"{BASE}/switches", changes)

    def set_callback(self, url: str, *, app_key: str = APP_KEY) -> None:
        """Where pushes go, app-wide."""
        self.post(f"{BASE}/callback", {"app_key": app_key, "url": url})

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        """The simulator's own log of accepted messages (filters: seller_id, session_id, order_id, buyer_id, `from`)."""
        query = "&".join(f"{name.rstrip('_')}={value}" for name, value in filters.items())
        rows: list[dict[str, Any]] = self.get(f"{BASE}/messages?{query}")["messages"]
        return rows

    def summary(self) -> dict[str, Any]:
        """Counts by seller and what is on its way."""
        return self.get(f"{BASE}/summary")

    def buyer_says(self, session_id: str, text: str) -> dict[str, Any]:
        """A buyer writes in a conversation."""
        return self.post(f"{BASE}/buyer-says", {"session_id": session_id, "text": text})

    def buyer_writes_about(self, store: TiktokStore, order_id: str, text: str) -> dict[str, Any]:
        """A buyer begins a conversation."""
        return self.post(f"{BASE}/buyer-says", {"seller_id": store.seller_id, "order_id": order_id, "text": text})

    def buyer_reads(self, session_id: str) -> None:
        """A buyer reads everything."""
        self.post(f"{BASE}/buyer-reads", {"session_id": session_id})

    def buyer_cancels(self, store: TiktokStore, order_id: str, **values: object) -> dict[str, Any]:
        """A buyer wants out of an order."""
        return self.post(f"{BASE}/buyer-cancels", {"seller_id": store.seller_id, "order_id": order_id, **values})

    def buyer_returns(self, store: TiktokStore, order_id: str, **values: object) -> dict[str, Any]:
        """A buyer asks for money (return_type REFUND) or a return (RETURN_AND_REFUND)."""
        return self.post(f"{BASE}/buyer-returns", {"seller_id": store.seller_id, "order_id": order_id, **values})

    def set_case(self, case_id: str, status: str = "", **values: object) -> dict[str, Any]:
        """Move a cancellation or return."""
        return self.post(f"{BASE}/case-status", {"case_id": case_id, "status": status, **values})

    def cases(self, store: TiktokStore) -> list[dict[str, Any]]:
        """Cancellations and returns of a shop."""
        rows: list[dict[str, Any]] = self.get(f"{BASE}/cases?seller_id={store.seller_id}")["cases"]
        return rows

    def set_status(self, store: TiktokStore, order_id: str, status: str = "", **values: object) -> dict[str, Any]:
        """Move an order; pushes follow. Without a status only an `event` is added to the track."""
        return self.post(
            f"{BASE}/order-status", {"seller_id": store.seller_id, "order_id": order_id, "status": status, **values}
        )

    def order(self, store: TiktokStore, order_id: str) -> dict[str, Any]:
        """An order as the simulator knows it, with the courier's true doings."""
        return self.get(f"{BASE}/orders?seller_id={store.seller_id}&order_id={order_id}")

    def expire_token(self, store: TiktokStore, **values: object) -> None:
        """End the shop's access token; refreshing works, unless `deauthorize=True` takes the consent back."""
        self.post(f"{BASE}/tokens/expire", {"access_token": store.access_token, **values})


class TiktokSim(TiktokSimHelper):
    """The simulator inside this process."""

    def __init__(self, *, switches: Mapping[str, Any] | None = None, seed: int = 0, state: Path | None = None) -> None:
        settings = Settings(platforms=("tiktok-shop",), seed=seed, state=state, switches={**QUIET, **(switches or {})})
        self._thread = InThread(SimService(settings))

    def start(self) -> "TiktokSim":
        """Start on a free port, with the app of APP_KEY."""
        self.url = self._thread.start()
        self.add_app()
        return self

    def stop(self) -> None:
        """End it."""
        self._thread.stop()


class TiktokSimProcess(TiktokSimHelper):
    """The simulator as a process: `kill()` is kill -9, `start()` afterwards goes on from the state file."""

    def __init__(self, folder: Path, *, switches: Mapping[str, Any] | None = None, seed: int = 0) -> None:
        self._process = SimProcess("tiktok-shop", folder, switches={**QUIET, **(switches or {})}, seed=seed)
        self.state = self._process.state
        self.accepted = self._process.accepted

    def start(self) -> "TiktokSimProcess":
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
class TiktokSink:
    """A callback that keeps what is pushed to it. `status`, `words` and `delay_s` may be changed at any time."""

    status: int = 200
    words: str = ""
    delay_s: float = 0.0
    received: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/push/tiktok-shop"
        return self.url

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def of_type(self, kind: int) -> list[dict[str, Any]]:
        """What came of a type, in order of arrival."""
        bodies = [json.loads(body) for _, body in list(self.received)]
        return [body for body in bodies if body["type"] == kind]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append((dict(request.headers), body))
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return web.Response(status=self.status, text=self.words)


@pytest.fixture
def tiktok_sim() -> Iterator[TiktokSim]:
    """An empty simulator with the app of APP_KEY, limits off, silent buyers."""
    sim = TiktokSim().start()
    yield sim
    sim.stop()


@pytest.fixture
def tiktok_sim_process(tmp_path: Path) -> Iterator[TiktokSimProcess]:
    """A simulator that can be killed and started again."""
    sim = TiktokSimProcess(tmp_path).start()
    yield sim
    sim.stop()


@pytest.fixture
def tiktok_sink() -> Iterator[TiktokSink]:
    """A running callback."""
    sink = TiktokSink()
    thread = InThread(sink)
    thread.start()
    yield sink
    thread.stop()
