"""What happens to running lists between calls: the next wave, a pause by itself, the end. Judged on the ledger."""

from django.db import transaction
from django.db.models import Q

from seawall.casework import policy
from seawall.casework.ledger import counts_of, without_message
from seawall.casework.models import Cancellation, Cancelling
from seawall.casework.states import CANCELLING, OPEN
from seawall.kernel.clock import Clock
from seawall.timeline.api import move, record


def tend(*, clock: Clock) -> None:
    """Move every running list on as far as its ledger allows. Safe to call from many workers at once."""
    for pk in Cancelling.objects.filter(state__in=["running", "paused"]).values_list("pk", flat=True):
        with transaction.atomic():
            row = Cancelling.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None and row.state in ("running", "paused"):
                _tend_one(row, clock)


def _tend_one(row: Cancelling, clock: Clock) -> None:
    rows = Cancellation.objects.filter(cancelling=row)
    if not rows.filter(state__in=[s.value for s in OPEN]).exists():
        move(
            row, CANCELLING, "finish", verb="cancel.finish", clock=clock, by=None, ended_at=clock.now(),
            after={"counts": counts_of(row.incident_id)},
        )  # fmt: skip
        return
    if row.state != "running":
        return
    refused = rows.filter(state="refused").count()
    if refused > row.forgiven_refusals:
        settled = rows.filter(state__in=["refused", "cancelled", "accepted"]).count()
        why = policy.too_many_refusals(refused, settled)
        if why is not None:
            move(
                row, CANCELLING, "too_many_refusals", verb="cancel.pause_by_itself", clock=clock, by=None,
                paused_code=why.code, paused_params=dict(why.params),
            )  # fmt: skip
            return
    _open_wave(row, clock)


def _open_wave(row: Cancelling, clock: Clock) -> None:
    """The next wave opens when nothing of the open one is on its way or could go. What waits for its message, or for a
    stopped shop, holds up nobody."""
    if row.open_wave >= len(policy.WAVES):
        return
    rows = Cancellation.objects.filter(cancelling=row, wave__lte=row.open_wave)
    if rows.filter(state__in=["claimed", "accepted", "unknown"]).exists():
        return
    waiting = rows.filter(state="planned").exclude(Q(lane__is_stopped=True))
    if waiting.exists() and waiting.exclude(pk__in=without_message(waiting).values("pk")).exists():
        return
    Cancelling.objects.filter(pk=row.pk).update(open_wave=row.open_wave + 1)
    size = Cancellation.objects.filter(cancelling=row, wave=row.open_wave + 1).count()
    if size:
        record(
            team_id=row.team_id, incident_id=row.incident_id, verb="cancel.open_wave", clock=clock, by=None,
            subject=f"cancelling:{row.pk}", after={"wave": row.open_wave + 1, "size": size},
        )  # fmt: skip
