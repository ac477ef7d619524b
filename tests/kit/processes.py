"""Processes of the product as they run in production, on the test's database; never left behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def a_worker_process() -> Iterator[subprocess.Popen[bytes]]:
    """`seawall worker` as it runs in production, on the test's database; never left behind."""
    params = connection.get_connection_params()
    url = f"postgresql://{params['user']}@/{params['dbname']}?host={params['host']}&port={params['port']}"
    with subprocess.Popen(
        [sys.executable, "-m", "seawall.cli", "worker"],
        env=os.environ | {"DATABASE_URL": url, "SEAWALL_LOOKUP_GRACE_S": "1", "SEAWALL_LOG_LEVEL": "error"},
    ) as worker:
        try:
            yield worker
        finally:
            worker.kill()
