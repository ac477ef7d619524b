"""The library's texts and the longest values real orders bring."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.money import Money
from seawall.scripts.library import ScriptText, kinds, library
from seawall.scripts.placeholders import PlaceholderValues

CAUSES = {
    Language.ZH_HANS: "装有您包裹的货柜在海关被退回",
    Language.ZH_HANT: "裝有您包裹的貨櫃在海關被退回",
    Language.EN: "the container with your parcel was sent back at customs",
    Language.ID: "kontainer berisi paket Kakak dikembalikan di bea cukai",
    Language.MS: "kontena dengan bungkusan anda dihantar balik di kastam",
    Language.TH: "ตู้สินค้าที่มีพัสดุของคุณลูกค้าถูกส่งกลับที่ด่านศุลกากร",
    Language.VI: "container chứa hàng của anh/chị bị trả lại tại hải quan",
    Language.FIL: "naibalik po sa customs ang container na may parcel ninyo",
}
FACTS = ("The container was sent back at customs.", "A shop voucher may be offered.")
FACTS_OF_KIND = {
    "stock_out": ("The item is out of stock.", "New stock is expected around 30 September 2026."),
    "delay": (*FACTS, "The parcels are expected to arrive around 30 September 2026."),
    "reschedule": ("Delivery is planned again for 30 September 2026.",),
}
"""What the facts sheet of such a storm holds: a text may claim nothing else."""

ORDER_IDS = {
    Platform.SHOPEE: "260503K7QX2M9P",
    Platform.LAZADA: "8123456789012345",
    Platform.TIKTOK: "576900000000000001",
}
TRACKING = "LXST01260503114477880912TH"
MONEY = {"IDR": 1000000, "VND": 1000000}


def values(platform: Platform, market: Market, language: Language) -> PlaceholderValues:
    """The longest values a real order brings."""
    return PlaceholderValues(
        shop="Rumah Cantik Official Store Indonesia",
        order_id=ORDER_IDS[platform],
        item="Stainless steel insulated lunch box with cutlery, 3 compartments",
        order_date=date(2026, 9, 25),
        cause=CAUSES[language],
        new_date=date(2026, 9, 30),
        tracking_number=TRACKING,
        compensation=Money(Decimal(MONEY.get(market.currency, 20)), market.currency),
    )


def every_text() -> Iterator[tuple[str, str, str, Language, ScriptText]]:
    """Every text of the library with its place."""
    for kind in kinds():
        for step, variants in library(kind).steps.items():
            for variant, wording in variants.items():
                for language, text in wording.root.items():
                    yield kind, step, variant, language, text
