"""Each rule in each language, both ways: the fault is found at its place, the honest twin passes."""

import pytest

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import Message, Rule, Severity, lint, passes, suggestion

NUMBER = "260503K7QX2M9P"
FACTS = ("The container was sent back at customs.", "The platform refunds the way the buyer paid.")
EN, ID, MS, TH, VI, FIL, ZH = (
    Language.EN, Language.ID, Language.MS, Language.TH, Language.VI, Language.FIL, Language.ZH_HANS,
)  # fmt: skip


def check(language: Language, text: str, platform: Platform = Platform.SHOPEE, **more: object) -> list[tuple[str, str]]:
    """(rule, covered words) of each finding; `#` in the text stands for an order number."""
    text = text.replace("#", NUMBER)
    options: dict[str, object] = {"facts": FACTS, **more}
    message = Message(lang=language, platform=platform, market=Market.MY, text=text, **options)  # type: ignore[arg-type]
    return [(each.rule.value, text[each.start : each.end]) for each in lint(message)]


PAIRS = [
    # asks_to_cancel
    (EN, "asks_to_cancel", "Order #: please close the order.", "please close the order", "Order # will be closed."),
    (ID, "asks_to_cancel", "Kak, mohon dicancel ya pesanan #.", "mohon dicancel", "Pesanan # sudah dicancel sistem."),
    (MS, "asks_to_cancel", "Sila batalkan pesanan #.", "Sila batalkan", "Anda tidak perlu batalkan pesanan #."),
    (TH, "asks_to_cancel", "รบกวนกดยกเลิกออเดอร์ # ค่ะ", "กดยกเลิก", "ไม่ต้องกดยกเลิกออเดอร์ # นะคะ"),
    (VI, "asks_to_cancel", "Chị vui lòng hủy đơn # ạ.", "vui lòng hủy", "Đơn # đã bị sàn hủy ạ."),
    (FIL, "asks_to_cancel", "Pakicancel po ang order #.", "Pakicancel", "Na-cancel na po ng Shopee ang order #."),
    (ZH, "asks_to_cancel", "订单 # 麻烦您取消。", "麻烦您取消", "订单 # 已由平台取消。"),
    # off_platform_contact
    (EN, "off_platform_contact", "Order #: add our Z a l o.", "Z a l o", "We never ask you to use Zalo for order #."),
    (ID, "off_platform_contact", "Soal pesanan # chat WA ya.", "WA", "Soal pesanan # balas di sini ya."),
    (MS, "off_platform_contact", "Pesanan #: telegram kami.", "telegram", "Pesanan #: balas di sini."),
    (TH, "off_platform_contact", "ออเดอร์ # แอดไลน์ค่ะ", "แอดไลน์", "ออเดอร์ # อยู่ที่ไลน์การผลิตค่ะ"),
    (VI, "off_platform_contact", "Đơn # kết bạn Zalo nhé.", "Zalo", "Đơn # nhắn tại đây nhé."),
    (FIL, "off_platform_contact", "Sa Viber po para sa order #.", "Viber", "Dito lang po sa chat ang order #."),
    (ZH, "off_platform_contact", "订单 # 加薇信聊。", "薇信", "订单 # 不会让您加微信。"),
    # off_platform_payment
    (EN, "off_platform_payment", "Order #: send us your bank account number.", "send us your bank account",
     "Order #: the refund returns to your bank by the platform."),
    (ID, "off_platform_payment", "Pesanan #: transfer ke rekening kami.", "transfer ke rekening",
     "Pesanan #: Kakak tidak perlu transfer ke rekening siapa pun."),
    (MS, "off_platform_payment", "Pesanan #: beri nombor akaun anda.", "beri nombor akaun",
     "Pesanan #: jangan beri nombor akaun kepada sesiapa."),
    (TH, "off_platform_payment", "ออเดอร์ # ขอเลขบัญชีค่ะ", "เลขบัญชี", "ออเดอร์ # คืนเงินผ่านช่องทางเดิมค่ะ"),
    (VI, "off_platform_payment", "Đơn #: gửi số tài khoản cho shop.", "số tài khoản",
     "Đơn #: anh/chị không cần chuyển khoản gì ạ."),
    (FIL, "off_platform_payment", "Order #: magbayad po kayo sa GCash namin.", "GCash",
     "Order #: huwag po kayong magbayad sa GCash."),
    (ZH, "off_platform_payment", "订单 # 我们用支付宝打给您。", "支付宝", "订单 # 请勿用支付宝转账给任何人。"),
    # review_manipulation
    (EN, "review_manipulation", "Order #: give us five stars.", "five stars", "Order #: thank you for your review."),
    (ID, "review_manipulation", "Pesanan #: tolong ubah ulasannya.", "ubah ulasannya", "Terima kasih ulasannya, #."),
    (MS, "review_manipulation", "Pesanan #: padam ulasan buruk itu.", "padam ulasan", "Terima kasih atas ulasan #."),
    (TH, "review_manipulation", "ออเดอร์ # รบกวนลบรีวิวค่ะ", "ลบรีวิว", "ออเดอร์ # ขอบคุณสำหรับรีวิวค่ะ"),
    (VI, "review_manipulation", "Đơn #: sửa đánh giá giúp shop.", "sửa đánh giá", "Cảm ơn đánh giá của chị cho đơn #."),
    (FIL, "review_manipulation", "Order #: paki-edit po ang review.", "edit po ang review",
     "Salamat po sa review sa order #."),
    (ZH, "review_manipulation", "订单 # 请删除差评。", "删除差评", "感谢您对订单 # 的评价。"),
    # blames_platform_or_carrier
    (EN, "blames_platform_or_carrier", "Order #: it is the courier's fault.", "courier's fault",
     "Order # is with the courier."),
    (ID, "blames_platform_or_carrier", "Pesanan #: ini salah kurir.", "salah kurir", "Pesanan # dibawa kurir."),
    (MS, "blames_platform_or_carrier", "Pesanan #: kesalahan Pos Laju.", "kesalahan Pos Laju",
     "Pesanan # dihantar Pos Laju."),
    (TH, "blames_platform_or_carrier", "ออเดอร์ # เป็นความผิดของขนส่ง", "เป็นความผิดของขนส่ง", "ออเดอร์ # อยู่กับขนส่งค่ะ"),
    (VI, "blames_platform_or_carrier", "Đơn # chậm là lỗi của GHTK.", "lỗi của GHTK", "Đơn # đang ở GHTK ạ."),
    (FIL, "blames_platform_or_carrier", "Order #: kasalanan po ng J&T.", "kasalanan po ng J&T",
     "Order #: nasa J&T na po."),
    (ZH, "blames_platform_or_carrier", "订单 # 都怪快递。", "怪快递", "订单 # 在快递手上。"),
    # threat_or_pressure
    (EN, "threat_or_pressure", "Order #: we go to the police.", "to the police", "Order #: we are here to help."),
    (ID, "threat_or_pressure", "Pesanan #: akun Kakak kami blokir.", "blokir", "Pesanan #: kami siap bantu."),
    (MS, "threat_or_pressure", "Pesanan #: ini amaran terakhir.", "amaran terakhir", "Pesanan #: kami sedia membantu."),
    (TH, "threat_or_pressure", "ออเดอร์ # ร้านจะแจ้งความค่ะ", "แจ้งความ", "ออเดอร์ # ร้านยินดีช่วยค่ะ"),
    (VI, "threat_or_pressure", "Đơn #: shop sẽ báo công an.", "công an", "Đơn #: shop luôn hỗ trợ ạ."),
    (FIL, "threat_or_pressure", "Order #: ibablock namin kayo.", "ibablock", "Order #: tutulungan po namin kayo."),
    (ZH, "threat_or_pressure", "订单 # 再投诉就拉黑。", "拉黑", "订单 # 我们会继续协助。"),
    # unsupported_claim
    (EN, "unsupported_claim", "Order #: refund in 3 days.", "3 days", "Order #: the platform refunds you."),
    (ID, "unsupported_claim", "Pesanan #: dana masuk dalam 3 hari.", "3 hari", "Pesanan #: dana dikembalikan."),
    (MS, "unsupported_claim", "Pesanan # sampai esok.", "esok", "Pesanan # dihantar balik."),
    (TH, "unsupported_claim", "ออเดอร์ # เงินเข้าใน 24 ชั่วโมง", "24 ชั่วโมง", "ออเดอร์ # แพลตฟอร์มจะคืนเงินค่ะ"),
    (VI, "unsupported_claim", "Đơn # bị chậm do bão lũ.", "bão lũ", "Đơn # bị hải quan trả lại."),
    (FIL, "unsupported_claim", "Order #: darating po bukas.", "bukas", "Order #: ibabalik ng platform ang bayad."),
    (ZH, "unsupported_claim", "订单 # 由于系统技术人员操作失误无法发出。", "技术人员", "订单 # 在海关被退回。"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "rule", "bad", "words", "good"), PAIRS)
