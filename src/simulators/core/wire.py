"""What every gateway and side door does with raw requests: cutting connections, and JSON bodies taken apart."""

import json
import socket
import struct
from typing import Any

from aiohttp import web

HUGE_BODY = b'{"code":"0","padding":"' + b"x" * (12 * 1024 * 1024) + b'"}'
"""Valid JSON that no client should read to its end."""


def cut(request: web.Request) -> None:
    """Reset the connection: the client sees ECONNRESET and no answer."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body of a side-door request. Raises HTTPBadRequest."""
    try:
        found = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="the body is not JSON") from error
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="the body is not a JSON object")
    if not is_writable(json.dumps(found, ensure_ascii=False)):
        raise web.HTTPBadRequest(text="the body holds half a character")
    return found


def is_writable(text: str) -> bool:
    """Whether a text can be written down: JSON escapes may hold half of a pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def rows_in(body: bytes) -> list[dict[str, Any]]:
    """Rows of a bulk load: a JSON array, an object with `orders`, or JSON lines. Raises ValueError."""
    rows = _rows_in(body)
    if b"\\ud" in body.lower() and not is_writable(json.dumps(rows, ensure_ascii=False)):
        raise ValueError("a row holds half a character")
    for row in rows:
        if not isinstance(row, dict):
            raise TypeError(f"a row is a JSON object, not {row!r}")
    return rows


def _rows_in(body: bytes) -> list[dict[str, Any]]:
    text = body.strip()
    if text.startswith(b"["):
        return list(json.loads(text))
    lines = text.splitlines()
    if len(lines) == 1:
        row = json.loads(lines[0])
        return list(row["orders"]) if "orders" in row else [row]
    try:
        return [json.loads(line) for line in lines if line.strip()]
    except ValueError:
        return list(json.loads(text)["orders"])  # an object over several lines


def bad_request(words: str) -> web.Response:
    """A side-door request that makes no sense, in words."""
    return web.json_response({"error": words}, status=400)
