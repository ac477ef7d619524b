"""What every text of the library keeps, whatever the lint may miss: plain reading of the words themselves."""

import re

import pytest
from tests.scripts.library_texts import FACTS, ORDER_IDS, TRACKING, every_text, values

from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.library import NEEDED_LANGUAGES, ScriptText, kinds, library, parse_library
from seawall.scripts.lint import Message, Rule, lint
from seawall.scripts.rendering import render

CANCELLING = re.compile(r"取消|cancel|batal|hủy|huỷ|ยกเลิก|kansel", re.IGNORECASE)
REVIEWING = re.compile(
    r"评价|評價|好评|好評|评分|評分|review|\brating|\bstars?\b|ulasan|bintang|đánh giá|รีวิว|คะแนน", re.IGNORECASE
)
OUTSIDE = re.compile(
    r"https?:|www\.|@|whatsapp|\bline\b|zalo|wechat|微信|telegram|viber|messenger|instagram|facebook", re.IGNORECASE
)
EXCUSES = re.compile(
    r"系统(?:故障|升级|错误)|操作失误|system (?:error|glitch)|kesalahan sistem|lỗi hệ thống|ระบบขัดข้อง", re.IGNORECASE
)
BLAMED = re.compile(
    r"shopee|lazada|tiktok|tokopedia|j&t|ninja|flash|spx|\blex\b|\bkurir\b|\bkurier\b|\bcourier\b|\brider\b|快递|快遞|ขนส่งทำ",
    re.IGNORECASE,
)
POLITE = {
    Language.ZH_HANS: "您",
    Language.ZH_HANT: "您",
    Language.ID: "Kak",
    Language.MS: "Salam",
    Language.TH: "ค่ะ",
    Language.VI: "ạ",
    Language.FIL: " po",
}


def new_kinds() -> list[str]:
    return sorted(set(kinds()) - {"customs_return"})


@pytest.mark.parametrize(
    "forbidden",
    [CANCELLING, REVIEWING, OUTSIDE, EXCUSES, BLAMED],
    ids=["cancelling", "reviewing", "outside", "excuses", "blamed"],
)
def test_no_text_so_much_as_names_what_must_not_be_said(forbidden: re.Pattern[str]) -> None:
    for kind, step, variant, language, text in every_text():
        assert forbidden.search(text.body) is None, (kind, step, variant, language)


def test_no_text_holds_a_number_of_its_own() -> None:
    """A day count, a date or an amount comes from the facts sheet through a placeholder, or not at all."""
    for kind, step, variant, language, text in every_text():
        assert not any(each.isdigit() for each in text.body), (kind, step, variant, language)


def test_every_buyer_is_spoken_to_politely() -> None:
    for kind, step, variant, language, text in every_text():
        if language in POLITE:
            assert POLITE[language] in text.body, (kind, step, variant, language)


def test_a_telephone_number_is_never_asked_for_in_the_chat() -> None:
    """Numbers are corrected on the platform's own pages (LAW-CALL-01): a text that speaks of one rules out the chat."""
    ruled_out = {
        Language.ZH_HANS: "号码不用发在这里", Language.ZH_HANT: "號碼不用傳到這裡",
        Language.EN: "no need to send a number here",
        Language.ID: "nomornya tidak perlu dikirim di sini", Language.MS: "nombor tidak perlu dihantar di sini",
        Language.TH: "ไม่ต้องส่งเบอร์ในแชทนี้", Language.VI: "không cần gửi số tại đây",
        Language.FIL: "hindi na kailangang ilagay ang number dito",
    }  # fmt: skip
    for language, words in ruled_out.items():
        assert words in library("unreachable").wording("first_contact").texts()[language]


def test_traditional_and_simplified_texts_do_not_mix_their_characters() -> None:
    """Big5 holds no simplified-only character and GB 2312 no traditional-only one."""
    for kind, step, variant, language, text in every_text():
        if language is Language.ZH_HANT:
            assert text.body.encode("big5", "replace").count(b"?") == text.body.count("?"), (kind, step, variant)
        if language is Language.ZH_HANS:
            assert text.body.encode("gb2312", "replace").count(b"?") == text.body.count("?"), (kind, step, variant)


def test_every_new_kind_can_be_read_in_traditional_chinese_too() -> None:
    for kind in new_kinds():
        for variants in library(kind).steps.values():
            for wording in variants.values():
                assert set(wording.texts()) == NEEDED_LANGUAGES | {Language.ZH_HANT}


def test_a_further_language_in_only_some_texts_of_a_file_is_refused() -> None:
    def tables(variant: str, languages: list[Language]) -> str:
        return "\n".join(
            f'[first_contact.{variant}.{each.value}]\nbody = "{{order_id}} ok"\ngloss_zh = "好"' for each in languages
        )

    needed = sorted(NEEDED_LANGUAGES)
    head = 'kind = "x"\nedition = 1\nsource = "zh-Hans"\n'
    whole = head + tables("standard", [*needed, Language.ZH_HANT]) + "\n" + tables("short", [*needed, Language.ZH_HANT])
    assert Language.ZH_HANT in parse_library(whole).wording("first_contact", "short").texts()
    partly = head + tables("standard", [*needed, Language.ZH_HANT]) + "\n" + tables("short", needed)
    with pytest.raises(InvalidInput) as refused:
        parse_library(partly)
    assert "zh-Hant stands in some texts" in str(refused.value.params["fault"])


def filled(kind: str, variant: str, language: Language, market: Market) -> Message:
    text: ScriptText = library(kind).wording("first_contact", variant).root[language]
    rendered = render(text.body, values(Platform.SHOPEE, market, language), language, market)
    return Message(
        lang=language, platform=Platform.SHOPEE, market=market, text=rendered.text, facts=FACTS,
        order_id=ORDER_IDS[Platform.SHOPEE], allowed_numbers=(TRACKING,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "market"),
    [
        (Language.ZH_HANS, Market.SG), (Language.EN, Market.SG), (Language.ID, Market.ID), (Language.MS, Market.MY),
        (Language.TH, Market.TH), (Language.FIL, Market.PH),
    ],
)  # fmt: skip
def test_a_new_day_that_is_not_on_the_facts_sheet_does_not_pass_unseen(language: Language, market: Market) -> None:
    """Vietnamese is left out: the lint reads "30/9/2026" as a day only behind a word such as "before"."""
    found = [each.rule for each in lint(filled("delay", "with_date", language, market))]
    assert found == [Rule.UNSUPPORTED_CLAIM]


def test_goods_out_of_stock_need_that_cause_on_the_facts_sheet() -> None:
    found = lint(filled("stock_out", "standard", Language.EN, Market.SG))
    assert [each.rule for each in found] == [Rule.UNSUPPORTED_CLAIM]
