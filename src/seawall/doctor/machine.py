"""Checks of the machine: Python, clock, zones, text encoding, disk, port, environment."""

import errno
import os
import platform
import shutil
import socket
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from seawall.doctor.values import Check, bad, ok, warn
from seawall.kernel.clock import Clock
from seawall.kernel.markets import MARKET_FACTS
from seawall.settings import Settings
from seawall.settings.describe import names
from seawall.settings.problems import unknown_names

OLDEST_PYTHON = (3, 11)
NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this release existed: a machine that says so has lost its time."""
DISK_BAD_MB = 500
DISK_WARN_MB = 3000
"""A storm of 24,000 orders with pictures and pack takes about 1.5 GB."""


def check_python() -> Check:
    """Python is new enough."""
    found, wanted = platform.python_version(), ".".join(str(part) for part in OLDEST_PYTHON)
    if sys.version_info[:2] < OLDEST_PYTHON:
        return bad("python", "doctor_python_old", found=found, wanted=wanted)
    return ok("python", "doctor_python_ok", found=found)


def check_clock(clock: Clock) -> Check:
    """The clock is not years behind: deadlines, sign-in codes and signatures depend on it."""
    now = clock.now()
    if now < NOT_BEFORE:
        return bad("clock", "doctor_clock_wrong", now=now.isoformat(timespec="minutes"))
    try:
        for facts in MARKET_FACTS.values():
            ZoneInfo(facts.zone_name)
    except ZoneInfoNotFoundError as error:
        return bad("clock", "doctor_zones_missing", why=str(error))
    return ok("clock", "doctor_clock_ok", now=now.isoformat(timespec="seconds"))


def check_locale() -> Check:
    """Files and the terminal take Chinese, Thai and Vietnamese."""
    terminal = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    files = sys.getfilesystemencoding().lower().replace("-", "")
    if "utf8" not in (files, terminal) or files != "utf8" or not terminal.startswith("utf"):
        return warn("locale", "doctor_locale_narrow", files=files, terminal=terminal)
    return ok("locale", "doctor_locale_ok")


def check_names() -> Check:
    """No SEAWALL_ variable is misspelt."""
    strange = unknown_names(names())
    if not strange:
        return ok("settings", "doctor_settings_ok")
    listed = ", ".join(f"{name} ({near}?)" if near else name for name, near in strange)
    return warn("settings", "doctor_settings_unknown", names=listed)


def check_home(settings: Settings) -> Check:
    """The home folder is there and takes files."""
    home = _existing(settings.home)
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return bad("home", "doctor_home_shut", path=str(home), why=error.strerror or str(error))
    return ok("home", "doctor_home_ok", path=str(settings.home))


def check_disk(settings: Settings) -> Check:
    """There is room for a storm."""
    free_mb = shutil.disk_usage(_existing(settings.home)).free // 1_000_000
    if free_mb < DISK_BAD_MB:
        return bad("disk", "doctor_disk_full", free_mb=free_mb, path=str(settings.home))
    if free_mb < DISK_WARN_MB:
        return warn("disk", "doctor_disk_short", free_mb=free_mb, path=str(settings.home))
    return ok("disk", "doctor_disk_ok", free_mb=free_mb)


def check_port(settings: Settings) -> Check:
    """The console's port is free, or taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return warn("port", "doctor_port_taken", host=settings.host, port=settings.port)
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            return bad("port", "doctor_port_refused", host=settings.host, port=settings.port, why=why)
    return ok("port", "doctor_port_free", host=settings.host, port=settings.port)


def _existing(path: Path) -> Path:
    """The nearest folder that is there: a first start will make the rest."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
