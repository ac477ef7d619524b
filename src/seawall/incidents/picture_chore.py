"""Pictures drawn as orders are contacted, by a worker, so that the pack is ready soon after the last send."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import connection
from django.db.models import Max

from seawall.evidence.api import Capture, DrawingPool
from seawall.incidents.models import Incident
from seawall.incidents.packing import approved_bindings, with_records
from seawall.incidents.picturing import Drawn, draw_chunk, exercise_of
from seawall.incidents.states import IncidentState
from seawall.kernel.clock import Clock, monotonic
from seawall.kernel.errors import Refused

log = structlog.get_logger()

AT_ONCE = 256
"""Pictures between two looks at what is due: a few seconds' work (ours)."""
QUIET = timedelta(seconds=8)
"""An order is drawn when its record has been quiet for so long: the platform's pushes come in twos and threes, and each
would be a picture (ours)."""
LOOK_AGAIN_S = 60.0
"""A look at everything, however quiet it seems: records may become visible out of order (ours)."""
IDLE_S = 120.0
"""Without work for so long the processes, 210 MB each, are ended (ours)."""
_LOCK_SPACE = 719_064
"""Of the advisory locks that say which storm's pictures some worker draws at the moment."""

_DUE = """
SELECT k.id
  FROM (SELECT order_id, max(id) AS last, max(our_time) AS at
          FROM evidence_capture WHERE incident_id = %(incident)s AND order_id IS NOT NULL GROUP BY order_id) c
  JOIN incidents_case k ON k.incident_id = %(incident)s AND k.order_id = c.order_id
  LEFT JOIN evidence_picture p ON p.incident_id = %(incident)s AND p.order_id = c.order_id
 WHERE (p.id IS NULL OR p.last_capture < c.last) AND c.at < %(before)s
 ORDER BY c.last
 LIMIT %(size)s
"""
"""The oldest news first: an order that is still talked about is drawn once, when the talk is over."""


class PictureChore:
    """Draws what is due, some hundred pictures a turn. For one thread; `close` ends its processes."""

    def __init__(self, *, clock: Clock, processes: int | None = None, quiet: timedelta = QUIET) -> None:
        """`processes` None means one for each processor. They step back for whatever else the machine does."""
        self._clock = clock
        self._quiet = quiet
        self._pool = DrawingPool((os.cpu_count() or 1) if processes is None else processes)
        self._seen = -1
        self._looked_at = self._worked_at = monotonic()
        self._has_told = False

    def act(self) -> bool:
        """One turn. True when something was drawn and there may be more."""
        newest = Capture.objects.aggregate(top=Max("pk"))["top"] or 0
        if newest == self._seen and monotonic() - self._looked_at < LOOK_AGAIN_S:
            self._rest()
            return False
        self._looked_at = monotonic()
        pending, drawn = False, 0
        for incident in Incident.objects.exclude(state=IncidentState.CLOSED).order_by("pk"):
            try:
                drawn += self._draw(incident)
            except (Refused, OSError) as error:
                # No fonts, a full disk, a storm without a plan: sends go on as ever, and the seal says it to a person.
                self._tell(incident, error)
            else:
                pending = pending or has_due(incident.pk)
        # Only what is settled is remembered as seen: what was too fresh, or another worker's, is looked at again.
        self._seen = -1 if pending else newest
        if drawn:
            self._worked_at = monotonic()
        else:
            self._rest()
        return drawn > 0

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    def _rest(self) -> None:
        if monotonic() - self._worked_at > IDLE_S:
            self._pool.close()

    def _draw(self, incident: Incident) -> int:
        cases = due(incident.pk, before_s=self._quiet, clock=self._clock)
        if not cases:
            return 0
        with _alone(incident.pk) as is_ours:
            if not is_ours:
                return 0
            chunk = with_records(incident, cases, approved_bindings(incident))
            draw_chunk(incident, chunk, exercise_of(incident), self._clock, Drawn(), pool=self._pool)
        self._has_told = False
        return len(cases)

    def _tell(self, incident: Incident, error: Exception) -> None:
        """Once, and not with every turn."""
        if not self._has_told:
            log.warning("pictures not drawn", action="pictures.failed", incident=incident.code, why=str(error))
        self._has_told = True


def due(incident_id: int, *, before_s: timedelta, clock: Clock, size: int = AT_ONCE) -> list[int]:
    """Keys of cases of a storm whose records changed since their picture, and have been quiet for so long."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"incident": incident_id, "before": clock.now() - before_s, "size": size})
        return [row[0] for row in cursor.fetchall()]


def has_due(incident_id: int) -> bool:
    """Whether any picture of a storm is missing or older than the order's records."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"incident": incident_id, "before": "infinity", "size": 1})
        return cursor.fetchone() is not None


@contextmanager
def _alone(incident_id: int) -> Iterator[bool]:
    """Whether no other worker draws this storm's pictures: two would draw the same ones."""
    place = [_LOCK_SPACE, incident_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", place)
        row = cursor.fetchone()
    is_ours = bool(row and row[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", place)