def test_the_fault_is_found_at_its_place_and_the_honest_twin_passes(
    language: Language, rule: str, bad: str, words: str, good: str
) -> None:
    places = [covered for each, covered in check(language, bad) if each == rule]
    assert any(words in covered or covered in words for covered in places), places
    assert check(language, good) == []


def test_the_message_in_common_use_is_stopped_for_two_reasons_and_its_suggestion_passes() -> None:
    text = "顾客您好，您的订单由于被海关退运，不能发运，导致订单无法发出，需要您关闭订单，希望您能理解，谢谢您。"
    message = Message(lang=ZH, platform=Platform.SHOPEE, market=Market.MY, text=text)
    asks, missing = sorted(lint(message), key=lambda each: each.rule.value)
    assert (asks.rule, asks.rule_row, asks.severity) == (Rule.ASKS_TO_CANCEL, "CRIT-01", Severity.BLOCK)
    assert text[asks.start : asks.end] == "需要您关闭订单"
    assert (missing.rule, missing.rule_row) == (Rule.MISSING_ORDER_REFERENCE, "CRIT-02")
    better = asks.suggestion.replace("{order_id}", NUMBER)
    assert passes(Message(lang=ZH, platform=Platform.SHOPEE, market=Market.MY, text=better, order_id=NUMBER))


