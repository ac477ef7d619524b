"""What a grant of tokens means in time. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seawall.connectors.contracts import TokenGrant

RENEW_AT = 0.7
"""Share of an access token's life after which it is renewed (ours): what is left covers an outage of the platform."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """When what ends, and when to act."""

    expires_at: datetime | None
    renew_after: datetime | None
    consent_until: datetime | None


def life_of(grant: TokenGrant, *, now: datetime, old: Life | None = None) -> Life:
    """The instants of a grant just received. A token that cannot be refreshed is never due; a life the platform does
    not tell is not guessed. `old` is what held before a renewal: it stands where the renewal says nothing new about
    the refresh token."""
    expires_at = now + timedelta(seconds=grant.expires_in_s) if grant.expires_in_s > 0 else None
    due = now + timedelta(seconds=grant.expires_in_s) * RENEW_AT if expires_at else None
    if grant.refresh_expires_in_s > 0 and (grant.refresh_token or old):
        consent_until: datetime | None = now + timedelta(seconds=grant.refresh_expires_in_s)
    elif old is not None and not grant.refresh_token:
        consent_until = old.consent_until
    else:
        return Life(expires_at=expires_at, renew_after=None, consent_until=expires_at)
    return Life(expires_at=expires_at, renew_after=due, consent_until=consent_until)
