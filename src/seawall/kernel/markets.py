"""The platforms, markets, currencies and zones Seawall works in."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from seawall.kernel.languages import Language


class Platform(StrEnum):
    """A marketplace. The value is what stands in tables, URLs and JSON."""

    SHOPEE = "shopee"
    LAZADA = "lazada"
    TIKTOK = "tiktok-shop"

    @property
    def title(self) -> str:  # type: ignore[override]  # hides str.title(), which a platform's code has no use for
        """The name as the platform writes it."""
        return {"shopee": "Shopee", "lazada": "Lazada", "tiktok-shop": "TikTok Shop"}[self.value]

    @property
    def letter(self) -> str:
        """The letter of our own tile (no platform logos on screens)."""
        return self.title[0]


class Market(StrEnum):
    """A country site, by ISO 3166-1 alpha-2 code."""

    ID = "ID"
    MY = "MY"
    PH = "PH"
    SG = "SG"
    TH = "TH"
    VN = "VN"
    # Taiwan exports are recognised on import (exports.md 2.5); no storm is run there.
    TW = "TW"

    @property
    def facts(self) -> "MarketFacts":
        """Zone, currency and buyer languages of this market."""
        return MARKET_FACTS[self]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of deadlines and export times. Indonesia has three; exports use Jakarta (exports.md 5.9)."""
        return ZoneInfo(self.facts.zone_name)

    @property
    def currency(self) -> str:
        """ISO 4217 code of the market's money."""
        return self.facts.currency


@dataclass(frozen=True, kw_only=True)
class MarketFacts:
    """What a market brings with it."""

    zone_name: str
    currency: str
    languages: tuple[Language, ...]
    """Languages buyers are written to in, the default first (rules.md section 10)."""
    thousands_dot: bool = False
    """True where `89.000` means eighty-nine thousand (exports.md 5.8)."""


MARKET_FACTS: dict[Market, MarketFacts] = {
    Market.ID: MarketFacts(zone_name="Asia/Jakarta", currency="IDR", languages=(Language.ID,), thousands_dot=True),
    Market.MY: MarketFacts(
        zone_name="Asia/Kuala_Lumpur", currency="MYR", languages=(Language.MS, Language.EN, Language.ZH_HANS)
    ),
    Market.PH: MarketFacts(zone_name="Asia/Manila", currency="PHP", languages=(Language.FIL, Language.EN)),
    Market.SG: MarketFacts(zone_name="Asia/Singapore", currency="SGD", languages=(Language.EN, Language.ZH_HANS)),
    Market.TH: MarketFacts(zone_name="Asia/Bangkok", currency="THB", languages=(Language.TH,)),
    Market.VN: MarketFacts(zone_name="Asia/Ho_Chi_Minh", currency="VND", languages=(Language.VI,), thousands_dot=True),
    Market.TW: MarketFacts(zone_name="Asia/Taipei", currency="TWD", languages=(Language.ZH_HANT,)),
}
