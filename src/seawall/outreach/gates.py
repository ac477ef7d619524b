"""What happens between waves, and at the end: judged by the system, on the ledger, a few times a second."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Max, Q

from seawall.kernel.clock import Clock
from seawall.outreach import gate_rules, policy
from seawall.outreach.answers import answer_counts
from seawall.outreach.commands.by_hand import settle_silent
from seawall.outreach.ledger import counts_of, move_rows
from seawall.outreach.models import Recipient, RollOut, Wave
from seawall.outreach.ready import wake
from seawall.outreach.states import DELIVERED, OPEN, ROLL_OUT, RollOutState
from seawall.shops.api import SendMode
from seawall.timeline.api import move, record

BY_SEATS = (SendMode.CLICK.value, SendMode.MANUAL.value)
"""Modes whose messages leave by a person."""


def tend(*, clock: Clock, settle_s: float) -> None:
    """Move every live roll-out on as far as its ledger allows. Safe to call from many workers at once."""
    live = [RollOutState.SAMPLING, RollOutState.RUNNING, RollOutState.PAUSED]
    for pk in RollOut.objects.filter(state__in=live).values_list("pk", flat=True):
        with transaction.atomic():
            roll_out = RollOut.objects.select_for_update(skip_locked=True).filter(pk=pk, state__in=live).first()
            if roll_out is not None:
                _tend_one(roll_out, clock, settle_s)


def _tend_one(roll_out: RollOut, clock: Clock, settle_s: float) -> None:
    settle_silent(roll_out, clock=clock)
    if roll_out.state == RollOutState.SAMPLING:
        _settle_sample(roll_out, clock, settle_s)
        return
    if clock.now() >= roll_out.deadline_at:
        move_rows(
            Recipient.objects.filter(roll_out=roll_out, state="waiting"), "too_late", clock=clock,
            reason="deadline_too_late",
        )  # fmt: skip
    if roll_out.state == RollOutState.RUNNING:
        _judge_wave(roll_out, clock, settle_s)
    if roll_out.state in (RollOutState.RUNNING, RollOutState.PAUSED):
        _finish_if_done(roll_out, clock)


def _wave_result(roll_out: RollOut, wave: int, modes: Collection[str] | None = None) -> policy.WaveResult:
    rows = Recipient.objects.filter(roll_out=roll_out, wave=wave, lane__isnull=False)
    if modes is not None:
        rows = rows.filter(lane__mode__in=modes)
    counted: Counter[str] = Counter()
    last: datetime | None = None
    messages: Counter[str] = Counter()
    by_state = rows.values_list("state").annotate(
        n=Count("pk"), at=Max("state_at"), told=Count("pk", filter=Q(rides_with__isnull=True))
    )
    for state, count, newest, told in by_state.order_by():
        counted[state] = count
        messages[state] = told
        last = max(filter(None, (last, newest)), default=None)
    return policy.WaveResult(counts=counted, last_change_at=last, messages=messages)


def _settle_sample(roll_out: RollOut, clock: Clock, settle_s: float) -> None:
    result = _wave_result(roll_out, 0)
    if not policy.wave_is_settled(result, clock.now(), settle_s):
        return
    if result.of(*(state.value for state in DELIVERED)):
        move(roll_out, ROLL_OUT, "sample_out", verb="outreach.sample_sent", clock=clock, by=None)
        return
    move(roll_out, ROLL_OUT, "sample_failed", verb="outreach.sample_failed", clock=clock, by=None)
    _next_sample(roll_out, clock)


def _next_sample(roll_out: RollOut, clock: Clock) -> None:
    """The sample's buyer could not be reached: the next in line takes the place, one of a single order first."""
    waiting = Recipient.objects.filter(roll_out=roll_out, state="waiting", wave__gt=0, rides_with__isnull=True)
    heir = waiting.order_by("has_riders", "wave", "rank").first()
    if heir is not None:
        Recipient.objects.filter(Q(pk=heir.pk) | Q(rides_with=heir.pk)).update(wave=0)
        for number in (0, heir.wave):
            Wave.objects.filter(roll_out=roll_out, number=number).update(size=_size(roll_out, number))


def _size(roll_out: RollOut, wave: int) -> int:
    return Recipient.objects.filter(roll_out=roll_out, wave=wave, lane__isnull=False).count()


