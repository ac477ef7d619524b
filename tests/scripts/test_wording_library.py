"""The library's wording fits every platform with the longest real values, and passes its own lint."""

import pytest
from tests.scripts.library_texts import FACTS, FACTS_OF_KIND, ORDER_IDS, TRACKING, every_text, values

from seawall.kernel.errors import InvalidInput, NotFound
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.library import NEEDED_LANGUAGES, kinds, library, parse_library
from seawall.scripts.lint import LENGTH_LIMITS, Message, lint, passes
from seawall.scripts.placeholders import PLACEHOLDERS, PlaceholderValues, longest_length, names_in
from seawall.scripts.rendering import render
from seawall.scripts.several import reading

MARKETS = tuple(Market)
TEXTS = [
    pytest.param(kind, step, variant, language, id=f"{kind}-{step}-{variant}-{language.value}")
    for kind in kinds()
    for step, variants in library(kind).steps.items()
    for variant in variants
    for language in variants[variant].root
]
STORMS = {
    "customs_return", "false_delivered", "delay", "stock_out", "bad_address", "unreachable", "refused", "reschedule",
}  # fmt: skip
OCCASIONS = {
    "compensation_offer": "offer",
    "apology_after_complaint": "reply",
    "second_contact": "second_contact",
    "closing": "closing",
}


def body(kind: str, step: str, variant: str, language: Language) -> str:
    return library(kind).wording(step, variant).texts()[language]


def test_the_desk_finds_words_for_every_storm_and_every_occasion() -> None:
    assert set(kinds()) == STORMS | set(OCCASIONS)
    for kind in kinds():
        assert library(kind).kind == kind
    for kind in STORMS:
        assert {"standard", "short"} <= set(library(kind).steps["first_contact"])
    for kind, step in OCCASIONS.items():
        assert set(library(kind).steps) == {step}
        assert "standard" in library(kind).steps[step]


def test_goods_returned_at_customs_has_the_first_message_in_all_seven_languages() -> None:
    wording = library("customs_return").wording("first_contact")
    assert set(wording.texts()) == NEEDED_LANGUAGES == {Language.ZH_HANS, *BUYER_LANGUAGES}
    assert set(library("customs_return").steps["first_contact"]) == {"standard", "short", "with_compensation"}


@pytest.mark.parametrize(("kind", "step", "variant", "language"), TEXTS)
def test_a_text_filled_with_long_real_values_passes_the_lint_everywhere(
    kind: str, step: str, variant: str, language: Language
) -> None:
    facts = FACTS_OF_KIND.get(kind, FACTS)
    for platform in Platform:
        for market in MARKETS:
            rendered = render(body(kind, step, variant, language), values(platform, market, language), language, market)
            message = Message(
                lang=language, platform=platform, market=market, text=rendered.text, facts=facts,
                order_id=ORDER_IDS[platform], allowed_numbers=(TRACKING,),
            )  # fmt: skip
            assert lint(message) == []


@pytest.mark.parametrize(("kind", "step", "variant", "language"), TEXTS)
def test_a_template_passes_the_lint_and_fits_at_its_longest(
    kind: str, step: str, variant: str, language: Language
) -> None:
    text = body(kind, step, variant, language)
    for platform in Platform:
        for market in MARKETS:
            message = Message(lang=language, platform=platform, market=market, text=text, template=True)
            assert lint(message) == []
    assert longest_length(text) <= (350 if variant == "short" else LENGTH_LIMITS[Platform.SHOPEE].characters)


def test_values_at_their_very_longest_still_fit_the_platforms() -> None:
    for kind, step, variant, language, text in every_text():
        filled = reading(text.body, several=False).text
        for declared in PLACEHOLDERS.values():
            filled = filled.replace(f"{{{declared.name}}}", "x" * declared.max_length)
        limit = 350 if variant == "short" else min(each.characters for each in LENGTH_LIMITS.values())
        assert len(filled) <= limit, (kind, step, variant, language)


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
    for _, _, _, language, text in every_text():
        assert any("\u4e00" <= each <= "\u9fff" for each in text.gloss_zh)
        if language not in (Language.ZH_HANS, Language.ZH_HANT):
            assert sorted(names_in(text.gloss_zh)) == sorted(names_in(text.body))


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