def test_the_excuse_in_common_use_is_no_cause_the_facts_hold_and_the_true_one_passes() -> None:
    facts = ("承运商误扫描，包裹被提前标记为已签收，实际仍在运输途中。",)
    excuse = f"您好，由于系统技术人员操作失误，您的订单 {NUMBER} 被误标为已签收，给您带来不便非常抱歉。"
    found = lint(Message(lang=ZH, platform=Platform.SHOPEE, market=Market.MY, text=excuse, facts=facts))
    assert [(each.rule, excuse[each.start : each.end]) for each in found] == [
        (Rule.UNSUPPORTED_CLAIM, "系统技术人员操作失误")
    ]
    assert found[0].rule_row == "RSN-X-01"
    better = f"您好，您的订单 {NUMBER} 在运输环节被误扫描为已签收，包裹仍在途中，给您带来不便非常抱歉。"
    assert lint(Message(lang=ZH, platform=Platform.SHOPEE, market=Market.MY, text=better, facts=facts)) == []


CEILING = (*FACTS, "每单补偿上限 RM10，以平台优惠券发放，总预算 RM50,000。")


@pytest.mark.parametrize(
    ("language", "text", "rules"),
    [
        (EN, "Order #: an RM10 platform voucher is added for you.", []),
        (EN, "Order #: an RM 12.50 platform voucher is added for you.", ["promises_over_budget"]),
        (EN, "Order #: we will give you a S$5 voucher.", ["wrong_market_money"]),
        (MS, "Pesanan #: kami beri baucar sepuluh hari lagi, RM10.", ["unsupported_claim"]),
        (MS, "Pesanan #: kami beri baucar RM1,000.", ["promises_over_budget"]),
        (ZH, "订单 # 送您十令吉优惠券。", []),
        (ZH, "订单 # 送您二十五马币优惠券。", ["promises_over_budget"]),
        (ZH, "订单 # 送您 5 新币优惠券。", ["wrong_market_money"]),
        (ZH, "订单 # 共 RM45.90，将原路退回。", []),
        (EN, "Order # of RM45.90 is refunded by the platform.", []),
        (EN, "Order #: no voucher or gift is needed to hear from us.", []),
    ],
)
def test_money_is_held_against_the_market_and_the_ceiling_of_one_order(
    language: Language, text: str, rules: list[str]
) -> None:
    assert [rule for rule, _ in check(language, text, facts=CEILING)] == rules


