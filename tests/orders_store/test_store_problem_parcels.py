"""Problem parcels: one row a tracking number, tied to their orders whichever file came first."""

from pathlib import Path

from tests.kit.refusals import refused
from tests.kit.rollout import Desk, a_shop
from tests.orders_store.kit import PROBLEMS, a_file, a_table, take, the_order

from seawall.orders.api import ProblemParcel


def sheet(folder: Path, name: str, *rows: tuple[str, ...]) -> Path:
    full = [(tracking, order, "lazada", "TH", "2026-11-18 09:30", *rest) for tracking, order, *rest in rows]
    return a_table(folder, name, PROBLEMS, *full)


def test_counts_are_reported_and_the_newest_sheet_holds(desk: Desk, tmp_path: Path) -> None:
    first = sheet(tmp_path, "p1.csv", ("T1", "1", "address", "no such house", "1"), ("T2", "", "phone", "dead", "1"))
    later = sheet(tmp_path, "p2.csv", ("T1", "1", "address", "no such house", "2"), ("T3", "", "refused", "no", "1"))
    stored = [take(desk, path).as_json()["stored_problem_parcels"] for path in (first, later, later, first)]
    assert stored == [
        {"new": 2, "changed": 0, "same": 0}, {"new": 1, "changed": 1, "same": 0},
        {"new": 0, "changed": 0, "same": 2}, {"new": 0, "changed": 0, "same": 2},
    ]  # fmt: skip
    assert ProblemParcel.objects.get(tracking_number="T1").attempts == 2


def test_parcels_are_tied_by_order_number_or_tracking_whichever_came_first(desk: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path, "p.csv", ("T1", "1", "a", "b", "1"), ("T2", "", "a", "b", "1"), ("T9", "", "a", "b", "1"))
    take(desk, path)
    assert not ProblemParcel.objects.filter(order__isnull=False).exists()

    take(desk, a_file(tmp_path, "o.csv", {"order_id": "1", "tracking": ""}, {"order_id": "2", "tracking": "T2"}))

    tied = dict(ProblemParcel.objects.values_list("tracking_number", "order__platform_order_id"))
    assert tied == {"T1": "1", "T2": "2", "T9": None}
    sheet_again = sheet(tmp_path, "q.csv", ("T8", "2", "a", "b", "1"))
    take(desk, sheet_again)
    assert ProblemParcel.objects.get(tracking_number="T8").order == the_order("2")


def test_a_tracking_number_of_another_shop_ties_nothing(desk: Desk, tmp_path: Path) -> None:
    a_shop(desk, "MY")
    take(desk, a_file(tmp_path, "o.csv", {"market": "MY", "currency": "MYR", "tracking": "T1"}), shop="LMY")
    take(desk, sheet(tmp_path, "p.csv", ("T1", "1", "a", "b", "1")))
    assert ProblemParcel.objects.get().order is None


def test_a_sheet_of_another_market_is_refused(desk: Desk, tmp_path: Path) -> None:
    row = ("T1", "1", "lazada", "MY", "2026-11-18 09:30", "a", "b", "1")
    mixed = a_table(tmp_path, "p.csv", PROBLEMS, row, (*row[:3], "TH", *row[4:]))
    with refused("wrong_shop"):
        take(desk, mixed)
    assert not ProblemParcel.objects.exists()


def test_odd_cells_do_not_stop_the_sheet(desk: Desk, tmp_path: Path) -> None:
    take(
        desk,
        sheet(
            tmp_path, "p.csv", ("T" * 200, "8" * 100, "k" * 100, "ab", "9" * 30), ("T2", "2", "k", "b", "2")
        ),
    )  # fmt: skip
    assert dict(ProblemParcel.objects.values_list("tracking_number", "attempts")) == {"T" * 80: None, "T2": 2}
