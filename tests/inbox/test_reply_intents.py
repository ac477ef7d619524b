"""What buyers answer, as they type it, and what the desk understands."""

import pytest
from bench.intents.score import score
from bench.intents.train import TRAINED_ON, cases_of, digest
from hypothesis import given
from hypothesis import strategies as st

from seawall.inbox.intents import PRIORITY, Intent, Label, classify
from seawall.inbox.intents.similarity import weights
from seawall.kernel.languages import Language

L = Label


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        (Language.ID, "ywdh gan cancel aja", L.AGREE_CANCEL),
        (Language.ID, "blm sampe jg kak, kpn nyampenya", L.ASKS_STATUS),
        (Language.MS, "xpe sis sy tunggu je", L.WANTS_TO_WAIT),
        (Language.MS, "brg xsampai2 lagi", L.NOT_RECEIVED),
        (Language.TH, "ไม่รับแล้วนะ ตีกลับเลย", L.REFUSE_PARCEL),
        (Language.TH, "ขอบคุนค่าาา", L.THANKS),
        (Language.VI, "k nhan dc hang shop oi", L.NOT_RECEIVED),
        (Language.VI, "hok can nua huy di", L.AGREE_CANCEL),
        (Language.FIL, "cge po cancel nyo nlng", L.AGREE_CANCEL),
        (Language.FIL, "d ko pa po nareceive", L.NOT_RECEIVED),
        (Language.EN, "recieved alr thx", L.ALREADY_RECEIVED),
        (Language.ZH_HANS, "隨便啦 取消吧", L.AGREE_CANCEL),
    ],
)
def test_short_forms_typos_and_dropped_diacritics_are_understood(language: Language, text: str, label: Label) -> None:
    assert classify(text, language).label is label


@pytest.mark.parametrize(
    ("language", "asks", "forbids"),
    [
        (Language.EN, "please cancel", "please dont cancel"),
        (Language.ID, "batalin aja", "jangan dibatalin"),
        (Language.MS, "cancel je", "jgn cancel"),
        (Language.TH, "ยกเลิกเลย", "อย่าเพิ่งยกเลิก"),
        (Language.VI, "hủy đi shop", "đừng hủy shop"),
        (Language.FIL, "cancel nyo na", "wag nyo cancel"),
        (Language.ZH_HANS, "取消吧", "别取消"),
    ],
)
def test_a_buyer_who_forbids_cancelling_is_never_taken_to_agree(language: Language, asks: str, forbids: str) -> None:
    assert classify(asks, language).label is L.AGREE_CANCEL
    assert classify(forbids, language).label is L.WANTS_TO_WAIT


def test_asked_it_is_a_question_told_it_is_an_answer() -> None:
    assert classify("sudah sampai kak", Language.ID).label is L.ALREADY_RECEIVED
    assert classify("sudah sampai kak?", Language.ID).label is L.ASKS_STATUS


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("thanks but stop messaging me", L.OPT_OUT),
        ("refund now or i give 1 star", L.THREATENS_BAD_REVIEW),
        ("you scammer give my money back", L.ANGRY_COMPLAINT),
        ("i will wait, thank you", L.WANTS_TO_WAIT),
        ("it says delivered but i got nothing, where is it", L.NOT_RECEIVED),
    ],
)
def test_of_several_wishes_the_one_that_harms_most_when_overlooked_is_the_answer(text: str, label: Label) -> None:
    assert classify(text, Language.EN).label is label


def test_every_label_has_its_place_in_the_priority() -> None:
    assert sorted(PRIORITY) == sorted(Label)
    assert PRIORITY[:2] == (L.OPT_OUT, L.THREATENS_BAD_REVIEW)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("hp saya 0812 3456 7890", L.GIVES_NEW_PHONE),
        ("call 9123 4567", L.GIVES_NEW_PHONE),
        ("เบอร์ใหม่ ๐๘๙๑๒๓๔๕๖๗", L.GIVES_NEW_PHONE),
        ("my order 240511234567 where", L.ASKS_STATUS),
        ("send to blk 12 bedok north #03-45 s460012, hp 91234567", L.GIVES_NEW_ADDRESS),
        ("do u ship to johor", L.OTHER),
    ],
)
def test_numbers_and_places_are_told_apart(text: str, label: Label) -> None:
    assert classify(text).label is label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("😡😡", L.ANGRY_COMPLAINT),
        ("🙏🏽", L.THANKS),
        ("❤️", L.THANKS),
        ("5555", L.OTHER),
        ("", L.OTHER),
        ("🐟", L.OTHER),
    ],
)
def test_replies_without_a_word(text: str, label: Label) -> None:
    assert classify(text, Language.TH).label is label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("saya nak refund, where is my money", L.WANTS_REFUND_NOW),
        ("ขอ refund ด่วน", L.WANTS_REFUND_NOW),
        ("seller 什么时候到啊 pls update", L.ASKS_STATUS),
        ("pls wag nyo cancel need ko yan", L.WANTS_TO_WAIT),
    ],
)
def test_mixed_speech_is_read_without_being_told_the_language(text: str, label: Label) -> None:
    assert classify(text).label is label


def test_a_buyer_may_write_another_language_than_the_market_suggests() -> None:
    assert classify("我还没收到货", Language.MS).label is L.NOT_RECEIVED
    assert classify("where is my parcel", Language.TH).label is L.ASKS_STATUS


def test_the_answer_says_what_it_rests_on_and_how_sure_it_is() -> None:
    plain = classify("stop messaging me", Language.EN)
    assert "stop messaging" in plain.why
    nothing = classify("lorem ipsum", Language.EN)
    assert nothing == Intent(L.OTHER, nothing.score, ())
    assert 0 < nothing.score < 0.5 < plain.score < 1


@given(st.text(max_size=300), st.sampled_from([None, *Language]))
def test_whatever_is_written_there_is_one_answer_and_the_same_again(text: str, language: Language | None) -> None:
    first = classify(text, language)
    assert first == classify(text, language)
    assert 0 <= first.score <= 1


@pytest.mark.parametrize("text", ["stop " * 4000, "0" * 50_000, "jalan " * 5000, "a b " * 9000, "不" * 30_000])
def test_a_pasted_novel_is_answered_like_its_beginning(text: str) -> None:
    assert classify(text) == classify(text[:2000])


@pytest.mark.parametrize("text", ["hmm zzz qqq", "...", "!!!", "asdf ghjkl", "qwerty", "blargh fnord quux", "012 345"])
def test_of_gibberish_nothing_is_made(text: str) -> None:
    assert classify(text) == Intent(L.OTHER, 0.2)


def test_likeness_finds_what_no_phrase_foresaw() -> None:
    assert classify("u guys waste ppl time only, shamefull", Language.EN).label is L.ANGRY_COMPLAINT
    assert classify("udah di tangan adek sy paketnya", Language.ID).label is L.ALREADY_RECEIVED
    assert classify("tama na yang text nyo sakin", Language.FIL).label is L.OPT_OUT


def test_the_weights_are_as_new_as_the_replies_they_come_from() -> None:
    assert weights().digest == digest(cases_of(TRAINED_ON)), "run python -m bench.intents.train"


@pytest.mark.parametrize("part", ["probe3", "probe4"])
@pytest.mark.parametrize("told", [True, False])
def test_replies_that_shaped_neither_phrases_nor_weights_are_understood(part: str, told: bool) -> None:
    tallies = score(part, tell_language=told).by_language.values()
    assert sum(each.right for each in tallies) / sum(each.all for each in tallies) >= 0.9
