"""Importing into a shop: what is new, changed, the same; what a later file may and may not overturn."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit.refusals import refused
from tests.kit.rollout import Desk, a_desk, a_shop
from tests.orders_store.kit import RETURNS, a_file, a_table, counts, planned_and_stored, snapshot, take, the_order

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import ImportFile, ImportFiles, Order, apply_plan, import_files, plan_import
from seawall.orders.imports.api import read_file
from seawall.orders.models import Parcel
from seawall.orders.store import store_orders
from seawall.shops.api import Shop
from seawall.timeline.api import Entry


def test_new_changed_and_same_are_counted_and_the_plan_says_so_before(desk: Desk, tmp_path: Path) -> None:
    first = a_file(tmp_path, "a.csv", {"order_id": "1"}, {"order_id": "2"})
    later = a_file(tmp_path, "b.csv", {"order_id": "1"}, {"order_id": "2", "status": "delivered"}, {"order_id": "3"})

    assert planned_and_stored(desk, first) == ((2, 0, 0), (2, 0, 0))
    assert planned_and_stored(desk, later) == ((1, 1, 1), (1, 1, 1))
    assert [the_order(each).status for each in "123"] == ["shipped", "delivered", "shipped"]


def test_the_same_file_twice_changes_nothing_and_says_so(desk: Desk, tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.csv", {"order_id": "1"}, {"order_id": "2"})
    take(desk, path)
    before, entries = snapshot(), Entry.objects.count()

    again = take(desk, path)

    assert counts(again) == (0, 0, 2)
    assert again.files_known == ("a.csv",)
    assert snapshot() == before
    assert ImportFile.objects.count() == 1
    assert Entry.objects.count() == entries


def test_an_older_file_given_again_overturns_nothing(desk: Desk, tmp_path: Path) -> None:
    older = a_file(tmp_path, "a.csv", {"status": "ready", "order_total": "100", "remark": "old words"})
    newer = a_file(tmp_path, "b.csv", {"status": "shipped", "order_total": "90", "remark": "new words"})
    equal = a_file(tmp_path, "c.csv", {"status": "shipped", "order_total": "80", "remark": "newest words"})
    for path in (older, newer, equal):
        take(desk, path)
    before = snapshot()

    for path in (older, newer, equal, older):
        assert planned_and_stored(desk, path) == ((0, 0, 1), (0, 0, 1)), path.name
    assert planned_and_stored(desk, older, newer, equal) == ((0, 0, 1), (0, 0, 1))

    assert snapshot() == before
    assert (the_order().total, the_order().remark) == (Decimal(80), "newest words")


def test_a_returns_file_blanks_neither_buyer_nor_lines_nor_money(desk: Desk, tmp_path: Path) -> None:
    take(desk, a_file(tmp_path, "orders.csv", {"status": "completed", "sku": "L-1"}, {"item": "Shade", "sku": "S-1"}))
    returned = a_table(tmp_path, "returns.csv", RETURNS, ("R1", "RI1", "1", "Refund Issued", "Damaged", ""))
    report = take(desk, returned)

    assert report.plan.readings[0].kind == "returns"
    order = the_order()
    assert (order.buyer_name, order.address, order.total, order.currency) == (
        "Somchai", {"city": "Bangkok"}, Decimal(100), "THB",
    )  # fmt: skip
    assert {line["title"] for line in order.lines} >= {"Lamp", "Shade"}
    assert order.ordered_at is not None
    assert order.cancel_reason == "Damaged"
    assert list(order.parcels.values_list("tracking_number", flat=True)) == ["TH001"]


def test_a_status_never_goes_back_and_its_words_stay_with_it(desk: Desk, tmp_path: Path) -> None:
    take(desk, a_file(tmp_path, "new.csv", {"status": "delivered"}))
    words = the_order().status_raw
    take(desk, a_file(tmp_path, "old.csv", {"status": "ready", "phone": "0812345678"}))

    order = the_order()
    assert (order.status, order.status_raw) == ("delivered", words)
    assert order.phone == "0812345678"  # what only the older export knows is still learned


def test_a_whole_phone_number_is_kept_over_a_masked_one(desk: Desk, tmp_path: Path) -> None:
    take(desk, a_file(tmp_path, "a.csv", {"phone": "0812345678"}))
    take(desk, a_file(tmp_path, "b.csv", {"phone": "08*****78", "status": "delivered"}))
    assert (the_order().phone, the_order().is_phone_masked) == ("0812345678", False)
    take(desk, a_file(tmp_path, "c.csv", {"order_id": "2", "phone": "08*****78"}))
    take(desk, a_file(tmp_path, "d.csv", {"order_id": "2", "phone": "0812345678", "status": "ready"}))
    assert (the_order("2").phone, the_order("2").is_phone_masked) == ("0812345678", False)


FILES = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["1", "2"]),
            "status": st.sampled_from(["unpaid", "ready", "shipped", "delivered", "cancelled"]),
        },
        optional={
            "remark": st.sampled_from(["", "one", "two"]), "phone": st.sampled_from(["", "0812345678", "08****78"]),
            "order_total": st.sampled_from(["", "100", "90"]), "item": st.sampled_from(["Lamp", "Shade"]),
        },
    ),
    min_size=1, max_size=4, unique_by=lambda row: row["order_id"] + row.get("item", "Lamp"),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=st.lists(FILES, min_size=2, max_size=3), again=st.integers(0, 2))
def test_one_after_the_other_gives_what_all_at_once_gives(
    desk: Desk, tmp_path: Path, files: list[list[dict[str, str]]], again: int
) -> None:
    Parcel.objects.all().delete()
    Order.objects.all().delete()
    ImportFile.objects.all().delete()
    paths = [a_file(tmp_path, f"{number}.csv", *rows) for number, rows in enumerate(files)]

    def shown() -> list[tuple[object, ...]]:
        return [
            (
                order.platform_order_id, order.status, order.status_raw, order.total, order.remark, order.phone,
                order.is_phone_masked, sorted(line["title"] for line in order.lines),
                sorted(order.parcels.values_list("tracking_number", "package_id")),
            )
            for order in Order.objects.order_by("platform_order_id")
        ]  # fmt: skip

    take(desk, *paths)
    together = shown()
    Parcel.objects.all().delete()
    Order.objects.all().delete()
    ImportFile.objects.all().delete()
    for path in paths:
        take(desk, path)
    assert shown() == together
    before = snapshot()
    take(desk, paths[again % len(paths)])
    assert snapshot() == before


def test_two_shops_with_the_same_lazada_order_number_stay_apart(desk: Desk, tmp_path: Path) -> None:
    a_shop(desk, "MY")
    take(desk, a_file(tmp_path, "th.csv", {"order_id": "77", "buyer_name": "Somchai"}))
    malay = {"order_id": "77", "market": "MY", "currency": "MYR", "order_total": "12.50", "buyer_name": "Aminah"}
    report = take(desk, a_file(tmp_path, "my.csv", malay), shop="LMY")

    assert counts(report) == (1, 0, 0)
    assert the_order("77").buyer_name == "Somchai"
    assert (the_order("77", shop="LMY").buyer_name, the_order("77", shop="LMY").currency) == ("Aminah", "MYR")


def test_a_file_of_another_shop_is_refused_and_nothing_is_stored(desk: Desk, tmp_path: Path) -> None:
    a_shop(desk, "TH", platform=Platform.SHOPEE)
    good, foreign = a_file(tmp_path, "a.csv", {}), a_file(tmp_path, "b.csv", {"order_id": "9", "market": "MY"})
    with refused("wrong_shop"):
        take(desk, good, foreign)
    with refused("wrong_shop"):
        take(desk, good, shop="STH")
    assert not Order.objects.exists()
    assert not ImportFile.objects.exists()


SHOPEE_ID = "No. Pesanan,Status Pesanan,Waktu Pesanan Dibuat,Total Pembayaran,Nama Produk\n"
SHOPEE_PH = "Order ID,Order Status,Estimated Ship Out Date,Order Creation Date,Grand Total,Country\n"
LAZADA = "orderItemId,orderNumber,createTime,status,paidPrice,shippingCountry\n"


@pytest.mark.parametrize(
    ("platform", "text", "says"),
    [
        (Platform.SHOPEE, SHOPEE_ID + "241105ABCDEFGH,Perlu Dikirim,2024-11-05 09:30,89.000,Gelas\n", "Shopee ID"),
        (
            Platform.SHOPEE,
            SHOPEE_PH + "241105ABCDEFGH,To ship,2024-11-07 09:30,2024-11-05 09:30,15.00,Philippines\n",
            "Shopee PH",
        ),
        (
            Platform.LAZADA,
            LAZADA + "614000000000001,412700000000003,05 Nov 2024 09:30,pending,12.50,Singapore\n",
            "Lazada SG",
        ),
    ],
)
def test_a_file_of_the_right_platform_but_another_market_is_the_wrong_shop(
    desk: Desk, tmp_path: Path, platform: Platform, text: str, says: str
) -> None:
    """Rupiah taken for ringgit, and buyers written to in another country's language."""
    shop = a_shop(desk, "MY", platform=platform)
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"holds {says} orders") as wrong:
        take(desk, path, shop=shop.code)
    assert wrong.value.code == "wrong_shop"
    assert not Order.objects.exists()


