"""What a writer is shown: each finding once, what mends it, and what changed since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.diff import Change, is_changed, word_diff, words_of
from seawall.scripts.gate import check_script
from seawall.scripts.library import library
from seawall.scripts.lint import Rule
from seawall.scripts.review import review

EVERYWHERE = {(platform, market) for platform in Platform for market in Market if market is not Market.TW}
FACTS = ("货柜在目的港海关被退运。", "订单通过平台关闭；已付款项由平台按原支付方式退回。")
ASKS = {
    Language.ZH_HANS: "请您取消订单 {order_id}，谢谢。",
    Language.EN: "Please cancel your order {order_id} so that we can refund you.",
    Language.ID: "Mohon batalkan pesanan {order_id} ya Kak.",
    Language.MS: "Sila batalkan pesanan anda {order_id}.",
    Language.TH: "กรุณายกเลิกคำสั่งซื้อ {order_id} ด้วยค่ะ",
    Language.VI: "Anh/chị vui lòng hủy đơn hàng {order_id} giúp shop ạ.",
    Language.FIL: "Paki-cancel po ang order ninyo na {order_id}.",
}
LANGUAGES = (Language.ZH_HANS, *BUYER_LANGUAGES)


def short(language: Language) -> str:
    return library("customs_return").wording("first_contact", "short").root[language].body


@pytest.mark.parametrize("language", LANGUAGES)
def test_putting_the_suggestion_in_takes_the_finding_away_and_leaves_the_rest(language: Language) -> None:
    text = short(language) + ("" if language is Language.ZH_HANS else " ") + ASKS[language]
    found = [each for each in review(language, text, EVERYWHERE, FACTS) if each.finding.rule is Rule.ASKS_TO_CANCEL]
    assert found
    assert all(each.blocks for each in found)
    mend = found[0].mend
    assert mend is not None
    mended = mend.applied_to(text)
    assert mended.startswith(short(language)), "only the sentence that asks is replaced"
    assert found[0].finding.suggestion in mended
    assert not review(language, mended, EVERYWHERE, FACTS)


def test_a_finding_names_every_platform_it_holds_for_once() -> None:
    (found,) = review(Language.EN, ASKS[Language.EN], EVERYWHERE, FACTS)
    assert found.platforms == sorted(Platform)
    assert found.rows == ["CRIT-01"]
    assert found.words == "Please cancel"


def test_the_studio_blocks_what_the_gate_blocks() -> None:
    texts = {language: short(language) for language in LANGUAGES} | {
        Language.MS: ASKS[Language.MS], Language.EN: "Call 0917 555 0147 about {order_id}.", Language.TH: "สวัสดีค่ะ",
    }  # fmt: skip
    gate = {(each.language, each.rule, each.start, each.end) for each in check_script(texts, EVERYWHERE, FACTS)}
    shown = {
        (language, each.finding.rule.value, each.finding.start, each.finding.end)
        for language, text in texts.items()
        for each in review(language, text, EVERYWHERE, FACTS)
        if each.blocks
    }
    assert gate == shown
    assert {language for language, *_rest in gate} == {Language.MS, Language.EN, Language.TH}


def test_a_text_without_an_order_number_gets_one_in_front() -> None:
    found = {each.finding.rule: each for each in review(Language.EN, "We are very sorry.", EVERYWHERE, FACTS)}
    mend = found[Rule.MISSING_ORDER_REFERENCE].mend
    assert mend is not None
    assert mend.applied_to("We are very sorry.") == "About your order {order_id}: We are very sorry."


def test_without_orders_nothing_is_claimed() -> None:
    assert review(Language.EN, ASKS[Language.EN], set(), FACTS) == []


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_no_text_breaks_the_review_and_every_mend_lies_inside_it(text: str, language: Language) -> None:
    for each in review(language, text, {(Platform.SHOPEE, Market.MY), (Platform.LAZADA, Market.TH)}, FACTS):
        if each.mend is not None:
            assert 0 <= each.mend.start <= each.mend.end <= len(text)
            assert each.mend.start <= each.finding.start or not each.mend.words


PIECES = st.lists(
    st.sampled_from(
        ["order ", "{order_id}", "{order|orders}", "ค่ะ", "ครับ ", "取消", "，", " ", "\n", "Đơn ", "é", "a"]
    ),
    max_size=30,
).map("".join)


@given(PIECES | st.text(max_size=80), PIECES | st.text(max_size=80))
def test_a_diff_holds_both_texts_whole(old: str, new: str) -> None:
    diff = word_diff(old, new)
    assert "".join(each.words for each in diff if each.change is not Change.NEW) == old
    assert "".join(each.words for each in diff if each.change is not Change.OLD) == new
    assert is_changed(diff) == (old != new)
    assert "".join(words_of(new)) == new


def test_a_changed_word_is_one_stretch_and_a_placeholder_is_never_cut() -> None:
    diff = word_diff("Your order {order_id} cannot be delivered.", "Your order {item} cannot be delivered.")
    assert [(each.change.value, each.words) for each in diff] == [
        ("same", "Your order "), ("old", "{order_id}"), ("new", "{item}"), ("same", " cannot be delivered."),
    ]  # fmt: skip


def test_scattered_letters_are_joined_to_one_change() -> None:
    diff = word_diff("订单会通过平台系统关闭。谢谢。", "订单由卖家处理完毕。谢谢。")
    assert [each.change.value for each in diff] == ["same", "old", "new", "same"]
    assert diff[-1].words == "。谢谢。"
