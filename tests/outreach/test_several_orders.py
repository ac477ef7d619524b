"""Several orders of one buyer in one shop are one message that names them all; each order keeps its own ledger row."""

import pytest
from tests.kit.buyers import a_storm_of, groups, of_buyers, times_named
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import a_desk, a_storm, planned, started, work_until

from seawall.evidence.api import Capture
from seawall.outreach.api import Recipient

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
