"""Refusals and the envelope around every answer (section 1.4 of the platform's pages)."""

import itertools
import json
from typing import Any

_numbers = itertools.count(1)
_PREFIX = f"{0xC0FFEE:08x}"


class ApiError(Exception):
    """A refusal: its code, the platform's words, and the HTTP status (200 for refusals of the business)."""

    def __init__(self, code: str, message: str, *, status: int = 200) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status


def request_id() -> str:
    """An id as the platform prints it: hexadecimal."""
    return f"{_PREFIX}{next(_numbers):024x}"


def wrong(detail: str) -> ApiError:
    """A business parameter that is missing or wrong [D]."""
    return ApiError("error_param", f"Wrong parameters, detail: {detail}")


def failure(error: ApiError, *, prefixed: bool) -> dict[str, Any]:
    """The envelope of a refusal. Some pages write codes with their module in front [D]."""
    code = f"common.{error.code}" if prefixed and "." not in error.code else error.code
    return {"request_id": request_id(), "error": code, "message": error.message}


def success(payload: dict[str, Any], *, top_level: bool, message: str = "", mark: str = "") -> dict[str, Any]:
    """The envelope of an answer that worked. `mark` stands where an empty text stands at other calls (`-`, blank)."""
    head = {"request_id": request_id(), "error": mark, "message": message or mark}
    return {**head, **payload} if top_level else {**head, "response": payload}


def encoded(body: object) -> bytes:
    """JSON as sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
