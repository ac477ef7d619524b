"""A shop has one pace and one day, whatever number of storms and workers: who may go, who goes first, who sleeps."""

import threading
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from tests.kit.lazada_sim import LazadaSim
from tests.kit.refusals import refused
from tests.kit.rollout import (
    Storm,
    a_desk,
    a_storm,
    another_storm,
    approved,
    planned,
    running,
    started,
    work_until,
)

from seawall.incidents.commands import roll_out as storm_commands
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform
from seawall.outreach.api import Lane, Recipient, RollOut, Tune, standing_of
from seawall.outreach.limits import look_up, look_up_due
from seawall.outreach.models import Pace, Quota
from seawall.outreach.ready import sweep
from seawall.outreach.sender.claim import Claimed, claim
from seawall.rulebook.api import SetFigure, drop_figure, set_figure
from seawall.shops.api import Connection
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = SYSTEM_CLOCK
NIGHT = datetime.combine(CLOCK.now() + timedelta(days=2), time(16), tzinfo=UTC)  # 23:00 in Bangkok
MORNING = NIGHT + timedelta(hours=9)


def taken(*, size: int = 50, now: datetime | None = None, worker: int = 1) -> list[Claimed]:
    """What a worker claims after its sweep."""
    now = now or CLOCK.now()
    sweep(now=now)
    return claim(worker=worker, size=size, now=now)


def of_storm(rows: list[Claimed], storm: Storm) -> int:
    return sum(row.roll_out_id == storm.roll_out.pk for row in rows)


# ---- one bucket


def test_two_storms_on_one_shop_share_its_pace() -> None:
    first = a_storm(a_desk(), orders=60)
    second = running(another_storm(running(first), orders=60), pace=8, burst=8)
    now = CLOCK.now()
    Pace.objects.update(tokens=0, refilled_at=now)

    sent: Counter[int] = Counter()
    for tenth in range(101):
        for worker in (1, 2):
            sent.update(row.roll_out_id for row in taken(now=now + timedelta(seconds=tenth / 10), worker=worker))

    assert sum(sent.values()) == 80, "eight a second for ten seconds, together"
    assert Pace.objects.count() == 1
    assert min(sent[first.roll_out.pk], sent[second.roll_out.pk]) >= 20, "neither holds the other up"


def test_workers_who_race_for_one_shop_never_get_more_than_its_bucket() -> None:
    running(a_storm(a_desk(), orders=200), pace=100, burst=20)
    now = CLOCK.now()
    Pace.objects.update(tokens=20, refilled_at=now)
    got: list[int] = []
    ready = threading.Barrier(6)

    def work(worker: int) -> None:
        ready.wait()
        for _ in range(8):
            got.append(len(taken(now=now, size=7, worker=worker)))
        connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    while rows := taken(now=now, size=7):
        got.append(len(rows))
    assert sum(got) == 20
    assert Recipient.objects.filter(state="claimed").count() == 20


def test_what_was_learned_stays_with_the_shop_when_the_next_storm_comes(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=12))
    lazada_sim.set_faults({"kind": "api_call_limit", "path": "/im/message/send", "nth": [3], "seconds": 1})
    work_until(lambda: storm.refresh().state == "follow_up")
    lazada_sim.set_faults()

    second = planned(another_storm(storm))

    assert second.roll_out.lanes.get().sends_per_second == Decimal(140), "70 % of 200, also for the new storm"


# ---- turns


def test_a_storm_whose_window_closes_soon_overtakes_and_a_sample_goes_before_all() -> None:
    slow = running(a_storm(a_desk(), orders=40))
    urgent = running(another_storm(slow, orders=10))
    sample = planned(another_storm(slow, orders=3, first=66001122330000))
    now = CLOCK.now()
    RollOut.objects.filter(pk=urgent.roll_out.pk).update(golden_until=now + timedelta(hours=5))
    storm_commands.send_sample(sample.incident, by=sample.desk.lead, clock=CLOCK)
    Pace.objects.update(sends_per_second=100, burst=100, tokens=8, refilled_at=CLOCK.now())

    rows = taken()

    assert of_storm(rows, sample) == 1
    assert of_storm(rows, urgent) == 7
    assert of_storm(rows, slow) == 0


