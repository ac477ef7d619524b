"""A gateway that answers what a test tells it to: for the very bytes, and for shapes and orders that nobody documents.

Not the platform: that is `tests.kit.tiktok_sim`. Import the fixtures `gateway`, `kept` and `tiktok` where needed.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from seawall.connectors.contracts import Credentials, Exchange
from seawall.connectors.tiktokshop.api import TiktokConnector
from seawall.kernel.clock import MovableClock
from seawall.kernel.markets import Market, Platform

SECRET, TOKEN, CIPHER = "s3cret-demo", "ROW_demoAccess", "ROW_demoCipher+/=01"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
CHAT = "/customer_service/202309/conversations"
CONVERSATION = "7000000000000000001"
MESSAGES = f"{CHAT}/{CONVERSATION}/messages"
CASES = "/return_refund/202309/cancellations"


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Say = Callable[[Asked], object]


@dataclass
class Gateway:
    """Answers what a test tells it to, by method and path; keeps everything it was asked."""

    url: str = ""
    says: dict[str, Say] = field(default_factory=dict)
    anything: Say | None = None
    """What answers where nothing else does."""
    asked: list[Asked] = field(default_factory=list)

    def on(self, method: str, path: str, say: Say | dict[str, Any] | None) -> None:
        self.says[f"{method} {path}"] = say if callable(say) else lambda _: {"code": 0, "data": say}

    async def answer(self, request: web.Request) -> web.Response:
        asked = Asked(request.method, request.path, dict(request.query), await request.read(), dict(request.headers))
        self.asked.append(asked)
        say = self.says.get(f"{request.method} {request.path}", self.anything)
        found = say(asked) if say else {"code": 36009009, "message": "The API path is unknown", "data": None}
        return found if isinstance(found, web.Response) else web.json_response(found)

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    found = Gateway()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
def kept() -> list[Exchange]:
    return []


@pytest.fixture
async def tiktok(gateway: Gateway, kept: list[Exchange]) -> AsyncIterator[TiktokConnector]:
    credentials = Credentials(
        platform=Platform.TIKTOK, market=Market.VN, base_url=gateway.url, app_key="6demoappkey01",
        app_secret=f"{SECRET} \n", access_token=TOKEN, seller_id="7495000000000000002", shop_cipher=CIPHER,
    )  # fmt: skip
    async with TiktokConnector(credentials, clock=MovableClock(NOON), record=kept.append) as connector:
        yield connector


def order(status: str = "AWAITING_SHIPMENT", **values: object) -> dict[str, Any]:
    lines = [{"id": "L1", "display_status": status}, {"id": "L2", "display_status": status}]
    return {"orders": [{"id": "1", "user_id": "201", "status": status, "line_items": lines, **values}]}


def message(number: int, **values: object) -> dict[str, Any]:
    return {
        "id": str(number), "index": str(number), "type": "TEXT", "content": f'{{"content":"text {number}"}}',
        "create_time": int(NOON.timestamp()) + number, "is_visible": True,
        "sender": {"role": "CUSTOMER_SERVICE", "im_user_id": "1"}, **values,
    }  # fmt: skip
