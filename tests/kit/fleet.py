"""A fleet of real worker processes that can be killed at any moment, and started again in a hundredth of a second.

A mother process imports everything once and forks a worker for each line it reads: what runs is `run_worker`, as
`seawall worker` runs it, in a process, with a database session and an advisory lock of its own.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_ROOT = Path(__file__).resolve().parents[2]


class Fleet:
    """Workers by process id. On exit all of them are gone."""

    def __init__(self, database_url: str, *, settings: Mapping[str, str] | None = None) -> None:
        self._environment = {
            **os.environ,
            "PYTHONPATH": "src:.",
            "DATABASE_URL": database_url,
            "SEAWALL_LOOKUP_GRACE_S": "1",
            "SEAWALL_LOG_LEVEL": "error",
            **(settings or {}),
        }
        self.workers: list[int] = []
        self._mother: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.fleet"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=self._environment,
        )  # fmt: skip
        assert self._mother.stdout is not None
        assert self._mother.stdout.readline().strip() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for pid in list(self.workers):
            self.kill(pid)
        if self._mother is not None:
            assert self._mother.stdin is not None
            self._mother.stdin.close()
            self._mother.wait(20)
            if self._mother.stdout is not None:
                self._mother.stdout.close()

    def start(self, count: int = 1) -> None:
        """So many more workers."""
        assert self._mother is not None
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        for _ in range(count):
            self._mother.stdin.write("worker\n")
            self._mother.stdin.flush()
            self.workers.append(int(self._mother.stdout.readline()))

    def kill(self, pid: int) -> None:
        """kill -9, and wait until the process is gone."""
        self._end(pid, signal.SIGKILL)

    def stop(self, pid: int) -> None:
        """Ask for an orderly end, and wait for it."""
        self._end(pid, signal.SIGTERM)

    def _end(self, pid: int, number: signal.Signals) -> None:
        self.workers.remove(pid)
        deadline = time.monotonic() + 60
        while True:
            try:
                os.kill(pid, number if number is signal.SIGKILL else 0)
                if number is not signal.SIGKILL:
                    os.kill(pid, number)
            except ProcessLookupError:
                return
            assert time.monotonic() < deadline, f"worker {pid} did not end"
            time.sleep(0.01)

    def is_alive(self, pid: int) -> bool:
        """Whether this worker still runs."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True


def _mother() -> None:
    from seawall.cli.context import ready

    ready()
    from seawall.cli.working import run_worker

    # Dead children are forgotten at once: nobody asks for their exit codes.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            # _exit: a child must not run the mother's own clean-up.
            os._exit(run_worker())
        print(pid, flush=True)


if __name__ == "__main__":
    _mother()