def test_shops_with_an_urgent_storm_are_served_first_when_hands_are_full() -> None:
    desk = a_desk()
    storm = running(a_storm(desk, orders=40, markets=("TH", "VN", "MY")))
    vn = storm.shops[1]
    soon = running(another_storm(Storm(desk, storm.incident, shops=[vn]), orders=5))
    RollOut.objects.filter(pk=soon.roll_out.pk).update(golden_until=CLOCK.now() + timedelta(hours=2))

    rows = taken(size=1)

    assert [row.shop_id for row in rows] == [vn.pk]
    assert of_storm(rows, soon) == 1


def test_a_large_shop_leaves_small_ones_their_part() -> None:
    desk = a_desk()
    storm = running(a_storm(desk, orders=60, markets=("TH", "VN", "MY")))
    Pace.objects.update(tokens=200, burst=1000, refilled_at=CLOCK.now())

    rows = taken(size=30)

    assert Counter(row.shop_id for row in rows) == {shop.pk: 10 for shop in storm.shops}


def test_a_shop_that_hangs_does_not_take_every_hand() -> None:
    storm = running(a_storm(a_desk(), orders=60, markets=("TH", "VN")))
    hanging, other = (shop.connections.get().pk for shop in storm.shops)
    Pace.objects.update(tokens=200, burst=1000, refilled_at=CLOCK.now())
    sweep(now=CLOCK.now())

    rows = claim(worker=1, size=40, now=CLOCK.now(), busy={hanging: 100, other: 10}, most_of_shop=100)

    assert {row.connection_id for row in rows} == {other}


# ---- nights


def night_storm() -> Storm:
    """A storm whose deadline lies after the night of the tests, and which keeps quiet hours."""
    storm = running(a_storm(a_desk(), orders=10))
    RollOut.objects.update(keeps_quiet_hours=True, deadline_at=MORNING + timedelta(days=30))
    Pace.objects.update(ready_at=NIGHT, refilled_at=NIGHT - timedelta(hours=1))
    return storm


def test_buyers_are_left_alone_at_night_and_written_to_in_the_morning() -> None:
    storm = night_storm()

    assert taken(now=NIGHT) == []
    assert taken(now=NIGHT + timedelta(hours=3)) == []
    assert standing_of(lane_of(storm), NIGHT).sleeps_until == MORNING

    assert taken(now=MORNING)


def test_a_person_may_let_a_storm_through_at_night_with_a_reason() -> None:
    storm = night_storm()
    other = running(another_storm(storm, orders=4))
    RollOut.objects.update(keeps_quiet_hours=True, deadline_at=MORNING + timedelta(days=30))
    with refused("tune_needs_reason"):
        storm_commands.tune(storm.incident, Tune(why=" ", keeps_quiet_hours=False), by=storm.desk.lead, clock=CLOCK)
    Pace.objects.update(refilled_at=NIGHT - timedelta(hours=1))

    storm_commands.tune(
        storm.incident, Tune(why="the window closes at midnight", keeps_quiet_hours=False), by=storm.desk.lead,
        clock=MovableClock(NIGHT),
    )  # fmt: skip
    rows = taken(now=NIGHT)

    assert of_storm(rows, storm) == len(rows) > 0, "the other storm sleeps on"
    assert of_storm(rows, other) == 0
    entry = Entry.objects.get(verb="outreach.tune")
    assert (entry.why, entry.after) == ("the window closes at midnight", {"keeps_quiet_hours": False})


def test_the_team_may_set_other_quiet_hours() -> None:
    storm = night_storm()
    figure = SetFigure(rule_id="MSG-QUIET-01", value="00:00-06:00", reason="buyers here are awake")
    set_figure(figure, by=storm.desk.lead, clock=CLOCK)
    look_up(list(Pace.objects.all()), now=CLOCK.now())

    assert taken(now=NIGHT), "23:00 is not quiet now"
    assert standing_of(lane_of(storm), NIGHT + timedelta(hours=2)).sleeps_until == NIGHT + timedelta(hours=7)


