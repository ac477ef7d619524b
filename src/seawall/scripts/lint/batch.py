"""Many messages, one JSON object a line. A bad line is reported in its place and the rest goes on."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.reasons import Reason
from seawall.scripts.lint.engine import lint
from seawall.scripts.lint.model import Message
from seawall.scripts.lint.second_reader import Reading, SecondReader

_PLATFORM_NAMES = {"tiktok": "tiktok-shop", "tiktokshop": "tiktok-shop", "tiktok_shop": "tiktok-shop"}
_LANGUAGE_NAMES = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-hans": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hant": "zh-Hant",
    "tl": "fil",
}


def _platform(value: object) -> object:
    """The platform under the names people use for it."""
    if not isinstance(value, str):
        return value
    plain = value.strip().lower().replace(" ", "-")
    return _PLATFORM_NAMES.get(plain.replace("-", ""), plain)


def _language(value: object) -> object:
    return _LANGUAGE_NAMES.get(value.strip().lower(), value.strip()) if isinstance(value, str) else value


def _market(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


class Line(BaseModel):
    """One line of the batch: id, lang, platform, market, text, facts; the rest may be absent."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    lang: Annotated[Language, BeforeValidator(_language)]
    platform: Annotated[Platform, BeforeValidator(_platform)]
    market: Annotated[Market, BeforeValidator(_market)]
    text: str
    facts: tuple[str, ...] = ()
    order_id: str | None = None
    allowed_numbers: tuple[str, ...] = ()
    template: bool = False

    def message(self) -> Message:
        """The line as a message to check."""
        return Message(
            lang=self.lang,
            platform=self.platform,
            market=self.market,
            text=self.text,
            facts=self.facts,
            order_id=self.order_id,
            allowed_numbers=self.allowed_numbers,
            template=self.template,
        )


def lint_jsonl(
    lines: Iterable[str], language: Language | None = None, reader: SecondReader | None = None
) -> Iterator[dict[str, object]]:
    """One object a line: `{"id", "findings"}`, or `{"id" or "line", "error", "text"}` for a line that cannot be read.

    Blank lines are skipped. `language` is the language of the sentences; without it, the reader's. With a second
    `reader` its findings stand among the others, and a `note` where it gave nothing.
    """
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            yield _error({"line": number}, Reason("lint_line_not_json", {"line": number}), language)
            continue
        who: dict[str, object] = {"line": number}
        if isinstance(data, dict) and isinstance(data.get("id"), str | int):
            who = {"id": data["id"]}
        try:
            line = Line.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            reason = Reason("lint_line_invalid", {"line": number, "field": field, "fault": first["msg"]})
            yield _error(who, reason, language)
            continue
        message = line.message()
        reading = Reading(tuple(lint(message))) if reader is None else reader.read(message)
        yield {"id": line.id, **reading.as_json(language)}


def _error(who: dict[str, object], reason: Reason, language: Language | None) -> dict[str, object]:
    return {**who, "error": reason.code, "text": reason.text(language)}
