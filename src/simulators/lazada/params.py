"""Gathers the parameters of a call wherever they travel: query, form, multipart, JSON body, or a mix."""

import json
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web
from yarl import URL

from simulators.core.wire import is_writable

MAX_BODY = 8 * 1024 * 1024
FIELDS_MAX = 500


class BodyError(ValueError):
    """A body that cannot be taken apart."""


@dataclass(kw_only=True)
class Sent:
    """What a client sent: named values, and files apart (files are not signed)."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


async def sent_in(request: web.Request) -> Sent:
    """The union of query and body. Where both name a parameter, the query's value counts. Raises BodyError."""
    sent = Sent()
    if request.method == "POST" and request.can_read_body:
        kind = request.content_type
        if kind == "multipart/form-data":
            await _multipart(request, sent)
        else:
            body = await _body(request)
            if kind == "application/json" or body.lstrip()[:1] == b"{":
                sent.values.update(_json_values(body))
            else:
                sent.values.update(_form_values(body))
    sent.values.update(request.query)
    return sent


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise BodyError("too large") from error


def _form_values(body: bytes) -> dict[str, str]:
    """By yarl, whose unquoting is compiled: a Thai text is three escapes a letter, and urllib took a third of all time.
    Escapes that are no UTF-8 become U+FFFD, so that the signature no longer fits."""
    try:
        text = body.decode("utf-8")
    except ValueError as error:
        raise BodyError("not a form") from error
    if text.count("&") >= FIELDS_MAX:
        raise BodyError("too many fields")
    return dict(URL.build(query_string=text, encoded=True).query.items())


def _json_values(body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BodyError("not JSON") from error
    if not isinstance(found, dict):
        raise BodyError("not a JSON object")
    if b"\\ud" in body.lower() and not is_writable(json.dumps(found, ensure_ascii=False)):
        raise BodyError("half a character")
    return {name: _as_text(value) for name, value in found.items()}


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "" if value is None else str(value)


async def _multipart(request: web.Request, sent: Sent) -> None:
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, BodyPartReader) or not part.name:
                continue
            content = bytes(await part.read(decode=True))
            if len(content) > MAX_BODY:
                raise BodyError("too large")
            if part.filename:
                sent.files[part.name] = content
            else:
                sent.values[part.name] = content.decode("utf-8")
    except (ValueError, AssertionError) as error:
        raise BodyError("not multipart") from error
