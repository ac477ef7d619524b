"""Turn an audience into ledger rows: read -> plan (pure) -> apply, in one transaction, nothing sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.outreach import policy
from seawall.outreach.commands.void_roll_out import void_live_roll_outs
from seawall.outreach.errors import NothingToSend
from seawall.outreach.models import Lane, Recipient, RollOut, Wave
from seawall.outreach.states import RecipientState
from seawall.scripts.api import ScriptVersion
from seawall.shops.api import Connection, SendMode, mode_for
from seawall.tenancy.api import Actor
from seawall.timeline.api import record

_MAY_BE_PLANNED = {RecipientState.WAITING.value, RecipientState.NO_CONNECTION.value, RecipientState.LEFT_OUT.value}


@dataclass(frozen=True, kw_only=True)
class PlanRollOut:
    """Everything a plan rests on. The incident's command gathers it; outreach does not read incidents."""

    incident_id: int
    is_training: bool
    step: str
    script: ScriptVersion
    messages: Sequence[policy.PlannedMessage]
    facts_digest: str
    ceiling: policy.Ceiling
    deadline_at: datetime


def plan_roll_out(cmd: PlanRollOut, *, by: Actor, clock: Clock) -> RollOut:
    """A new roll-out in state `planned` with one ledger row per order.

    Replaces an earlier plan of the step that has not begun (void). Orders of shops without a connection that may
    send by itself or by a key press stand in the ledger as `no_connection`: counted, not hidden.
    Raises NothingToSend for an empty audience or when no row could be sent at all.
    """
    by.require("outreach.plan")
    if not cmd.messages:
        raise NothingToSend("audience_empty")
    with transaction.atomic():
        version = void_live_roll_outs(cmd.incident_id, cmd.step, by=by, clock=clock, why="planned again") + 1
        kept = {
            row.order_id: row
            for row in Recipient.objects.select_for_update().filter(incident_id=cmd.incident_id, step=cmd.step)
        }
        # A buyer who was contacted under an earlier plan keeps that ledger row and is not contacted again.
        fresh = [m for m in cmd.messages if m.order_id not in kept or kept[m.order_id].state in _MAY_BE_PLANNED]
        roll_out = _new_roll_out(cmd, version, policy.audience_digest(message.entry for message in fresh), by, clock)
        lanes = _open_lanes(roll_out, {m.shop_id for m in fresh}, clock)
        rows = _ledger_rows(roll_out, fresh, lanes, clock)
        if not any(row.state == RecipientState.WAITING for row in rows):
            raise NothingToSend("no_shop_can_send", orders=len(rows))
        _store(roll_out, rows, kept)
        sizes = Counter(row.wave for row in rows if row.state == RecipientState.WAITING)
        Wave.objects.bulk_create(
            Wave(team_id=by.team_id, roll_out=roll_out, number=number, size=size)
            for number, size in sorted(sizes.items())
        )
        record(
            team_id=by.team_id, incident_id=cmd.incident_id, verb="outreach.plan", clock=clock, by=by,
            subject=f"roll_out:{roll_out.pk}",
            after={
                "orders": len(cmd.messages), "can_be_sent": sum(sizes.values()), "binding": roll_out.binding_digest,
                "waves": {str(number): size for number, size in sorted(sizes.items())},
            },
        )  # fmt: skip
    return roll_out


def _new_roll_out(cmd: PlanRollOut, version: int, audience: str, by: Actor, clock: Clock) -> RollOut:
    return RollOut.objects.create(
        team_id=by.team_id,
        incident_id=cmd.incident_id,
        step=cmd.step,
        version=version,
        is_training=cmd.is_training,
        script_version=cmd.script,
        script_digest=cmd.script.digest,
        audience_digest=audience,
        facts_digest=cmd.facts_digest,
        ceiling_amount=cmd.ceiling.amount,
        ceiling_currency=cmd.ceiling.currency,
        binding_digest=policy.binding_digest(
            script=cmd.script.digest, audience=audience, facts=cmd.facts_digest, ceiling=cmd.ceiling
        ),
        planned_by_id=by.user_id,
        planned_at=clock.now(),
        deadline_at=cmd.deadline_at,
    )


def _store(roll_out: RollOut, rows: list[Recipient], kept: Mapping[int, Recipient]) -> None:
    """Insert new ledger rows; give kept ones to this roll-out: planned afresh if never contacted, else untouched."""
    Recipient.objects.bulk_create([row for row in rows if row.order_id not in kept], batch_size=2000)
    again = []
    for row in rows:
        if old := kept.get(row.order_id):
            row.pk, row.attempts = old.pk, old.attempts
            again.append(row)
    fields = [
        "roll_out", "lane", "wave", "rank", "language", "text", "text_sha256", "script_digest",
        "state", "reason_code", "reason_params", "state_at",
    ]  # fmt: skip
    Recipient.objects.bulk_update(again, fields, batch_size=1000)
    planned = {row.order_id for row in rows}
    Recipient.objects.filter(pk__in=[old.pk for order, old in kept.items() if order not in planned]).update(
        roll_out=roll_out, lane=None
    )


def _open_lanes(roll_out: RollOut, shop_ids: set[int], clock: Clock) -> Mapping[int, Lane]:
    """A lane per shop whose active connection may send by itself or by a person's key press. Raises
    Refused(training_needs_simulator) where a training storm would reach a real platform, Refused(mode_not_lawful) for a
    connection that was given a mode its platform does not allow."""
    now = clock.now()
    lanes = {}
    for connection in (
        Connection.objects.filter(
            team_id=roll_out.team_id, shop_id__in=shop_ids, is_active=True, mode__in=[SendMode.API, SendMode.CLICK]
        )
        .select_related("shop")
        .order_by("pk")
    ):
        if roll_out.is_training and not connection.is_simulator:
            raise Refused("training_needs_simulator", shop=connection.shop.code)
        mode_for(Platform(connection.shop.platform), connection.mode)
        lanes[connection.shop_id] = Lane.objects.create(
            team_id=roll_out.team_id,
            roll_out=roll_out,
            is_training=roll_out.is_training,
            connection=connection,
            is_simulator=connection.is_simulator,
            mode=connection.mode,
            sends_per_second=connection.sends_per_second,
            burst=connection.burst,
            refilled_at=now,
            served_at=now,
        )
    return lanes


def _ledger_rows(
    roll_out: RollOut, messages: Sequence[policy.PlannedMessage], lanes: Mapping[int, Lane], clock: Clock
) -> list[Recipient]:
    now = clock.now()
    rows = []
    sendable = 0
    for rank, message in enumerate(sorted(messages, key=lambda m: m.exposure)):
        lane = lanes.get(message.shop_id)
        is_shut = lane is not None and lane.mode in message.not_by
        lane = None if is_shut else lane
        rows.append(
            Recipient(
                team_id=roll_out.team_id,
                roll_out=roll_out,
                incident_id=roll_out.incident_id,
                order_id=message.order_id,
                case_id=message.case_id,
                step=roll_out.step,
                lane=lane,
                wave=policy.wave_of(sendable) if lane else 0,
                rank=rank,
                language=message.language,
                text=message.text,
                text_sha256=message.text_sha256,
                script_digest=roll_out.script_digest,
                state=RecipientState.WAITING if lane else RecipientState.NO_CONNECTION,
                reason_code="" if lane else "no_next_door" if is_shut else "no_sending_connection",
                state_at=now,
            )
        )
        sendable += lane is not None
    return rows
