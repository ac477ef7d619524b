"""Files as they also arrive: opened in Excel, cut off, encrypted, or not exports at all. Each has its named outcome."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import msoffcrypto.format.ooxml

from seawall.demo.files.cells import cells, field_rows, header_row
from seawall.demo.files.expecting import Expected, expect_orders, expect_refusal
from seawall.demo.files.sound import Pick, table
from seawall.demo.files.storm import StormOrder
from seawall.demo.files.styles import STYLES
from seawall.demo.files.writing import Cells, formula, with_stale_dimension, write_csv, write_xlsx
from seawall.kernel.markets import Market, Platform

PASSWORD = "demo-2026"  # noqa: S105 - of a synthetic file
_HTML = (
    "<!DOCTYPE html>\n<html><head><title>Seller Center - Sign in</title></head>"
    "<body><form><input name='account'></form></body></html>\n"
)
Spoil = Callable[[str], str | float]


def row_faults(out: Path, pick: Pick) -> list[Expected]:
    """Files of which some rows are rejected and the others taken."""
    return [
        _ids_as_numbers(out, pick(Platform.TIKTOK, Market.VN)),
        _short_ids(out, pick(Platform.TIKTOK, Market.VN)),
        *_one_bad_order(out, pick(Platform.SHOPEE, Market.SG)),
        _repeated_line(out, pick(Platform.SHOPEE, Market.PH)),
        _repeated_unit(out, pick(Platform.LAZADA, Market.SG)),
        _stale_dimension(out, pick(Platform.TIKTOK, Market.SG)),
    ]


def _ids_as_numbers(out: Path, orders: list[StormOrder]) -> Expected:
    """All ids but the first order's were typed as numbers: 18 digits do not fit."""
    name, style = "bad-ids-as-numbers.xlsx", STYLES["tiktok_vn"]
    rows: list[Cells] = list(table(orders, style))
    good = len(orders[0].lines)
    spoiled = [[float(row[0] or 0), *row[1:]] for row in rows[2 + good :]]
    write_xlsx(out / name, "OrderSKUList", [*rows[: 2 + good], *spoiled])
    rejected = {"numeric_id_precision": len(spoiled)} if spoiled else {}
    return expect_orders(name, orders[:1], style, rejected=rejected)


def _short_ids(out: Path, orders: list[StormOrder]) -> Expected:
    """A csv saved by Excel: ids in E-notation."""
    name, style = "bad-scientific-ids.csv", STYLES["tiktok_vn"]
    rows = table(orders, style)
    good = len(orders[0].lines)
    spoiled = [[f"{float(row[0]):.5E}", *row[1:]] for row in rows[2 + good :]]
    write_csv(out / name, [*rows[: 2 + good], *spoiled])
    return expect_orders(name, orders[:1], style, rejected={"scientific_id": len(spoiled)} if spoiled else {})


def _one_bad_order(out: Path, orders: list[StormOrder]) -> list[Expected]:
    """The first order's rows are spoiled in one column, each file in its own way."""
    style = STYLES["shopee_en"]
    headers = header_row(style.header)
    faults = {
        "bad-formula-cells.xlsx": ("Order ID", formula('=CONCAT("2611","20ABCDEFGH")'), "formula_cell"),
        "bad-dates.xlsx": ("Order Creation Date", "last Tuesday", "bad_date"),
        "bad-status.xlsx": ("Order Status", "Gone fishing", "unknown_status"),
        "bad-missing-ids.xlsx": ("Order ID", "", "missing_order_id"),
    }
    found: list[Expected] = []
    for name, (header, value, reason) in faults.items():
        column, bad = headers.index(header), len(orders[0].lines)
        rows = table(orders, style)
        for row in rows[1 : 1 + bad]:
            row[column] = value
        write_xlsx(out / name, "orders", rows)
        found.append(expect_orders(name, orders[1:], style, rejected={reason: bad}))
    return found


def _repeated_line(out: Path, orders: list[StormOrder]) -> Expected:
    name, style = "duplicate-lines.xlsx", STYLES["shopee_ph"]
    rows = table(orders, style)
    write_xlsx(out / name, "orders", [*rows, rows[1]])
    return expect_orders(name, orders, style, rejected={"duplicate_line": 1})


def _repeated_unit(out: Path, orders: list[StormOrder]) -> Expected:
    name, style = "lazada-duplicate-units.xlsx", STYLES["lazada"]
    rows = table(orders, style)
    write_xlsx(out / name, "sheet1", [*rows, rows[1]])
    return expect_orders(name, orders, style, rejected={"duplicate_line": 1})


def _stale_dimension(out: Path, orders: list[StormOrder]) -> Expected:
    name, style = "stale-dimension.xlsx", STYLES["tiktok_en"]
    write_xlsx(out / name, "OrderSKUList", table(orders, style))
    with_stale_dimension(out / name)
    return expect_orders(name, orders, style)


def whole_faults(out: Path, pick: Pick) -> list[Expected]:
    """Files that cannot be used at all."""
    orders, style = pick(Platform.SHOPEE, Market.MY), STYLES["shopee_en"]
    sound = out / "bad-truncated.xlsx"
    write_xlsx(sound, "orders", table(orders, style))
    whole = sound.read_bytes()
    sealed = BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(BytesIO(whole)).encrypt(PASSWORD, sealed)
    (out / "bad-encrypted.xlsx").write_bytes(sealed.getvalue())
    sound.write_bytes(whole[: len(whole) * 6 // 10])
    _cut_csv(out / "bad-truncated.csv", orders)
    (out / "bad-sign-in.xls").write_text(_HTML, encoding="utf-8")
    (out / "bad-empty.xlsx").write_bytes(b"")
    write_xlsx(out / "bad-columns.xlsx", "Sheet1", [["Datum", "Betreff", "Betrag"], ["1", "2", "3"]])
    return [
        expect_refusal("bad-encrypted.xlsx", "encrypted_file", password=PASSWORD),
        expect_refusal("bad-truncated.xlsx", "truncated_file"),
        expect_refusal("bad-truncated.csv", "truncated_file"),
        expect_refusal("bad-sign-in.xls", "not_an_export"),
        expect_refusal("bad-empty.xlsx", "not_an_export"),
        expect_refusal("bad-columns.xlsx", "not_an_export"),
    ]


def _cut_csv(path: Path, orders: list[StormOrder]) -> None:
    """Cut inside the last order's address, where a quote is open."""
    style = STYLES["shopee_en"]
    write_csv(path, table(orders, style))
    content = path.read_bytes()
    last = cells(field_rows(orders[-1], style)[-1], header_row(style.header))
    address = next(cell for cell in last if "\n" in cell).encode("utf-8")
    path.write_bytes(content[: content.rindex(address) + len(address) // 2])