def test_training_wakes_nobody_and_may_go_at_night() -> None:
    assert not planned(a_storm(a_desk(), orders=1)).roll_out.keeps_quiet_hours
    assert planned(a_storm(a_desk("south"), orders=1, training=False)).roll_out.keeps_quiet_hours


# ---- days


def day_of(storm: Storm, limit: int | None, *, shop_code: str = "") -> None:
    """The team's own figure of messages a day."""
    if limit is not None:
        figure = SetFigure(rule_id="LZD-DAY-01", value=str(limit), reason="as the console shows", shop_code=shop_code)
        set_figure(figure, by=storm.desk.lead, clock=CLOCK)
    look_up(list(Pace.objects.all()), now=CLOCK.now())
    Pace.objects.update(tokens=1000, burst=1000, sends_per_second=10_000, refilled_at=CLOCK.now())


def test_a_day_holds_its_limit_over_storms_and_workers() -> None:
    first = running(a_storm(a_desk(), orders=60))
    running(another_storm(first, orders=60))
    day_of(first, 25)
    now = CLOCK.now()
    got: list[int] = []
    ready = threading.Barrier(4)

    def work(worker: int) -> None:
        ready.wait()
        for _ in range(6):
            got.append(len(taken(now=now, size=4, worker=worker)))
        connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Who came while another held the shop went away with nothing: the rest is taken afterwards.
    while rows := taken(now=now, size=4):
        got.append(len(rows))
    assert sum(got) == 25
    standing = standing_of(lane_of(first), now)
    assert (standing.day_used, standing.day_limit, standing.limit_source) == (25, 25, "operator")
    assert standing.full_until is not None
    assert taken(now=standing.full_until, size=4)


def test_a_limit_whose_scope_nobody_knows_counts_over_all_shops_of_the_app() -> None:
    desk = a_desk()
    storm = running(a_storm(desk, orders=30, markets=("TH", "VN")))
    for shop in storm.shops:
        type(shop).objects.filter(pk=shop.pk).update(platform=Platform.TIKTOK)
    look_up(list(Pace.objects.all()), now=CLOCK.now())
    quota = Quota.objects.get(paces__connection__shop=storm.shops[0])
    assert quota.key.startswith("app:tiktok-shop:")
    assert (quota.paces.count(), quota.day_limit, quota.limit_source) == (2, 10_000, "platform")

    Quota.objects.filter(pk=quota.pk).update(day_limit=9)
    Pace.objects.update(tokens=1000, burst=1000, sends_per_second=10_000, refilled_at=CLOCK.now())
    rows = [row for _ in range(9) for row in taken(size=4)]

    assert len(rows) == 9
    assert len({row.connection_id for row in rows}) == 2


def test_a_figure_for_one_shop_counts_for_that_shop_and_what_went_before_counts_too() -> None:
    storm = running(a_storm(a_desk(), orders=30, markets=("TH", "VN")))
    day_of(storm, 20)
    first = taken(size=6)
    assert len(first) == 6
    day_of(storm, 8, shop_code=storm.shops[0].code)

    rows = taken(size=50)

    by_shop = Counter(row.shop_id for row in [*first, *rows])
    assert by_shop[storm.shops[0].pk] <= 8
    assert by_shop[storm.shops[1].pk] <= 20


def test_taking_a_figure_back_takes_the_limit_back() -> None:
    storm = running(a_storm(a_desk(), orders=30))
    day_of(storm, 5)
    assert len(taken()) == 5
    drop_figure("LZD-DAY-01", why="the console says otherwise", by=storm.desk.lead, clock=CLOCK)
    day_of(storm, None)

    assert len(taken()) == 25


def test_an_unreadable_figure_is_refused_when_it_is_set() -> None:
    desk = a_desk()
    for rule, value in (("LZD-DAY-01", "a lot"), ("LZD-DAY-01", "0"), ("MSG-QUIET-01", "21-8"), ("MSG-QUIET-01", "x")):
        with pytest.raises(InvalidInput):
            set_figure(SetFigure(rule_id=rule, value=value, reason="x"), by=desk.lead, clock=CLOCK)


