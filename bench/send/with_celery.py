"""Celery doing the work, over kombu's SQLAlchemy transport: python -m bench.send.with_celery fill N | work"""

import http.client
import sys
import threading
from urllib.parse import urlencode, urlsplit

import psycopg
from bench.send.peers import environment, form, message_id
from celery import Celery

AT_ONCE = 100
app = Celery("bench", broker=f"sqla+{environment('BENCH_ALCHEMY')}")
app.conf.update(
    task_ignore_result=True, worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True,
    worker_send_task_events=False,
)  # fmt: skip
mine = threading.local()


@app.task(name="send")
def send(number: int) -> None:
    """One buyer."""
    if not hasattr(mine, "http"):
        mine.http = http.client.HTTPConnection(urlsplit(environment("BENCH_PLATFORM")).netloc)
        mine.db = psycopg.connect(environment("BENCH_DATABASE"), autocommit=True)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    mine.http.request("POST", "/p/rest/im/message/send", urlencode(form(number)), headers)
    found = message_id(mine.http.getresponse().read().decode())
    mine.db.execute("INSERT INTO sent (number, message_id) VALUES (%s, %s)", [number, found])


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        with app.connection_for_write() as broker, app.amqp.producer_pool.acquire(block=True) as producer:
            for each in range(int(sys.argv[2])):
                send.apply_async((each,), producer=producer, connection=broker)
    else:
        app.worker_main([
            "worker", "-P", "threads", "-c", str(AT_ONCE), "-l", "ERROR",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ])  # fmt: skip
