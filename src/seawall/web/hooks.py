"""Where platforms push to us. Verified over the raw bytes, stored once, answered at once; a worker acts on it later."""

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from seawall.connectors.contracts import PushEvent, PushKeys
from seawall.connectors.received import secret_mark, store
from seawall.connectors.registry import push_reader
from seawall.kernel.clock import SYSTEM_CLOCK, monotonic
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform
from seawall.shops.api import Connection, push_keys_of

MAX_BODY = 256 * 1024
"""Largest push taken, in bytes (ours; no platform names one: their examples stay below 4 KiB)."""

log = structlog.get_logger()


@csrf_exempt
@require_POST
def receive(request: HttpRequest, platform: str, app_key: str) -> HttpResponse:
    """A push. 200 with an empty body, which is what all three platforms take for an acknowledgement (Shopee counts any
    other body as a failure); 404 for an app that is not ours, 403 for a bad signature, 400 for what cannot be read,
    413 for too much. The answer tells a stranger nothing more."""
    found = next((each for each in Platform if each.value == platform), None)
    keys = keys_of(found, app_key) if found else []
    if found is None or not keys:
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        return HttpResponse(status=413)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse(status=413)
    try:
        verified = _read(found, body, request, keys)
    except InvalidInput:
        log.warning("push unreadable", action="hook.unreadable", platform=found.value)
        return HttpResponse(status=400)
    if verified is None:
        log.warning("push with a bad signature", action="hook.bad_signature", platform=found.value)
        return HttpResponse(status=403)
    event, fitting = verified
    mark = secret_mark(app_key, fitting.app_secret)
    with transaction.atomic():
        # A worker finds it by itself: no job row per push, so that a flood of pushes costs one insert each.
        store(event, app_key=app_key, verified_with=mark, body=body, at=SYSTEM_CLOCK.now())
    return HttpResponse(status=200)


SECRETS_GOOD_FOR_S = 5.0
"""How long opened secrets stay in a process's memory: opening them for each of a thousand pushes a minute costs more
than all the rest of the answer."""

_opened: dict[tuple[Platform, str], tuple[float, list[PushKeys]]] = {}


def keys_of(platform: Platform, app_key: str) -> list[PushKeys]:
    """The distinct keys of all connections of this app: one, or two while it is changed. More only where somebody
    else claims the same app key; that must not push the true secret out, so none is left aside."""
    known = _opened.get((platform, app_key))
    if known is not None and monotonic() - known[0] < SECRETS_GOOD_FOR_S:
        return known[1]
    rows = Connection.objects.filter(app_key=app_key, shop__platform=platform).select_related("shop")
    found = list(dict.fromkeys(push_keys_of(each) for each in rows.order_by("-is_active", "-pk")))
    if found:
        # Only apps that exist are remembered: a stranger's made-up keys must not fill the memory.
        _opened[platform, app_key] = (monotonic(), found)
    return found


def _read(
    platform: Platform, body: bytes, request: HttpRequest, keys: list[PushKeys]
) -> tuple[PushEvent, PushKeys] | None:
    """The event, and the keys that fit it; None when none do."""
    for each in keys:
        try:
            event = push_reader(platform).read(body, dict(request.headers), keys=each)
        except NotAllowed:
            continue
        return event, each
    return None
