"""Takes a call apart: common parameters from the query, business parameters from query (GET) or body (POST)."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

MAX_FILE = 12 * 1024 * 1024


class BodyError(ValueError):
    """A body that cannot be taken apart."""


@dataclass(kw_only=True)
class Sent:
    """What a client sent."""

    query: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    """Query keys given more than once."""
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """For the log of calls."""
        return {**self.query, **self.body} if self.body else self.query


async def sent_in(request: web.Request) -> Sent:
    """Query and body. Raises BodyError."""
    sent, query = Sent(), request.query
    for name, value in query.items():
        if name in sent.query:
            sent.repeated.setdefault(name, [sent.query[name]]).append(value)
        else:
            sent.query[name] = value
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "multipart/form-data":
            await _multipart(request, sent)
        else:
            sent.body = _json(await _body(request))
    return sent


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise BodyError("too large") from error


def _json(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BodyError("not JSON") from error
    if not isinstance(found, dict):
        raise BodyError("not a JSON object")
    if b"\\ud" in body.lower():
        _check_text(found)
    return found


def _check_text(found: dict[str, Any]) -> None:
    """Half an emoji is no text: it could be neither written down nor sent on."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BodyError("not text") from error


async def _multipart(request: web.Request, sent: Sent) -> None:
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or not part.name:
                continue
            content = bytes(await part.read(decode=True))
            if len(content) > MAX_FILE:
                raise BodyError("too large")
            if part.filename:
                sent.files[part.name] = content
            else:
                sent.body[part.name] = content.decode("utf-8")
    except (ValueError, AssertionError) as error:
        raise BodyError("not multipart") from error
