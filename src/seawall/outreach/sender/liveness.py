"""Who is alive: a worker holds a session advisory lock for as long as its database session lives.

The lock goes with the session, whatever killed the process, so a claim whose worker's lock is free has no worker.
"""

import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction

CLAIM_GOOD_FOR = timedelta(seconds=60)
"""A worker does not begin a send on a claim older than this (ours)."""

CLAIM_LOST_AFTER = timedelta(minutes=5)
"""A claim this old is unknown whoever holds it: its send, if any, ended long ago (every call has a time-out)."""

_OLD = """
UPDATE outreach_recipient
   SET state = 'unknown', unknown_since = %(now)s, look_up_after = %(after)s, looked_up = 0,
       claimed_by = NULL, state_at = %(now)s
 WHERE state = 'claimed' AND rides_with_id IS NULL AND claimed_at < %(before)s
"""

_LOST = """
UPDATE outreach_recipient
   SET state = 'unknown', unknown_since = %(now)s, look_up_after = %(after)s, looked_up = 0,
       claimed_by = NULL, state_at = %(now)s
 WHERE state = 'claimed' AND rides_with_id IS NULL AND claimed_by = %(worker)s
"""


def new_worker_key() -> int:
    """A key no other worker has: 62 random bits, so that it fits a signed bigint."""
    return secrets.randbits(62)


def hold(key: int) -> None:
    """Take this worker's lock on the present database session, for the life of the session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])


def let_go(key: int) -> None:
    """Give the lock back at an orderly end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def reap(*, own_key: int, now: datetime, grace: timedelta) -> int:
    """Turn claims of dead workers, and claims that are far too old, into unknowns, to be looked up after `grace`.

    Returns how many rows.
    `grace` must exceed the connectors' time-outs: a request that left a dying worker may still be carried out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OLD, {"now": now, "after": now + grace, "before": now - CLAIM_LOST_AFTER})
        lost: int = cursor.rowcount
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT claimed_by FROM outreach_recipient WHERE state = 'claimed' AND claimed_by <> %s", [own_key]
        )
        workers = [row[0] for row in cursor.fetchall()]
    for worker in workers:
        # Transaction-level lock: freed at the end of this block whatever happens.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [worker])
            row = cursor.fetchone()
            if row is None or not row[0]:
                continue
            cursor.execute(_LOST, {"now": now, "after": now + grace, "worker": worker})
            lost += cursor.rowcount
    return lost
