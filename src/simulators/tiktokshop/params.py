"""Takes a call apart: query pairs, the body as sent, and the parts of a multipart body."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from simulators.core.wire import is_writable
from simulators.tiktokshop.answers import ApiError

MAX_PART = 11 * 1024 * 1024
"""A little more than the largest picture, so that its size is refused by its own code."""


@dataclass(kw_only=True)
class Sent:
    """What a client sent."""

    pairs: list[tuple[str, str]]
    query: dict[str, list[str]]
    raw: bytes = b""
    """The body as signed: empty for multipart [DOC]."""
    content_type: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """A query value; of a repeated key the first."""
        return self.query.get(name, [""])[0]

    def body(self) -> dict[str, Any]:
        """The JSON body. Raises ApiError 36009022 or 36009023."""
        if not self.raw or self.content_type == "multipart/form-data":
            return {}
        if self.content_type != "application/json":
            raise ApiError(36009023, "The content type must be application/json", status=400)
        try:
            found = json.loads(self.raw)
        except (ValueError, RecursionError) as error:
            raise ApiError(36009022, "The request body is not valid JSON", status=400) from error
        if not isinstance(found, dict):
            raise ApiError(36009022, "The request body is not a JSON object", status=400)
        if b"\\u" in self.raw and not is_writable(json.dumps(found, ensure_ascii=False)):
            raise ApiError(36009022, "The request body holds half a character", status=400)
        return found


def query_of(request: web.Request) -> Sent:
    """The query alone, decoded."""
    pairs = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True, max_num_fields=500)
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    return Sent(pairs=pairs, query=query)


async def sent_in(request: web.Request) -> Sent:
    """Query and body. Raises ApiError."""
    try:
        sent = query_of(request)
    except ValueError as error:
        raise ApiError(36009004, "The query has too many parameters", status=400) from error
    if request.can_read_body:
        sent.content_type = request.content_type
        if sent.content_type == "multipart/form-data":
            await _multipart(request, sent)
        else:
            try:
                sent.raw = await request.read()
            except web.HTTPRequestEntityTooLarge as error:
                raise ApiError(36009021, "The request body is too large", status=413) from error
    return sent


async def _multipart(request: web.Request, sent: Sent) -> None:
    try:
        reader = await request.multipart()
        async for part in reader:
            if isinstance(part, BodyPartReader) and part.name:
                content = bytearray()
                while chunk := await part.read_chunk(65_536):
                    content += chunk
                    if len(content) > MAX_PART:
                        raise ApiError(36009021, "The file is too large", status=413)
                sent.files[part.name] = bytes(content)
    except (ValueError, AssertionError) as error:
        raise ApiError(36009022, "The request body is not multipart", status=400) from error