def test_a_gift_the_sheet_does_not_know_is_a_claim_and_a_sheet_that_rules_it_out_is_a_budget_of_nothing() -> None:
    text = "Order #: we will send you an RM5 voucher."
    assert [rule for rule, _ in check(EN, text)] == ["unsupported_claim"]
    assert [rule for rule, _ in check(EN, text, facts=(*FACTS, "No compensation is offered."))] == [
        "promises_over_budget"
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (VI, "Đơn # dự kiến giao ngày 30/9/2026 ạ."),
        (VI, "Đơn # dự kiến giao ngày 30 tháng 9 ạ."),
        (EN, "Order # is expected to arrive on 30 Sept."),
        (EN, "Order # is expected to arrive on September 30th."),
        (ID, "Pesanan # diperkirakan tiba 30 September 2026."),
        (MS, "Pesanan # dijangka tiba pada 30 September."),
        (TH, "ออเดอร์ # จะถึงวันที่ 30 ก.ย. 2569 ค่ะ"),
        (FIL, "Darating po ang order # sa Setyembre 30."),
        (ZH, "订单 # 预计9月30日送达。"),
    ],
)
def test_a_day_on_the_sheet_holds_in_every_way_of_writing_and_another_day_does_not(
    language: Language, text: str
) -> None:
    assert check(language, text, facts=("新的预计送达日期：2026-09-30。",)) == []
    assert [rule for rule, _ in check(language, text, facts=("Expected delivery: 2 October 2026.",))] == [
        "unsupported_claim"
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (TH, "ทางร้านจะแจ้งความคืบหน้าของออเดอร์ # ในแชทนี้นะคะ"),
        (FIL, "Bukas po ang chat na ito para sa order #."),
        (VI, "Đơn #: có gì anh/chị nhắn shop một tiếng ạ."),
        (VI, "Mong anh/chị có một ngày vui. Đơn # shop luôn theo dõi ạ."),
        (VI, "Shop xin lỗi: sản phẩm của đơn # chưa tới được anh/chị ạ."),
        (ZH, "订单 #：请问您哪一天方便收货？"),
        (EN, "For order # there is nothing to pay. If the parcel comes back to us, the platform settles it."),
    ],
)
def test_harmless_phrases_that_were_once_taken_for_faults(language: Language, text: str) -> None:
    assert check(language, text) == []


@pytest.mark.parametrize("language", [EN, ID, MS, TH, VI, FIL, ZH])
def test_every_suggestion_for_a_sentence_passes_the_lint_itself(language: Language) -> None:
    prefix = suggestion(Rule.MISSING_ORDER_REFERENCE, language).replace("{order_id}", NUMBER)
    for rule in (
        Rule.ASKS_TO_CANCEL, Rule.OFF_PLATFORM_CONTACT, Rule.OFF_PLATFORM_PAYMENT, Rule.REVIEW_MANIPULATION,
        Rule.BLAMES, Rule.THREAT, Rule.UNSUPPORTED_CLAIM, Rule.OVER_BUDGET, Rule.WRONG_MONEY,
    ):  # fmt: skip
        text = f"{prefix} {suggestion(rule, language)}".replace("{order_id}", "#")
        assert check(language, text, facts=CEILING) == []


