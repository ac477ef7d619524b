"""The batch form: one object a line, a bad line told in its place, the rest goes on."""

import json

import pytest

from seawall.inbox.intents import intents_jsonl
from seawall.kernel.languages import Language

GOOD = {"id": "a", "lang": "en", "text": "pls cancel"}


def run(*lines: str) -> list[dict[str, object]]:
    return list(intents_jsonl(lines, Language.EN))


def test_a_line_comes_back_with_its_intent() -> None:
    (line,) = run(json.dumps(GOOD))
    assert list(line) == ["id", "intent", "score"]
    assert (line["id"], line["intent"]) == ("a", "agree_cancel")


def test_bad_lines_are_named_and_the_rest_goes_on() -> None:
    lines = run("nonsense", "[1]", json.dumps({"id": "b"}), "", json.dumps({**GOOD, "text": 7}), json.dumps(GOOD))
    assert [(each.get("id"), each.get("line"), each.get("error")) for each in lines] == [
        (None, 1, "intents_line_not_json"),
        (None, 2, "intents_line_invalid"),
        ("b", 3, "intents_line_invalid"),
        ("a", 5, "intents_line_invalid"),
        ("a", None, None),
    ]
    assert "Line 3" in str(lines[2]["text"])
    assert "text" in str(lines[2]["text"])


@pytest.mark.parametrize("tag", ["ms", "MS", "ms-MY", "ms_MY", None, "", "xx", "tl"])
def test_the_language_may_be_absent_or_written_otherwise(tag: str | None) -> None:
    (line,) = run(json.dumps({"id": 1, "lang": tag, "text": "jgn cancel sy nak tunggu"}))
    assert (line["id"], line["intent"]) == (1, "wants_to_wait")
