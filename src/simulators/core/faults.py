"""Faults on purpose, aimed by path, n-th call, order, seller and probability. Read from a file or set live.

A fault file is TOML (`[[fault]]` tables) or JSON (`{"faults": [...]}`); the fields are those of `Fault`.
"""

import fnmatch
import json
import math
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
_TEXTS = ("platform", "path", "method", "order_id", "seller_id", "push_type", "code", "message", "process_msg")


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
        if not isinstance(self.kind, str) or self.kind not in CALL_KINDS | PUSH_KINDS:
            raise FaultError(f"unknown fault kind {self.kind!r}; known: {', '.join(sorted(CALL_KINDS | PUSH_KINDS))}")
        if isinstance(self.nth, int):
            self.nth = (self.nth,)
        self._check()

    def _check(self) -> None:
        """A wrong value would show up as a broken answer much later: it is refused here."""
        for name in _TEXTS:
            if not isinstance(getattr(self, name), str):
                raise FaultError(f"{name} of a fault is a text, not {getattr(self, name)!r}")
        if not isinstance(self.nth, list | tuple) or not all(_is_whole(each, 1) for each in self.nth):
            raise FaultError(f"nth of a fault is a number or a list of numbers from 1, not {self.nth!r}")
        if not _is_whole(self.times, 0):
            raise FaultError(f"times of a fault is a whole number, not {self.times!r}")
        if not _is_whole(self.status, 200) or self.status > 599:
            raise FaultError(f"status of a fault is an HTTP status from 200 to 599, not {self.status!r}")
        if not _is_number(self.probability) or self.probability > 1:
            raise FaultError(f"probability of a fault is a number from 0 to 1, not {self.probability!r}")
        if not _is_number(self.seconds):
            raise FaultError(f"seconds of a fault is a number, not {self.seconds!r}")
        if self.retry_after is not None and not _is_number(self.retry_after):
            raise FaultError(f"retry_after of a fault is a number of seconds, not {self.retry_after!r}")

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


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


class FaultPlan:
    """The faults in force. `platforms` are the names a fault may be aimed at; empty for any."""

    def __init__(self, seed: int = 0, *, platforms: Collection[str] = ()) -> None:
        self.seed = seed
        self.faults: list[Fault] = []
        self._platforms = platforms

    def replace(self, rows: object) -> None:
        """Put these in force instead. Raises FaultError, and then nothing has changed."""
        if not isinstance(rows, list):
            raise FaultError(f"faults are a list of tables, not {rows!r}")
        faults = [fault_of(row) for row in rows]
        for fault in faults:
            if fault.platform and self._platforms and fault.platform not in self._platforms:
                known = ", ".join(sorted(self._platforms))
                raise FaultError(f"unknown platform {fault.platform!r} of a fault; known: {known}")
        self.faults = faults

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


def fault_of(row: object) -> Fault:
    """A fault from a table of a file. Raises FaultError naming the wrong field."""
    if not isinstance(row, dict):
        raise FaultError(f"a fault is a table with a kind, not {row!r}")
    known = {f.name for f in fields(Fault) if f.init}
    wrong = sorted(set(row) - known)
    if wrong:
        raise FaultError(f"unknown fault field {wrong[0]!r}; known: {', '.join(sorted(known))}")
    try:
        return Fault(**row)
    except TypeError as error:
        raise FaultError(str(error)) from error


def load_faults(path: Path) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    """Faults and `[switches]` of a file. Raises FaultError naming the file, OSError."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise FaultError(f"{path}: {error}") from error
    if isinstance(content, list):
        content = {"faults": content}
    if not isinstance(content, dict):
        raise FaultError(f"{path}: neither a table nor a list")
    strange = sorted(set(content) - {"faults", "fault", "switches"})
    if strange:
        raise FaultError(f"{path}: unknown table {strange[0]!r}; known: faults (or fault), switches")
    faults = content.get("faults", content.get("fault", []))
    switches = content.get("switches", {})
    if not isinstance(faults, list):
        raise FaultError(f"{path}: faults are a list of tables, not {faults!r}")
    if not isinstance(switches, dict):
        raise FaultError(f"{path}: switches are a table, not {switches!r}")
    return faults, switches
