"""Several orders of one buyer in one shop are one message that names them all; each order keeps its own ledger row."""

import pytest
from tests.kit.buyers import a_storm_of, groups, of_buyers, times_named
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import Storm, a_desk, a_storm, approved, planned, rows_in, sampled, started, work_until
from tests.kit.storm import hand_to_person, tend_all

from seawall.evidence.api import Capture
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands import roll_out as storm_commands
from seawall.incidents.commands.cases import withdraw_case
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient, settle_by_person
from seawall.outreach.ledger import audience_digest_now

pytestmark = pytest.mark.django_db(transaction=True)

SEND = "/im/message/send"


def test_a_buyer_of_three_orders_gets_one_message_and_three_rows_say_so(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, 2, 1, sim=lazada_sim))

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 7}
    assert len(lazada_sim.messages(from_="seller")) == 4
    assert set(times_named(storm).values()) == {1}
    rows = list(Recipient.objects.filter(incident=storm.incident).order_by("rank"))
    assert len({row.platform_message_id for row in rows}) == 4
    for row in rows:
        assert row.order.platform_order_id in row.text
        assert Capture.objects.filter(recipient=row, order=row.order, source="answer").count() == 1


def test_the_sample_is_a_buyer_of_one_order_and_a_group_shares_its_wave(lazada_sim: LazadaSimHelper) -> None:
    storm = planned(a_storm_of(3, 1, 2, sim=lazada_sim))

    sample = Recipient.objects.get(incident=storm.incident, wave=0)

    assert (sample.has_riders, sample.rides_with_id, sample.solo_text) == (False, None, "")
    for carrier in Recipient.objects.filter(incident=storm.incident, has_riders=True):
        assert set(carrier.riders.values_list("wave", "lane", "text_sha256")) == {
            (carrier.wave, carrier.lane_id, carrier.text_sha256)
        }
    assert sorted(len(each) for each in groups(storm)) == [2, 3]
    assert [(wave.number, wave.size) for wave in storm.roll_out.waves.order_by("number")] == [(0, 1), (1, 5)]


def test_what_a_file_says_of_the_buyer_is_not_believed_until_the_platform_says_it_too(
    lazada_sim: LazadaSimHelper,
) -> None:
    storm = a_storm(a_desk(), lazada_sim, orders=4)
    of_buyers(storm, 1, 3, truly=(1, 2, 1))

    started(storm)
    assert [len(each) for each in groups(storm)] == [3]
    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 4}
    assert groups(storm) == []
    assert len(lazada_sim.messages(from_="seller")) == 4
    assert set(times_named(storm).values()) == {1}


def test_an_answer_lost_on_the_way_is_found_once_for_every_order_of_the_message(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, 2, sim=lazada_sim))
    lazada_sim.set_faults({"kind": "reset_after", "path": SEND, "nth": [1, 2]})

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 1, "confirmed": 5}
    assert len(lazada_sim.messages(from_="seller")) == 3
    assert set(times_named(storm).values()) == {1}
    for row in rows_in(storm, "confirmed"):
        assert Capture.objects.filter(recipient=row, source="read_back").count() == 1


def test_a_group_that_never_arrived_goes_again_as_the_same_group(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, sim=lazada_sim))
    lazada_sim.set_faults({"kind": "reset_before", "path": SEND, "nth": [1]})

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 4}
    assert [len(each) for each in groups(storm)] == [3]
    assert set(times_named(storm).values()) == {1}


def test_an_order_too_old_to_write_about_does_not_silence_the_others(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, sim=lazada_sim))
    # The second order that is opened for the group, and again when it goes alone.
    lazada_sim.set_faults(
        {"kind": "error", "path": "/im/session/open", "code": "-22", "message": "order out of day limit", "nth": [2, 3]}
    )

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 3, "rejected": 1}
    assert groups(storm) == []
    assert sorted(times_named(storm).values()) == [0, 1, 1, 1]


def test_a_platform_that_refuses_the_message_refuses_it_for_every_order_it_names(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 2, 1, sim=lazada_sim))
    lazada_sim.set_faults({"kind": "error", "path": SEND, "code": "-6", "message": "refused", "nth": [1]})

    work_until(lambda: storm.refresh().state == "follow_up")

    refused_rows = rows_in(storm, "rejected")
    assert len(refused_rows) in (1, 2)
    assert len({row.text for row in refused_rows}) == 1
    assert {row.reason_params["platform_code"] for row in refused_rows} == {"-6"}


def test_one_refused_message_is_one_refusal_however_many_orders_it_names(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 4, *[1] * 8, sim=lazada_sim))
    group = Recipient.objects.get(has_riders=True)
    # The first of the wave to be sent.
    assert group.rank < min(Recipient.objects.filter(wave=1, merged_sha256="").values_list("rank", flat=True))
    lazada_sim.set_faults({"kind": "error", "path": SEND, "code": "-6", "message": "refused", "nth": [1]})

    work_until(lambda: storm.refresh().state == "follow_up")

    assert sum(storm.counts().values()) == 13
    assert storm.counts()["rejected"] in (1, 4)
    assert storm.roll_out.state == "done"


