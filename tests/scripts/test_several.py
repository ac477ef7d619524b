"""Words for one order and for several: lists as each language writes them, and templates that hold both readings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.rollout import CAUSES
from tests.scripts.library_texts import every_text

from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.library import library
from seawall.scripts.lint import LENGTH_LIMITS, Message, Rule, lint
from seawall.scripts.placeholders import PlaceholderValues, Several, longest_length
from seawall.scripts.rendering import render
from seawall.scripts.several import and_others, listed, may_name_several, reading, readings

NUMBERS = ("260503K7QX2M9P", "576400000000000007", "412700000000003")
MARKETS = {
    Language.EN: Market.SG, Language.ID: Market.ID, Language.MS: Market.MY, Language.TH: Market.TH,
    Language.VI: Market.VN, Language.FIL: Market.PH, Language.ZH_HANS: Market.SG,
}  # fmt: skip
FACTS = ("The container with the goods was sent back at customs.", "货柜在海关被退回。")


def values(*numbers: str, language: Language = Language.EN) -> PlaceholderValues:
    """One buyer's orders, two of one day, with two kinds of goods."""
    days = (date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 3))
    return PlaceholderValues(
        shop="BlueNest Home", order_id=Several(numbers), item=Several(("Lamp", "Glass lunch box 1.2 L", "Lamp")),
        order_date=Several(days), cause=CAUSES.get(language),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "two", "three"),
    [
        (Language.EN, "A1 and B2", "A1, B2 and C3"),
        (Language.ID, "A1 dan B2", "A1, B2, dan C3"),
        (Language.MS, "A1 dan B2", "A1, B2 dan C3"),
        (Language.TH, "A1 และ B2", "A1, B2 และ C3"),
        (Language.VI, "A1 và B2", "A1, B2 và C3"),
        (Language.FIL, "A1 at B2", "A1, B2, at C3"),
        (Language.ZH_HANS, "A1 和 B2", "A1、B2 和 C3"),
        (Language.ZH_HANT, "A1 和 B2", "A1、B2 和 C3"),
    ],
)
def test_numbers_are_listed_as_the_language_lists_them(language: Language, two: str, three: str) -> None:
    assert listed(["A1"], language) == "A1"
    assert listed(["A1", "B2"], language) == two
    assert listed(["A1", "B2", "C3"], language) == three
    assert "Lamp" in and_others("Lamp", language)


def test_equal_days_and_goods_stand_once() -> None:
    template = "{order_id}: {item}, {order_date}"
    same = PlaceholderValues(
        order_id=Several(("A1", "B2")), item=Several(("Lamp", "Lamp")), order_date=Several((date(2026, 5, 3),) * 2)
    )
    assert render(template, same, Language.EN, Market.SG).text == "A1 and B2: Lamp, 3 May 2026"
    assert render(template, values("A1", "B2", "C3"), Language.EN, Market.SG).text == (
        "A1, B2 and C3: Lamp and other items, 3 May 2026 and 4 May 2026"
    )
    zh = render(template, values("A1", "B2", "C3"), Language.ZH_HANS, Market.SG).text
    assert zh == "A1、B2 和 C3: Lamp 等商品, 2026年5月3日和2026年5月4日"


def test_forms_are_read_for_one_and_for_several() -> None:
    template = "Your {order|orders} {order_id} {was|were} sent back."
    one = PlaceholderValues(order_id="A1")
    assert render(template, one, Language.EN, Market.SG).text == "Your order A1 was sent back."
    assert render(template, values("A1", "B2"), Language.EN, Market.SG).text == "Your orders A1 and B2 were sent back."
    assert longest_length(template) == len("Your order  was sent back.") + 20


def test_an_amount_or_a_parcel_is_of_one_order() -> None:
    assert may_name_several("Pesanan {order_id} ({item})", Language.ID)
    assert not may_name_several("Pesanan {order_id}, voucher {compensation}", Language.ID)
    assert not may_name_several("Pesanan {order_id}, resi {tracking_number}", Language.ID)
    # English tells one from many, and this text speaks of one.
    assert not may_name_several("Your order {order_id}", Language.EN)
    assert may_name_several("Your {order|orders} {order_id}", Language.EN)


@pytest.mark.parametrize("language", [Language.ZH_HANS, *BUYER_LANGUAGES])
@pytest.mark.parametrize("variant", ["standard", "short"])
@pytest.mark.parametrize("platform", list(Platform))
def test_the_first_message_reads_for_several_orders_and_passes_the_lint(
    language: Language, variant: str, platform: Platform
) -> None:
    text = library("customs_return").wording("first_contact", variant).root[language].body
    assert may_name_several(text, language)
    market = MARKETS[language]

    filled = render(text, values(*NUMBERS, language=language), language, market).text

    assert all(number in filled for number in NUMBERS)
    assert "|" not in filled
    assert "{" not in filled
    message = Message(
        lang=language, platform=platform, market=market, text=filled, facts=FACTS, allowed_numbers=NUMBERS
    )
    found = {each.rule for each in lint(message)} - {Rule.UNSUPPORTED_CLAIM}
    # A platform's longest text holds as many orders as it holds: planning takes fewer together.
    assert found <= ({Rule.TOO_LONG} if len(filled) > LENGTH_LIMITS[platform].characters else set())


def test_every_text_of_the_library_reads_for_one_without_a_mark_of_the_other() -> None:
    for *_, text in every_text():
        for each in readings(text.body):
            assert "|" not in each.text


def test_a_fault_that_only_several_orders_read_is_found_where_it_stands() -> None:
    text = "Hello, about your {order|orders, please cancel them yourself,} {order_id}: {cause}. We are sorry."
    message = Message(
        lang=Language.EN, platform=Platform.SHOPEE, market=Market.SG, text=text, facts=FACTS, template=True
    )
    (found,) = [each for each in lint(message) if each.rule is Rule.ASKS_TO_CANCEL]
    assert "please cancel" in text[found.start : found.end]


def test_a_value_for_several_where_one_is_meant_is_refused() -> None:
    wrong = PlaceholderValues(order_id=Several(("A" * 30, "B2")))
    with pytest.raises(InvalidInput) as caught:
        render("{order_id}", wrong, Language.EN, Market.SG)
    assert caught.value.code == "placeholder_too_long"


words = st.text(alphabet="ab {order_id}|", max_size=40)


@given(words, words)
def test_places_of_a_reading_lie_in_the_template(before: str, after: str) -> None:
    template = before + "{one|several more}" + after
    for several in (False, True):
        read = reading(template, several=several)
        for start in range(len(read.text) + 1):
            for end in range(start, len(read.text) + 1):
                first, last = read.span(start, end)
                assert 0 <= first <= last <= len(template)
        plain = read.text.find("a")
        if plain >= 0 and not any(start <= plain < end for start, end, *_ in read.cuts):
            first, last = read.span(plain, plain + 1)
            assert template[first:last] == "a"
