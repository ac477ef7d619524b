"""The files a seller hands over as the platforms export them, and as tools and carriers do."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from seawall.demo.files.cells import Style, cells, field_rows, header_row
from seawall.demo.files.expecting import Expected, expect_orders
from seawall.demo.files.storm import StormOrder
from seawall.demo.files.styles import STYLES, TIKTOK_DESCRIPTION
from seawall.demo.files.writing import write_csv, write_xlsx
from seawall.kernel.markets import Market, Platform

Pick = Callable[[Platform, Market], list[StormOrder]]
"""Gives a shop's orders."""

SHEETS = {Platform.SHOPEE: "orders", Platform.LAZADA: "sheet1", Platform.TIKTOK: "OrderSKUList"}

MAPPING = {
    "name": "店小秘 demo", "tool": "店小秘",
    "columns": {
        "platform": "平台", "market": "国家", "shop": "店铺账号", "order_id": "平台订单号", "package_id": "包裹号",
        "status": "订单状态", "created_at": "下单时间", "paid_at": "付款时间", "currency": "币种缩写",
        "order_total": "订单金额", "sku": "SKU", "title": "产品名称", "variation": "产品规格", "quantity": "产品数量",
        "buyer_handle": "买家ID", "buyer_name": "收件人", "phone": "手机", "province": "州/省", "city": "城市",
        "carrier": "物流方式", "tracking": "运单号", "remark": "订单备注",
    },
}  # fmt: skip


def table(orders: Sequence[StormOrder], style: Style, *, headers: tuple[str, ...] = ()) -> list[list[str]]:
    """Header row and rows of an export; TikTok's order exports have their description row."""
    headers = headers or header_row(style.header)
    rows = [list(headers)]
    if "Cancelation/Return Type" in headers:
        rows.append([TIKTOK_DESCRIPTION.get(header, "") for header in headers])
    rows.extend(cells(row, headers) for order in orders for row in field_rows(order, style))
    return rows


def with_header(style: Style, extra: str, after: str) -> tuple[str, ...]:
    """A header row with one more column: Thai cancelled and failed files are order files with one."""
    headers = list(header_row(style.header))
    headers.insert(headers.index(after) + 1, extra)
    return tuple(headers)


def order_files(out: Path, pick: Pick) -> list[Expected]:
    """One order export a shop, xlsx, in the language its market's sellers use."""
    styles = {
        (Platform.SHOPEE, Market.ID): "shopee_id", (Platform.SHOPEE, Market.PH): "shopee_ph",
        (Platform.SHOPEE, Market.TH): "shopee_th", (Platform.SHOPEE, Market.VN): "shopee_vn",
        (Platform.TIKTOK, Market.ID): "tiktok_id", (Platform.TIKTOK, Market.VN): "tiktok_vn",
    }  # fmt: skip
    usual = {Platform.SHOPEE: "shopee_en", Platform.LAZADA: "lazada", Platform.TIKTOK: "tiktok_en"}
    found: list[Expected] = []
    for platform in (Platform.SHOPEE, Platform.LAZADA, Platform.TIKTOK):
        for market in (Market.ID, Market.MY, Market.PH, Market.SG, Market.TH, Market.VN):
            if orders := pick(platform, market):
                style = STYLES[styles.get((platform, market), usual[platform])]
                name = f"{platform.value}-{market.value.lower()}-orders.xlsx"
                write_xlsx(out / name, SHEETS[platform], table(orders, style))
                found.append(expect_orders(name, orders, style))
    return found


def variant_files(out: Path, pick: Pick) -> list[Expected]:
    """Cancelled, failed-delivery and returns files."""
    shopee_id, shopee_th = pick(Platform.SHOPEE, Market.ID), pick(Platform.SHOPEE, Market.TH)
    found: list[Expected] = []

    def write(name: str, style_name: str, orders: list[StormOrder], kind: str, headers: tuple[str, ...] = ()) -> None:
        style = STYLES[style_name]
        write_xlsx(out / name, "orders", table(orders, style, headers=headers))
        found.append(expect_orders(name, orders, style, kind=kind))

    th = STYLES["shopee_th"]
    status = "สถานะการสั่งซื้อ"
    write("shopee-id-cancelled.xlsx", "shopee_id_cancelled", shopee_id, "cancelled")
    write("shopee-id-failed-delivery.xlsx", "shopee_id_failed", shopee_id, "failed_delivery")
    cancelled, failed = with_header(th, "เหตุผลในการยกเลิกคำสั่งซื้อ", status), with_header(th, "จัดส่งไม่สำเร็จ", status)
    write("shopee-th-cancelled.xlsx", "shopee_th_cancelled", shopee_th, "cancelled", cancelled)
    write("shopee-th-failed-delivery.xlsx", "shopee_th_failed", shopee_th, "failed_delivery", failed)
    write("shopee-th-returns.xlsx", "shopee_th_returns", _shipped(shopee_th), "returns")
    for name, style_name, platform, market in (
        ("tiktok-shop-vn-returns.xlsx", "tiktok_returns", Platform.TIKTOK, Market.VN),
        ("lazada-my-returns.xlsx", "lazada_returns", Platform.LAZADA, Market.MY),
    ):
        orders, style = _shipped(pick(platform, market)), STYLES[style_name]
        write_xlsx(out / name, "sheet1", table(orders, style))
        found.append(expect_orders(name, orders, style, kind="returns", market_given=market.value))
    return found


