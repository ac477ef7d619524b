"""The same work by two job queues on the same PostgreSQL: one job a buyer, one POST, one row that says what came of it.

Neither is asked for what this engine does besides: no claim with an attempt before the call, no pace, no look-up, no
record of the platform's answer. Celery has no broker of its own on PostgreSQL; it goes over kombu's SQLAlchemy
transport.
"""

import json
import os
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import psycopg
from bench.send.place import ROOT, Platform, child_env

TEXT = "สวัสดีค่ะ ทางร้านขอแจ้งเรื่องคำสั่งซื้อ ตู้คอนเทนเนอร์ที่บรรจุพัสดุของคุณลูกค้าถูกตีกลับที่ด่านศุลกากร " * 5
DATABASE = "bench_peers"
LONG = 600


def form(number: int) -> dict[str, str]:
    """What is posted: as large as a message of the engine."""
    return {
        "session_id": "100_2_300_1_103", "template_id": "1", "txt": f"{TEXT} {number}", "app_key": "900001",
        "sign_method": "sha256", "timestamp": "1", "access_token": "bench", "sign": "0" * 64,
    }  # fmt: skip


def peers_url(url: str) -> str:
    """The database of the peers on the same server, made if need be."""
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as db:
        found = db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            db.execute(f"CREATE DATABASE {DATABASE}")
    theirs = parts._replace(path=f"/{DATABASE}").geturl()
    with psycopg.connect(theirs, autocommit=True) as db:
        db.execute("CREATE TABLE IF NOT EXISTS sent (number int, message_id text, at timestamptz DEFAULT now())")
        db.execute("TRUNCATE sent")
    return theirs


def alchemy_url(url: str) -> str:
    """The same address in SQLAlchemy's spelling."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return f"postgresql+psycopg://{parts.username}@/{DATABASE}?host={query['host'][0]}&port={query['port'][0]}"


def procrastinate_rate(platform: Platform, url: str, jobs: int, *, latency_ms: float) -> float:
    """Messages a second with 100 at once in one worker."""
    return _measure("bench.send.with_procrastinate", platform, peers_url(url), jobs, latency_ms)


def celery_rate(platform: Platform, url: str, jobs: int, *, latency_ms: float) -> float:
    """Messages a second with 100 threads in one worker."""
    return _measure("bench.send.with_celery", platform, peers_url(url), jobs, latency_ms)


def _measure(module: str, platform: Platform, theirs: str, jobs: int, latency_ms: float) -> float:
    platform.set(latency_ms=latency_ms)
    env = {
        **child_env(), "BENCH_DATABASE": theirs, "BENCH_ALCHEMY": alchemy_url(theirs), "BENCH_PLATFORM": platform.url,
    }  # fmt: skip
    subprocess.run([sys.executable, "-m", module, "fill", str(jobs)], cwd=ROOT, env=env, check=True)
    worker = subprocess.Popen([sys.executable, "-m", module, "work"], cwd=ROOT, env=env)
    try:
        ended = _await(theirs, jobs)
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    times = sorted(at for each in platform.stats()["times"].values() for at in each)
    return jobs / (ended - times[0] + latency_ms / 1000)


def _await(theirs: str, jobs: int) -> float:
    deadline = time.monotonic() + LONG
    with psycopg.connect(theirs, autocommit=True) as db:
        while True:
            row = db.execute("SELECT count(*) FROM sent").fetchone()
            if row is not None and row[0] >= jobs:
                return time.time()
            if time.monotonic() > deadline:
                raise SystemExit(f"only {row} of {jobs}")
            time.sleep(0.02)


def message_id(answer: str) -> str:
    """The id in the platform's answer."""
    found: str = json.loads(answer)["data"]["message_id"]
    return found


def environment(name: str) -> str:
    """A value the measuring process gave."""
    return os.environ[name]
