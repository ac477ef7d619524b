"""What the lint learns in one language it asks of the others too; the cheap look never hides a word."""

import pytest
from hypothesis import given, settings
from tests.scripts.test_lint_properties import TEXTS

from seawall.kernel.folding import view_of
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import Message, Rule, lint
from seawall.scripts.lint.concepts import LANGUAGES, Reading, classes_of, joint_rules, pattern_of

ORDERS = {
    Language.EN: "Order 260503K7QX2M9P: ",
    Language.ID: "Pesanan 260503K7QX2M9P: ",
    Language.MS: "Pesanan 260503K7QX2M9P: ",
    Language.FIL: "Order 260503K7QX2M9P: ",
    Language.VI: "Đơn 260503K7QX2M9P: ",
    Language.TH: "คำสั่งซื้อ 260503K7QX2M9P: ",
    Language.ZH_HANS: "订单 260503K7QX2M9P：",
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_holds_every_class(name: str) -> None:
    assert classes_of(name) == classes_of("en")


def test_every_rule_names_known_classes_and_asserts_only_what_it_looks_for() -> None:
    for rule in joint_rules():
        looked_for = {name for group in rule.groups for name in group}
        assert rule.asserted <= looked_for
        assert looked_for <= classes_of("en")


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_the_cheap_look_never_hides_a_class(text: str) -> None:
    folded = view_of(text).text
    for language in LANGUAGES:
        reading = Reading(folded, (language,))
        for name in classes_of(language):
            assert reading.may_hold(name) or pattern_of(language, name).search(folded) is None


THREATS = {
    Language.EN: "Opening a dispute will only get your account flagged.",
    Language.ID: "Kalau Kakak komplain, terpaksa kami laporkan balik ke Shopee.",
    Language.MS: "Kalau anda buat aduan, terpaksa kami laporkan anda kepada Shopee.",
    Language.FIL: "Kapag nagreklamo kayo, mapipilitan kaming i-report kayo sa Shopee.",
    Language.VI: "Nếu mình khiếu nại, shop buộc phải báo cáo mình với Shopee.",
    Language.TH: "ถ้าลูกค้าร้องเรียน ทางร้านจำเป็นต้องรายงานลูกค้ากลับไปที่ช้อปปี้",
    Language.ZH_HANS: "您要是投诉，我们只好向平台举报您。",
}


@pytest.mark.parametrize("language", THREATS)
def test_a_threat_for_complaining_is_seen_in_every_language(language: Language) -> None:
    assert Rule.THREAT in rules_of(language, THREATS[language])


WISHES = {
    Language.EN: "You asked us to cancel; the platform has received your request and we have approved it.",
    Language.ID: "Permintaan pembatalan dari Kakak sudah kami terima dan diproses oleh platform.",
    Language.MS: "Permohonan anda untuk membatalkan telah kami terima dan diproses oleh platform.",
    Language.FIL: "Alam po naming hiniling niyong i-cancel; inaprubahan na namin ang request niyo.",
    Language.VI: "Shop đã nhận yêu cầu hủy của anh/chị và sàn đang xử lý ạ.",
    Language.TH: "ทราบแล้วค่ะว่าคุณลูกค้าขอยกเลิก ร้านอนุมัติแล้วค่ะ",
    Language.ZH_HANS: "您申请取消的事我们已经知道并同意了。",
}


@pytest.mark.parametrize("language", WISHES)
def test_an_answer_to_the_buyers_own_wish_asks_for_nothing(language: Language) -> None:
    assert rules_of(language, WISHES[language]) == set()


def test_what_is_denied_behind_an_if_is_the_condition() -> None:
    assert Rule.THREAT in rules_of(Language.EN, "If you do not answer the phone, we will block you.")
    assert rules_of(Language.EN, "If you do not answer, nothing changes for you.") == set()


def test_a_bare_dollar_is_the_money_of_singapore_alone() -> None:
    text = "Order 260503K7QX2M9P: $5 of what you paid goes back through the platform."
    found = {
        market: [each.rule for each in lint(message_of(Language.EN, text, market))] for market in (Market.SG, Market.MY)
    }
    assert found == {Market.SG: [], Market.MY: [Rule.WRONG_MONEY]}


def rules_of(language: Language, text: str) -> set[Rule]:
    """The rules that a text about an order breaks."""
    return {each.rule for each in lint(message_of(language, ORDERS[language] + text, Market.MY))}


def message_of(language: Language, text: str, market: Market) -> Message:
    """A message on Shopee without a facts sheet."""
    return Message(lang=language, platform=Platform.SHOPEE, market=market, text=text)
