"""Simulated people at seats: each takes batches in its languages and presses every message, told in one go.

Every press is an act of its own, by that person, with its own time and its own words checked.
"""

from seawall.kernel.clock import SYSTEM_CLOCK

BATCHES_AT_ONCE = 20
"""Batches a simulated person works before the next one has its turn: a thousand messages (ours)."""


def work_seat(code: str, seat: str) -> int:
    """Let one seat of the storm press what it may now; returns how many presses counted.

    What is refused (a pause in mid-batch, a shop that waits) stays for the next time: the person reads why and waits.
    """
    from seawall.incidents.api import incident_named
    from seawall.outreach.api import MOST_IN_HAND, Press, TakeBatch, press_many, take_batch
    from seawall.tenancy.api import Membership, actor_of

    by = actor_of(Membership.objects.select_related("user").get(user__username=seat, is_active=True))
    incident, pressed = incident_named(code, by=by), 0
    for _ in range(BATCHES_AT_ONCE):
        rows = take_batch(TakeBatch(incident_id=incident.pk, size=MOST_IN_HAND), by=by, clock=SYSTEM_CLOCK)
        told = press_many(
            [Press(recipient_id=row.pk, seen_sha256=row.text_sha256, at=SYSTEM_CLOCK.now()) for row in rows],
            by=by, clock=SYSTEM_CLOCK,
        )  # fmt: skip
        pressed += len(told.rows)
        if not told.rows:
            break
    return pressed
