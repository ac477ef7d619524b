"""The longest real values of a storm's orders: how long the longest message of a text is once it is filled.

One query, whatever the number of orders. Orders of one buyer that one message names are not counted together here: only
as many go together as fit the platform, which the plan sees to.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case as SqlCase
from django.db.models import CharField, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Concat, Left, Length, LPad, TruncDate

from seawall.incidents.facts import Facts
from seawall.incidents.models import Case, Incident
from seawall.incidents.states import CaseState
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.reasons import Reason
from seawall.orders.api import Parcel
from seawall.scripts.api import PLACEHOLDERS, PlaceholderValues, render
from seawall.tenancy.api import Actor, scoped

_TITLE_READ = 80
"""So many characters of a title are looked at: a longer one is cut when it is filled, far before its end."""
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class PlaceValues:
    """The longest values among the open orders of one platform and market."""

    platform: Platform
    market: Market
    orders: int
    shop: str | None
    order_id: str | None
    titles: tuple[str, ...]
    days: tuple[date, ...]
    tracking_number: str | None
    without: Mapping[str, int]
    """Orders that have no value, by placeholder; only those that lack some."""


@dataclass(frozen=True, kw_only=True)
class LongestFilled:
    """A text filled with the longest real values, each from whichever order has it."""

    text: str
    length: int
    """Code points: no order of this place alone gets a longer message."""


def longest_values(actor: Actor, incident: Incident, names: Collection[str]) -> list[PlaceValues]:
    """For each platform and market of the open orders. `names` are the placeholders in use: parcels are looked up only
    for `tracking_number`. Without orders: empty."""
    actor.require("script.read")
    rows = scoped(Case, actor).filter(incident=incident, state=CaseState.OPEN)
    title = KeyTextTransform("title", KeyTransform(0, "order__lines"))
    rows = rows.annotate(title=title, day=_local_day())
    measures: dict[str, Any] = {
        "orders": Count("pk"),
        "shop": _longest("order__shop__name"),
        "order_id": _longest("order__platform_order_id"),
        "titles": ArrayAgg(Left("title", _TITLE_READ), distinct=True, filter=Q(title__isnull=False), default=Value([])),
        "days": ArrayAgg("day", distinct=True, filter=Q(day__isnull=False), default=Value([])),
        "no_item": Count("pk", filter=Q(title__isnull=True) | Q(title="")),
        "no_order_date": Count("pk", filter=Q(day__isnull=True)),
    }
    if "tracking_number" in names:
        rows = _with_tracking(rows)
        measures["tracking"] = _longest("tracking_number")
        measures["no_tracking_number"] = Count("pk", filter=Q(tracking_number__isnull=True))
    grouped = rows.values("order__shop__platform", "order__shop__market").annotate(**measures)
    return [_place(row) for row in grouped.order_by("order__shop__platform", "order__shop__market")]


def fill_longest(place: PlaceValues, template: str, language: Language, facts: Facts | None) -> LongestFilled | Reason:
    """The template with the longest values of a place, in a language; the reason where it cannot be filled for any of
    its orders, because a value is missing, too long, or not yet on the facts sheet."""
    market = place.market
    values = PlaceholderValues(
        shop=place.shop,
        order_id=place.order_id,
        item=_longest_title(place.titles, language, market),
        order_date=max(place.days, key=lambda day: len(_filled("order_date", day, language, market)), default=None),
        tracking_number=place.tracking_number,
        **_of_the_sheet(place, language, facts),
    )
    try:
        text = render(template, values, language, market).text
    except InvalidInput as error:
        return Reason(error.code, error.params)
    return LongestFilled(text=text, length=len(text))


def lacking(place: PlaceValues, language: Language, facts: Facts | None) -> dict[str, int]:
    """Orders of a place that have no value for a placeholder: of their own, or none of them because the facts sheet
    holds none in this language or money."""
    sheet = _of_the_sheet(place, language, facts)
    return {**place.without, **{name: place.orders for name, value in sheet.items() if value is None}}


def _of_the_sheet(place: PlaceValues, language: Language, facts: Facts | None) -> dict[str, Any]:
    return {
        "cause": facts.cause_by_language.get(language) if facts else None,
        "compensation": facts.offer_in(place.market.currency) if facts else None,
        "new_date": facts.new_date if facts else None,
    }


def _longest_title(titles: Collection[str], language: Language, market: Market) -> str | None:
    """The title that is longest once written: cut at a word, so a longer one may come out shorter."""
    best, most = "", PLACEHOLDERS["item"].max_length
    for title in sorted(titles, key=len, reverse=True):
        # Written out a title only ever shrinks: among thousands the first few decide.
        if len(best) >= min(len(title), most):
            break
        best = max(best, _filled("item", title, language, market), key=len)
    return best or None


def _filled(name: str, value: Any, language: Language, market: Market) -> str:
    try:
        return render(f"{{{name}}}", PlaceholderValues(**{name: value}), language, market).text
    except InvalidInput:
        return ""


def _longest(path: str) -> Max:
    """The longest of several texts: the length stands before each, in digits of one width."""
    return Max(Concat(LPad(Cast(Length(path), CharField()), _DIGITS, Value("0")), F(path), output_field=CharField()))


def _local_day() -> SqlCase:
    """The day of the order in its market's zone."""
    zones = [
        When(order__shop__market=market.value, then=TruncDate("order__ordered_at", tzinfo=market.zone))
        for market in Market
    ]
    return SqlCase(*zones)


def _with_tracking(rows: QuerySet[Case]) -> QuerySet[Case]:
    first = Parcel.objects.filter(order=OuterRef("order_id")).exclude(tracking_number="").order_by("pk")
    return rows.annotate(tracking_number=Subquery(first.values("tracking_number")[:1]))


def _place(row: Mapping[str, Any]) -> PlaceValues:
    def longest(name: str) -> str | None:
        return (row.get(name) or "")[_DIGITS:] or None

    without = {name.removeprefix("no_"): n for name, n in row.items() if name.startswith("no_") and n}
    return PlaceValues(
        platform=Platform(row["order__shop__platform"]), market=Market(row["order__shop__market"]),
        orders=row["orders"], shop=longest("shop"), order_id=longest("order_id"),
        titles=tuple(each for each in row["titles"] if each), days=tuple(row["days"]),
        tracking_number=longest("tracking"), without=without,
    )  # fmt: skip
