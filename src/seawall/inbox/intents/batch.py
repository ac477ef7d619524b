"""Many replies, one JSON object a line. A bad line is reported in its place and the rest goes on."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from seawall.inbox.intents.engine import classify
from seawall.kernel.languages import Language
from seawall.kernel.reasons import Reason

_NAMES = {
    "zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-my": "zh-Hans", "zh-tw": "zh-Hant", "cn": "zh-Hans",
    "tl": "fil", "in": "id", "vn": "vi", "my": "ms", "ph": "fil",
}  # fmt: skip


def _language(value: object) -> object:
    """The tag as people write it. An unknown, empty or absent one is no language: the words of the reply decide."""
    if not isinstance(value, str):
        return value
    plain = value.strip().replace("_", "-").lower()
    known = {each.value.lower(): each for each in Language}
    name = _NAMES.get(plain, plain)
    return known.get(name.lower()) or known.get(_NAMES.get(name.split("-")[0], name.split("-")[0]).lower())


class Line(BaseModel):
    """One line of the batch: id, text, and lang, which may be absent."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    lang: Annotated[Language | None, BeforeValidator(_language)] = None


def intents_jsonl(lines: Iterable[str], language: Language | None = None) -> Iterator[dict[str, object]]:
    """One object a line: `{"id", "intent", "score"}`, or `{"line", "error", "text"}` (with "id" where it could be read)
    for a line that cannot be.

    Blank lines are skipped. `language` is the language of the error sentences; without it, the reader's.
    """
    for number, raw in enumerate(lines, start=1):
        plain = raw.removeprefix("\ufeff") if number == 1 else raw
        if not plain.strip():
            continue
        try:
            data = json.loads(plain)
        except (ValueError, RecursionError):
            yield _error({"line": number}, Reason("intents_line_not_json", {"line": number}), language)
            continue
        who: dict[str, object] = {"line": number}
        if isinstance(data, dict) and isinstance(data.get("id"), str | int):
            who = {"id": data["id"], "line": number}
        try:
            line = Line.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            reason = Reason("intents_line_invalid", {"line": number, "field": field, "fault": first["msg"]})
            yield _error(who, reason, language)
            continue
        intent = classify(line.text, line.lang)
        yield {"id": line.id, "intent": intent.label.value, "score": intent.score}


def _error(who: dict[str, object], reason: Reason, language: Language | None) -> dict[str, object]:
    return {**who, "error": reason.code, "text": reason.text(language)}
