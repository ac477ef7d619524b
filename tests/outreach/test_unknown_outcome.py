"""An answer that is lost: looked up at the platform, never blindly repeated."""

import pytest
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import a_desk, a_storm, rows_in, started, work_until

from seawall.evidence.api import Capture
from seawall.outreach.models import Attempt

pytestmark = pytest.mark.django_db(transaction=True)

SEND = "/im/message/send"


def test_a_message_taken_whose_answer_was_lost_is_found_and_not_sent_again(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=12))
    lazada_sim.set_faults({"kind": "reset_after", "path": SEND, "nth": [2, 5, 6]})

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 9, "confirmed": 3}
    assert len(lazada_sim.messages()) == 12
    assert lazada_sim.summary()["duplicates"] == 0
    found = rows_in(storm, "confirmed")
    by_id = {m["message_id"]: m["text"] for m in lazada_sim.messages()}
    assert all(by_id[row.platform_message_id] == row.text and row.attempts == 1 for row in found)
    assert Capture.objects.filter(recipient__in=found, source="read_back").count() == 3


def test_a_request_that_never_arrived_is_sent_again_only_after_two_looks(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=6))
    lazada_sim.set_faults({"kind": "reset_before", "path": SEND, "nth": [1]})

    work_until(lambda: storm.refresh().state == "follow_up")

    assert sum(storm.counts().values()) == 6
    assert set(storm.counts()) == {"acknowledged"}
    assert len(lazada_sim.messages()) == 6
    assert lazada_sim.summary()["duplicates"] == 0
    (twice,) = [row for row in rows_in(storm, "acknowledged") if row.attempts == 2]
    tries = list(Attempt.objects.filter(recipient=twice).order_by("number"))
    assert [t.outcome for t in tries] == ["lost_sight", "acknowledged"]
    reads = lazada_sim.calls("/im/message/list")
    assert len(reads) == 2


def test_a_message_the_filter_took_is_blocked_and_never_counts_as_proof(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=4))
    lazada_sim.set_faults(
        {"kind": "reset_after", "path": SEND, "nth": [1]}, {"kind": "censored", "path": SEND, "nth": [1]}
    )

    work_until(lambda: storm.refresh().state == "follow_up")

    (row,) = rows_in(storm, "blocked")
    assert row.reason_code == "filtered_by_platform"
    assert storm.counts() == {"acknowledged": 3, "blocked": 1}


def test_an_order_too_old_is_rejected_with_the_platforms_own_code(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=3))
    lazada_sim.set_faults(
        {
            "kind": "error",
            "path": "/im/session/open",
            "code": "-22",
            "message": "order out of day limit: 30",
            "nth": [1],
        }
    )

    work_until(lambda: storm.refresh().state == "follow_up")

    (row,) = rows_in(storm, "rejected")
    assert row.reason_params["platform_code"] == "-22"
    assert len(lazada_sim.messages()) == 2


def test_a_speed_ban_is_waited_out_and_loses_nobody(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=6))
    lazada_sim.set_faults({"kind": "api_call_limit", "path": SEND, "nth": [2], "seconds": 1})

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 6}
    assert len(lazada_sim.messages()) == 6


def test_an_expired_authorisation_stops_the_lane_and_says_so(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=5))
    lazada_sim.set_faults({"kind": "token_expired", "path": "/im/*"})

    work_until(lambda: storm.roll_out.lanes.filter(is_stopped=True).exists())

    lane = storm.roll_out.lanes.get()
    assert lane.stopped_code == "lane_auth_expired"
    assert storm.counts() == {"acknowledged": 1, "waiting": 4}
    assert len(lazada_sim.messages()) == 1
