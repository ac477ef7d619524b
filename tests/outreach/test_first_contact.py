"""A storm of a few orders, from the plan to the last message, with a real worker and a simulated Lazada."""

import pytest
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import a_desk, a_storm, approved, planned, sampled, started, work_until

from seawall.outreach.api import Recipient

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_buyer_is_written_to_once_and_the_counts_add_up(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=40, markets=("TH", "VN"), unconnected=7))

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 80, "no_connection": 7}
    messages = lazada_sim.messages()
    assert len(messages) == 80
    texts = [m["text"] for m in messages]
    assert len(set(texts)) == 80
    for row in Recipient.objects.filter(state="acknowledged").select_related("order"):
        assert row.order.platform_order_id in row.text
        assert row.text in texts
    assert {row.language for row in Recipient.objects.filter(lane__isnull=False)} == {"th", "vi"}


def test_the_sample_is_one_message_and_nothing_more_leaves_before_approval(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=5))

    work_until(lambda: True)

    assert storm.counts() == {"acknowledged": 1, "waiting": 4}
    assert len(lazada_sim.messages()) == 1
    assert storm.roll_out.state == "sample_sent"


def test_a_plan_alone_sends_nothing(lazada_sim: LazadaSimHelper) -> None:
    storm = planned(a_storm(a_desk(), lazada_sim, orders=3))
    seen = []

    work_until(lambda: len(seen) > 20 or seen.append(1) is not None)

    assert storm.counts() == {"waiting": 3}
    assert lazada_sim.messages() == []


def test_approval_alone_sends_nothing_until_somebody_starts(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=3))
    seen = []

    work_until(lambda: len(seen) > 20 or seen.append(1) is not None)

    assert storm.counts() == {"acknowledged": 1, "waiting": 2}
    assert len(lazada_sim.messages()) == 1
