"""The processes of `seawall serve`: the web server and a worker, watched until told to stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Self

import structlog

from seawall.cli import child
from seawall.kernel.clock import monotonic
from seawall.kernel.errors import Unreachable
from seawall.settings.env import get_settings

log = structlog.get_logger()

START_PATIENCE_S = 60
STOP_PATIENCE_S = 20


class Serving:
    """Starts on entry, stops on exit. A child that dies is started again, so that a crash does not end the night."""

    def __init__(self, *, with_worker: bool) -> None:
        self._with_worker = with_worker
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, list[str]] = {}
        self._stopping = threading.Event()
        self.url = get_settings().public_url

    def __enter__(self) -> Self:
        settings = get_settings()
        require_free_port(settings.host, settings.port)
        _collect_static()
        self._start("web", _web_command())
        if self._with_worker:
            self._start("worker", [sys.executable, "-m", "seawall.cli", "worker"])
        try:
            self._await_health()
        except BaseException:
            self._end_all()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._end_all()

    def wait(self) -> int:
        """Until SIGTERM or Ctrl-C; restarts children that died. Returns the exit code."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self._stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, on_signal)
        while not self._stopping.wait(1):
            self.revive()
        return 0

    def revive(self) -> None:
        """Start again what has died."""
        for name, each in list(self._children.items()):
            if each.poll() is not None:
                log.warning("child ended, starting again", action="serve.revive", child=name, code=each.returncode)
                self._start(name, self._commands[name])

    def _start(self, name: str, command: list[str]) -> None:
        environment = os.environ | ({"SEAWALL_DATABASE_POOL_MAX": "8"} if name == "web" else {})
        # A group of its own: Ctrl-C in the terminal reaches us alone, and we end the children in order.
        started = subprocess.Popen(child.command(command), env=environment, process_group=0)
        self._children[name], self._commands[name] = started, command

    def _await_health(self) -> None:
        deadline = monotonic() + START_PATIENCE_S
        settings = get_settings()
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # compared, not bound
        address = f"http://{host}:{settings.port}/healthz"
        while monotonic() < deadline:
            if self._children["web"].poll() is not None:
                raise Unreachable("web_did_not_start", port=settings.port)
            try:
                with urllib.request.urlopen(address, timeout=2) as answer:  # our own address
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise Unreachable("web_did_not_start", port=settings.port)

    def _end_all(self) -> None:
        self._stopping.set()
        for each in self._children.values():
            if each.poll() is None:
                each.send_signal(signal.SIGTERM)
        deadline = monotonic() + STOP_PATIENCE_S
        for each in self._children.values():
            try:
                each.wait(max(0.1, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()


def require_free_port(host: str, port: int) -> None:
    """Raises Unreachable(web_did_not_start) when something listens there.

    The web server would not: it asks to share its port, and then every second request would reach the other one.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # A port that only lingers from closed connections is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Unreachable("web_did_not_start", port=port) from error


def _web_command() -> list[str]:
    settings = get_settings()
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", settings.host, "--port", str(settings.port),
        "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
        "seawall.web.wsgi:application",
    ]  # fmt: skip


def _collect_static() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
