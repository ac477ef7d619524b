"""The orders of a storm, from a seed: the same values stand in the synthetic files and in the simulators."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from seawall.kernel.markets import Market, Platform
from seawall.kernel.money import DECIMALS

NEWEST = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Creation of the newest order unless the caller says otherwise: fixed, so that a seed always gives the same files."""
SPAN = timedelta(days=12)
"""A container's orders are this many days apart."""
_PRICES = {
    "IDR": (15_000, 190_000, 1000), "VND": (20_000, 400_000, 1000), "MYR": (590, 9990, 10), "SGD": (390, 4990, 10),
    "PHP": (4900, 129_900, 100), "THB": (3900, 99_900, 100),
}  # fmt: skip
"""Smallest, largest and step of a price, in the currency's smallest unit (IDR, VND: whole)."""
_SHIPPING = {"IDR": 9000, "VND": 16_500, "MYR": 490, "SGD": 149, "PHP": 3800, "THB": 2900}
_STATES = ("shipped",) * 17 + ("ready", "ready", "to_ship")
_SHOPEE_SIGNS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class StormShop:
    """A shop whose orders are in the container."""

    code: str
    platform: Platform
    market: Market


@dataclass(frozen=True, slots=True, kw_only=True)
class StormLine:
    """One item of an order."""

    item_name: str
    """In the market's language."""
    variation: str
    sku: str
    quantity: int
    unit_price: Decimal
    unit_ids: tuple[str, ...]
    """Lazada: one 15-digit item id a piece. Else one id for the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StormOrder:
    """One order as the platform, the file and the buyer know it."""

    platform: Platform
    market: Market
    shop_code: str
    order_id: str
    """Shopee: YYMMDD and 8 signs; Lazada: 15 digits; TikTok: 18 digits beginning with 5."""
    buyer_id: str
    """Digits (Lazada: 9 or more)."""
    buyer_handle: str
    buyer_name: str
    phone: str
    """With country code, unmasked; files mask it where the platform does."""
    city: str
    province: str
    lines: tuple[StormLine, ...]
    currency: str
    shipping_fee: Decimal
    total: Decimal
    """Goods, and for Shopee and TikTok the shipping fee; Lazada's export knows what was paid by unit only."""
    created_at: datetime
    """In the market's zone; whole minutes, as most exports carry no seconds."""
    status: str
    """A word of orders.imports' OrderStatus: shipped for most, some not yet collected."""
    tracking: str
    package_id: str

    @property
    def units(self) -> int:
        """Pieces in the order."""
        return sum(line.quantity for line in self.lines)


DEMO_SHOPS: tuple[StormShop, ...] = tuple(
    StormShop(code=f"{platform.letter}{market.value}", platform=platform, market=market)
    for platform in (Platform.LAZADA, Platform.SHOPEE, Platform.TIKTOK)
    for market in (Market.ID, Market.MY, Market.PH, Market.SG, Market.TH, Market.VN)
)


@cache
def vocabulary() -> Mapping[str, Any]:
    """Invented people and goods per market."""
    return tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8"))


def storm_orders(
    seed: int, count: int, shops: Sequence[StormShop] = DEMO_SHOPS, *, newest: datetime = NEWEST
) -> list[StormOrder]:
    """`count` orders spread evenly over `shops`, oldest first; equal arguments give equal orders.

    Order ids, item ids and tracking numbers are unique over the whole list. Raises ValueError without a shop.
    """
    if not shops:
        raise ValueError("a storm needs a shop")
    dice = Random(f"storm {seed}")  # noqa: S311 - invented people, not secrets
    step = SPAN / max(count, 1)
    orders = [
        _order(dice, number, shops[number % len(shops)], newest - SPAN + step * (number + 1)) for number in range(count)
    ]
    return _with_buyers_of_several(orders, seed, len(shops))


