"""What is measured in a filled database: claims and chores of two workers at once, and the pages people look at."""

import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.scale.fill import Filled
from django.db import connection
from django.test import Client

SECONDS = 10.0
PAGES = ("/", "/incidents/X-1/", "/incidents/X-1/cases/", "/incidents/X-1/cases/?state=waiting")


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float
    worst: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """Of measured seconds."""
        ordered = sorted(seconds)
        last = len(ordered) - 1
        return cls(
            round(statistics.median(ordered) * 1000, 2), round(ordered[round(last * 0.95)] * 1000, 2),
            round(ordered[-1] * 1000, 2), len(ordered),
        )  # fmt: skip


def timed(act: Callable[[], object]) -> float:
    """Seconds it took."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def work(seconds: float) -> dict[str, Any]:
    """One worker's database work without a platform: claim, settle, and its chores four times a second."""
    from tests.kit.storm import _outcome

    from seawall.incidents.api import tend as tend_incidents
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.outreach.gates import tend
    from seawall.outreach.groups import tidy
    from seawall.outreach.limits import look_up_due
    from seawall.outreach.pace import speed_up
    from seawall.outreach.ready import sweep
    from seawall.outreach.sender import liveness
    from seawall.outreach.sender.claim import claim
    from seawall.outreach.sender.settle import settle
    from seawall.outreach.sender.worker import WorkerOptions, _sending_now

    options, key = WorkerOptions(), liveness.new_worker_key()
    liveness.hold(key)
    claims: list[float] = []
    settles: list[float] = []
    chores: list[float] = []
    rows = 0

    def do_chores() -> None:
        _sending_now()
        liveness.reap(own_key=key, now=SYSTEM_CLOCK.now(), grace=options.grace)
        speed_up(now=SYSTEM_CLOCK.now())
        look_up_due(clock=SYSTEM_CLOCK)
        tidy(clock=SYSTEM_CLOCK)
        sweep(now=SYSTEM_CLOCK.now())
        tend(clock=SYSTEM_CLOCK, settle_s=5.0)
        tend_incidents(clock=SYSTEM_CLOCK)

    end, next_chores = time.perf_counter() + seconds, 0.0
    while time.perf_counter() < end:
        if time.perf_counter() >= next_chores:
            chores.append(timed(do_chores))
            next_chores = time.perf_counter() + options.chore_s
        began = time.perf_counter()
        taken = claim(worker=key, size=options.claim_size, now=SYSTEM_CLOCK.now())
        claims.append(time.perf_counter() - began)
        outcomes = [_outcome(row, "acknowledged", "") for row in taken]
        if outcomes:
            settles.append(timed(lambda: settle(outcomes, clock=SYSTEM_CLOCK, grace=options.grace)))  # noqa: B023
        rows += len(taken)
    return {"claims": claims, "settles": settles, "chores": chores, "rows": rows}


def claims_of_two(url: str) -> dict[str, Any]:
    """Two workers at once, each a process."""
    command = [sys.executable, "-m", "bench.scale", "work", url, str(SECONDS)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = [json.loads(each.communicate()[0].strip().splitlines()[-1]) for each in both]
    return {
        "claim": Spread.of(found[0]["claims"] + found[1]["claims"]),
        "settle": Spread.of(found[0]["settles"] + found[1]["settles"]),
        "chores": Spread.of(found[0]["chores"] + found[1]["chores"]),
        "rows_a_second": round((found[0]["rows"] + found[1]["rows"]) / SECONDS),
    }


def pages(filled: Filled, *, times: int = 15) -> dict[str, dict[str, Any]]:
    """Each page by a signed-in lead: milliseconds and queries."""
    from seawall.tenancy.api import User

    client = Client()
    client.force_login(
        User.objects.get(pk=filled.desk.lead.user_id), backend="django.contrib.auth.backends.ModelBackend"
    )
    found = {}
    for path in PAGES:
        asked: list[str] = []

        with connection.execute_wrapper(_noting(asked)):
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        spread = Spread.of([timed(lambda: client.get(path)) for _ in range(times)])  # noqa: B023  # called at once
        found[path] = {"ms": spread, "queries": len(asked)}
    return found


def _noting(asked: list[str]) -> Callable[..., Any]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    return note


def claim_plan() -> str:
    """How PostgreSQL finds what may go, and what it touched."""
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.outreach.sender.claim import claim

    lines: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "FOR UPDATE OF p SKIP LOCKED" not in sql:
            return execute(sql, params, many, context)
        with connection.cursor() as cursor:
            cursor.cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + sql, params)
            lines.extend(row[0] for row in cursor.fetchall())
        raise _Explained

    with connection.execute_wrapper(explain), contextlib.suppress(_Explained):
        claim(worker=1, size=20, now=SYSTEM_CLOCK.now())
    return "\n".join(lines)


class _Explained(Exception):
    """The plan is known; the claim itself is not to be made."""