def _shipped(orders: Sequence[StormOrder]) -> list[StormOrder]:
    return [order for order in orders if order.status == "shipped"]


def csv_files(out: Path, pick: Pick) -> list[Expected]:
    """CSV with each writer's habits: BOM, TAB behind each TikTok value, semicolons, cp874, accents apart (NFD)."""
    found: list[Expected] = []

    def keep(
        name: str, style_name: str, platform: Platform, market: Market, *, warnings: dict[str, int] | None = None
    ) -> list[list[str]]:
        orders = pick(platform, market)
        found.append(expect_orders(name, orders, STYLES[style_name], warnings=warnings))
        return table(orders, STYLES[style_name])

    write_csv(out / "lazada-th-orders.csv", keep("lazada-th-orders.csv", "lazada", Platform.LAZADA, Market.TH))
    vietnam = keep("tiktok-shop-vn-orders.csv", "tiktok_vn", Platform.TIKTOK, Market.VN)
    write_csv(out / "tiktok-shop-vn-orders.csv", vietnam, tail="\t")
    semicolons = keep("shopee-sg-semicolon.csv", "shopee_en", Platform.SHOPEE, Market.SG)
    write_csv(out / "shopee-sg-semicolon.csv", semicolons, delimiter=";", encoding="utf-8")
    thai = keep("shopee-th-cp874.csv", "shopee_th", Platform.SHOPEE, Market.TH, warnings={"encoding_guessed": 1})
    write_csv(out / "shopee-th-cp874.csv", thai, encoding="cp874")
    apart = keep("shopee-vn-mac-accents.csv", "shopee_vn", Platform.SHOPEE, Market.VN)
    apart = [[unicodedata.normalize("NFD", cell) for cell in row] for row in apart]
    write_csv(out / "shopee-vn-mac-accents.csv", apart, encoding="utf-8")
    neutral = [*pick(Platform.LAZADA, Market.PH), *pick(Platform.SHOPEE, Market.PH)]
    write_csv(out / "neutral-orders.csv", table(neutral, STYLES["neutral"]))
    found.append(expect_orders("neutral-orders.csv", neutral, STYLES["neutral"]))
    american, style = pick(Platform.TIKTOK, Market.PH), STYLES["tiktok_us"]
    write_csv(out / "tiktok-shop-us-orders.csv", table(american, style))
    # A market outside the six: no zone and no currency, and both are left empty.
    found.append(
        expect_orders(
            "tiktok-shop-us-orders.csv",
            american,
            style,
            market=None,
            currency=None,
            first_order_at=None,
            last_order_at=None,
            warnings={"market_unknown": 1},
        )
    )
    return found


def tool_files(out: Path, pick: Pick) -> list[Expected]:
    """A 店小秘-like sheet, whose columns each user chooses, and the mapping that reads it."""
    style = STYLES["dianxiaomi"]
    orders = [*pick(Platform.SHOPEE, Market.MY), *pick(Platform.LAZADA, Market.TH)]
    write_xlsx(out / "dianxiaomi.xlsx", "订单", table(orders, style))
    (out / "dianxiaomi-mapping.json").write_text(json.dumps(MAPPING, ensure_ascii=False, indent=2), encoding="utf-8")
    return [expect_orders("dianxiaomi.xlsx", orders, style, mapping="dianxiaomi-mapping.json")]


_PROBLEM = {
    "provider": "示例快递", "problem": "地址不详", "problem_kind": "地址问题", "problem_at": "2026-11-18 09:30",
    "deadline": "2026-11-23 23:59", "attempts": "2", "last_event": "派送失败", "phone_known": "y", "note": "",
}  # fmt: skip


def problem_files(out: Path, pick: Pick) -> list[Expected]:
    """Problem-parcel sheets: ours, a last-mile carrier's, and one with bilingual headers."""
    orders = _shipped(pick(Platform.TIKTOK, Market.TH))
    found: list[Expected] = []
    for name, header in (
        ("problem-parcels.csv", "problem_neutral"),
        ("problem-parcels-last-mile.xlsx", "problem_chinese"),
        ("problem-parcels-bilingual.xlsx", "problem_bilingual"),
    ):
        headers, is_ours = header_row(header), header == "problem_neutral"
        rows = [{**field_rows(order, STYLES["neutral"])[0], **_PROBLEM} for order in orders]
        sheet = [list(headers), *(cells(row, headers) for row in rows)]
        write_csv(out / name, sheet) if is_ours else write_xlsx(out / name, "Sheet1", sheet)
        found.append(
            Expected(
                name=name, platform="tiktok-shop" if is_ours else None, market="TH" if is_ours else None,
                kind="problem_parcels", orders=len(orders) if is_ours else 0, lines=len(orders),
                parcels=len(orders), warnings={} if is_ours else {"market_unknown": 1},
            )
        )  # fmt: skip
    return found


def overlap_files(out: Path, pick: Pick) -> list[Expected]:
    """One shop's orders in three files that overlap: each order stands in one, two or three of them."""
    orders, style = pick(Platform.TIKTOK, Market.MY), STYLES["tiktok_en"]
    third = max(len(orders) // 3, 1)
    parts = (orders[: 2 * third], orders[third:], orders[: third + 1])
    found: list[Expected] = []
    for number, part in enumerate(parts, start=1):
        name = f"overlap-{number}.xlsx"
        write_xlsx(out / name, "OrderSKUList", table(part, style))
        found.append(expect_orders(name, part, style))
    return found
