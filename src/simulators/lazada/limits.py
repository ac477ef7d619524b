"""Calls a second for each API and seller, calls a day for each app. Speed is measured by the machine's clock."""

import time
from collections import Counter, deque

from simulators.lazada.answers import ApiError
from simulators.lazada.switches import DAY_S, Switches


class Limiter:
    """Refuses what is too fast. The second is a sliding one; the ban begins with the first call beyond it [I]."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._recent: dict[tuple[str, str], deque[float]] = {}
        self._banned: dict[tuple[str, str], float] = {}
        self._days: Counter[tuple[str, int]] = Counter()

    def check(self, app_key: str, path: str, seller_id: str, now_ms: int) -> None:
        """Count a call. Raises ApiError(ApiCallLimit) or ApiError(AppCallLimit)."""
        self._check_day(app_key, now_ms)
        if self._switches.qps <= 0:
            return
        key, now = (path, seller_id or app_key), time.monotonic()
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if now < self._banned.get(key, 0):
            raise self._too_fast()
        if len(recent) >= self._switches.qps:
            self._banned[key] = now + self._switches.ban_s
            raise self._too_fast()
        recent.append(now)

    def reset(self) -> None:
        """Forget all counts."""
        self._recent.clear()
        self._banned.clear()
        self._days.clear()

    def _check_day(self, app_key: str, now_ms: int) -> None:
        day, past_s = divmod(now_ms // 1000, DAY_S)
        self._days[app_key, day] += 1
        if self._days[app_key, day] > self._switches.daily_quota:
            raise ApiError(
                "AppCallLimit",
                f"The app's calls for today are used up, this ban will last {DAY_S - past_s} seconds",
                kind="ISV",
            )

    def _too_fast(self) -> ApiError:
        return ApiError(
            "ApiCallLimit",
            f"Api access frequency exceeds the limit. this ban will last {self._switches.ban_s} seconds",
            kind="ISV",
        )
