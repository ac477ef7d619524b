"""Two people import at the same moment."""

import threading
from pathlib import Path

import pytest
from django.db import connections
from tests.kit.rollout import a_desk, a_shop
from tests.orders_store.kit import a_file, counts, take

from seawall.orders.api import ImportFile, ImportReport, Order
from seawall.orders.models import Parcel
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_imports_of_one_file_give_one_set_of_rows(tmp_path: Path) -> None:
    desk = a_desk()
    a_shop(desk, "TH")
    rows = [{"order_id": str(number), "tracking": f"T{number}"} for number in range(300)]
    path = a_file(tmp_path, "a.csv", *rows)
    both, done, failed = threading.Barrier(4), list[ImportReport](), list[BaseException]()

    def run() -> None:
        try:
            both.wait()
            done.append(take(desk, path))
        except BaseException as error:  # noqa: BLE001  # shown below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert sorted(counts(report) for report in done) == [(0, 0, 300), (0, 0, 300), (0, 0, 300), (300, 0, 0)]
    assert (Order.objects.count(), Parcel.objects.count(), ImportFile.objects.count()) == (300, 300, 1)
    assert Entry.objects.filter(verb="orders.import").count() == 1
