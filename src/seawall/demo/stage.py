"""What the demo's script stands on: its remembered state, the commands it runs, the processes beside it."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seawall.cli import child
from seawall.kernel.clock import monotonic
from seawall.kernel.errors import Refused, Unreachable

PATIENCE_S = 60


@dataclass
class DemoState:
    """What must survive a Ctrl-C. The rest is in the database and in the simulator's journal."""

    orders: int
    seed: int
    started_at: str
    simulator_port: int
    app_secret: str = ""
    incident: str = ""
    limits: str = "some"
    is_finished: bool = False

    def save(self, path: Path) -> None:
        """Write it so that a kill leaves the old or the new one, never half."""
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        part.chmod(0o600)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "DemoState | None":
        """The remembered state, if there is a readable one."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


class Commands:
    """Runs `seawall` command lines in this process, printing each as a person would type it."""

    def __init__(self, call: Callable[[list[str]], int], tell: Callable[[str], None]) -> None:
        self._call = call
        self._tell = tell

    def run(self, *words: str, by: str = "", show: bool = True) -> Any:
        """Run one; its result object. Raises Refused(demo_command_failed) when it does not exit with 0."""
        from seawall.cli.output import capturing

        line = [*(["--as", by] if by else []), *words]
        if show:
            self._tell("$ seawall " + shlex.join(line))
        with capturing(show=show) as results:
            code = self._call(line)
        if code == 130:
            raise KeyboardInterrupt
        if code:
            raise Refused("demo_command_failed", command=shlex.join(words[:3]), code=code)
        return results[-1] if results else None


class Beside:
    """Processes beside the demo, ended in reverse order of their start."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, log: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start `seawall` with these words; what it prints goes to a log file."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            started = subprocess.Popen(
                child.command([sys.executable, "-m", "seawall.cli", *words]),
                stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, process_group=0,
                env=os.environ | (environment or {}),
            )  # fmt: skip
        self._running.append(started)
        return started

    def end(self) -> None:
        """End them all, politely first."""
        for each in reversed(self._running):
            if each.poll() is None:
                each.send_signal(signal.SIGTERM)
        for each in reversed(self._running):
            try:
                each.wait(25)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()
        self._running.clear()


def free_port(wanted: int) -> int:
    """`wanted` if nothing listens there, else one the system gives."""
    with socket.socket() as probe:
        # As a server would bind: a port that only lingers from a closed connection is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SideDoor:
    """The simulator's admin address. No such thing exists at a platform; it only sets the scene and counts."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}/_sim"

    def get(self, path: str) -> Any:
        """A JSON answer."""
        return self._ask(urllib.request.Request(self._base + path))  # noqa: S310  # loopback

    def post(self, path: str, body: Any) -> Any:
        """Send JSON, get JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(self._base + path, data=data, method="POST")  # noqa: S310  # http on this machine
        request.add_header("Content-Type", "application/json")
        return self._ask(request)

    def await_up(self, child: subprocess.Popen[bytes]) -> None:
        """Until it answers. Raises Unreachable(simulator_did_not_start)."""
        deadline = monotonic() + PATIENCE_S
        while monotonic() < deadline and child.poll() is None:
            try:
                self.get("/health")
            except Unreachable:
                time.sleep(0.1)
            else:
                return
        raise Unreachable("simulator_did_not_start")

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # http on this machine
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused("simulator_refused", why=error.read(500).decode(errors="replace")) from error
        except (urllib.error.URLError, OSError) as error:
            raise Unreachable("simulator_did_not_start") from error


def wait_for(done: Callable[[], bool], *, seconds: float, pause: float = 0.5) -> bool:
    """Ask until it is so or the time is up; says which."""
    deadline = monotonic() + seconds
    while not done():
        if monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def answers(url: str) -> bool:
    """Whether an address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310  # loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