def test_a_parcel_stands_once_whatever_the_files_say_of_it(desk: Desk, tmp_path: Path) -> None:
    by_package = {"tracking": "", "package_id": "P1", "carrier": ""}
    take(desk, a_file(tmp_path, "a.csv", by_package))
    take(desk, a_file(tmp_path, "b.csv", {"tracking": "T1", "package_id": "P1", "status": "delivered"}))
    take(desk, a_file(tmp_path, "c.csv", {"tracking": "T1", "package_id": "", "status": "completed"}))
    take(desk, a_file(tmp_path, "d.csv", {**by_package, "remark": "again"}))
    assert list(Parcel.objects.values_list("tracking_number", "package_id", "carrier")) == [("T1", "P1", "LEX")]

    take(desk, a_file(tmp_path, "e.csv", {"tracking": "T2", "package_id": "P2"}, {"tracking": "T1", "item": "Shade"}))
    assert sorted(Parcel.objects.values_list("tracking_number", "package_id")) == [("T1", "P1"), ("T2", "P2")]


def test_one_file_that_names_a_parcel_by_halves_makes_one_parcel(desk: Desk, tmp_path: Path) -> None:
    halves = ({"tracking": "", "package_id": "P1"}, {"tracking": "T1", "package_id": "P1", "item": "Shade"})
    take(desk, a_file(tmp_path, "a.csv", *halves))
    assert list(Parcel.objects.values_list("tracking_number", "package_id")) == [("T1", "P1")]


