"""A worker draws each order's picture soon after it was contacted, once its record is quiet."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import Storm, a_desk, a_storm, sampled, started, work_until

from seawall.evidence.api import again, keep
from seawall.evidence.models import Capture, Picture
from seawall.incidents.api import PictureChore, seal_pack
from seawall.incidents.picture_chore import _alone, due, has_due
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock

pytestmark = pytest.mark.django_db(transaction=True)


def a_chore(*, quiet_s: float = 0) -> PictureChore:
    return PictureChore(clock=SYSTEM_CLOCK, processes=0, quiet=timedelta(seconds=quiet_s))


def a_further_record(storm: Storm) -> int:
    """One more record of some order. Gives the order's key."""
    one = Capture.objects.filter(incident=storm.incident, order__isnull=False).order_by("pk")[0]
    assert one.order_id is not None
    assert one.recipient_id is not None
    keep([again(one, incident_id=storm.incident.pk, order_id=one.order_id, recipient_id=one.recipient_id)])
    return one.order_id


def test_the_picture_of_an_order_is_there_when_it_was_contacted(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=3))
    chore = a_chore()
    assert chore.act()
    sample = Picture.objects.get()
    assert sample.order.platform_order_id == storm.roll_out.recipients.get(wave=0).order.platform_order_id
    assert len(sample.pages) == 1
    assert not chore.act()


def test_after_the_roll_out_nothing_is_left_to_draw_for_the_pack(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=6, unconnected=1))
    work_until(lambda: storm.refresh().state == "follow_up")
    chore = a_chore()
    while chore.act():
        pass
    assert not has_due(storm.incident.pk)
    drawn = {row.pk: row.drawn_at for row in Picture.objects.all()}
    assert len(drawn) == 6

    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert pack.counts["pictures"] == 6
    assert {row.pk: row.drawn_at for row in Picture.objects.all()} == drawn


def test_an_order_is_drawn_again_when_its_record_says_more(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=2))
    chore = a_chore()
    assert chore.act()
    before = Picture.objects.get()
    assert before.order_id == a_further_record(storm)
    assert chore.act()
    after = Picture.objects.get()
    assert after.pages != before.pages
    assert after.last_capture > before.last_capture


def test_a_record_that_is_still_coming_in_is_waited_for(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=2))
    clock = MovableClock(Capture.objects.latest("our_time").our_time + timedelta(seconds=5))
    assert due(storm.incident.pk, before_s=timedelta(seconds=8), clock=clock) == []
    assert has_due(storm.incident.pk)
    clock.move(timedelta(seconds=4))
    assert len(due(storm.incident.pk, before_s=timedelta(seconds=8), clock=clock)) == 1


def test_two_workers_never_draw_one_storm_at_once(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=2))
    held, done = threading.Event(), threading.Event()

    def other_worker() -> None:
        with _alone(storm.incident.pk) as is_ours:
            assert is_ours
            held.set()
            done.wait(10)
        connections.close_all()

    thread = threading.Thread(target=other_worker)
    thread.start()
    assert held.wait(10)
    chore = a_chore()
    assert not chore.act()
    assert not Picture.objects.exists()
    done.set()
    thread.join()
    assert chore.act()


def test_without_room_or_fonts_the_worker_goes_on_and_says_so_once(
    lazada_sim: LazadaSimHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=2))
    chore = a_chore()

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("seawall.evidence.pictures.pool.store_page", full)
        assert not chore.act()
        assert not chore.act()
    a_further_record(storm)
    assert chore.act()
    assert Picture.objects.count() == 1
