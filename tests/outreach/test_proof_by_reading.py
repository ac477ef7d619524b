"""Where no push proves an acknowledged message, the platform's own record is read: an id alone is no proof."""

from datetime import timedelta

import pytest
from tests.kit.lazada_sim import LazadaSim
from tests.kit.rollout import Storm, a_desk, a_storm, started, work_until

from seawall.evidence.api import Capture
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient

pytestmark = pytest.mark.django_db(transaction=True)


def sent_without_pushes(sim: LazadaSim) -> Storm:
    """All is sent; no push of the platform ever arrives, and the late look is due."""
    storm = started(a_storm(a_desk(), sim, orders=6))
    work_until(lambda: storm.refresh().state == "follow_up")
    assert storm.counts() == {"acknowledged": 6}
    due = Recipient.objects.filter(confirm_after__isnull=False)
    assert due.count() == 6
    assert due.filter(confirm_after__lt=SYSTEM_CLOCK.now() + timedelta(minutes=5)).count() == 0, "pushes go first"
    due.update(confirm_after=SYSTEM_CLOCK.now())
    return storm


def test_lost_pushes_are_made_good_by_one_read_each(lazada_sim: LazadaSim) -> None:
    storm = sent_without_pushes(lazada_sim)
    work_until(lambda: storm.counts() == {"confirmed": 6})
    assert len(lazada_sim.calls("/im/message/list")) == 6
    assert Capture.objects.filter(source="read_back").count() == 6
    assert not Recipient.objects.filter(confirm_after__isnull=False).exists()


def test_a_message_filtered_after_it_was_accepted_is_found_out(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=4))
    lazada_sim.set_faults({"kind": "censored", "path": "/im/message/send", "nth": [2]})
    work_until(lambda: storm.counts().get("acknowledged", 0) == 4)
    Recipient.objects.update(confirm_after=SYSTEM_CLOCK.now())
    work_until(lambda: storm.counts() == {"confirmed": 3, "blocked": 1})


def test_a_platform_in_trouble_proves_nothing_and_costs_no_look(lazada_sim: LazadaSim) -> None:
    storm = sent_without_pushes(lazada_sim)
    lazada_sim.set_faults({"kind": "http_5xx", "path": "/im/message/list"})
    work_until(lambda: len(lazada_sim.calls("/im/message/list")) >= 6)
    assert storm.counts() == {"acknowledged": 6}
    assert {row.confirm_looks for row in Recipient.objects.all()} == {0}
    lazada_sim.set_faults()
    Recipient.objects.update(confirm_after=SYSTEM_CLOCK.now())
    work_until(lambda: storm.counts() == {"confirmed": 6})