@pytest.mark.parametrize("cell", ["C:\\u0000x", "\\", "a\tb", '{"x": 1}', "\\N", "\\.", "ก\u0e33 🙂"])
def test_odd_characters_go_in_and_come_out(desk: Desk, tmp_path: Path, cell: str) -> None:
    take(desk, a_file(tmp_path, "a.csv", {"item": f"x{cell}y", "buyer_name": f"x{cell}y", "remark": f"x{cell}y"}))
    order = the_order()
    wanted = f"x{cell}y".replace("\t", " ")
    assert (order.lines[0]["title"], order.buyer_name, order.remark) == (wanted, wanted, wanted)


@pytest.mark.parametrize("cell", ["a\x00b", "a\ud800b", "\x00a\udfffb\x00"])
def test_what_postgresql_cannot_hold_is_left_out_of_a_cell_and_the_cell_kept(
    desk: Desk, tmp_path: Path, cell: str
) -> None:
    (order,) = read_file(a_file(tmp_path, "a.csv", {}), market=Market.TH).orders
    spoiled = replace(
        order, buyer_name=cell, remark=cell, city=cell, status_raw=(("status", cell),),
        lines=(replace(order.lines[0], title=cell, sku=f"C:\\u0000{cell}"),),
        parcels=(replace(order.parcels[0], carrier=cell),),
    )  # fmt: skip
    shop = Shop.objects.get(code="LTH")
    with transaction.atomic():
        assert store_orders(shop, [spoiled], now=SYSTEM_CLOCK.now()).new == 1
    held = the_order()
    assert (held.buyer_name, held.remark, held.address, held.status_raw) == (
        "ab",
        "ab",
        {"city": "ab"},
        [["status", "ab"]],
    )
    assert (held.lines[0]["title"], held.lines[0]["sku"]) == ("ab", "C:\\u0000ab")
    assert held.parcels.get().carrier == "ab"


def test_numbers_too_large_for_the_table_do_not_stop_the_rest(desk: Desk, tmp_path: Path) -> None:
    huge = {"order_id": "2", "order_total": "999999999999999999999", "quantity": "99999999999999999999"}
    take(desk, a_file(tmp_path, "a.csv", {}, huge))
    assert the_order("2").total is None
    assert the_order("1").total == Decimal(100)


def test_the_file_that_was_applied_is_remembered_with_who_applied_it(desk: Desk, tmp_path: Path) -> None:
    take(desk, a_file(tmp_path, "a.csv", {}, {"order_id": ""}))
    stored = ImportFile.objects.get()
    assert (stored.name, stored.kind, stored.applied_by_id) == ("a.csv", "orders", desk.lead.user_id)
    assert stored.report["orders"] == 1
    assert [one["reason"] for one in stored.report["rejected"]] == ["missing_order_id"]
    entry = Entry.objects.get(verb="orders.import")
    assert entry.after == {"files": ["a.csv"], "new": 1, "changed": 0, "same": 0}


def test_only_the_desk_may_import_and_a_rival_finds_no_shop(desk: Desk, tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.csv", {})
    command = ImportFiles(shop_code="LTH", paths=[path])
    for actor in (desk.agent, desk.auditor, desk.approver):
        with refused("not_allowed"):
            import_files(command, by=actor, clock=SYSTEM_CLOCK)
    rival = a_desk("rival")
    with refused("not_found"):
        plan_import(command, by=rival.lead)
    shop, plan = plan_import(command, by=desk.lead)
    with refused("not_found"):
        apply_plan(shop, plan, by=rival.lead, clock=SYSTEM_CLOCK)
    assert not Order.objects.exists()
