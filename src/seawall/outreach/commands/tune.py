"""How a roll-out keeps to hours, quota and thresholds where the usual figures do not fit: no part of the approval."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.outreach.gate_rules import MEASURES, gate_defaults
from seawall.outreach.models import RollOut
from seawall.outreach.ready import wake
from seawall.outreach.states import ROLL_OUT, RollOutState
from seawall.tenancy.api import Actor
from seawall.timeline.api import record

_SHARES = {
    "failures": "max_failure_share", "rejects": "max_reject_share", "blocks": "max_block_share",
    "complaints": "max_complaint_share", "opt_outs": "max_opt_out_share",
}  # fmt: skip
_KEPT = ("keeps_quiet_hours", "spreads_quota", "tuned_why", *_SHARES.values())

LONGEST_WHY = 300


@dataclass(frozen=True, kw_only=True)
class Tune:
    """What is to be different; None leaves a thing as it is. Shares are of one: 0.05 is five in a hundred."""

    why: str
    keeps_quiet_hours: bool | None = None
    spreads_quota: bool | None = None
    max_shares: Mapping[str, Decimal] = field(default_factory=dict)
    """By measure: failures, rejects, blocks, complaints, opt_outs."""


def tune(roll_out: RollOut, cmd: Tune, *, by: Actor, clock: Clock) -> RollOut:
    """Set them, with a reason that stays on the timeline. Holds from the next message on.

    Raises Refused(tune_needs_reason), InvalidInput(gate_unknown, gate_share_not_a_share, tune_nothing), and
    Refused(move_refused) when the roll-out has ended.
    """
    by.require("outreach.tune")
    if not cmd.why.strip():
        raise Refused("tune_needs_reason")
    changes = _changes(cmd)
    with transaction.atomic():
        row = RollOut.objects.select_for_update().get(pk=roll_out.pk)
        if RollOutState(row.state) in ROLL_OUT.terminal:
            raise Refused("move_refused", machine="roll_out", state=row.state, event="tune")
        before = {name: _plain(getattr(row, name)) for name in changes}
        changes["tuned_why"] = cmd.why.strip()[:LONGEST_WHY]
        RollOut.objects.filter(pk=row.pk).update(**changes)
        record(
            team_id=row.team_id, incident_id=row.incident_id, verb="outreach.tune", clock=clock, by=by,
            subject=f"roll_out:{row.pk}", before=before,
            after={name: _plain(changes[name]) for name in before}, why=cmd.why.strip(),
        )  # fmt: skip
        wake(row.lanes.values_list("connection_id", flat=True), now=clock.now())
        row.refresh_from_db()
    return row


def usual_tuning(incident_id: int, step: str, *, is_training: bool) -> dict[str, Any]:
    """Hours, quota and thresholds of a new plan: as the last plan of this step had them, else the usual ones. Training
    reaches no buyer, so it may go at night."""
    last = RollOut.objects.filter(incident_id=incident_id, step=step).order_by("-version").first()
    if last is not None:
        return {name: getattr(last, name) for name in _KEPT}
    shares = {_SHARES[name]: default.share for name, default in gate_defaults().items()}
    return {"keeps_quiet_hours": not is_training, "spreads_quota": False, **shares}


def _changes(cmd: Tune) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if cmd.keeps_quiet_hours is not None:
        changes["keeps_quiet_hours"] = cmd.keeps_quiet_hours
    if cmd.spreads_quota is not None:
        changes["spreads_quota"] = cmd.spreads_quota
    for measure, share in cmd.max_shares.items():
        if measure not in MEASURES:
            raise InvalidInput("gate_unknown", measure=measure, known=", ".join(MEASURES))
        if not share.is_finite() or not Decimal(0) <= share <= Decimal(1):
            raise InvalidInput("gate_share_not_a_share", measure=measure, share=str(share))
        changes[_SHARES[measure]] = share
    if not changes:
        raise InvalidInput("tune_nothing")
    return changes


def _plain(value: object) -> object:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
