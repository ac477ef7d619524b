"""One process, one port, any number of simulated platforms, and the side door they share."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from aiohttp import web

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import SimClock, iso, parse_instant
from simulators.core.faults import FaultError, FaultPlan
from simulators.core.httplog import HttpLog
from simulators.core.pages import Pages


class Platform(Protocol):
    """A simulated platform. One that has a `view` (core/views.Viewable) is shown on the web page too."""

    name: str

    def mount(self, app: web.Application) -> None:
        """Add its routes."""
        ...

    async def start(self) -> None:
        """Begin."""
        ...

    async def stop(self) -> None:
        """End."""
        ...

    def reset(self) -> None:
        """Forget."""
        ...


class SimServer:
    """Serves platforms with a shared clock, fault plan and log."""

    def __init__(
        self, platforms: Sequence[Platform], *, clock: SimClock, faults: FaultPlan, log: HttpLog, accepted: AcceptedLog
    ) -> None:
        self._platforms, self._clock, self._faults, self._log = platforms, clock, faults, log
        self._accepted = accepted
        self._runner: web.AppRunner | None = None
        self.port = 0

    def application(self) -> web.Application:
        """The web application with every route."""
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.add_routes([
            web.get("/_sim/health", self._health),
            web.post("/_sim/clock", self._move_clock),
            web.get("/_sim/clock", self._get_clock),
            web.post("/_sim/faults", self._set_faults),
            web.get("/_sim/faults", self._get_faults),
            web.post("/_sim/reset", self._reset),
            web.get("/_sim/log", self._get_log),
        ])  # fmt: skip
        for platform in self._platforms:
            platform.mount(app)
        app.add_routes(Pages([view for each in self._platforms if (view := getattr(each, "view", None))]).routes())
        return app

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one, see `port`. Raises OSError, JournalError: then nothing is left running."""
        try:
            await self._begin(host, port)
        except BaseException:
            await self.stop()
            raise

    async def _begin(self, host: str, port: int) -> None:
        for platform in self._platforms:
            await platform.start()
        # 1 s: a client's idle connection must not hold up the end.
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and working."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        for platform in self._platforms:
            await platform.stop()
        self._log.close()
        self._accepted.close()

    async def run_until_stopped(self, host: str, port: int) -> None:
        """Serve until SIGINT or SIGTERM. The first line on standard output is the address."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await self.start(host, port)
        sys.stdout.write(f"listening on http://{host}:{self.port}\n")
        sys.stdout.flush()
        try:
            await stopped.wait()
        finally:
            await self.stop()

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "platforms": [platform.name for platform in self._platforms]})

    async def _get_clock(self, request: web.Request) -> web.Response:
        now = self._clock.now_ms()
        return web.json_response({"now_ms": now, "now": iso(now)})

    async def _move_clock(self, request: web.Request) -> web.Response:
        """`{"advance_s": 60}`, `{"set": "2026-06-01T00:00:00+00:00"}` (or ms), `{"freeze": true}`, also together."""
        row = await _json(request)
        try:
            if "freeze" in row:
                self._clock.freeze(on=bool(row["freeze"]))
            if "set" in row:
                self._clock.set(parse_instant(row["set"]))
            if "advance_s" in row:
                self._clock.advance(int(float(row["advance_s"]) * 1000))
        except (ValueError, TypeError, OverflowError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self._get_clock(request)

    async def _set_faults(self, request: web.Request) -> web.Response:
        """`{"faults": [...]}` replaces what is in force; an empty list ends all faults."""
        row = await _json(request)
        try:
            self._faults.replace(row.get("faults", []))
        except FaultError as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self._get_faults(request)

    async def _get_faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": self._faults.report()})

    async def _reset(self, request: web.Request) -> web.Response:
        for platform in self._platforms:
            platform.reset()
        return web.json_response({"ok": True})

    async def _get_log(self, request: web.Request) -> web.Response:
        """The last calls, newest last; `?limit=`."""
        limit = request.query.get("limit", "200")
        rows = list(self._log.last)[-int(limit) :] if limit.isdecimal() else []
        return web.json_response({"counts": dict(self._log.counts), "calls": rows})


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="the body is not JSON") from error
    if isinstance(found, list):
        return {"faults": found}
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="the body is not a JSON object")
    return found
