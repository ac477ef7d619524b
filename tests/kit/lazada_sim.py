"""A simulated Lazada for tests: in this process (own thread), or as a process that can be killed.

    def test_x(lazada_sim):                       # in-process, empty, limits off
        shop = lazada_sim.add_store(site="th")
        lazada_sim.add_orders(shop, 3)
        credentials = lazada_sim.credentials(shop)

To use the fixtures, import them in a conftest: `from tests.kit.lazada_sim import lazada_sim, push_sink  # noqa: F401`.
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

APP_KEY, APP_SECRET = "900001", "s3cret-demo"
QUIET: Mapping[str, Any] = {"qps": 0, "buyers_answer": False, "push_ack_s": 5.0, "push_retry_s": 0.05}
"""Limits off, buyers silent, pushes retried at once: what most tests want. Override through `switches`."""


@dataclass(frozen=True, kw_only=True)
class SimStore:
    """A store the simulator knows, with its tokens."""

    seller_id: str
    site: str
    access_token: str
    refresh_token: str
    base_url: str


class LazadaSimHelper(SimDoor):
    """The side door of a running simulator, as methods."""

    def add_app(self, app_key: str = APP_KEY, app_secret: str = APP_SECRET, **values: object) -> dict[str, Any]:
        """Register an app."""
        return self.post("/_sim/lazada/apps", {"app_key": app_key, "app_secret": app_secret, **values})

    def add_store(self, site: str = "th", *, app_key: str = APP_KEY, **values: object) -> SimStore:
        """Register a store with a grant for the app."""
        row = self.post("/_sim/lazada/stores", {"site": site, "app_key": app_key, **values})
        return SimStore(
            seller_id=row["seller_id"],
            site=row["site"],
            access_token=row["access_token"],
            refresh_token=row["refresh_token"],
            base_url=self.url + row["base_url"],
        )

    def add_orders(
        self, store: SimStore, orders: int | Sequence[Mapping[str, Any]], *, first: int = 88001122330000
    ) -> list[str]:
        """Load orders: so many plain ones, or rows (see simulators.lazada.loading). Gives their ids."""
        rows = [{"order_id": str(first + 10 * n)} for n in range(orders)] if isinstance(orders, int) else list(orders)
        body = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        self.post(f"/_sim/lazada/orders?seller_id={store.seller_id}", body)
        return [str(row["order_id"]) for row in rows]

    def credentials(self, store: SimStore, *, app_key: str = APP_KEY, app_secret: str = APP_SECRET) -> Credentials:
        """What a connector needs to speak for the store."""
        return Credentials(
            platform=Platform.LAZADA,
            market=Market(store.site.upper()),
            base_url=store.base_url,
            app_key=app_key,
            app_secret=app_secret,
            access_token=store.access_token,
            seller_id=store.seller_id,
        )

    def switches(self, **changes: object) -> None:
        """Set switches (see simulators.lazada.switches)."""
        self.post("/_sim/lazada/switches", changes)

    def set_callback(self, url: str, *, app_key: str = APP_KEY) -> None:
        """Where pushes go."""
        self.post("/_sim/lazada/callback", {"app_key": app_key, "url": url})

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        """The simulator's own log of accepted messages (filters: seller_id, session_id, order_id, `from`)."""
        query = "&".join(f"{name.rstrip('_')}={value}" for name, value in filters.items())
        rows: list[dict[str, Any]] = self.get(f"/_sim/lazada/messages?{query}")["messages"]
        return rows

    def summary(self) -> dict[str, Any]:
        """Counts by seller and what is on its way."""
        return self.get("/_sim/lazada/summary")

    def buyer_says(self, session_id: str, text: str) -> dict[str, Any]:
        """A buyer writes."""
        return self.post("/_sim/lazada/buyer-says", {"session_id": session_id, "text": text})

    def seller_says(self, seller_id: str, order_id: str, text: str) -> dict[str, Any]:
        """A person of the shop writes in Seller Center, past the API."""
        return self.post("/_sim/lazada/seller-says", {"seller_id": seller_id, "order_id": order_id, "text": text})

    def buyer_reads(self, session_id: str) -> None:
        """A buyer reads everything."""
        self.post("/_sim/lazada/buyer-reads", {"session_id": session_id})

    def set_status(self, store: SimStore, order_id: str, status: str, **values: object) -> None:
        """Move an order; pushes follow."""
        self.post(
            "/_sim/lazada/order-status",
            {"seller_id": store.seller_id, "order_id": order_id, "status": status, **values},
        )

    def ask_to_cancel(self, store: SimStore, order_id: str, **values: object) -> str:
        """A buyer asks to cancel; gives the reverse order's number."""
        body = {"seller_id": store.seller_id, "order_id": order_id, **values}
        return str(self.post("/_sim/lazada/cancel-request", body)["reverse_order_id"])

    def ask_to_return(self, store: SimStore, order_id: str, **values: object) -> str:
        """A buyer asks for a return (or `request_type="ONLY_REFUND"`); gives the reverse order's number."""
        body = {"seller_id": store.seller_id, "order_id": order_id, **values}
        return str(self.post("/_sim/lazada/returns", body)["reverse_order_id"])

    def move_return(self, reverse_order_id: str, to: str) -> None:
        """The goods `arrived`, the buyer has `withdrawn`, or any status."""
        self.post("/_sim/lazada/return-moves", {"reverse_order_id": reverse_order_id, "to": to})

    def returns(self) -> dict[str, dict[str, Any]]:
        """The simulator's own record of reverse orders, by number."""
        return {row["reverse_order_id"]: row for row in self.get("/_sim/lazada/returns")["returns"]}

    def send_couriers(self, store: SimStore, fate: str = "", **values: object) -> dict[str, dict[str, str]]:
        """Hand the store's orders to couriers; gives the fate of each package by order."""
        body = {"seller_id": store.seller_id, "fate": fate, **values}
        fates: dict[str, dict[str, str]] = self.post("/_sim/lazada/couriers", body)["fates"]
        return fates

    def expire_token(self, store: SimStore) -> None:
        """Revoke the store's token."""
        self.post("/_sim/lazada/tokens/expire", {"access_token": store.access_token})


