"""Store a verified push once; say whether it was new. Acting on it is the capabilities' job, later."""

import hashlib
import hmac
from datetime import datetime

from seawall.connectors.contracts import PushEvent
from seawall.connectors.models import ReceivedEvent


def store(event: PushEvent, *, app_key: str, verified_with: str, body: bytes, at: datetime) -> bool:
    """Insert the event unless it is there already; True when it was new. Call inside the request's transaction.

    `verified_with` is `secret_mark` of the secret that verified it: whoever registers the same app key under another
    secret can neither receive this push nor stand in its place.
    """
    _, is_new = ReceivedEvent.objects.get_or_create(
        platform=event.platform.value,
        app_key=app_key,
        verified_with=verified_with,
        external_id=event.external_id[:200],
        defaults={
            "seller_id": event.seller_id[:60],
            "kind": event.kind.value,
            "body": body.decode("utf-8", errors="replace"),
            "received_at": at,
        },
    )
    return is_new


def secret_mark(app_key: str, app_secret: str) -> str:
    """A mark that is equal for equal secrets and tells nothing of them (app secrets are long and random)."""
    return hmac.new(app_secret.encode(), f"seawall push {app_key}".encode(), hashlib.sha256).hexdigest()
