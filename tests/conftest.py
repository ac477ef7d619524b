"""The test run's own home and its own database server.

Every process of the run (pytest-xdist starts several) names the same server; whoever first asks for a database starts
it, and the others share it by the supervisor's own locks. A run that needs no database starts none. Each worker has its
own database in it, named by pytest-django.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import django
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

from seawall.embedded import EmbeddedServer, Status, release_all

_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _prepare() -> Path:
    """Set the environment before Django reads it. What the developer has set is put aside: tests drop databases."""
    if not _IS_WORKER:
        # Not below pytest's own folder, which is shut to the account that runs the server when root runs the tests.
        root = Path(tempfile.mkdtemp(prefix="seawall-tests-", dir="/tmp"))
        root.chmod(0o711)
        for name in [name for name in os.environ if name.startswith("SEAWALL_")]:
            del os.environ[name]
        os.environ["SEAWALL_TEST_ROOT"] = str(root)
        os.environ["DATABASE_URL"] = EmbeddedServer(root / "database").url()
        os.environ["SEAWALL_LANG"] = "en"
        os.environ["SEAWALL_LOG_FORMAT"] = "text"
    os.environ["DJANGO_SETTINGS_MODULE"] = "seawall.settings.django"
    root = Path(os.environ["SEAWALL_TEST_ROOT"])
    os.environ["SEAWALL_HOME"] = str(root / os.environ.get("PYTEST_XDIST_WORKER", "home"))
    return root


_ROOT = _prepare()
# Now, not in pytest_configure: the conftest files of single folders import models, and are loaded right after this one.
django.setup()
# Not handed down to pytest-xdist's workers: pytest-django would read the settings there before this file has named the
# worker's own home, and the worker and the processes it starts would then have different homes and different keys.
del os.environ["DJANGO_SETTINGS_MODULE"]


# A duration is never tested here, and a busy machine is no fault of the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


_flush = connection.ops.execute_sql_flush


def _flush_past_guards(statements: Iterable[str]) -> None:
    """Empty the tables after a test with real transactions, also those that a trigger keeps append-only."""
    _flush(["SET LOCAL session_replication_role = replica", *statements])


connection.ops.execute_sql_flush = _flush_past_guards  # type: ignore[assignment,method-assign]  # Django has no hook


# Held by an object of its own: tests of the supervisor call `release_all`, which must not let go of this one.
_server = EmbeddedServer(_ROOT / "database", durable=False)


@pytest.fixture(scope="session")
def database_server() -> str:
    """The address of the run's server, running. A power cut may break it (fsync is off), a killed process not."""
    return _server.start().url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have the server running before pytest-django makes the test database."""


def pytest_unconfigure() -> None:
    """Stop the server with the last process, and leave nothing behind."""
    _server.stop()
    release_all()
    if _IS_WORKER:
        return
    if _server.status().status is Status.RUNNING:  # a worker was killed and could not say goodbye
        _server.start()
        _server.stop()
    shutil.rmtree(_ROOT, ignore_errors=True)
