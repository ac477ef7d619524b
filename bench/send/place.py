"""Where the measurements happen: a PostgreSQL of their own, migrated, and the platform's process."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Platform:
    """The stand-in platform as a process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.send.platform", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().split()[-1]}"

    def set(self, **values: float) -> None:
        """Begin anew with this latency and these limits."""
        request = urllib.request.Request(f"{self.url}/set", data=json.dumps(values).encode())
        with urllib.request.urlopen(request, timeout=30):
            pass

    def stats(self) -> dict[str, Any]:
        """What it saw."""
        with urllib.request.urlopen(f"{self.url}/stats", timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def a_database() -> Iterator[str]:
    """A durable PostgreSQL in a folder of its own, as production runs it, gone afterwards; Django is set up on it."""
    root = Path(tempfile.mkdtemp(prefix="seawall-bench-", dir="/tmp"))
    root.chmod(0o711)
    os.environ.update({"SEAWALL_HOME": str(root / "home"), "DJANGO_SETTINGS_MODULE": "seawall.settings.django"})
    os.environ.setdefault("SEAWALL_LOG_LEVEL", "error")
    from seawall.embedded import EmbeddedServer

    server = EmbeddedServer(root / "database")
    os.environ["DATABASE_URL"] = server.start().url
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield os.environ["DATABASE_URL"]
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


def child_env() -> Mapping[str, str]:
    """The environment of processes of this product and of the peers."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
