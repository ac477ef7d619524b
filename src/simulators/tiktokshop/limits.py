"""Speed and quotas. Speed is measured by the machine's clock, quotas by the simulated one."""

import time
from collections import Counter, deque

from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.entities import CHAT
from simulators.tiktokshop.switches import DAY_S, Switches


class Limiter:
    """Refuses what is too fast or too much. The platform publishes no fixed rate [DOC]: the numbers are ours."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._recent: dict[tuple[str, str, str], deque[float]] = {}
        self._spent: Counter[tuple[str, str, str, int]] = Counter()

    def check_speed(self, app_key: str, shop_id: str, path: str, *, is_write: bool) -> None:
        """Count a call per app, shop and API [DOC]. Raises ApiError 36009002 with HTTP 429."""
        limit = self._switches.qps_write if is_write else self._switches.qps_read
        if limit <= 0:
            return
        now = time.monotonic()
        recent = self._recent.setdefault((app_key, shop_id, path), deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= limit:
            raise ApiError(36009002, "Too many requests, please try again later", status=429)
        recent.append(now)

    def check_sandbox(self, app_key: str, shop_id: str, now_ms: int) -> None:
        """Calls an hour of a development shop. Raises ApiError 36009037."""
        if self._switches.sandbox_hourly and not self._spend(
            "sandbox", app_key, shop_id, now_ms // 3_600_000, self._switches.sandbox_hourly
        ):
            raise ApiError(36009037, "The hourly request limit of the sandbox shop is reached", status=429)

    def check_chat(self, app_key: str, shop_id: str, now_ms: int, *, scope: str, kind: str) -> None:
        """10,000 chat requests a day [3P]. Whose and which is unknown: switches. Raises ApiError 45101004.

        `kind`: send, write, read.
        """
        switches = self._switches
        if scope != CHAT or switches.chat_quota <= 0:
            return
        counted = {"send": ("send",), "writes": ("send", "write")}.get(switches.quota_counts, ("send", "write", "read"))
        if kind not in counted:
            return
        whose = shop_id if switches.quota_scope == "shop" else ""
        day = (now_ms // 1000 + switches.quota_zone_h * 3600) // DAY_S
        if not self._spend("chat", app_key, whose, day, switches.chat_quota):
            raise ApiError(45101004, "The daily request quota of customer service is reached")

    def spent_today(self, now_ms: int) -> dict[str, int]:
        """Chat requests of this day, by `app:shop`."""
        day = (now_ms // 1000 + self._switches.quota_zone_h * 3600) // DAY_S
        return {f"{key[1]}:{key[2]}": count for key, count in self._spent.items() if key[0] == "chat" and key[3] == day}

    def reset(self) -> None:
        """Forget all counts."""
        self._recent.clear()
        self._spent.clear()

    def _spend(self, kind: str, app_key: str, whose: str, period: int, limit: int) -> bool:
        key = (kind, app_key, whose, period)
        if self._spent[key] >= limit:
            return False
        self._spent[key] += 1
        return True
