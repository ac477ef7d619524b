"""Several orders of one buyer in one message that a person sends in Seller Center: one copy, one picture."""

import pytest
from tests.kit.buyers import a_storm_of, groups
from tests.kit.by_hand import approve_and_start, batch, mark, send_by_hand
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, planned
from tests.kit.storm import tend_all

from seawall.evidence.api import Screenshot
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands.cases import withdraw_case
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.incidents.queries import proof_of
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient, copy_words, give_back, not_sent, settle_by_person
from seawall.shops.api import Connection

pytestmark = pytest.mark.django_db(transaction=True)


def rolling(*sizes: int) -> Storm:
    """A storm by hand whose buyers have so many orders each; the sample (a buyer of one order) is out."""
    storm = a_storm_of(*sizes)
    Connection.objects.update(mode="manual")
    return approve_and_start(planned(storm))


def carrier_of(storm: Storm) -> Recipient:
    """The message that names several orders, in the agent's hand."""
    return next(row for row in batch(storm, storm.desk.agent) if row.has_riders)


def withdraw(storm: Storm, row: Recipient) -> None:
    """The lead takes an order out of the storm."""
    withdraw_case(
        storm.incident, row.order.platform_order_id, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="the buyer cancelled"
    )


def states(storm: Storm) -> dict[str, int]:
    return storm.counts()


def test_one_picture_stands_for_every_order_the_message_names() -> None:
    storm = rolling(1, 3)
    row = send_by_hand(carrier_of(storm), storm.desk.agent)
    tend_all()
    assert states(storm) == {"sent_by_hand": 4}
    mates = list(Recipient.objects.filter(rides_with=row.pk))
    assert {each.screenshot_sha256 for each in mates} == {row.screenshot_sha256}
    assert Screenshot.objects.count() == 2, "the sample's and the group's"
    for each in mates:
        assert proof_of(storm.desk.lead, each.case, each).screenshots[0].sha256 == row.screenshot_sha256

    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    assert report.counts["outcomes"] == {"sent_by_hand": 4}
    assert report.counts["screenshots"] == 4, "every order shows its picture"


def test_a_group_whose_words_are_at_seller_center_never_parts() -> None:
    storm = rolling(1, 2, 1)
    row = carrier_of(storm)
    copy_words(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    mate = Recipient.objects.get(rides_with=row.pk)
    withdraw(storm, mate)
    assert groups(storm), "its one message may have left"
    with refused("seat_order_over"):
        copy_words(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    mark(row, storm.desk.agent)
    assert {each.state for each in Recipient.objects.filter(pk__in=[row.pk, mate.pk])} == {"sent_by_hand"}


@pytest.mark.parametrize("by", ["seat", "lead"])
def test_a_copy_taken_back_parts_the_group_if_an_order_left_the_storm(by: str) -> None:
    storm = rolling(1, 2, 1)
    row = carrier_of(storm)
    copy_words(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    mate = Recipient.objects.get(rides_with=row.pk)
    withdraw(storm, mate)
    if by == "seat":
        not_sent(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    else:
        give_back(storm.incident.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
        assert {each.state for each in Recipient.objects.filter(pk__in=[row.pk, mate.pk])} == {"needs_person"}
        settle_by_person(
            row.pk, "not_at_platform", by=storm.desk.lead, clock=SYSTEM_CLOCK, why="looked in Seller Center"
        )
    assert groups(storm) == []
    row.refresh_from_db()
    mate.refresh_from_db()
    assert (row.state, mate.state, mate.reason_code) == ("waiting", "left_out", "case_withdrawn")
    assert mate.order.platform_order_id not in row.text
    with refused("seat_not_yours"):
        copy_words(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    again = {each.pk: each for each in batch(storm, storm.desk.agent)}
    send_by_hand(again[row.pk], storm.desk.agent)
