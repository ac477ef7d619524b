"""Filling a text for one buyer: the buyer's dates and money, safe values, refusals."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kernel.digest import sha256_text
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.kernel.money import Money
from seawall.scripts.placeholders import PLACEHOLDERS, PlaceholderValues
from seawall.scripts.rendering import FilledSpan, date_text, money_text, render, script_digest, trimmed


def filled(template: str, **values: object) -> str:
    return render(template, PlaceholderValues(**values), Language.EN, Market.SG).text  # type: ignore[arg-type]


def test_spans_say_where_each_value_stands() -> None:
    rendered = render(
        "Order {order_id}: {item}, {order_id}", PlaceholderValues(order_id="A1", item="Cup"), Language.EN, Market.SG
    )
    assert rendered.text == "Order A1: Cup, A1"
    assert rendered.spans == (FilledSpan("order_id", 6, 8), FilledSpan("item", 10, 13), FilledSpan("order_id", 15, 17))


@pytest.mark.parametrize(
    ("language", "market", "day", "money"),
    [
        (Language.EN, Market.SG, "30 September 2026", "S$1,250.50"),
        (Language.ID, Market.ID, "30 September 2026", "Rp1.251"),
        (Language.MS, Market.MY, "30 September 2026", "RM1,250.50"),
        (Language.TH, Market.TH, "30 กันยายน 2026", "฿1,250.50"),
        (Language.VI, Market.VN, "30/9/2026", "1.251₫"),
        (Language.FIL, Market.PH, "Setyembre 30, 2026", "₱1,250.50"),
        (Language.ZH_HANS, Market.MY, "2026年9月30日", "RM1,250.50"),
    ],
)
def test_dates_and_money_read_as_the_buyer_writes_them(
    language: Language, market: Market, day: str, money: str
) -> None:
    assert date_text(date(2026, 9, 30), language, market) == day
    assert money_text(Money(Decimal("1250.50"), market.currency), language, market) == money


def test_whole_amounts_carry_no_empty_cents() -> None:
    assert money_text(Money(Decimal("20.00"), "MYR"), Language.MS, Market.MY) == "RM20"


def test_an_instant_is_written_as_the_day_it_had_in_the_market() -> None:
    late_evening_utc = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)
    assert date_text(late_evening_utc, Language.EN, Market.SG) == "4 May 2026"


def test_money_of_another_market_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        money_text(Money(Decimal(5), "USD"), Language.TH, Market.TH)
    assert (refused.value.code, refused.value.params["wanted"]) == ("placeholder_wrong_money", "THB")


@pytest.mark.parametrize(
    ("template", "values", "name"),
    [
        ("Hi {nickname}", {}, "nickname"),
        ("Order {order_id}", {}, "order_id"),
        ("Order {order_id}", {"order_id": " \n "}, "order_id"),
        ("Order {order_id", {"order_id": "A1"}, "{"),
        ("Order {{order_id}}", {"order_id": "A1"}, "{"),
        ("Order {Order}", {}, "{"),
    ],
)
def test_what_cannot_be_filled_is_refused_by_name(template: str, values: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        filled(template, **values)
    assert (refused.value.code, refused.value.params["name"]) == ("placeholder_unresolved", name)


def test_a_value_cannot_smuggle_in_another_placeholder_or_a_line() -> None:
    assert filled("{item} for {order_id}", item="Cup {order_id}\r\nPay\u202e now\x00", order_id="A1") == (
        "Cup {order_id} Pay now for A1"
    )


def test_a_long_item_is_cut_at_a_word_and_a_long_fact_is_refused() -> None:
    assert filled("{item}", item="Stainless steel insulated lunch box") == "Stainless steel insulated…"
    with pytest.raises(InvalidInput) as refused:
        filled("{cause}", cause="x" * 81)
    assert refused.value.code == "placeholder_too_long"
    with pytest.raises(InvalidInput):
        filled("{order_id}", order_id="1" * 21)


def test_a_fact_loses_its_own_full_stop() -> None:
    assert filled("Because {cause}.", cause="the goods were sent back.") == "Because the goods were sent back."


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧‍👦" * 6, "🇮🇩🇲🇾🇹🇭🇻🇳" * 3, "กำน้ำกำน้ำกำน้ำกำน้ำ", "é" * 20, "👍🏽" * 12],
)
def test_a_cut_never_parts_a_written_character(text: str) -> None:
    for limit in range(2, len(text)):
        kept = trimmed(text, limit).removesuffix("…")
        assert text.startswith(kept)
        rest = text[len(kept) :]
        assert not rest.startswith(("\u200d", "\u0301", "\u0e33", "\u0e49", "🏽"))
        assert not kept.endswith("\u200d")
        if kept and "\U0001f1e6" <= kept[-1] <= "\U0001f1ff":
            assert len(kept) % 2 == 0


@given(st.text(), st.text())
def test_whatever_the_values_hold_the_text_stays_on_one_line_within_its_limits(shop: str, item: str) -> None:
    text = filled("[{shop}|{item}]", shop=f"S{shop}", item=f"I{item}")
    assert "\n" not in text
    assert len(text) <= 3 + PLACEHOLDERS["shop"].max_length + PLACEHOLDERS["item"].max_length


def test_the_digest_of_a_script_covers_every_language_in_any_order() -> None:
    both = script_digest({Language.EN: "Hello", Language.TH: "สวัสดี"})
    assert both == script_digest({Language.TH: "สวัสดี", Language.EN: "Hello"})
    assert both != script_digest({Language.EN: "Hello.", Language.TH: "สวัสดี"})
    assert both != script_digest({Language.EN: "Hello"})
    assert both == sha256_text('{"en":"Hello","th":"สวัสดี"}')