class LazadaSim(LazadaSimHelper):
    """The simulator inside this process."""

    def __init__(self, *, switches: Mapping[str, Any] | None = None, seed: int = 0, state: Path | None = None) -> None:
        settings = Settings(seed=seed, state=state, switches={**QUIET, **(switches or {})})
        self._thread = InThread(SimService(settings))

    def start(self) -> "LazadaSim":
        """Start on a free port, with the app 900001."""
        self.url = self._thread.start()
        self.add_app()
        return self

    def stop(self) -> None:
        """End it."""
        self._thread.stop()


class LazadaSimProcess(LazadaSimHelper):
    """The simulator as a process: `kill()` is kill -9, `start()` afterwards goes on from the state file."""

    def __init__(self, folder: Path, *, switches: Mapping[str, Any] | None = None, seed: int = 0) -> None:
        self._process = SimProcess("lazada", folder, switches={**QUIET, **(switches or {})}, seed=seed)
        self.state = self._process.state
        self.accepted = self._process.accepted

    def start(self) -> "LazadaSimProcess":
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
class PushSink:
    """A callback that keeps what is pushed to it. `status` and `delay_s` may be changed at any time."""

    status: int = 200
    delay_s: float = 0.0
    received: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/push/lazada", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/push/lazada"
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
        return web.Response(status=self.status)


@pytest.fixture
def lazada_sim() -> Iterator[LazadaSim]:
    """An empty simulator with the app 900001, limits off, silent buyers."""
    sim = LazadaSim().start()
    yield sim
    sim.stop()


@pytest.fixture
def lazada_sim_process(tmp_path: Path) -> Iterator[LazadaSimProcess]:
    """A simulator that can be killed and started again."""
    sim = LazadaSimProcess(tmp_path).start()
    yield sim
    sim.stop()


@pytest.fixture
def push_sink() -> Iterator[PushSink]:
    """A running callback."""
    sink = PushSink()
    thread = InThread(sink)
    thread.start()
    yield sink
    thread.stop()
