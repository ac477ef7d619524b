"""What a platform says of its tokens' lives, and when Seawall acts on it."""

from typing import Any

import pytest

from seawall.connectors.contracts import TokenGrant
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.shops.grants import Life, life_of


def a_grant(**values: Any) -> TokenGrant:
    return TokenGrant(
        **{
            "access_token": "a", "refresh_token": "r", "expires_in_s": 1000, "refresh_expires_in_s": 5000,
            "country": "th", "stores": (), **values,
        }
    )  # fmt: skip


OLD = Life(expires_at=None, renew_after=None, consent_until=SYSTEM_CLOCK.now())


@pytest.mark.parametrize(
    ("grant", "old", "expected"),
    [
        (a_grant(), None, (1000, 700, 5000)),
        (a_grant(refresh_expires_in_s=0), None, (1000, None, 1000)),
        (a_grant(refresh_token=""), None, (1000, None, 1000)),
        (a_grant(expires_in_s=0), None, (None, None, 5000)),
        # A renewal that says nothing of the refresh token: the old one stays as it was.
        (a_grant(refresh_token="", refresh_expires_in_s=0), OLD, (1000, 700, "old")),
        (a_grant(refresh_token="", refresh_expires_in_s=4000), OLD, (1000, 700, 4000)),
        (a_grant(refresh_expires_in_s=0), OLD, (1000, None, 1000)),
    ],
)
def test_what_a_grant_means_in_time(grant: TokenGrant, old: Life | None, expected: tuple[Any, ...]) -> None:
    now = SYSTEM_CLOCK.now()
    life = life_of(grant, now=now, old=old)

    def seconds(at: Any) -> Any:
        return "old" if at == OLD.consent_until else at and (at - now).total_seconds()

    assert tuple(map(seconds, (life.expires_at, life.renew_after, life.consent_until))) == expected
