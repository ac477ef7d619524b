"""Telephone numbers and postal addresses in a reply, by form and by the words around them.

The shapes of mobile numbers are those of the six markets and China [U: from the public numbering plans as commonly
written; they are used to recognise, never to dial].
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from seawall.inbox.intents.model import Label
from seawall.inbox.intents.phrases import CLEAR, FOLDER, HINT, STRONG, Hit
from seawall.inbox.intents.reading import thai_bare

_DIGITS = re.compile(r"(?<![a-z0-9#])\+?\d(?:[ \-.()]{0,2}\d){6,14}(?![a-z0-9])")


class ShapeData(BaseModel):
    """`data/shapes.toml`: mobile numbers by market, and the words of numbers and addresses."""

    model_config = ConfigDict(extra="forbid")

    mobile: dict[str, str]
    phone_words: list[str]
    order_words: list[str]
    street: list[str]
    numbered: list[str]
    place: list[str]
    address_words: list[str]
    change: list[str]
    deliver: list[str]


@dataclass(frozen=True)
class _Shapes:
    mobile: re.Pattern[str]
    phone: re.Pattern[str]
    order: re.Pattern[str]
    street: re.Pattern[str]
    numbered: re.Pattern[str]
    place: re.Pattern[str]
    address: re.Pattern[str]
    change: re.Pattern[str]
    deliver: re.Pattern[str]


@cache
def _shapes() -> _Shapes:
    data = ShapeData.model_validate(tomllib.loads((FOLDER / "shapes.toml").read_text(encoding="utf-8")))

    def any_of(sources: list[str]) -> re.Pattern[str]:
        # Latin words stand alone, Thai and Chinese ones stand in a row.
        return re.compile(
            "|".join(rf"(?<![a-z]){each}(?![a-z])" if each.isascii() else thai_bare(each) for each in sources)
        )

    return _Shapes(
        mobile=re.compile("|".join(f"(?:{each})" for each in data.mobile.values())),
        phone=any_of(data.phone_words),
        order=any_of(data.order_words),
        street=any_of(data.street),
        numbered=any_of(data.numbered),
        place=any_of(data.place),
        address=any_of(data.address_words),
        change=any_of(data.change),
        deliver=any_of(data.deliver),
    )


def phones(text: str) -> Iterator[Hit]:
    """Telephone numbers the buyer gives. Digits after a word of ordering or tracking are left alone."""
    shapes = _shapes()
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"[^\d+]", "", match.group())
        if shapes.order.search(text[max(0, match.start() - 18) : match.start()]):
            continue
        named = bool(shapes.phone.search(text))
        shaped = bool(shapes.mobile.fullmatch(digits))
        if named and (shaped or 8 <= len(digits) <= 13):
            yield Hit(Label.GIVES_NEW_PHONE, STRONG, match.start(), match.end())
        elif shaped:
            yield Hit(Label.GIVES_NEW_PHONE, CLEAR, match.start(), match.end())


def address(text: str) -> Iterator[Hit]:
    """A postal address, when enough of its parts are there: street and number, place, and words of sending."""
    shapes = _shapes()
    spare = _DIGITS.sub(lambda match: " " * len(match.group()), text)
    numbered = shapes.numbered.search(spare)
    street = shapes.street.search(spare)
    places = len({match.group() for match in shapes.place.finditer(spare)})
    has_number = any(each.isdigit() for each in spare)
    named = bool(shapes.address.search(spare))
    moved = bool(shapes.change.search(spare))
    sent = bool(shapes.deliver.search(spare))
    substance = 2 * bool(numbered) + (1 + has_number) * bool(street) + min(places, 2)
    # "send to 56 Hung Vuong, Hue": a number and a town make a place of it when words of sending stand by.
    points = substance + named + moved + sent + (bool(places) and has_number and not substance > places)
    if (substance and points >= 3) or substance >= 4:
        yield Hit(Label.GIVES_NEW_ADDRESS, STRONG, 0, len(text))
    elif named and (substance or moved):
        yield Hit(Label.GIVES_NEW_ADDRESS, HINT if not substance else CLEAR, 0, len(text))
