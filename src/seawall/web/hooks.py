"""Where platforms push to us. Verified over the raw bytes, stored once, answered at once; acted on later by a job."""

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
from seawall.shops.api import Connection, credentials_of

MAX_BODY = 256 * 1024
"""Largest push taken, in bytes (ours; Lazada names none: its examples stay below 4 KiB)."""

log = structlog.get_logger()


@csrf_exempt
@require_POST
def lazada(request: HttpRequest, app_key: str) -> HttpResponse:
    """A push of Lazada. 200 with an empty body within its half second; 404 for an app that is not ours, 403 for a bad
    signature, 400 for what cannot be read, 413 for too much. The answer tells a stranger nothing more."""
    secrets = secrets_of(app_key)
    if not secrets:
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        return HttpResponse(status=413)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse(status=413)
    try:
        verified = _read(body, request, app_key, secrets)
    except InvalidInput:
        log.warning("push unreadable", action="hook.unreadable", platform="lazada")
        return HttpResponse(status=400)
    if verified is None:
        log.warning("push with a bad signature", action="hook.bad_signature", platform="lazada")
        return HttpResponse(status=403)
    event, secret = verified
    mark = secret_mark(app_key, secret)
    with transaction.atomic():
        # A worker finds it by itself: no job row per push, so that a flood of pushes costs one insert each.
        store(event, app_key=app_key, verified_with=mark, body=body, at=SYSTEM_CLOCK.now())
    return HttpResponse(status=200)


SECRETS_GOOD_FOR_S = 5.0
"""How long opened secrets stay in a process's memory: opening them for each of a thousand pushes a minute costs more
than all the rest of the answer."""

_opened: dict[str, tuple[float, list[str]]] = {}


def secrets_of(app_key: str) -> list[str]:
    """The distinct secrets of all connections of this app: one, or two while it is changed. More only where somebody
    else claims the same app key; that must not push the true secret out, so none is left aside."""
    known = _opened.get(app_key)
    if known is not None and monotonic() - known[0] < SECRETS_GOOD_FOR_S:
        return known[1]
    rows = Connection.objects.filter(app_key=app_key, shop__platform=Platform.LAZADA).select_related("shop")
    found = list(dict.fromkeys(credentials_of(each).app_secret for each in rows.order_by("-is_active", "-pk")))
    if found:
        # Only apps that exist are remembered: a stranger's made-up keys must not fill the memory.
        _opened[app_key] = (monotonic(), found)
    return found


def _read(body: bytes, request: HttpRequest, app_key: str, secrets: list[str]) -> tuple[PushEvent, str] | None:
    """The event, and the secret that fits it; None when none does."""
    for secret in secrets:
        try:
            event = push_reader(Platform.LAZADA).read(
                body, dict(request.headers), keys=PushKeys(app_key=app_key, app_secret=secret)
            )
        except NotAllowed:
            continue
        return event, secret
    return None
