"""Packs of a storm at every step: sealed, verified, and never claiming more than the records prove."""

import pytest
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, sampled, started, work_until

from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK

pytestmark = pytest.mark.django_db(transaction=True)


def sealed(storm: Storm) -> dict[str, object]:
    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    return report.counts | {"items": report.items, "is_simulated": report.is_simulated}


def test_a_pack_can_be_sealed_before_the_approval_and_again_at_the_end(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=4, unconnected=2))

    early = sealed(storm)

    assert (early["items"], early["is_simulated"]) == (6, True)
    assert early["outcomes"] == {"acknowledged": 1, "waiting": 3, "no_connection": 2}


def test_the_last_pack_adds_up_to_every_order(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=25, unconnected=3))
    work_until(lambda: storm.refresh().state == "follow_up")

    last = sealed(storm)

    assert last["items"] == 28
    assert last["outcomes"] == {"acknowledged": 25, "no_connection": 3}


def test_only_the_desk_seals_and_only_its_own(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=2))
    rival = a_desk("rival")

    with refused("not_found"):
        seal_pack(storm.incident, by=rival.lead, clock=SYSTEM_CLOCK)
    with refused("not_allowed"):
        seal_pack(storm.incident, by=storm.desk.auditor, clock=SYSTEM_CLOCK)
    assert not storm.incident.packs.exists()
