"""One-time sign-in links: made on the server or by an administrator, kept as hashes, used once."""

import hashlib
import secrets
from datetime import timedelta

from seawall.kernel.clock import Clock
from seawall.kernel.errors import NotAllowed
from seawall.tenancy.models import SignInLink, User

LIFETIME = timedelta(hours=24)
"""How long a link may be used when nobody says (ours)."""


def make_sign_in_link(user: User, *, clock: Clock, lifetime: timedelta = LIFETIME) -> str:
    """The token of a new link, 256 random bits as URL-safe text. It is not kept and cannot be shown again."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_sha256=_hash(token), expires_at=clock.now() + lifetime)
    return token


def use_sign_in_link(token: str, *, clock: Clock) -> User:
    """The user of a link, which is spent by this call.

    Raises NotAllowed(sign_in_link_dead) alike for unknown, used and expired links, and for a user switched off.
    """
    now = clock.now()
    rows = SignInLink.objects.filter(token_sha256=_hash(token), user__is_active=True)
    # One conditional UPDATE: of two simultaneous uses exactly one changes the row.
    if rows.filter(used_at__isnull=True, expires_at__gt=now).update(used_at=now) != 1:
        raise NotAllowed("sign_in_link_dead")
    return rows.select_related("user").get().user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
