"""From an address to Django's database, and log lines that leave standard output alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from seawall.embedded import EmbeddedServer
from seawall.kernel.errors import Unreachable
from seawall.settings import Settings, database_running, ensure_database
from seawall.settings.database import database_config


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def test_an_address_becomes_djangos_words() -> None:
    config = database_config(
        settings(database_url="postgresql://lead:s%40lt@db.example:6432/desk?sslmode=verify-full", database_pool_max=8)
    )
    assert config == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "desk",
        "USER": "lead",
        "PASSWORD": "s@lt",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {
            "connect_timeout": 10,
            "application_name": "seawall",
            "sslmode": "verify-full",
            "pool": {"min_size": 2, "max_size": 8},
        },
    }


def test_the_built_in_database_is_addressed_by_its_socket_without_starting_it(tmp_path: Path) -> None:
    config = database_config(settings(home=tmp_path, database_url=None))
    assert config["HOST"] == str(EmbeddedServer(tmp_path / "database").status().socket_dir)
    assert (config["NAME"], config["USER"], config["PASSWORD"], config["PORT"]) == ("seawall", "seawall", "", "5432")
    assert "pool" not in config["OPTIONS"]
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_server_is_told_before_anything_else_happens(tmp_path: Path) -> None:
    chosen = settings(home=tmp_path, database_url="postgresql://lead@127.0.0.1:1/desk")
    with pytest.raises(Unreachable) as refusal, database_running(chosen):
        pass
    assert (refusal.value.code, refusal.value.exit_code) == ("database_unreachable", 3)
    with pytest.raises(Unreachable):
        ensure_database(chosen)


LOGGING = """
import logging, sys, structlog
from seawall.settings import Settings, configure_logging
configure_logging(Settings.model_validate({"log_format": sys.argv[1], "log_level": "info"}))
structlog.get_logger("seawall.outreach").info("claimed", action="outreach.claim", count=3)
structlog.get_logger().debug("too fine")
logging.getLogger("django.request").warning("Not Found: %s", "/x")
print("the result")
"""


def test_log_lines_are_json_on_standard_error_and_the_result_stands_alone() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING, "json"], capture_output=True, text=True, check=True)
    assert done.stdout == "the result\n"
    first, second = (json.loads(line) for line in done.stderr.splitlines())
    assert (first["event"], first["action"], first["count"], first["level"]) == ("claimed", "outreach.claim", 3, "info")
    assert (second["event"], second["logger"], second["level"]) == ("Not Found: /x", "django.request", "warning")
    assert second["timestamp"].endswith("Z")


def test_log_lines_for_people() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING, "text"], capture_output=True, text=True, check=True)
    assert done.stdout == "the result\n"
    assert "claimed" in done.stderr
    assert "too fine" not in done.stderr
