"""Calls a second for each path and shop, calls a day for each app. Speed is measured by the machine's clock.

The platform publishes neither number [D]: both are off until a switch sets them.
"""

import time
from collections import Counter, deque

from simulators.shopee.answers import ApiError
from simulators.shopee.switches import Switches


class Limiter:
    """Refuses what is too fast. The second is a sliding one [I]."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._recent: dict[tuple[str, str], deque[float]] = {}
        self._days: Counter[tuple[str, int]] = Counter()

    def check(self, partner_id: str, path: str, shop_id: str, day: int) -> None:
        """Count a call. Raises ApiError(error_limit) or ApiError(error_rate_limit)."""
        quota = self._switches.daily_quota
        if quota:
            self._days[partner_id, day] += 1
            if self._days[partner_id, day] > quota:
                raise self.quota_used()
        if self.is_too_fast(path, shop_id or partner_id, self._switches.qps):
            raise self.too_fast()

    def is_too_fast(self, name: str, whose: str, per_second: int) -> bool:
        """Count one of a kind; True when it is beyond so many a second. 0 is no bound."""
        if per_second <= 0:
            return False
        recent, now = self._recent.setdefault((name, whose), deque()), time.monotonic()
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= per_second:
            return True
        recent.append(now)
        return False

    def too_fast(self) -> ApiError:
        """Too many requests now."""
        return ApiError(
            "error_rate_limit", "Too many requests, please try again later.", status=self._switches.rate_limit_status
        )

    def quota_used(self) -> ApiError:
        """The app's calls of the day are used; they begin anew at 00:00 UTC+8 [D]."""
        return ApiError(
            "error_limit", "You have reached the daily API call limit of your app.",
            status=self._switches.rate_limit_status,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all counts."""
        self._recent.clear()
        self._days.clear()