def test_messages_that_never_left_do_not_count_against_the_day(lazada_sim: LazadaSim) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=10))
    lazada_sim.set_faults({"kind": "error", "path": "/im/session/open", "code": "-22", "message": "x", "nth": [1]})
    storm_commands.start(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 9, "rejected": 1}
    assert standing_of(lane_of(storm), CLOCK.now()).day_used == 9


def test_a_platform_that_says_the_day_is_used_up_is_believed_beyond_the_storm(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=10))
    lazada_sim.set_faults({"kind": "api_call_limit", "path": "/im/message/send", "nth": [3], "seconds": 7200})
    work_until(lambda: Quota.objects.filter(blocked_until__gt=CLOCK.now()).exists())
    before = len(lazada_sim.messages())
    second = running(another_storm(storm))

    assert taken() == []
    assert len(lazada_sim.messages()) == before
    pace = Pace.objects.get()
    assert pace.limit_hits == 0, "a used-up day says nothing of the pace"
    waits = standing_of(lane_of(second), CLOCK.now()).waits_until
    assert waits is not None
    assert taken(now=waits + timedelta(seconds=1))


# ---- stops


def test_one_word_of_restriction_stops_the_shop_in_every_storm(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=10))
    other = running(another_storm(storm, orders=10), pace=1, burst=1)
    ended = planned(another_storm(storm, orders=2, first=66001122330000))
    RollOut.objects.filter(pk=ended.roll_out.pk).update(state="done")
    RollOut.objects.filter(pk=other.roll_out.pk).update(open_wave=0, golden_until=None)
    lazada_sim.set_faults({"kind": "error", "path": "/im/message/send", "code": "InsufficientPermission", "nth": [2]})

    work_until(lambda: storm.roll_out.state == "paused" or other.roll_out.state == "paused")

    stopped = dict(Lane.objects.values_list("roll_out_id", "stopped_code"))
    assert stopped[storm.roll_out.pk] == stopped[other.roll_out.pk] == "lane_restricted"
    assert taken() == []
    sent = len(lazada_sim.messages())
    Pace.objects.update(ready_at=CLOCK.now(), tokens=1)
    assert taken() == []
    assert len(lazada_sim.messages()) == sent


def test_a_shop_whose_figures_were_never_looked_up_sends_nothing() -> None:
    running(a_storm(a_desk(), orders=5))
    Pace.objects.update(limits_at=None)
    assert taken() == []
    assert look_up_due(clock=CLOCK) == 1
    assert taken()


def test_agents_and_sellers_do_not_tune() -> None:
    storm = planned(a_storm(a_desk(), orders=2))
    for by in (storm.desk.agent, storm.desk.approver, storm.desk.auditor):
        with pytest.raises(NotAllowed):
            storm_commands.tune(storm.incident, Tune(why="x", spreads_quota=True), by=by, clock=CLOCK)


def test_a_new_plan_keeps_what_was_tuned() -> None:
    storm = planned(a_storm(a_desk(), orders=2))
    wanted = Tune(why="VIP shop", spreads_quota=True, max_shares={"opt_outs": Decimal("0.01")})
    storm_commands.tune(storm.incident, wanted, by=storm.desk.lead, clock=CLOCK)

    planned(storm)

    row = storm.roll_out
    assert (row.version, row.spreads_quota, row.max_opt_out_share, row.tuned_why) == (
        2, True, Decimal("0.0100"), "VIP shop",
    )  # fmt: skip


def lane_of(storm: Storm) -> Lane:
    lanes = Lane.objects.select_related("connection__pace__quota", "connection__shop", "roll_out")
    return lanes.filter(roll_out=storm.roll_out).order_by("pk")[0]


def test_a_stopped_connection_leaves_the_ready_list() -> None:
    running(a_storm(a_desk(), orders=5))
    Connection.objects.update(stopped_reason="auth_expired")
    assert taken() == []
    assert not Pace.objects.filter(ready_at__isnull=False).exists()
