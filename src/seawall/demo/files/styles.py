"""How each export writes its values: status words in the interface's language, dates, money, masks (exports.md 2-4)."""

from seawall.demo.files.cells import (
    LAZADA_TIME,
    TIKTOK_TIME,
    US_TIME,
    Style,
    dotted_money,
    grouped_money,
    plain_money,
    unmasked,
)

_OWN = {"shipped": "shipped", "ready": "ready", "to_ship": "to_ship"}
_EN = {"shipped": "Shipping", "ready": "To ship", "to_ship": "To ship"}
_TIKTOK_EN = {"shipped": "In Transit", "ready": "Awaiting Collection", "to_ship": "Awaiting Shipment"}
_ID = {"shipped": "Sedang Dikirim", "ready": "Perlu Dikirim", "to_ship": "Perlu Dikirim"}
_TH = {"shipped": "การจัดส่ง", "ready": "ที่ต้องจัดส่ง", "to_ship": "ที่ต้องจัดส่ง"}
_VN = {"shipped": "Đang giao", "ready": "Chờ lấy hàng", "to_ship": "Chờ lấy hàng"}


def _all(word: str) -> dict[str, str]:
    return dict.fromkeys(_OWN, word)


_TH_REASON = "ยกเลิกโดยผู้ซื้อ<br>เหตุผล: เปลี่ยนใจ"

STYLES: dict[str, Style] = {
    "shopee_id": Style(header="shopee_id", status=_ID, money=dotted_money),
    "shopee_id_cancelled": Style(
        header="shopee_id_cancelled", status=_all("Batal"), money=dotted_money,
        extra={"cancel_reason": "Dibatalkan oleh Pembeli. Alasan: ubah alamat"},
    ),
    "shopee_id_failed": Style(
        header="shopee_id_failed", status=_all("Batal"), money=dotted_money,
        extra={"failed_status": "Paket dikembalikan"},
    ),
    "shopee_en": Style(header="shopee_en", status=_EN, phone=unmasked),
    "shopee_ph": Style(header="shopee_ph", status=_EN, money=grouped_money, phone=unmasked),
    "shopee_th": Style(header="shopee_th", status=_TH, money=grouped_money),
    "shopee_th_cancelled": Style(
        header="shopee_th", status=_all("ยกเลิกแล้ว"), money=grouped_money, extra={"cancel_reason": _TH_REASON}
    ),
    "shopee_th_failed": Style(
        header="shopee_th", status=_all("ยกเลิกแล้ว"), money=grouped_money,
        extra={"failed_status": "จัดส่งคืนผู้ขายแล้ว"},
    ),
    "shopee_th_returns": Style(
        header="shopee_th_returns", status=_OWN, money=grouped_money,
        extra={"return_status": "คืนเงินสำเร็จ", "return_reason": "ไม่ได้รับสินค้า"},
    ),
    "shopee_vn": Style(header="shopee_vn", status=_VN, money=plain_money),
    "tiktok_en": Style(header="tiktok_vn", status=_TIKTOK_EN, time=TIKTOK_TIME),
    "tiktok_vn": Style(
        header="tiktok_vn", time=TIKTOK_TIME,
        status={"shipped": "Đang vận chuyển", "ready": "Chờ lấy hàng", "to_ship": "Cần gửi"},
    ),
    "tiktok_id": Style(
        header="tiktok_id", status=_TIKTOK_EN, time=TIKTOK_TIME, money=dotted_money,
        extra={"invoice": "INV/20261101/MPL/0000001"},
    ),
    "tiktok_us": Style(header="tiktok_us", status=_TIKTOK_EN, time=US_TIME, extra={"country": "United States"}),
    "tiktok_returns": Style(
        header="tiktok_returns", status=_OWN, time=TIKTOK_TIME,
        extra={"return_status": "Completed", "return_reason": "Package not received"},
    ),
    "lazada": Style(
        header="lazada", time=LAZADA_TIME, by_unit=True,
        status={"shipped": "shipped", "ready": "ready_to_ship", "to_ship": "pending"},
    ),
    "lazada_returns": Style(
        header="lazada_returns", status=_OWN, time=LAZADA_TIME, by_unit=True,
        extra={"return_status": "ReturnClosed", "return_reason": "Damaged in transit"},
    ),
    "neutral": Style(header="neutral", status=_OWN, phone=unmasked),
    "dianxiaomi": Style(
        header="dianxiaomi", phone=unmasked, status={"shipped": "已发货", "ready": "待打单", "to_ship": "待处理"}
    ),
}  # fmt: skip

TIKTOK_DESCRIPTION = {
    "Order ID": "Platform unique order ID.",
    "Order Status": "Current order status.",
    "Created Time": "Order created time.",
    "Quantity": "SKU sold quantity in the order.",
    "Order Amount": "It will be only displayed when order is paid.",
}
"""The second row of TikTok's order exports."""
