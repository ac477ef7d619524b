"""How many messages a second one simulator process takes. Run: PYTHONPATH=src python -m bench.simulators [SENDS]

Real HTTP over loopback, from a load process of its own that keeps 100 connections busy. Requests are signed before the
clock starts, and the load process only writes ready bytes and reads answers, so that what is measured is the simulator.
No callback, silent buyers, no limits of speed; every send is checked to have been taken exactly once.
"""

import asyncio
import hashlib
import hmac
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import quote_plus, urlencode

from simulators.launch import BUILDERS

BAR = 3_000
IN_FLIGHT = 100
BUYERS = 200
TEXT = "สวัสดีค่ะ คุณลูกค้า ร้านขอแจ้งเรื่องคำสั่งซื้อ สินค้าล็อตนี้ถูกศุลกากรส่งกลับ จึงไม่สามารถจัดส่งได้"


@dataclass(frozen=True)
class Load:
    """What to send to a platform, and how to see what it took."""

    path: str
    bodies: Sequence[bytes]
    headers: str
    is_taken: Callable[[bytes], bool]
    count: Callable[[], int]


def post(url: str, body: object) -> Any:
    """JSON to the side door."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data, method="POST"), timeout=60) as answer:
        return json.load(answer)


def get(url: str) -> Any:
    """JSON from the side door."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def lazada(url: str, sends: int) -> Load:
    """Signed sends to the conversations of one shop."""
    switches = {"qps": 0, "buyers_answer": False, "unanswered_limit": 0, "daily_quota": 10**9}
    post(f"{url}/_sim/lazada/switches", switches)
    app = post(f"{url}/_sim/lazada/apps", {"app_key": "900001", "app_secret": "s3cret-demo"})
    shop = post(f"{url}/_sim/lazada/stores", {"site": "th", "app_key": "900001"})
    rows = "\n".join(json.dumps({"order_id": str(10_000 + n), "buyer_id": str(200_000 + n)}) for n in range(BUYERS))
    post(f"{url}/_sim/lazada/orders?seller_id={shop['seller_id']}", rows.encode())

    def signed(path: str, **business: str) -> dict[str, str]:
        params = {
            "app_key": "900001", "access_token": shop["access_token"], "sign_method": "sha256",
            "timestamp": str(round(time.time() * 1000)), **business,
        }  # fmt: skip
        text = path + "".join(name + params[name] for name in sorted(params))
        sign = hmac.new(app["app_secret"].encode(), text.encode(), hashlib.sha256).hexdigest().upper()
        return params | {"sign": sign}

    sessions = [
        get(
            f"{url}{shop['base_url']}/im/session/open?{urlencode(signed('/im/session/open', order_id=str(10_000 + n)))}"
        )
        for n in range(BUYERS)
    ]
    path = "/im/message/send"
    bodies = [
        urlencode(
            signed(path, session_id=sessions[n % BUYERS]["session_id"], template_id="1", txt=f"{TEXT} {n}"),
            quote_via=quote_plus,
        ).encode()
        for n in range(sends)
    ]
    return Load(
        path=shop["base_url"] + path,
        bodies=bodies,
        headers="Content-Type: application/x-www-form-urlencoded\r\n",
        is_taken=lambda answer: b'"message_id"' in answer,
        count=lambda: int(get(f"{url}/_sim/lazada/summary")["messages"]),
    )


LOADS: dict[str, Callable[[str, int], Load]] = {"lazada": lazada}
"""A platform that is simulated and is not here is named as not measured."""


async def fire(host: str, port: int, load: Load) -> tuple[float, int]:
    """Send everything; gives seconds and how many were taken."""
    waiting, taken = iter(load.bodies), 0

    async def worker() -> None:
        nonlocal taken
        reader, writer = await asyncio.open_connection(host, port)
        for body in waiting:
            head = f"POST {load.path} HTTP/1.1\r\nHost: {host}\r\n{load.headers}Content-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            taken += load.is_taken(await reader.readexactly(length))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return time.perf_counter() - began, taken


def cpu_s(pid: int) -> float:
    """Processor seconds another process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(platform: str, sends: int, folder: Path) -> float:
    """Start a simulator with its journal and its log of messages, load it, print; gives sends a second."""
    process = Popen(
        [sys.executable, "-m", "simulators", "run", "--platform", platform, "--port", "0",
         "--state", str(folder / f"{platform}.jsonl"), "--log", str(folder / f"{platform}-taken.jsonl")],
        stdout=PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("listening on ")
        load = LOADS[platform](url, sends)
        host, _, port = url.removeprefix("http://").rpartition(":")
        before = cpu_s(process.pid)
        seconds, taken = asyncio.run(fire(host, int(port), load))
        used = cpu_s(process.pid) - before
        assert taken == load.count() == sends, f"{taken} answered, {load.count()} kept, {sends} sent"
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
    rate = sends / seconds
    print(
        f"{platform:12} {sends:,} sends in {seconds:.2f} s: {rate:,.0f} a second by the clock; {used:.2f} s CPU of the "
        f"simulator, so {sends / used:,.0f} a second of one core's time; {'meets' if rate >= BAR else 'BELOW'} {BAR:,}"
    )
    return rate


def main() -> None:
    """All platforms that exist, one after the other."""
    sends = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        for platform in sorted(BUILDERS):
            if platform in LOADS:
                measure(platform, sends, Path(folder))
            else:
                print(f"{platform:12} not measured: bench/simulators.py has no load for it")


if __name__ == "__main__":
    main()