def _judge_wave(roll_out: RollOut, clock: Clock, settle_s: float) -> None:
    result = _wave_result(roll_out, roll_out.open_wave)
    shares = shares_of(roll_out)
    why = gate_rules.why_pause(measured_now(roll_out, result), shares, roll_out.forgiven)
    # Seats may still be in an earlier wave: what fails there counts as it did before the others went on.
    why = why or gate_rules.why_pause(measured_behind(roll_out), shares, _forgiven_behind(roll_out))
    if why is not None:
        move(
            roll_out, ROLL_OUT, "too_many_failures", verb="outreach.pause_by_itself", clock=clock, by=None,
            paused_code=why.code, paused_params=dict(why.params), after={"counts": counts_of(roll_out)},
        )  # fmt: skip
        return
    _follow_seats(roll_out, clock, settle_s)
    # Lanes that send by themselves wait for each other, not for the people at the seats of other lanes.
    if roll_out.lanes.filter(mode=SendMode.API).exists():
        result = _wave_result(roll_out, roll_out.open_wave, [SendMode.API.value])
    if not policy.wave_is_settled(result, clock.now(), settle_s):
        return
    wave = Wave.objects.filter(roll_out=roll_out, number=roll_out.open_wave, passed_at__isnull=True).first()
    if wave is None:
        return
    Wave.objects.filter(pk=wave.pk).update(passed_at=clock.now())
    following = Wave.objects.filter(roll_out=roll_out, number__gt=wave.number).order_by("number").first()
    if following is not None:
        RollOut.objects.filter(pk=roll_out.pk).update(open_wave=following.number)
        roll_out.open_wave = following.number
        _follow_seats(roll_out, clock, settle_s)
        Wave.objects.filter(pk=following.pk).update(opened_at=clock.now())
        wake(roll_out.lanes.values_list("connection_id", flat=True), now=clock.now())
        record(
            team_id=roll_out.team_id, incident_id=roll_out.incident_id, verb="outreach.open_wave", clock=clock, by=None,
            subject=f"roll_out:{roll_out.pk}", before={"wave": wave.number, "counts": dict(result.counts)},
            after={"wave": following.number, "size": following.size},
        )  # fmt: skip


def _follow_seats(roll_out: RollOut, clock: Clock, settle_s: float) -> None:
    """Open the next wave for seats once theirs is settled, never beyond the wave that is open for all."""
    while roll_out.seat_wave < roll_out.open_wave:
        if not policy.wave_is_settled(_wave_result(roll_out, roll_out.seat_wave, BY_SEATS), clock.now(), settle_s):
            return
        following = Wave.objects.filter(roll_out=roll_out, number__gt=roll_out.seat_wave).order_by("number").first()
        roll_out.seat_wave = following.number if following is not None else roll_out.open_wave
        RollOut.objects.filter(pk=roll_out.pk).update(seat_wave=roll_out.seat_wave)


def shares_of(roll_out: RollOut) -> dict[str, Decimal]:
    """The thresholds of this roll-out by measure."""
    return {
        "failures": roll_out.max_failure_share, "rejects": roll_out.max_reject_share,
        "blocks": roll_out.max_block_share, "complaints": roll_out.max_complaint_share,
        "opt_outs": roll_out.max_opt_out_share,
    }  # fmt: skip


def measured_now(roll_out: RollOut, result: policy.WaveResult | None = None) -> list[gate_rules.Measured]:
    """The measures of the open wave, counted now."""
    found = result or _wave_result(roll_out, roll_out.open_wave)
    return gate_rules.measure(found, answer_counts(roll_out.pk, roll_out.open_wave))


def measured_behind(roll_out: RollOut) -> list[gate_rules.Measured]:
    """The measures of what people at seats send, where they are still in an earlier wave; else nothing."""
    if roll_out.seat_wave == roll_out.open_wave:
        return []
    found = _wave_result(roll_out, roll_out.seat_wave, BY_SEATS)
    return gate_rules.measure(found, answer_counts(roll_out.pk, roll_out.seat_wave))


def seen_now(roll_out: RollOut) -> dict[str, int]:
    """What a person who resumes has seen, of the open wave and of the seats behind it: only more pauses it again."""
    behind = gate_rules.counts(measured_behind(roll_out))
    return gate_rules.counts(measured_now(roll_out)) | {_BEHIND + name: count for name, count in behind.items()}


_BEHIND = "seats_"


def _forgiven_behind(roll_out: RollOut) -> dict[str, int]:
    return {name.removeprefix(_BEHIND): n for name, n in roll_out.forgiven.items() if name.startswith(_BEHIND)}


def _finish_if_done(roll_out: RollOut, clock: Clock) -> None:
    open_rows = Recipient.objects.filter(roll_out=roll_out, state__in=[s.value for s in OPEN], lane__isnull=False)
    if open_rows.exists() or roll_out.waves.filter(passed_at__isnull=True, number__gt=roll_out.open_wave).exists():
        return
    if roll_out.state == RollOutState.RUNNING and roll_out.waves.filter(passed_at__isnull=True).exists():
        return
    move(
        roll_out, ROLL_OUT, "finish", verb="outreach.finish", clock=clock, by=None, ended_at=clock.now(),
        after={"counts": counts_of(roll_out)},
    )  # fmt: skip
