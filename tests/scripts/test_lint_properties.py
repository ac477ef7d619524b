"""Whatever text comes, the lint answers, and what it points at lies inside the text."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kernel.folding import view_of
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import Message, lint
from seawall.scripts.lint.literals import may_match
from seawall.scripts.lint.patterns import pattern_set

PIECES = st.sampled_from(
    [
        "please ", "cancel", "取消", "订单", "ยกเลิก", "hủy đơn", "{order_id}", "{", "}", "0812", "3456789", "@", ".com",
        " ", "\n", "。", "W h a t s", "A p p", "5 stars", "12 June", "３日", "\u200b", "e\u0301", "\ud800", "👍🏽", "ﷺ",
        "๑", "ำ", "a a a a",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=200),
    st.lists(PIECES, max_size=30).map("".join),
    st.text(alphabet=string.printable, max_size=200),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(Language), st.sampled_from(Platform), st.booleans())
def test_no_text_makes_it_fail_and_every_span_lies_inside(
    text: str, language: Language, platform: Platform, template: bool
) -> None:
    message = Message(lang=language, platform=platform, market=Market.MY, text=text, facts=(text,), template=template)
    for finding in lint(message):
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.suggestion
        assert finding.rule_row
        assert finding.reason.code in finding.as_json(Language.EN).values()
        assert "{" not in finding.why(Language.EN) or "{" in text


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_character_of_the_folded_view_leads_back_into_the_text(text: str) -> None:
    view = view_of(text)
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(view.starts, view.ends, strict=True))
    assert list(view.starts) == sorted(view.starts)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_the_cheap_look_never_hides_a_match(text: str) -> None:
    folded = view_of(text).text
    for name in ("en", "zh", "malay", "fil", "vi", "th"):
        for cues in pattern_set(name).cues.values():
            for cue in cues:
                assert may_match(cue.letters, folded) or cue.find.search(folded) is None
