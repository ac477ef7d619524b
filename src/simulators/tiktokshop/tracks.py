"""Words of tracking events, by market, and the tracks of orders that are loaded under way.

Codes 40101, 40601, 50101 and 70201 to 70204 were seen in public code [3P]; the full table is unknown and the other
codes are ours. The text follows the market; there is no locale parameter [OAS].
"""

from typing import Any

PACKED, COLLECTED, SORTED, AT_HUB, FAILED, SIGNED = 10101, 20101, 30101, 40101, 40601, 50101
RETURNING, RETURNED = 70201, 70204
NAMES = {
    PACKED: "PACKED", COLLECTED: "COLLECTED", SORTED: "SORTED", AT_HUB: "ARRIVED_AT_DELIVERY_HUB",
    FAILED: "DELIVERY_FAILED", SIGNED: "SIGNED", RETURNING: "RETURNING", RETURNED: "RETURNED_TO_SELLER",
}  # fmt: skip
"""Machine names of the cross-border endpoint: ours, the table is unknown."""
_ENGLISH = {
    PACKED: "Parcel is being prepared by the seller",
    COLLECTED: "Parcel has been collected by the courier",
    SORTED: "Parcel has left the sorting centre",
    AT_HUB: "Parcel has arrived at the delivery hub",
    FAILED: "Delivery attempt failed, the courier will try again",
    SIGNED: "Parcel has been delivered",
    RETURNING: "Parcel is being returned to the seller",
    RETURNED: "Parcel has been returned to the seller",
}
_WORDS = {
    "vn": {
        PACKED: "Người bán đang chuẩn bị hàng", COLLECTED: "Đơn vị vận chuyển đã lấy hàng",
        SORTED: "Đơn hàng đã rời kho phân loại", AT_HUB: "Đã đến bưu cục giao",
        FAILED: "Giao hàng không thành công, sẽ giao lại", SIGNED: "Giao hàng thành công",
        RETURNING: "Đơn hàng đang được hoàn về người bán", RETURNED: "Đã hoàn hàng về người bán",
    },
    "th": {
        PACKED: "ผู้ขายกำลังเตรียมพัสดุ", COLLECTED: "บริษัทขนส่งรับพัสดุแล้ว", SORTED: "พัสดุออกจากศูนย์คัดแยกแล้ว",
        AT_HUB: "พัสดุถึงศูนย์กระจายสินค้าแล้ว", FAILED: "จัดส่งไม่สำเร็จ จะจัดส่งอีกครั้ง", SIGNED: "จัดส่งสำเร็จแล้ว",
        RETURNING: "พัสดุกำลังถูกส่งคืนผู้ขาย", RETURNED: "ส่งคืนพัสดุถึงผู้ขายแล้ว",
    },
    "id": {
        PACKED: "Penjual sedang menyiapkan paket", COLLECTED: "Paket telah diambil kurir",
        SORTED: "Paket telah meninggalkan pusat sortir", AT_HUB: "Paket telah tiba di hub pengiriman",
        FAILED: "Pengiriman gagal, kurir akan mencoba lagi", SIGNED: "Paket telah diterima",
        RETURNING: "Paket sedang dikembalikan ke penjual", RETURNED: "Paket telah dikembalikan ke penjual",
    },
}  # fmt: skip
_STEPS = {
    "AWAITING_COLLECTION": (PACKED,),
    "PARTIALLY_SHIPPING": (PACKED,),
    "IN_TRANSIT": (PACKED, COLLECTED, SORTED),
    "DELIVERED": (PACKED, COLLECTED, SORTED, AT_HUB, SIGNED),
    "COMPLETED": (PACKED, COLLECTED, SORTED, AT_HUB, SIGNED),
}
_STEP_MS = 6 * 3_600_000


def event(code: int, market: str, at_ms: int) -> dict[str, Any]:
    """A tracking event in the words of the market."""
    return {"action_code": code, "description": _WORDS.get(market, _ENGLISH)[code], "at_ms": at_ms}


def events_for(status: str, market: str, created_ms: int) -> list[dict[str, Any]]:
    """A plausible track of an order that was loaded without one: six hours between steps."""
    return [event(code, market, created_ms + (n + 1) * _STEP_MS) for n, code in enumerate(_STEPS.get(status, ()))]
