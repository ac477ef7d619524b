"""Turn an audience into ledger rows: read -> plan (pure) -> apply, in one transaction, nothing sent."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.outreach import policy
from seawall.outreach.commands.tune import usual_tuning
from seawall.outreach.commands.void_roll_out import void_live_roll_outs
from seawall.outreach.contact import REASON as OPTED_OUT
from seawall.outreach.contact import stopped_orders
from seawall.outreach.errors import NothingToSend
from seawall.outreach.limits import open_pace
from seawall.outreach.models import Lane, Recipient, RollOut, Wave
from seawall.outreach.reach import ReachPlan, World, plan_reach
from seawall.outreach.reach_ledger import Doors, Standing, doors_kept, standing_of
from seawall.outreach.reach_snapshots import keep_snapshot
from seawall.outreach.reach_world import Wanted, items_of, world_of
from seawall.outreach.states import RecipientState
from seawall.scripts.api import ScriptVersion
from seawall.shops.api import Connection, SendMode, Shop, hand_connection, mode_for
from seawall.tenancy.api import Actor
from seawall.timeline.api import record

_MAY_BE_PLANNED = {
    RecipientState.WAITING.value, RecipientState.NO_CONNECTION.value, RecipientState.UNREACHABLE.value,
    RecipientState.LEFT_OUT.value,
}  # fmt: skip


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
    consented_shops: frozenset[int] = frozenset()
    """Shops whose platform has consented in writing to what it lists as abuse."""
    golden_until: datetime | None = None
    """When the first window of these orders closes, if known."""


def contacted_orders(incident_id: int, step: str) -> set[int]:
    """Orders of a step whose buyer was contacted already: they are not planned again."""
    rows = Recipient.objects.filter(incident_id=incident_id, step=step).exclude(state__in=_MAY_BE_PLANNED)
    return set(rows.values_list("order_id", flat=True))


def plan_roll_out(cmd: PlanRollOut, *, by: Actor, clock: Clock) -> RollOut:
    """A new roll-out in state `planned` with one ledger row per order.

    Replaces an earlier plan of the step that has not begun (void). Orders of shops without a connection go by hand, in
    Seller Center; in a training storm, where a person would reach a real buyer, they stand in the ledger as
    `no_connection`, and orders whose buyer the platform lets nobody write to as `unreachable`: counted, not hidden. The
    reachability plan is kept as the roll-out's first snapshot.
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
        opted_out = stopped_orders(by.team_id, {m.order_id for m in fresh}, {m.shop_id for m in fresh})
        fresh = [
            *policy.whole_groups([m for m in fresh if m.order_id not in opted_out]),
            *(m.alone() for m in fresh if m.order_id in opted_out),
        ]
        roll_out = _new_roll_out(cmd, version, by, clock)
        lanes = open_lanes(roll_out, {m.shop_id for m in fresh}, clock, consented=cmd.consented_shops)
        fresh = _whole_by_doors(roll_out, fresh, lanes, clock)
        _bind(roll_out, cmd, fresh)
        plan, world = _reach(roll_out, fresh, lanes, clock)
        rows = _ledger_rows(roll_out, fresh, plan, lanes, clock, opted_out=opted_out)
        if not any(row.state == RecipientState.WAITING for row in rows):
            raise NothingToSend("nobody_can_be_reached" if lanes else "no_shop_can_send", orders=len(rows))
        _store(roll_out, rows, kept)
        sizes = Counter(row.wave for row in rows if row.state == RecipientState.WAITING)
        Wave.objects.bulk_create(
            Wave(team_id=by.team_id, roll_out=roll_out, number=number, size=size)
            for number, size in sorted(sizes.items())
        )
        keep_snapshot(roll_out, plan, world, by=by, why="planned")
        record(
            team_id=by.team_id, incident_id=cmd.incident_id, verb="outreach.plan", clock=clock, by=by,
            subject=f"roll_out:{roll_out.pk}",
            after={
                "orders": len(cmd.messages), "can_be_sent": sum(sizes.values()), "binding": roll_out.binding_digest,
                "waves": {str(number): size for number, size in sorted(sizes.items())},
            },
        )  # fmt: skip
    return roll_out


