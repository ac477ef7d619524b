"""Checks of the database: programs, reach, how it stores, what is still to be migrated."""

import os
from collections.abc import Iterator
from datetime import timedelta

import django
import psycopg
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from seawall.doctor.values import Check, bad, ok, refused, warn
from seawall.embedded import Source, find_binaries
from seawall.embedded.reach import described, first_line
from seawall.kernel.clock import Clock
from seawall.kernel.errors import SeawallError
from seawall.settings import Settings, database_running

CLOCK_DRIFT = timedelta(seconds=10)


def check_programs(settings: Settings) -> list[Check]:
    """The built-in database has programs that run here; nothing to check with DATABASE_URL."""
    if settings.database_address():
        return []
    try:
        binaries = find_binaries()
        major = binaries.major
    except SeawallError as refusal:
        return [refused("database_programs", refusal.code, dict(refusal.params))]
    if binaries.source is Source.SYSTEM:
        return [warn("database_programs", "doctor_programs_system", path=str(binaries.bin_dir), major=major)]
    return [ok("database_programs", "doctor_programs_ok", major=major)]


def check_database(settings: Settings, clock: Clock) -> list[Check]:
    """The database answers (a built-in one is started for the check), and stores as we need it."""
    try:
        with database_running(settings) as info:
            where = described(info.url) if info.source is Source.URL else str(info.data_dir)
            reached = ok("database", "doctor_database_ok", where=where, major=info.major)
            with psycopg.connect(info.url, autocommit=True, connect_timeout=5) as connection:
                return [reached, *_inside(connection, clock, remote=info.source is Source.URL)]
    except SeawallError as refusal:
        return [refused("database", refusal.code, dict(refusal.params))]
    except psycopg.Error as error:
        return [bad("database", "doctor_database_asks_failed", why=first_line(error))]


def _inside(connection: psycopg.Connection, clock: Clock, *, remote: bool) -> Iterator[Check]:
    row = connection.execute("SELECT current_setting('data_checksums'), clock_timestamp()").fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM always gives one row
    checksums, server_now = row
    if checksums != "on":
        yield warn("database_checksums", "doctor_checksums_off")
    drift = abs(server_now - clock.now())
    if remote and drift > CLOCK_DRIFT:
        yield warn("database_clock", "doctor_database_clock", seconds=round(drift.total_seconds()))
    yield _migrations(connection)


def _migrations(connection: psycopg.Connection) -> Check:
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seawall.settings.django")
        django.setup()
    there = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
    if there != (True,):
        return warn("migrations", "doctor_migrations_none")
    applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    known = set(MigrationLoader(None).disk_migrations or {})
    pending = known - applied
    if pending:
        return warn("migrations", "doctor_migrations_pending", count=len(pending), first=".".join(min(pending)))
    ours = {app for app, _ in known}
    newer = {row for row in applied - known if row[0] in ours}
    if newer:
        return bad("migrations", "doctor_migrations_newer", count=len(newer), first=".".join(min(newer)))
    return ok("migrations", "doctor_migrations_ok")
