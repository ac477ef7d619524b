"""The synthetic files: each is read as its sidecar says, and they hold the very orders of the storm."""

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from seawall.demo.files.api import DEMO_SHOPS, NEWEST, Expected, StormShop, make_files, storm_orders
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.api import FileReading, dry_run_json, load_mapping, plan, read_file
from seawall.orders.imports.records import ExportKind, OrderStatus

SEED = 11


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("files")
    make_files(out, seed=SEED, orders=90)
    return out


def expected(folder: Path) -> list[Expected]:
    sidecar = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return [Expected(**one) for one in sidecar["files"]]


def read_as_told(folder: Path, one: Expected, password: str | None = None) -> FileReading:
    return read_file(
        folder / one.name,
        market=Market(one.market_given) if one.market_given else None,
        mapping=load_mapping(folder / one.mapping) if one.mapping else None,
        password=password,
    )


def test_every_file_is_read_as_its_sidecar_says(folder: Path) -> None:
    files = expected(folder)
    assert len(files) == 54
    for one in files:
        found = dry_run_json(plan([read_as_told(folder, one)]), Language.EN)["files"][0]
        for key in (
            "platform",
            "market",
            "kind",
            "currency",
            "orders",
            "lines",
            "parcels",
            "first_order_at",
            "last_order_at",
        ):
            assert found[key] == getattr(one, key), (one.name, key)
        total = found["order_total"]
        assert (Decimal(total) if total else None) == (Decimal(one.order_total) if one.order_total else None), one.name
        assert Counter(reject["reason"] for reject in found["rejected"]) == Counter(one.rejected), one.name
        assert Counter(note["code"] for note in found["warnings"]) == Counter(one.warnings), one.name


def test_the_encrypted_file_opens_with_its_password(folder: Path) -> None:
    (one,) = (one for one in expected(folder) if one.password)
    assert read_as_told(folder, one, password=one.password).order_count == 6


def test_the_order_files_hold_exactly_the_storm(folder: Path) -> None:
    storm = {(order.platform, order.order_id): order for order in storm_orders(SEED, 90)}
    names = [one.name for one in expected(folder) if one.name.endswith("-orders.xlsx")]
    planned = plan([read_file(folder / name) for name in names])
    assert set(planned.orders) == set(storm)
    for key, found in planned.orders.items():
        order = storm[key]
        assert found.order.total == order.total
        assert found.order.created_at == order.created_at
        assert found.order.buyer_handle == order.buyer_handle
        assert found.order.currency == order.currency
        assert {line.title for line in found.order.lines} == {line.item_name for line in order.lines}
        assert sum(line.quantity or 0 for line in found.order.lines) == order.units
        assert {parcel.tracking for parcel in found.order.parcels} == (
            {order.tracking} if order.status != "to_ship" else set()
        )
        assert found.order.status in {order.status, OrderStatus.TO_SHIP}


def test_the_overlapping_files_hold_each_order_once(folder: Path) -> None:
    readings = [read_file(folder / f"overlap-{n}.xlsx") for n in (1, 2, 3)]
    planned = plan(readings)
    assert len(planned.orders) == 5
    assert sum(reading.order_count for reading in readings) == 5 + planned.same
    assert (planned.changed, planned.new) == (0, 5)


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        make_files(tmp_path / name, seed=seed, orders=18, groups=["orders", "csv"])
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    assert (tmp_path / "a" / "lazada-th-orders.csv").read_bytes() != (
        tmp_path / "c" / "lazada-th-orders.csv"
    ).read_bytes()


def test_storm_orders_have_the_ids_of_their_platforms_and_none_twice() -> None:
    orders = storm_orders(5, 2000)
    assert len({(order.platform, order.order_id) for order in orders}) == 2000
    units = [
        unit for order in orders if order.platform is Platform.LAZADA for line in order.lines for unit in line.unit_ids
    ]
    assert len(set(units)) == len(units)
    for order in orders:
        match order.platform:
            case Platform.SHOPEE:
                assert len(order.order_id) == 14
                assert order.order_id[:6] == f"{order.created_at:%y%m%d}"
            case Platform.LAZADA:
                assert (len(order.order_id), order.order_id.isdigit()) == (15, True)
                assert all(len(line.unit_ids) == line.quantity for line in order.lines)
                assert order.total == sum((line.unit_price * line.quantity for line in order.lines), Decimal(0))
            case Platform.TIKTOK:
                assert (len(order.order_id), order.order_id[0]) == (18, "5")
        assert len(order.buyer_id) >= 9
        assert order.created_at <= NEWEST


def test_a_storm_of_chosen_shops() -> None:
    shop = StormShop(code="L1", platform=Platform.LAZADA, market=Market.TH)
    assert {order.shop_code for order in storm_orders(1, 5, [shop])} == {"L1"}
    assert storm_orders(1, 0, [shop]) == []
    assert storm_orders(1, 3, [shop]) == storm_orders(1, 3, [shop])
    assert storm_orders(1, 3, [shop]) != storm_orders(2, 3, [shop])
    with pytest.raises(ValueError, match="shop"):
        storm_orders(1, 3, [])


@pytest.mark.parametrize(("orders", "groups"), [(0, None), (5, ["nonsense"])])
def test_what_cannot_be_made_is_refused(tmp_path: Path, orders: int, groups: list[str] | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        make_files(tmp_path, seed=1, orders=orders, groups=groups)


def test_one_order_is_enough_for_every_group(tmp_path: Path) -> None:
    assert len(make_files(tmp_path, seed=1, orders=1)) == 37
    assert all(replace(one).name for one in expected(tmp_path))
    assert {one.kind for one in expected(tmp_path) if one.kind} == set(ExportKind)
    assert len(DEMO_SHOPS) == 18
