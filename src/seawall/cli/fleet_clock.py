"""One clock for a whole fleet: the database's. What one worker writes as an instant another one compares with its own
present, so machines whose clocks differ must not each go by their own."""

from datetime import datetime

from django.db import connection

from seawall.kernel.clock import SteadyClock, ahead, monotonic

EVERY_S = 5.0
"""How often a worker takes over the database's time anew (ours)."""


class FleetClock(SteadyClock):
    """The database server's clock, as this worker knows it. Raises a database error when it cannot be asked."""

    def __init__(self) -> None:
        super().__init__(_database_now())
        self._next = monotonic() + EVERY_S

    def now(self) -> datetime:
        """The database's present instant, and in an exercise what time runs ahead."""
        return super().now() + ahead()

    def follow(self) -> None:
        """Ask again when it is time to."""
        if monotonic() >= self._next:
            self.set(_database_now())
            self._next = monotonic() + EVERY_S


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    found: datetime = row[0]
    return found
