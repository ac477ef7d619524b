"""Orders told in one message come to different ends; the ledger, the pack and the closing keep them apart."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from tests.kit.buyers import groups
from tests.kit.casework import a_case_storm, cancels, case_work_until, is_done, list_cancels, look_now, rows_of, tell
from tests.kit.rollout import Storm
from tests.kit.storm import tend_all

from seawall.evidence.seal import layout
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents import api as incidents
from seawall.incidents.commands.cases import withdraw_case
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.outreach.api import Recipient

pytestmark = pytest.mark.django_db(transaction=True)


def sealed(storm: Storm) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, str]]]:
    """Seal and verify; the orders by number, as lines and as rows of the sheet."""
    path = pack_path(seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK))
    report = verify_pack(path)
    assert report.ok, report.problems
    with zipfile.ZipFile(path) as archive:
        lines = [json.loads(line) for line in archive.read(layout.ORDERS).splitlines()]
        sheet = csv.DictReader(io.StringIO(archive.read(layout.ORDERS_CSV).decode("utf-8-sig")))
        rows = {row["order_id"].lstrip("'"): row for row in sheet}
    return {line["order_id"]: line for line in lines}, rows


def test_what_was_named_together_stays_so_when_some_are_cancelled_and_one_is_not(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=4, of_one_buyer=3)
    (group,) = groups(storm)
    list_cancels(storm, platform, start=False)
    place.ship(group[0])
    place.buyer_cancelled(group[1])
    incidents.start_cancel(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    case_work_until(lambda: is_done(storm))

    lines, rows = sealed(storm)

    assert [rows[number]["cancellation"] for number in group] == ["kept", "not_needed", "cancelled"]
    for number in group:
        assert lines[number]["named_with"] == [each for each in group if each != number]
        assert (lines[number]["outcome"], lines[number]["grade"]) == ("confirmed", "confirmed")
    assert len({lines[number]["message_id"] for number in group}) == 1
    (alone,) = set(lines) - set(group)
    assert "named_with" not in lines[alone]


def test_an_order_withdrawn_after_its_message_is_still_named_by_it(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=3, of_one_buyer=2)
    (group,) = groups(storm)
    withdraw_case(storm.incident, group[0], by=storm.desk.lead, clock=SYSTEM_CLOCK, why="delivered after all")
    list_cancels(storm, platform)
    case_work_until(lambda: is_done(storm))

    lines, rows = sealed(storm)

    assert [lines[number]["named_with"] for number in group] == [[group[1]], [group[0]]]
    assert [rows[number]["cancellation"] for number in group] == ["", "cancelled"]


def test_an_order_cancelled_before_its_message_leaves_it_and_the_others_are_told_alone(
    sim: Any, platform: Platform
) -> None:
    storm, _ = a_case_storm(sim, platform, orders=4, told=False, of_one_buyer=3)
    lead, (group,) = storm.desk.lead, groups(storm)
    list_cancels(storm, platform)
    incidents.waive_message_first(
        storm.incident, orders=[group[0]], by=lead, clock=SYSTEM_CLOCK, why="the platform wants it today"
    )
    case_work_until(lambda: rows_of(storm)[group[0]].state == "cancelled")
    assert rows_of(storm)[group[1]].state == "planned"

    while tell(storm, 1000):
        tend_all()
    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"cancelled": 4}
    lines, _ = sealed(storm)
    texts = {row.order.platform_order_id: row.text for row in Recipient.objects.filter(incident=storm.incident)}
    assert lines[group[0]]["outcome"] == "left_out"
    for number in group[1:]:
        assert lines[number]["outcome"] == "confirmed"
        assert "named_with" not in lines[number]
        assert [each for each in group if each in texts[number]] == [number]


def test_one_of_a_group_resolves_and_the_storm_can_be_closed(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=3, told=False, of_one_buyer=2)
    (group,) = groups(storm)
    place.buyer_cancelled(group[1])
    look_now(storm)
    case_work_until(lambda: storm.incident.watched.filter(resolved_by="buyer").count() == 1)
    assert groups(storm) == []
    while tell(storm, 1000) or storm.refresh().state != "follow_up":
        tend_all()

    lines, rows = sealed(storm)
    assert (lines[group[1]]["outcome"], lines[group[0]]["outcome"]) == ("left_out", "confirmed")
    assert rows[group[1]]["cancellation_reason"] == "resolved by buyer"
    incidents.close(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, why="all done")
    shown = incidents.summary(storm.refresh(), by=storm.desk.lead)
    assert (shown["state"], shown["adds_up"], shown["planned"]) == ("closed", True, 3)