def _with_buyers_of_several(orders: list[StormOrder], seed: int, shops: int) -> list[StormOrder]:
    """About every seventh buyer of a shop ordered two to four times in a row; each order keeps its goods and day."""
    dice = Random(f"buyers {seed}")  # noqa: S311 - invented people, not secrets
    for first in range(shops):
        mine = range(first, len(orders), shops)
        at = dice.randrange(3)
        while at < len(mine):
            size = dice.randrange(2, 5)
            buyer = orders[mine[at]]
            for place in mine[at + 1 : at + size]:
                orders[place] = replace(
                    orders[place], buyer_id=buyer.buyer_id, buyer_handle=buyer.buyer_handle,
                    buyer_name=buyer.buyer_name, phone=buyer.phone, city=buyer.city, province=buyer.province,
                )  # fmt: skip
            at += size + dice.randrange(5, 9)
    return orders


def _order(dice: Random, number: int, shop: StormShop, moment: datetime) -> StormOrder:
    words = vocabulary()[shop.market.value]
    currency = shop.market.currency
    created = moment.astimezone(shop.market.zone).replace(second=0, microsecond=0)
    lines = _lines(dice, number, shop.platform, words, currency)
    goods = sum((line.unit_price * line.quantity for line in lines), Decimal(0))
    shipping = _money(_SHIPPING[currency], currency)
    city, province = dice.choice(words["places"])
    first, last = dice.choice(words["first"]), dice.choice(words["last"])
    return StormOrder(
        platform=shop.platform, market=shop.market, shop_code=shop.code,
        order_id=_order_id(dice, number, shop.platform, created), buyer_id=str(200_000_000 + number * 7 + 1),
        buyer_handle=f"buyer.{shop.market.value.lower()}{number:06d}", buyer_name=f"{first} {last}",
        phone=f"{words['phone']}{dice.randrange(10**6, 10**7)}", city=city, province=province, lines=lines,
        currency=currency, shipping_fee=shipping, total=goods if shop.platform is Platform.LAZADA else goods + shipping,
        created_at=created, status=dice.choice(_STATES), tracking=f"SW{shop.market.value}{700_000_000 + number:010d}",
        package_id=f"{11_500_000_000_000 + number:015d}",
    )  # fmt: skip


def _lines(
    dice: Random, number: int, platform: Platform, words: Mapping[str, Any], currency: str
) -> tuple[StormLine, ...]:
    goods = dice.sample(words["goods"], dice.choice((1, 1, 1, 2, 2, 3)))
    lines = []
    for place, name in enumerate(goods):
        quantity = dice.choice((1, 1, 1, 1, 2, 3))
        ids = quantity if platform is Platform.LAZADA else 1
        base = 17_294_000_000 if platform is Platform.TIKTOK else 6_140_000_000
        lines.append(
            StormLine(
                item_name=name, variation=dice.choice(words["variations"]),
                sku=f"SW-{words['goods'].index(name) + 1:03d}-{place + 1}", quantity=quantity,
                unit_price=_money(dice.randrange(*_PRICES[currency]), currency),
                unit_ids=tuple(f"{base + number}{place}{unit:04d}" for unit in range(ids)),
            )
        )  # fmt: skip
    return tuple(lines)


def _order_id(dice: Random, number: int, platform: Platform, created: datetime) -> str:
    if platform is Platform.SHOPEE:
        # The last six signs count up, so that no two are equal; letters of all kinds, E among them.
        tail, signs = number, ""
        for _ in range(6):
            tail, rest = divmod(tail, len(_SHOPEE_SIGNS))
            signs = _SHOPEE_SIGNS[rest] + signs
        return f"{created:%y%m%d}{dice.choice('ABCDEFGHJKLMN')}{dice.choice('PQRSTUVWXYZ')}{signs}"
    if platform is Platform.LAZADA:
        return str(412_700_000_000_003 + number * 1_000_003)
    return str(576_400_000_000_000_007 + number * 1_000_003)


def _money(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-DECIMALS[currency])
