"""Faults on purpose, aimed by path, n-th call, order, seller and probability. Read from a file or set live.

A fault file is TOML (`[[fault]]` tables) or JSON (`{"faults": [...]}`); the fields are those of `Fault`.
"""

import fnmatch
import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from simulators.core.clock import draw

CALL_KINDS = frozenset({
    "slow", "slow_after", "http_429", "http_5xx", "http_5xx_after", "api_call_limit", "reset_before",
    "reset_after", "malformed_json", "token_expired", "censored",
    "forbidden_session", "error", "error_after", "second_level_error", "quota", "empty_body", "huge_body",
})  # fmt: skip
"""What can happen to a call. `..._after`: the platform has done it, only the answer suffers."""
PUSH_KINDS = frozenset({"duplicate_webhook", "late_webhook", "lost_webhook", "shuffled_webhook"})
"""What can happen to a push."""


_TOKEN_CALLS = ("/auth/", "/api/v2/token/")


class FaultError(ValueError):
    """A fault that makes no sense, in words."""


@dataclass(kw_only=True)
class Fault:
    """One planned fault. Without a target it hits every call of the platform's business API."""

    kind: str
    platform: str = ""
    path: str = "*"
    """API path, with `*` as wildcard. Token calls are hit only when named."""
    method: str = ""
    """HTTP method, where one path reads and writes; empty for any."""
    nth: Sequence[int] = ()
    """Which of the matching calls, counted from 1; empty for all."""
    times: int = 0
    """Most often it fires; 0 for no bound."""
    order_id: str = ""
    seller_id: str = ""
    push_type: str = ""
    probability: float = 1.0
    seconds: float = 1.0
    """slow, slow_after, late_webhook: how long; api_call_limit: the announced ban."""
    retry_after: float | None = None
    status: int = 503
    code: str = ""
    message: str = ""
    process_msg: str = "Message blocked by the safety filter"
    matched: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in CALL_KINDS | PUSH_KINDS:
            raise FaultError(f"unknown fault kind {self.kind!r}; known: {', '.join(sorted(CALL_KINDS | PUSH_KINDS))}")
        if isinstance(self.nth, int):
            self.nth = (self.nth,)

    def decides(self, seed: int, number: int) -> bool:
        """Whether it fires for a call that fits its target. Counts."""
        self.matched += 1
        if self.nth and self.matched not in self.nth:
            return False
        if self.times and self.fired >= self.times:
            return False
        if self.probability < 1 and draw(seed, "fault", number, self.matched) >= self.probability:
            return False
        self.fired += 1
        return True


class FaultPlan:
    """The faults in force."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.faults: list[Fault] = []

    def replace(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put these in force instead. Raises FaultError, and then nothing has changed."""
        self.faults = [fault_of(row) for row in rows]

    def on_call(
        self, platform: str, path: str, seller_id: str, order_ids: Collection[str], *, method: str = ""
    ) -> list[Fault]:
        """The faults that fire for this call."""
        return [
            fault
            for number, fault in enumerate(self.faults)
            if fault.kind in CALL_KINDS
            and fault.platform in {"", platform}
            and (
                fnmatch.fnmatchcase(path, fault.path)
                if fault.path != "*"
                else not any(part in path for part in _TOKEN_CALLS)
            )
            and (not method or fault.method in {"", method})
            and fault.seller_id in {"", seller_id}
            and (not fault.order_id or fault.order_id in order_ids)
            and fault.decides(self.seed, number)
        ]

    def on_push(self, platform: str, push_type: str, seller_id: str) -> list[Fault]:
        """The faults that fire for this push."""
        return [
            fault
            for number, fault in enumerate(self.faults)
            if fault.kind in PUSH_KINDS
            and fault.platform in {"", platform}
            and fault.push_type in {"", push_type}
            and fault.seller_id in {"", seller_id}
            and fault.decides(self.seed, number)
        ]

    def report(self) -> list[dict[str, Any]]:
        """Each fault with how often it matched and fired."""
        return [{f.name: getattr(fault, f.name) for f in fields(fault)} for fault in self.faults]


def fault_of(row: Mapping[str, Any]) -> Fault:
    """A fault from a table of a file. Raises FaultError naming the wrong field."""
    known = {f.name for f in fields(Fault) if f.init}
    wrong = sorted(set(row) - known)
    if wrong:
        raise FaultError(f"unknown fault field {wrong[0]!r}; known: {', '.join(sorted(known))}")
    try:
        return Fault(**row)
    except TypeError as error:
        raise FaultError(str(error)) from error


def load_faults(path: Path) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    """Faults and `[switches]` of a file. Raises FaultError naming the file."""
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise FaultError(f"{path}: {error}") from error
    if isinstance(content, list):
        content = {"faults": content}
    if not isinstance(content, dict):
        raise FaultError(f"{path}: neither a table nor a list")
    return content.get("faults") or content.get("fault") or [], content.get("switches") or {}
