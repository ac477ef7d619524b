"""Procrastinate doing the work: python -m bench.send.with_procrastinate fill N | work"""

import asyncio
import sys

import aiohttp
import procrastinate
import psycopg
import psycopg_pool
from bench.send.peers import environment, form, message_id

AT_ONCE = 100
app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=environment("BENCH_DATABASE"), min_size=4, max_size=10)
)
hands: dict[str, object] = {}


@app.task(name="send")
async def send(number: int) -> None:
    """One buyer."""
    session, pool = hands["session"], hands["pool"]
    assert isinstance(session, aiohttp.ClientSession)
    assert isinstance(pool, psycopg_pool.AsyncConnectionPool)
    url = f"{environment('BENCH_PLATFORM')}/p/rest/im/message/send"
    async with session.post(url, data=form(number)) as answer:
        found = message_id(await answer.text())
    async with pool.connection() as db:
        await db.execute("INSERT INTO sent (number, message_id) VALUES (%s, %s)", [number, found])


async def fill(jobs: int) -> None:
    """Enqueue."""
    async with app.open_async():
        with psycopg.connect(environment("BENCH_DATABASE"), autocommit=True) as db:
            row = db.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if row is None or row[0] is None:
            await app.schema_manager.apply_schema_async()
        for first in range(0, jobs, 1000):
            batch = [{"number": number} for number in range(first, min(first + 1000, jobs))]
            await send.batch_defer_async(*batch)


async def work() -> None:
    """Until terminated."""
    pool = psycopg_pool.AsyncConnectionPool(environment("BENCH_DATABASE"), min_size=4, max_size=10, open=False)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with app.open_async(), pool, aiohttp.ClientSession(connector=connector) as session:
        hands.update(session=session, pool=pool)
        await app.run_worker_async(concurrency=AT_ONCE, wait=True, listen_notify=False)


if __name__ == "__main__":
    asyncio.run(fill(int(sys.argv[2])) if sys.argv[1] == "fill" else work())