def test_the_platforms_filter_blocks_every_order_of_the_message(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, sim=lazada_sim))
    lazada_sim.set_faults({"kind": "censored", "path": SEND, "nth": [1]})
    work_until(lambda: storm.refresh().state == "follow_up")

    Recipient.objects.update(confirm_after=None)
    Recipient.objects.filter(has_riders=True).update(confirm_after=SYSTEM_CLOCK.now())
    work_until(lambda: storm.counts().get("blocked") == 3)

    assert {row.reason_code for row in rows_in(storm, "blocked")} == {"filtered_by_platform"}
    assert sealed(storm)["outcomes"] == {"acknowledged": 1, "blocked": 3}


def test_an_order_withdrawn_before_the_start_leaves_the_message_and_the_others_go_alone(
    lazada_sim: LazadaSimHelper,
) -> None:
    storm = approved(a_storm_of(1, 3, sim=lazada_sim))
    (group,) = groups(storm)
    withdraw_case(storm.incident, group[1], by=storm.desk.lead, clock=SYSTEM_CLOCK, why="delivered after all")

    # The approval bound both the words of the group and those of each order alone.
    storm_commands.start(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 3, "left_out": 1}
    assert times_named(storm)[group[1]] == 0
    assert sorted(times_named(storm).values()) == [0, 1, 1, 1]
    assert groups(storm) == []


def test_words_changed_behind_the_approvals_back_are_noticed_in_a_group_and_after_it_parted() -> None:
    storm = planned(a_storm_of(1, 3))
    roll_out = storm.roll_out
    assert audience_digest_now(roll_out) == roll_out.audience_digest
    (group,) = groups(storm)
    withdraw_case(storm.incident, group[0], by=storm.desk.lead, clock=SYSTEM_CLOCK, why="solved")
    assert audience_digest_now(roll_out) == roll_out.audience_digest
    row = Recipient.objects.get(order__platform_order_id=group[1])
    for changed in ({"text": "other words"}, {"text": "other", "solo_text": "other"}, {"solo_text": "other"}):
        Recipient.objects.filter(pk=row.pk).update(**changed)
        assert audience_digest_now(roll_out) != roll_out.audience_digest, changed
        Recipient.objects.filter(pk=row.pk).update(text=row.text, solo_text=row.solo_text)


def test_a_pack_says_of_each_order_what_the_platform_said_of_their_message(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, 2, sim=lazada_sim))
    work_until(lambda: storm.refresh().state == "follow_up")
    Recipient.objects.filter(rides_with__isnull=True).update(confirm_after=SYSTEM_CLOCK.now())
    work_until(lambda: storm.counts() == {"confirmed": 6})

    assert sealed(storm)["grades"]["confirmed"] == 6


def test_a_new_plan_keeps_the_group_of_a_contacted_buyer_and_writes_to_nobody_again(
    lazada_sim: LazadaSimHelper,
) -> None:
    storm = sampled(a_storm_of(3, 2, sim=lazada_sim))
    assert storm.counts() == {"acknowledged": 3, "waiting": 2}
    sample = groups(storm)[0]

    plan_again(storm)
    assert sample in groups(storm)
    storm_commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    work_until(lambda: storm.refresh().state == "sample_sent")

    assert len(lazada_sim.messages(from_="seller")) == 2
    assert set(times_named(storm).values()) == {1}


def test_a_sample_that_nobody_could_settle_is_planned_again_with_its_group(lazada_sim: LazadaSimHelper) -> None:
    storm = planned(a_storm_of(3, 2, sim=lazada_sim))
    storm_commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert hand_to_person(storm, 1) == 1
    tend_all()
    asked = Recipient.objects.filter(state="needs_person")
    assert asked.count() == 3
    for_one = asked.filter(rides_with__isnull=False).earliest("pk")
    settle_by_person(for_one.pk, "leave_out", by=storm.desk.lead, clock=SYSTEM_CLOCK, why="nothing in the chat")

    # The kit's stand-in for a worker makes up conversations that the simulator has never heard of.
    Recipient.objects.update(session_id="")

    plan_again(storm)
    assert sorted(len(each) for each in groups(storm)) == [2, 3]
    storm_commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    work_until(lambda: storm.refresh().state == "sample_sent")

    assert len(lazada_sim.messages(from_="seller")) == 1
    assert storm.counts() in ({"acknowledged": 3, "waiting": 2}, {"acknowledged": 2, "waiting": 3})


def plan_again(storm: Storm) -> None:
    """The lead changes a comma; what was planned falls and is planned anew."""
    wording = library_wording("customs_return", variant="short")
    submit_incident_script(storm.refresh(), wording, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    storm.refresh()


def sealed(storm: Storm) -> dict[str, dict[str, int]]:
    """Seal and verify; the counts without zeros."""
    report = verify_pack(pack_path(seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)))
    assert report.ok, report.problems
    return {name: {key: n for key, n in report.counts[name].items() if n} for name in ("outcomes", "grades")}
