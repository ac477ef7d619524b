"""Refusals and the envelope around every answer."""

import itertools
import json
from typing import Any

_numbers = itertools.count(1)


class ApiError(Exception):
    """A refusal of the gateway or of the business behind it: HTTP 200 with a code in the body."""

    def __init__(self, code: str, message: str, *, kind: str = "ISV", detail: object = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.kind = kind
        self.detail = detail


class SecondLevelError(Exception):
    """Refused with `code: "0"`: the reason stands in `err_code`, as chat answers do it."""

    def __init__(self, err_code: str, err_message: str) -> None:
        super().__init__(err_code, err_message)
        self.err_code = err_code
        self.err_message = err_message


def request_id(now_ms: int) -> str:
    """An id as the platform prints it: hexadecimal prefix, time, counter."""
    return f"2140sim{now_ms}{next(_numbers) % 10_000:04d}"


def failure(error: ApiError, now_ms: int) -> dict[str, Any]:
    """The envelope of a refusal."""
    body: dict[str, Any] = {
        "code": error.code,
        "type": error.kind,
        "message": error.message,
        "request_id": request_id(now_ms),
    }
    if error.detail is not None:
        body["detail"] = error.detail
    return body


def success(payload: dict[str, Any], now_ms: int, *, numeric_code: bool) -> dict[str, Any]:
    """The envelope of an answer that worked."""
    return {**payload, "code": 0 if numeric_code else "0", "request_id": request_id(now_ms)}


def im_ok(data: dict[str, Any] | None = None) -> dict[str, Any]:
    """The second level of a chat answer that worked."""
    body: dict[str, Any] = {"success": True, "err_code": "0", "err_message": "SUCCESS"}
    if data is not None:
        body["data"] = data
    return body


def im_failed(error: SecondLevelError) -> dict[str, Any]:
    """The second level of a chat answer that did not."""
    return {"success": False, "err_code": error.err_code, "err_message": error.err_message}


def stringified(value: Any) -> Any:
    """Every scalar as text, as the generated samples print them; null stays."""
    if isinstance(value, dict):
        return {name: stringified(item) for name, item in value.items()}
    if isinstance(value, list):
        return [stringified(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def number(text: object) -> int | str:
    """Ids are numbers in most answers [D]; a test's odd id stays text."""
    value = str(text)
    return int(value) if value.isdecimal() else value


def encoded(body: object) -> bytes:
    """JSON as sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
