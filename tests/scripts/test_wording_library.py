"""The library's wording fits every platform with the longest real values, and passes its own lint."""

from datetime import date
from decimal import Decimal

import pytest

from seawall.kernel.errors import InvalidInput, NotFound
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.money import Money
from seawall.scripts.library import NEEDED_LANGUAGES, kinds, library, parse_library
from seawall.scripts.lint import LENGTH_LIMITS, Message, lint, passes
from seawall.scripts.placeholders import PLACEHOLDERS, PlaceholderValues, longest_length
from seawall.scripts.rendering import render

MARKETS = tuple(market for market in Market if market is not Market.TW)
TEXTS = [
    pytest.param(kind, step, variant, language, id=f"{kind}-{step}-{variant}-{language.value}")
    for kind in kinds()
    for step, variants in library(kind).steps.items()
    for variant in variants
    for language in variants[variant].root
]
CAUSES = {
    Language.ZH_HANS: "装有您包裹的货柜在海关被退回",
    Language.EN: "the container with your parcel was sent back at customs",
    Language.ID: "kontainer berisi paket Kakak dikembalikan di bea cukai",
    Language.MS: "kontena dengan bungkusan anda dihantar balik di kastam",
    Language.TH: "ตู้สินค้าที่มีพัสดุของคุณลูกค้าถูกส่งกลับที่ด่านศุลกากร",
    Language.VI: "container chứa hàng của anh/chị bị trả lại tại hải quan",
    Language.FIL: "naibalik po sa customs ang container na may parcel ninyo",
}
ORDER_IDS = {
    Platform.SHOPEE: "260503K7QX2M9P",
    Platform.LAZADA: "8123456789012345",
    Platform.TIKTOK: "576900000000000001",
}
MONEY = {"IDR": 100000, "VND": 100000}


def values(platform: Platform, market: Market, language: Language) -> PlaceholderValues:
    """The longest values a real order brings."""
    return PlaceholderValues(
        shop="Rumah Cantik Official Store Indonesia",
        order_id=ORDER_IDS[platform],
        item="Stainless steel insulated lunch box with cutlery, 3 compartments",
        order_date=date(2026, 9, 30),
        cause=CAUSES[language],
        compensation=Money(Decimal(MONEY.get(market.currency, 20)), market.currency),
    )


def body(kind: str, step: str, variant: str, language: Language) -> str:
    return library(kind).wording(step, variant).texts()[language]


def test_goods_returned_at_customs_has_the_first_message_in_all_seven_languages() -> None:
    wording = library("customs_return").wording("first_contact")
    assert set(wording.texts()) == NEEDED_LANGUAGES == {Language.ZH_HANS, *BUYER_LANGUAGES}
    assert set(library("customs_return").steps["first_contact"]) == {"standard", "short", "with_compensation"}


@pytest.mark.parametrize(("kind", "step", "variant", "language"), TEXTS)
def test_a_text_filled_with_long_real_values_passes_the_lint_everywhere(
    kind: str, step: str, variant: str, language: Language
) -> None:
    facts = ("The container was sent back at customs.", "A shop voucher may be offered.")
    for platform in Platform:
        for market in MARKETS:
            rendered = render(body(kind, step, variant, language), values(platform, market, language), language, market)
            message = Message(
                lang=language, platform=platform, market=market, text=rendered.text, facts=facts,
                order_id=ORDER_IDS[platform],
            )  # fmt: skip
            assert lint(message) == []


@pytest.mark.parametrize(("kind", "step", "variant", "language"), TEXTS)
def test_a_template_passes_the_lint_and_fits_at_its_longest(
    kind: str, step: str, variant: str, language: Language
) -> None:
    text = body(kind, step, variant, language)
    for platform in Platform:
        message = Message(lang=language, platform=platform, market=Market.MY, text=text, template=True)
        assert lint(message) == []
    assert longest_length(text) <= (350 if variant == "short" else LENGTH_LIMITS[Platform.SHOPEE].characters)


ASKS = {
    Language.ZH_HANS: "请您取消订单。",
    Language.EN: " Please cancel the order.",
    Language.ID: " Mohon Kakak batalkan pesanannya.",
    Language.MS: " Sila batalkan pesanan anda.",
    Language.TH: " รบกวนกดยกเลิกคำสั่งซื้อด้วยนะคะ",
    Language.VI: " Anh/chị vui lòng hủy đơn giúp shop ạ.",
    Language.FIL: " Paki-cancel na lang po ang order.",
}


@pytest.mark.parametrize("language", sorted(ASKS))
def test_a_library_text_edited_to_ask_for_cancelling_is_stopped(language: Language) -> None:
    text = body("customs_return", "first_contact", "short", language)
    message = Message(
        lang=language, platform=Platform.SHOPEE, market=Market.MY, text=text + ASKS[language], template=True
    )
    findings = lint(message)
    assert [each.rule.value for each in findings] == ["asks_to_cancel"]
    assert findings[0].start >= len(text)
    assert not passes(message)


def test_every_text_has_a_chinese_gloss_for_the_seller() -> None:
    for variants in library("customs_return").steps.values():
        for wording in variants.values():
            for text in wording.root.values():
                assert any("\u4e00" <= each <= "\u9fff" for each in text.gloss_zh)


def test_an_unknown_storm_or_step_is_said_to_be_missing() -> None:
    with pytest.raises(NotFound) as unknown:
        library("earthquake")
    assert unknown.value.code == "library_not_found"
    with pytest.raises(NotFound) as missing:
        library("customs_return").wording("first_contact", "poem")
    assert missing.value.code == "script_not_in_library"


def one_text_file(body_text: str, leave_out: Language | None = None) -> str:
    languages = [each for each in sorted(NEEDED_LANGUAGES) if each is not leave_out]
    head = 'kind = "x"\nedition = 1\nsource = "zh-Hans"\n'
    return head + "\n".join(
        f'[first_contact.standard.{each.value}]\nbody = "{body_text}"\ngloss_zh = "好"' for each in languages
    )


def test_a_library_file_is_refused_with_the_place_of_its_fault() -> None:
    assert parse_library(one_text_file("{order_id} ok")).kind == "x"
    for source, fault in (
        (one_text_file("{order_id} {nickname}"), "nickname"),
        (one_text_file("no number"), "order_id"),
        (one_text_file("{order_id} ok", leave_out=Language.TH), "no text in th"),
        ("kind = ", "Invalid value"),
    ):
        with pytest.raises(InvalidInput) as refused:
            parse_library(source)
        assert refused.value.code == "library_invalid"
        assert fault in str(refused.value.params["fault"])


def test_samples_of_placeholders_fit_their_own_limits() -> None:
    for declared in PLACEHOLDERS.values():
        sample = PlaceholderValues(**{declared.name: declared.sample})  # type: ignore[arg-type]
        rendered = render(f"{{{declared.name}}}", sample, Language.MS, Market.MY)
        assert 0 < len(rendered.text) <= declared.max_length
