"""Refusals and the envelope around every answer."""

import itertools
import json
from typing import Any

from simulators.core.clock import iso

_numbers = itertools.count(1)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class ApiError(Exception):
    """A refusal. `status` 0: of the business behind the gateway, whose HTTP status nobody knows (switch)."""

    def __init__(self, code: int, message: str, *, status: int = 0) -> None:
        super().__init__(code, message)
        self.code, self.message, self.status = code, message, status


def request_id(now_ms: int) -> str:
    """An id as the platform prints it: time to the second, then a running hexadecimal number."""
    stamp = iso(now_ms)[:19]
    return f"{stamp.replace('-', '').replace('T', '').replace(':', '')}{next(_numbers):018X}"


def success(data: dict[str, Any], now_ms: int) -> bytes:
    """The envelope of an answer that worked."""
    return encoded({"code": 0, "message": "Success", "request_id": request_id(now_ms), "data": data})


def failure(error: ApiError, now_ms: int, data_form: str) -> bytes:
    """The envelope of a refusal; `data_form`: null, object, missing."""
    body: dict[str, Any] = {"code": error.code, "message": error.message, "request_id": request_id(now_ms)}
    if data_form != "missing":
        body["data"] = None if data_form == "null" else {}
    return encoded(body)


def encoded(body: object) -> bytes:
    """JSON as sent."""
    return _ENCODER.encode(body).encode("utf-8", "replace")


def app_gate(message: str) -> ApiError:
    """36009004: shared by many faults of credentials, only the words tell which [3P]."""
    return ApiError(36009004, message, status=401)


def bad_parameter(family: str, message: str) -> ApiError:
    """A wrong parameter, by the code of the family. The order family's own code is unknown: 36009004 is ours."""
    code = {"customer_service": 45101002, "return_refund": 25001001, "fulfillment": 21001001}.get(family, 36009004)
    return ApiError(code, message)
