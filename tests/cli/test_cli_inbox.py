"""`seawall inbox`: a file of replies in, a line for each out."""

import json
from pathlib import Path

from tests.cli.kit import Say


def test_the_command_needs_no_database_and_writes_a_line_for_each(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    rows = [
        json.dumps({"id": "a", "lang": "en", "text": "pls cancel"}),
        "{not json",
        json.dumps({"id": "c", "text": "ขอบคุณค่ะ"}, ensure_ascii=False),
    ]
    path.write_text("\ufeff" + "\n".join(rows) + "\n", encoding="utf-8")
    said = say("inbox", "intents", path, "--json")
    written = [json.loads(line) for line in said.out.splitlines()]
    assert (said.code, said.err) == (0, "")
    assert [each.get("intent", each.get("error")) for each in written] == [
        "agree_cancel", "intents_line_not_json", "thanks",
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_refused_in_words(say: Say, tmp_path: Path) -> None:
    said = say("inbox", "intents", tmp_path / "none.jsonl", "--json")
    assert (said.code, said.json["error"]) == (1, "file_not_found")
