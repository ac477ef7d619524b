"""The placeholders a script may use: typed, declared once, each with a sample.

A text may hold only these names. Their longest rendered lengths are counted when a template's length is checked, so
that a text that passes the check also fits the platform with the longest real values.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from seawall.kernel.money import Money


@dataclass(frozen=True)
class Several:
    """The values of one placeholder for several orders that one message names, in the order of the orders."""

    values: tuple[str | date | datetime, ...]


Value = str | date | Money | Several


class PlaceholderKind(StrEnum):
    """How a value is written out."""

    ORDER_NUMBER = "order_number"
    SHOP_NAME = "shop_name"
    ITEM_TITLE = "item_title"
    DATE = "date"
    MONEY = "money"
    FACT_TEXT = "fact_text"
    TRACKING_NUMBER = "tracking_number"


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """One declared placeholder."""

    name: str
    kind: PlaceholderKind
    required: bool
    """Whether the first message to a buyer must hold it."""
    max_length: int
    """The most characters (code points) it takes once rendered."""
    trims: bool
    """True: a longer value is cut with an ellipsis. False: a longer value is refused: cutting changes its sense."""
    sample: Value


_DECLARED = (
    Placeholder(
        name="shop",
        kind=PlaceholderKind.SHOP_NAME,
        required=False,
        max_length=30,
        trims=True,
        sample="BlueNest Home",
    ),
    # The longest order number of the three platforms has 18-19 digits (tiktok-shop.md 3); one is kept spare.
    Placeholder(
        name="order_id",
        kind=PlaceholderKind.ORDER_NUMBER,
        required=True,
        max_length=20,
        trims=False,
        sample="260503K7QX2M9P",
    ),
    Placeholder(
        name="item",
        kind=PlaceholderKind.ITEM_TITLE,
        required=False,
        max_length=30,
        trims=True,
        sample="Glass lunch box 1.2 L, blue",
    ),
    Placeholder(
        name="order_date",
        kind=PlaceholderKind.DATE,
        required=False,
        max_length=18,
        trims=False,
        sample=date(2026, 9, 30),
    ),
    Placeholder(
        name="cause",
        kind=PlaceholderKind.FACT_TEXT,
        required=False,
        max_length=80,
        trims=False,
        sample="the container with your parcel was sent back at customs",
    ),
    Placeholder(
        name="compensation",
        kind=PlaceholderKind.MONEY,
        required=False,
        max_length=14,
        trims=False,
        sample=Money(Decimal(20), "MYR"),
    ),
    # A day the facts sheet holds: when stock is back, when a parcel is expected, when delivery is tried again.
    Placeholder(
        name="new_date",
        kind=PlaceholderKind.DATE,
        required=False,
        max_length=18,
        trims=False,
        sample=date(2026, 10, 12),
    ),
    # Numbers of 10-20 characters were seen in exports (certainty: code); the platforms name no longest one, so 30.
    Placeholder(
        name="tracking_number",
        kind=PlaceholderKind.TRACKING_NUMBER,
        required=False,
        max_length=30,
        trims=False,
        sample="MY260503114477S",
    ),
)

PLACEHOLDERS: dict[str, Placeholder] = {each.name: each for each in _DECLARED}
"""Every placeholder a script may use, by name."""

NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A well-formed placeholder in a template."""

FORM = re.compile(r"\{([^{}|\n]{0,60})\|([^{}|\n]{0,60})\}")
"""Two forms of a word or of a few: for one order, for several."""


@dataclass(frozen=True, kw_only=True)
class PlaceholderValues:
    """What one buyer's message is filled with. None means: not known, and a text that needs it is refused.

    A message that names several orders has `Several` order numbers, items and days.

    `order_date` may be an aware instant; it is written as the day it had in the market's zone.
    `cause` is the facts sheet's sentence in the language of the text. `new_date` is a day that stands on the facts
    sheet; `tracking_number` is the parcel's number as the platform shows it.
    """

    shop: str | None = None
    order_id: str | Several | None = None
    item: str | Several | None = None
    order_date: date | datetime | Several | None = None
    cause: str | None = None
    compensation: Money | None = None
    new_date: date | datetime | None = None
    tracking_number: str | None = None

    def get(self, name: str) -> Value | None:
        """The value of a declared placeholder. Raises KeyError for a name that is not declared."""
        if name not in PLACEHOLDERS:
            raise KeyError(name)
        found: Value | None = getattr(self, name)
        return found


def names_in(template: str) -> tuple[str, ...]:
    """The placeholder-like names of a template, in order of first use, declared or not."""
    return tuple(dict.fromkeys(NAME.findall(template)))


def longest_length(template: str) -> int:
    """Code points of a template once every declared placeholder takes its longest form, for one order.

    Words for several orders are measured when they are filled: only as many orders go together as then fit.
    """
    grown = len(template)
    for match in NAME.finditer(template):
        declared = PLACEHOLDERS.get(match.group(1))
        if declared is not None:
            grown += declared.max_length - len(match.group(0))
    for match in FORM.finditer(template):
        grown += len(match.group(1)) - len(match.group(0))
    return grown
