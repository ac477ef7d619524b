"""The pack holds what became of every order, and a storm is closed only when every order has an outcome."""

import csv
import io
import zipfile
from typing import Any

import pytest
from tests.kit.casework import a_case_storm, case_work_until, is_done, list_cancels, numbers_of, rows_of
from tests.kit.refusals import refused

from seawall.evidence.seal.verify import verify_pack
from seawall.incidents import api as incidents
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pack_says_of_every_order_whether_and_why_it_was_cancelled(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=3)
    shipped, *rest = numbers_of(storm)
    list_cancels(storm, platform, start=False)
    place.ship(shipped)
    incidents.start_cancel(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    case_work_until(lambda: is_done(storm))

    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    with zipfile.ZipFile(pack_path(pack)) as archive:
        text = archive.read("records/orders.csv").decode("utf-8-sig")
        records = archive.read("records/messages.jsonl").decode()
        approvals = archive.read("approvals/approvals.json").decode()
    found = {row["order_id"].lstrip("'"): row for row in csv.DictReader(io.StringIO(text))}
    assert {found[number]["cancellation"] for number in rest} == {"cancelled"}
    assert all("stock" in found[number]["cancellation_reason"].lower() for number in rest)
    assert found[shipped]["cancellation"] == "kept"
    assert found[shipped]["cancellation_reason"].startswith("cancel_shipped")
    assert '"step":"cancel"' in approvals
    assert '"path":"order"' in records
    # What is kept of an order names no buyer.
    assert "recipient_address" not in records
    assert "buyer_username" not in records
    assert "address_shipping" not in records


def test_a_storm_with_a_cancellation_or_a_request_open_is_not_closed(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=2)
    incidents_done(storm)
    lead = storm.desk.lead
    list_cancels(storm, platform, start=False)
    seal_pack(storm.refresh(), by=lead, clock=SYSTEM_CLOCK)
    with refused("close_cancellations_open"):
        incidents.close(storm.refresh(), by=lead, clock=SYSTEM_CLOCK, why="")
    incidents.start_cancel(storm.incident, by=lead, clock=SYSTEM_CLOCK)
    case_work_until(lambda: is_done(storm))

    incidents.close(storm.refresh(), by=lead, clock=SYSTEM_CLOCK, why="all done")

    assert storm.refresh().state == "closed"
    shown = incidents.summary(storm.incident, by=lead)
    assert shown["adds_up"]
    assert shown["after"]["cancellations"]["cancelled"] == shown["after"]["listed"] == 2
    assert {row.state for row in rows_of(storm).values()} == {"cancelled"}
    assert not storm.incident.watched.filter(look_at__isnull=False).exists()


def incidents_done(storm: Any) -> None:
    """The roll-out has come to its end."""
    from tests.kit.storm import tend_all

    while storm.refresh().state != "follow_up":
        tend_all()