@pytest.mark.parametrize(
    "written",
    [
        "W h a t s A p p", "wh4ts@pp", "ＷｈａｔｓＡｐｐ", "Wh\u200bats\u200dApp", "WhаtsАpp", "𝓦𝓱𝓪𝓽𝓼𝓐𝓹𝓹",
        "ᴡʜᴀᴛꜱᴀᴘᴘ", "W.h.a.t.s.A.p.p",
        "whatsaaapp",
    ],
)  # fmt: skip
def test_a_disguised_app_name_is_found_with_its_whole_span(written: str) -> None:
    assert check(EN, f"Order #: add us on {written}, thanks") == [("off_platform_contact", written)]


@pytest.mark.parametrize(
    ("language", "written"),
    [
        (EN, "+65 9123 4567"), (EN, "0 9 1 2 3 4 5 6 7"), (EN, "0️⃣9️⃣1️⃣7️⃣5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣3️⃣"),
        (EN, "nine one two three four five six seven"), (TH, "๐๘๑-๒๓๔-๕๖๗๘"),
        (ID, "nol delapan satu dua tiga empat lima enam"),
        (VI, "không chín một hai ba bốn năm sáu bảy tám"), (ZH, "一三八零零一三八零零零"), (FIL, "0917.555.0123"),
        (EN, "O917 555 O123"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_found_however_it_is_written(language: Language, written: str) -> None:
    found = check(language, f"# : {written} !")
    assert [rule for rule, _ in found if rule == "off_platform_contact"] == ["off_platform_contact"]
    assert written in dict(found)["off_platform_contact"] or dict(found)["off_platform_contact"] in written


@pytest.mark.parametrize(
    "text",
    [
        "Order # holds sizes 10, 12, 14, 16, 18 and 20.",
        "Order # cost RM1,250.00 in all.",
        "Your order # was placed on 2026-05-03 14:22:05.",
        "Order 8123456789012345 and order 576900000000000001 are the same parcel.",
        "Order #, tracking number SPXSG012345678901.",
        "Order #: see it at https://shopee.sg/user/purchase.",
        "Order # is next in line; our line of lunch boxes is online again.",
    ],
)
def test_numbers_links_and_words_of_daily_business_are_left_alone(text: str) -> None:
    assert check(EN, text) == []


def test_a_number_the_sender_may_use_is_no_telephone_number() -> None:
    text = "Order #, ref 81234567."
    assert check(EN, text) == [("off_platform_contact", "81234567")]
    assert check(EN, text, allowed_numbers=("81234567",)) == []


def test_links_of_the_own_platform_pass_and_those_of_another_do_not() -> None:
    text = "Order #: https://www.lazada.sg/track"
    assert check(EN, text, Platform.LAZADA) == []
    assert check(EN, text, Platform.SHOPEE) == [("off_platform_contact", "https://www.lazada.sg/track")]


def test_length_counts_code_points_on_each_platform() -> None:
    text = f"Order {NUMBER} " + "我" * (600 - 21)
    assert len(text) == 600
    assert "too_long" not in dict(check(EN, text))
    assert dict(check(EN, text + "👍"))["too_long"] == "👍"
    assert "too_long" not in dict(check(EN, text + "👍", Platform.LAZADA))
    assert "too_long" in dict(check(EN, "我" * 1001, Platform.LAZADA))
    assert "too_long" in dict(check(EN, "我" * 2001, Platform.TIKTOK))
    assert "too_long" not in dict(check(EN, "我" * 2000, Platform.TIKTOK))


def test_a_template_is_measured_with_the_longest_values() -> None:
    text = "{order_id} {cause} " + "a" * 500
    assert "too_long" in dict(check(EN, text, template=True))


@pytest.mark.parametrize(
    "written",
    [
        "{buyer}",
        "{{name}}",
        "[customer name]",
        "<ORDER_ID>",
        "【买家姓名】",
        "%s",
        "${name}",
        "XXX",
        "____",
        "%NAME%",
        "TBD",
        "X号",
        "x月",
    ],
)
def test_a_place_left_unfilled_is_found(written: str) -> None:
    assert ("unresolved_placeholder", written) in check(EN, f"Hello {written}, about order #: sorry.")


def test_declared_placeholders_may_stand_in_a_template_only() -> None:
    text = "Order {order_id} of {order_date}, dear {nickname}"
    assert check(EN, text, template=True) == [("unresolved_placeholder", "{nickname}")]
    assert [rule for rule, _ in check(EN, text)] == ["unresolved_placeholder"] * 3


def test_the_order_must_be_the_right_one_when_it_is_known() -> None:
    assert check(EN, "About order #: sorry.", order_id=NUMBER) == []
    assert check(EN, "About order 260503-K7QX-2M9P: sorry.", order_id=NUMBER) == []
    wrong = check(EN, "About order 260504AAAABBBB: sorry.", order_id=NUMBER)
    assert [rule for rule, _ in wrong] == ["missing_order_reference"]
    assert [rule for rule, _ in check(EN, "Hello {shop}", template=True)] == ["missing_order_reference"]


def test_a_claim_the_facts_sheet_holds_may_be_made_in_any_language() -> None:
    facts = ("The platform refunds within 7 days, by 20 June 2026.", "The carrier mis-scanned the parcel.")
    assert check(ID, "Pesanan #: dana dikembalikan dalam 7 hari.", facts=facts) == []
    assert check(VI, "Đơn #: tiền hoàn trước ngày 20/6.", facts=facts) == []
    assert check(ZH, "订单 # 由于误扫，正在重新分拣。", facts=facts) == []
    assert check(ID, "Pesanan #: dana dikembalikan dalam 3 hari.", facts=facts) == [("unsupported_claim", "3 hari")]


def test_the_day_an_order_was_placed_is_no_promise() -> None:
    assert check(EN, "Your order # of 3 May 2026 will be closed and refunded.") == []
    assert check(EN, "Order # arrives on 12 June.") == [("unsupported_claim", "12 June")]


def test_mixed_speech_is_no_wrong_language_but_another_language_is() -> None:
    assert check(FIL, "Sorry po talaga, the parcel of order # was returned sa customs po.") == []
    assert check(MS, "Hi sis, order # was returned at kastam, maaf ya, anda tidak perlu buat apa-apa.") == []
    text = "Hello, the order # was sent back at customs and we are very sorry for this."
    assert [rule for rule, _ in check(FIL, text)] == ["wrong_language"]
    assert [rule for rule, _ in check(TH, text)] == ["wrong_language"]


def test_a_fault_in_another_language_than_the_declared_one_is_still_found() -> None:
    found = {rule for rule, _ in check(TH, "Dear customer, please cancel the order # for us, we are very sorry.")}
    assert found == {"asks_to_cancel", "wrong_language"}
    assert "asks_to_cancel" in dict(check(MS, "Salam, pesanan # dihantar balik. 请您取消订单。"))


def test_the_reason_is_said_in_the_language_of_the_reader() -> None:
    message = Message(lang=EN, platform=Platform.SHOPEE, market=Market.SG, text=f"Please cancel order {NUMBER}.")
    finding = lint(message)[0]
    assert "violation" in finding.why(Language.EN)
    assert "违规" in finding.why(Language.ZH_HANS)
    assert set(finding.as_json()) == {
        "rule", "severity", "start", "end", "rule_row", "code", "why", "suggestion", "source",
    }  # fmt: skip
