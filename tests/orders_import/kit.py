"""Small export files made by hand, so that a test shows the very cells it is about."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.orders.imports.api import ColumnMapping, FileReading, dry_run_json, plan, read_bytes

SHOPEE_ID = (
    "No. Pesanan", "Status Pesanan", "Status Pembatalan/ Pengembalian", "No. Resi", "Waktu Pesanan Dibuat",
    "Nama Produk", "Nama Variasi", "Harga Setelah Diskon", "Jumlah", "Total Pembayaran", "Username (Pembeli)",
    "No. Telepon",
)  # fmt: skip
SHOPEE_EN = (
    "Order ID", "Order Status", "Estimated Ship Out Date", "Order Creation Date", "Product Name", "Variation Name",
    "Deal Price", "Quantity", "Grand Total", "Username (Buyer)", "Phone Number", "Country",
)  # fmt: skip
TIKTOK = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type", "SKU ID", "Product Name", "Variation",
    "Quantity", "Order Amount", "Created Time", "Tracking ID", "Phone #", "Country",
)  # fmt: skip
LAZADA = (
    "orderItemId",
    "orderNumber",
    "createTime",
    "status",
    "paidPrice",
    "itemName",
    "trackingCode",
    "shippingCountry",
)

SHOPEE_ID_ROW = (
    "241105ABCDEFGH", "Perlu Dikirim", "", "SPXID001", "2024-11-05 09:30", "Gelas", "Biru", "89.000", "1", "89.000",
    "budi", "",
)  # fmt: skip
SHOPEE_EN_ROW = (
    "241105ABCDEFGH", "To ship", "2024-11-07 09:30", "2024-11-05 09:30", "Mug", "Blue", "12.50", "1", "15.00", "bob",
    "", "Malaysia",
)  # fmt: skip
TIKTOK_ROW = (
    "576400000000000123", "Awaiting Shipment", "", "", "1729400000000000001", "Cốc", "Xanh", "1", "120000",
    "25/12/2024 10:30:00", "VN001", "", "Vietnam",
)  # fmt: skip
LAZADA_ROW = ("614000000000001", "412700000000003", "05 Nov 2024 09:30", "pending", "12.50", "Mug", "LZ001", "Malaysia")


def xlsx(rows: Sequence[Sequence[Any]], *, sheet: str = "orders", at_row: int = 0) -> bytes:
    """A workbook: str as text, float/int as number, datetime as a date cell, ("=", f, v) as a formula."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    page = book.add_worksheet(sheet)
    for r, row in enumerate(rows, start=at_row):
        for c, cell in enumerate(row):
            if isinstance(cell, tuple):
                page.write_formula(r, c, cell[1], None, cell[2])
            elif isinstance(cell, str):
                page.write_string(r, c, cell)
            elif hasattr(cell, "year"):
                page.write_datetime(r, c, cell, day)
            elif cell is not None:
                page.write_number(r, c, cell)
    book.close()
    return out.getvalue()


def csv_bytes(rows: Sequence[Sequence[str]], *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """A csv with every value quoted."""
    lines = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def with_part(workbook: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A workbook with bytes replaced inside one part."""
    source, out = zipfile.ZipFile(BytesIO(workbook)), BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            content = source.read(member)
            if member == name:
                assert old in content
                content = content.replace(old, new)
            target.writestr(member, content)
    return out.getvalue()


def changed(row: Sequence[Any], headers: Sequence[str], **values: Any) -> list[Any]:
    """A row with other values, by header with `_` for spaces and signs left out: changed(ROW, H, Order_ID="x")."""
    cells = list(row)
    names = {"".join(ch if ch.isalnum() else "_" for ch in header).strip("_"): at for at, header in enumerate(headers)}
    for name, value in values.items():
        cells[names[name]] = value
    return cells


def read(data: bytes, name: str = "file", **options: Any) -> FileReading:
    """Read bytes as an upload."""
    return read_bytes(name, data, **options)


def codes(reading: FileReading) -> list[tuple[int, str]]:
    """(row, reason) of all rejects."""
    found = list(reading.rejected) + ([reading.refusal] if reading.refusal else [])
    return [(one.row, one.reason.value) for one in found]


def warned(reading: FileReading) -> list[tuple[int, str]]:
    """(row, code) of all warnings."""
    return [(one.row, one.code.value) for one in reading.warnings]


def as_json(*readings: FileReading) -> dict[str, Any]:
    """The dry run's JSON of some readings, in English."""
    return dry_run_json(plan(readings), Language.EN)


__all__ = [
    "LAZADA", "LAZADA_ROW", "SHOPEE_EN", "SHOPEE_EN_ROW", "SHOPEE_ID", "SHOPEE_ID_ROW", "TIKTOK", "TIKTOK_ROW",
    "ColumnMapping", "Market", "as_json", "changed", "codes", "csv_bytes", "read", "warned", "with_part", "xlsx",
]  # fmt: skip
