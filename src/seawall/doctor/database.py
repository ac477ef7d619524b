"""Checks of the database: programs, reach, how it stores, what is still to be migrated."""

import os
from collections.abc import Iterator
from datetime import timedelta

import django
import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

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
                inside = _inside(connection, clock, remote=info.source is Source.URL)
                return [reached, *inside, *_sealed_secrets(connection, settings)]
    except SeawallError as refusal:
        return [refused("database", refusal.code, dict(refusal.params))]
    except psycopg.Error as error:
        return [bad("database", "doctor_database_asks_failed", why=first_line(error))]


_SEALED = (("shops_connection", "access_token_sealed"), ("evidence_signingkey", "private_sealed"))
"""Tables that hold what was encrypted with the installation's key."""


def _sealed_secrets(connection: psycopg.Connection, settings: Settings) -> list[Check]:
    """Whether the installation's key opens what the database holds. A restored database beside a new key file looks
    sound until the first message is to be sent."""
    sealed: list[bytes] = []
    for table, column in _SEALED:
        there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
        if there == (True,):
            found = sql.SQL("SELECT {0} FROM {1} WHERE {0} <> ''").format(sql.Identifier(column), sql.Identifier(table))
            sealed += [bytes(row[0]) for row in connection.execute(found).fetchall()]
    if not sealed:
        return []
    # Asked for, a missing key file would be made anew; a new key opens nothing.
    is_there = settings.encryption_key is not None or settings.encryption_key_path.exists()
    try:
        box = MultiFernet([Fernet(key) for key in settings.encryption_keys()]) if is_there else None
    except SeawallError:
        return []  # the check of the file itself has said so
    shut = sum(not _opens(box, secret) for secret in sealed)
    if shut:
        return [bad("stored_secrets", "doctor_sealed_shut", shut=shut, count=len(sealed))]
    return [ok("stored_secrets", "doctor_sealed_ok", count=len(sealed))]


def _opens(box: MultiFernet | None, sealed: bytes) -> bool:
    try:
        return box is not None and bool(box.decrypt(sealed))
    except InvalidToken:
        return False


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