def _new_roll_out(cmd: PlanRollOut, version: int, by: Actor, clock: Clock) -> RollOut:
    return RollOut.objects.create(
        team_id=by.team_id,
        incident_id=cmd.incident_id,
        step=cmd.step,
        version=version,
        is_training=cmd.is_training,
        script_version=cmd.script,
        script_digest=cmd.script.digest,
        facts_digest=cmd.facts_digest,
        ceiling_amount=cmd.ceiling.amount,
        ceiling_currency=cmd.ceiling.currency,
        planned_by_id=by.user_id,
        planned_at=clock.now(),
        deadline_at=cmd.deadline_at,
        golden_until=cmd.golden_until,
        **usual_tuning(cmd.incident_id, cmd.step, is_training=cmd.is_training),
    )


def _bind(roll_out: RollOut, cmd: PlanRollOut, messages: Sequence[policy.PlannedMessage]) -> None:
    """What an approval will be of, once it is known who shares a message."""
    audience = policy.audience_digest(message.entry for message in messages)
    roll_out.audience_digest = audience
    roll_out.binding_digest = policy.binding_digest(
        script=cmd.script.digest, audience=audience, facts=cmd.facts_digest, ceiling=cmd.ceiling
    )
    roll_out.save(update_fields=["audience_digest", "binding_digest"])


def _store(roll_out: RollOut, rows: list[Recipient], kept: Mapping[int, Recipient]) -> None:
    """Insert new ledger rows; give kept ones to this roll-out: planned afresh if never contacted, else untouched."""
    loose = [old.pk for old in kept.values() if old.state in _MAY_BE_PLANNED]
    Recipient.objects.filter(pk__in=loose).update(rides_with=None, has_riders=False)
    for row in rows:
        if old := kept.get(row.order_id):
            row.pk, row.attempts = old.pk, old.attempts
    fresh, again = [r for r in rows if r.order_id not in kept], [r for r in rows if r.order_id in kept]
    # A rider can only be written when its carrier has a number.
    Recipient.objects.bulk_create([row for row in fresh if row.rides_with is None], batch_size=2000)
    Recipient.objects.bulk_create([row for row in fresh if row.rides_with is not None], batch_size=2000)
    fields = [
        "roll_out", "lane", "wave", "rank", "language", "text", "text_sha256", "solo_text", "merged_sha256",
        "script_digest", "state", "reason_code", "reason_params", "state_at", "rides_with", "has_riders",
        "door", "door_until", "next_doors",
    ]  # fmt: skip
    Recipient.objects.bulk_update(again, fields, batch_size=1000)
    planned = {row.order_id for row in rows}
    Recipient.objects.filter(pk__in=[old.pk for order, old in kept.items() if order not in planned]).update(
        roll_out=roll_out, lane=None
    )


def open_lanes(
    roll_out: RollOut, shop_ids: Collection[int], clock: Clock, *, consented: Collection[int] = ()
) -> Mapping[int, Lane]:
    """A lane per shop: its active connection sends by itself, by a person's key press, or by a person in Seller Center.
    A shop that is not connected is worked by hand, except in a training storm. `consented`: shops whose platform has
    consented in writing to what it lists as abuse.

    Raises Refused(training_needs_simulator) where a training storm would reach a real platform,
    Refused(mode_not_lawful) for a connection that was given a mode its platform does not allow.
    """
    now = clock.now()
    lanes = {}
    if not roll_out.is_training:
        for shop in Shop.objects.filter(pk__in=shop_ids).exclude(connections__is_active=True).order_by("pk"):
            hand_connection(shop, clock=clock)
    for connection in (
        Connection.objects.filter(
            team_id=roll_out.team_id, shop_id__in=shop_ids, is_active=True, mode__in=SendMode.values
        )
        .select_related("shop")
        .order_by("pk")
    ):
        if roll_out.is_training and not connection.is_simulator:
            raise Refused("training_needs_simulator", shop=connection.shop.code)
        has_consent = connection.shop_id in consented
        mode_for(Platform(connection.shop.platform), connection.mode, has_consent=has_consent)
        lanes[connection.shop_id] = Lane.objects.create(
            team_id=roll_out.team_id,
            roll_out=roll_out,
            is_training=roll_out.is_training,
            connection=connection,
            is_simulator=connection.is_simulator,
            mode=connection.mode,
        )
        open_pace(connection, now=now)
    return lanes


def _whole_by_doors(
    roll_out: RollOut, messages: Sequence[policy.PlannedMessage], lanes: Mapping[int, Lane], clock: Clock
) -> list[policy.PlannedMessage]:
    """Orders stay in one message only where one door is open for all of them; else each goes by its own, alone."""
    grouped = [message for message in messages if message.together]
    if not grouped:
        return list(messages)
    singly, _ = _reach(roll_out, [message.alone() for message in grouped], lanes, clock)
    shop_of = {message.order_id: message.shop_id for message in grouped}
    ways = {}
    for each in singly.rows:
        standing = standing_of(each, lanes.get(shop_of[each.key]))
        ways[each.key] = (standing.state, standing.reason_code, doors_kept(each).door)
    return [
        message if len({ways[order] for order in message.together}) <= 1 else message.alone() for message in messages
    ]


