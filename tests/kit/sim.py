"""What the simulators' helpers for tests share: the side door of any platform, and running one in this process (own
thread) or as a process that can be killed. All methods are synchronous, so they may be called from async tests too."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from simulators.launch import Settings, build


class SimDoor:
    """The side door that all platforms of a simulator process share."""

    url: str

    def get(self, path: str) -> dict[str, Any]:
        """GET a side-door path."""
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, body: object) -> dict[str, Any]:
        """POST JSON to a side-door path. Raises AssertionError with the simulator's words when refused."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask(
            urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        )

    def _ask(self, request: urllib.request.Request) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{request.full_url}: {error.code} {error.read().decode()}") from None
        return found

    def set_faults(self, *faults: Mapping[str, Any]) -> None:
        """Put these faults in force instead of all others; none ends them."""
        self.post("/_sim/faults", {"faults": list(faults)})

    def calls(self, api: str = "") -> list[dict[str, Any]]:
        """The last calls, of one API path or all."""
        return [row for row in self.get("/_sim/log?limit=2000")["calls"] if api in ("", row["api"])]

    def advance(self, seconds: float) -> None:
        """Move the simulator's clock."""
        self.post("/_sim/clock", {"advance_s": seconds})

    def until(self, condition: Callable[[], bool], *, within: float = 20.0) -> None:
        """Wait for something that follows by itself (pushes, buyers). Fails when it does not come."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.02)


class Service(Protocol):
    """Something with a life in an event loop."""

    async def start(self) -> str:
        """Start; gives the address."""
        ...

    async def stop(self) -> None:
        """End."""
        ...


class InThread:
    """Runs a service in an event loop of its own thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None
        self.url = ""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> str:
        self._thread.start()
        assert self._ready.wait(20), "the service did not start"
        if self._error is not None:
            raise self._error
        return self.url

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the service did not stop"

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            self.url = await self._service.start()
        except OSError as error:
            self._error = error
            return
        finally:
            self._ready.set()
        await self._stop.wait()
        await self._service.stop()


class SimService:
    def __init__(self, settings: Settings) -> None:
        self._server = build(settings)

    async def start(self) -> str:
        await self._server.start("127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.port}"

    async def stop(self) -> None:
        await self._server.stop()


class SimProcess:
    """`python -m simulators run` as a process of its own, with a journal: it can be killed and started again."""

    def __init__(self, platform: str, folder: Path, *, switches: Mapping[str, Any], seed: int = 0) -> None:
        self.state = folder / f"{platform}-state.jsonl"
        self.accepted = folder / f"{platform}-accepted.jsonl"
        self._platform, self._switches, self._seed, self._port = platform, dict(switches), seed, 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start, the first time on a free port, later on the same; gives the address."""
        sets = [f"--set={name}={_as_text(value)}" for name, value in self._switches.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulators", "run", "--platform", self._platform, "--port", str(self._port),
             "--seed", str(self._seed), "--state", str(self.state), "--log", str(self.accepted), *sets],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "src"},
            cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line.startswith("listening on "), f"the simulator did not start: {line!r}"
        url = line.removeprefix("listening on ")
        self._port = int(url.rsplit(":", 1)[1])
        return url

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order; nothing when it does not run."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
