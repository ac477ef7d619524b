"""The batch form: one object a line, a bad line told in its place, the rest goes on."""

import json

from seawall.kernel.languages import Language
from seawall.scripts.lint import lint_jsonl

GOOD = {
    "id": "a", "lang": "en", "platform": "shopee", "market": "SG", "facts": ["Sent back at customs."],
    "text": "Please cancel order 260503K7QX2M9P.",
}  # fmt: skip


def run(*lines: str) -> list[dict[str, object]]:
    return list(lint_jsonl(lines, Language.EN))


def test_a_line_comes_back_with_its_findings() -> None:
    assert run(json.dumps(GOOD)) == [
        {
            "id": "a",
            "findings": [
                {
                    "rule": "asks_to_cancel",
                    "severity": "block",
                    "start": 0,
                    "end": 13,
                    "rule_row": "CRIT-01",
                    "code": "lint_asks_to_cancel",
                    "why": "This asks the buyer to cancel, close or claim a refund. On Shopee that alone is a "
                    "violation a buyer can report; say what happens by itself instead.",
                    "suggestion": "Order {order_id} will be closed through the platform; there is nothing you need to "
                    "do. Any questions, just reply here.",
                    "source": "rules",
                }
            ],
        }
    ]


def test_bad_lines_are_named_and_the_rest_goes_on() -> None:
    lines = run("nonsense", "[1]", json.dumps({**GOOD, "platform": "ebay"}), "", json.dumps({**GOOD, "id": 7}))
    assert [(each.get("id", each.get("line")), each.get("error")) for each in lines] == [
        (1, "lint_line_not_json"),
        (2, "lint_line_invalid"),
        ("a", "lint_line_invalid"),
        (7, None),
    ]
    assert "platform" in str(lines[2]["text"])
    assert "Line 1" in str(lines[0]["text"])


def test_names_people_use_for_platforms_and_languages_are_understood() -> None:
    lines = run(
        json.dumps({**GOOD, "platform": "TikTok Shop", "lang": "zh", "market": "my", "text": "订单 1"}),
        json.dumps({**GOOD, "platform": "tiktok", "lang": "zh-CN", "market": "MY", "text": "订单 1"}),
        json.dumps({**GOOD, "platform": "Lazada", "lang": "tl", "market": "PH", "text": "Order po"}),
    )
    assert all("findings" in each for each in lines)


def test_a_template_line_may_hold_declared_placeholders() -> None:
    text = "About your order {order_id}: we are very sorry."
    assert run(json.dumps({**GOOD, "text": text, "template": True})) == [{"id": "a", "findings": []}]