def _reach(
    roll_out: RollOut, messages: Sequence[policy.PlannedMessage], lanes: Mapping[int, Lane], clock: Clock
) -> tuple[ReachPlan, World]:
    """The doors of each message; one that names several orders is one, under the key of its first."""
    now = clock.now()
    wanted = [
        Wanted(
            key=group[0].order_id, order_ids=tuple(each.order_id for each in group), shop_id=group[0].shop_id,
            language=group[0].language, text_sha256=group[0].text_sha256,
            not_by=frozenset().union(*(each.not_by for each in group)),
        )
        for group in _groups(messages)
    ]  # fmt: skip
    world = world_of(roll_out, {m.shop_id for m in messages}, lanes.values(), now=now)
    return plan_reach(items_of(wanted, roll_out.team_id, now), world), world


def _groups(messages: Sequence[policy.PlannedMessage]) -> list[list[policy.PlannedMessage]]:
    """The orders of each message, most exposed first."""
    found: dict[object, list[policy.PlannedMessage]] = {}
    for message in sorted(messages, key=lambda m: m.exposure):
        found.setdefault(message.together or message.order_id, []).append(message)
    return list(found.values())


def _ledger_rows(
    roll_out: RollOut,
    messages: Sequence[policy.PlannedMessage],
    plan: ReachPlan,
    lanes: Mapping[int, Lane],
    clock: Clock,
    *,
    opted_out: Collection[int],
) -> list[Recipient]:
    """Rows in the plan's order, each with its doors. Orders that one message names stand together, in one wave; those
    of buyers who want no more messages are left out."""
    groups = {group[0].order_id: group for group in _groups(messages)}
    spared = Standing(state=RecipientState.LEFT_OUT, reason_code=OPTED_OUT)
    standings = {
        each.key: spared if each.key in opted_out else standing_of(each, lanes.get(groups[each.key][0].shop_id))
        for each in plan.rows
    }
    sample = _sample_of([
        groups[each.key] for each in plan.rows if standings[each.key].state == RecipientState.WAITING
    ])  # fmt: skip
    rows: list[Recipient] = []
    sendable = 1
    for each in plan.rows:
        standing, doors = standings[each.key], doors_kept(each)
        carrier: Recipient | None = None
        is_waiting = standing.state == RecipientState.WAITING
        wave = 0 if each.key == sample or not is_waiting else policy.wave_of(sendable)
        for message in groups[each.key]:
            lane = lanes[message.shop_id] if is_waiting else None
            row = _ledger_row(roll_out, message, standing, doors, lane=lane, now=clock.now())
            row.rank, row.wave = len(rows), wave
            if carrier is None:
                carrier = row
            else:
                row.rides_with, carrier.has_riders = carrier, True
            rows.append(row)
            sendable += is_waiting and wave > 0
    return rows


def _sample_of(sendable: Sequence[Sequence[policy.PlannedMessage]]) -> int | None:
    """The first buyer of a single order: the seller approves the words nearly everybody gets, and should the sample
    fail, it fails for one order. Where every buyer has several, the first."""
    chosen = next((group for group in sendable if len(group) == 1), sendable[0] if sendable else None)
    return chosen[0].order_id if chosen else None


def _ledger_row(
    roll_out: RollOut,
    message: policy.PlannedMessage,
    standing: Standing,
    doors: Doors,
    *,
    lane: Lane | None,
    now: datetime,
) -> Recipient:
    return Recipient(
        team_id=roll_out.team_id,
        roll_out=roll_out,
        incident_id=roll_out.incident_id,
        order_id=message.order_id,
        case_id=message.case_id,
        step=roll_out.step,
        lane=lane,
        language=message.language,
        text=message.text,
        text_sha256=message.text_sha256,
        solo_text=message.solo_text,
        merged_sha256=message.text_sha256 if message.together else "",
        script_digest=roll_out.script_digest,
        state=standing.state,
        reason_code=standing.reason_code,
        reason_params=dict(standing.reason_params),
        door=doors.door,
        door_until=doors.until,
        next_doors=doors.following,
        state_at=now,
    )
