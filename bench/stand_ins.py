"""How many messages a second one simulator process takes. Run: PYTHONPATH=. python bench/stand_ins.py [SENDS]

Real HTTP over loopback, from a load process of its own that keeps 100 connections busy. Requests are signed before the
clock starts, and the load process only writes ready bytes and reads answers, so that what is measured is the simulator,
with its journal and its log of messages. No callback, silent buyers, no limits; every send is checked to have been
taken exactly once. On a machine that does other work the processor's seconds say more than the clock.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import psutil
from tests.kit import lazada_calls, shopee_calls, tiktok_calls
from tests.kit.lazada_sim import LazadaSimProcess
from tests.kit.shopee_sim import ShopeeSimProcess
from tests.kit.tiktok_sim import APP_SECRET, TiktokSimProcess

from simulators.launch import BUILDERS

BAR = 3_000
IN_FLIGHT = 100
BUYERS = 200
TEXT = "สวัสดีค่ะ คุณลูกค้า ร้านขอแจ้งเรื่องคำสั่งซื้อ สินค้าล็อตนี้ถูกศุลกากรส่งกลับ จึงไม่สามารถจัดส่งได้"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Sim = LazadaSimProcess | ShopeeSimProcess | TiktokSimProcess


@dataclass(frozen=True)
class Load:
    """Ready requests, and what stands in the answer of one that was taken."""

    sim: Sim
    requests: Sequence[bytes]
    mark: bytes


def request(url: str, body: bytes, kind: str, *headers: str) -> bytes:
    """The bytes of a POST."""
    parts = urlsplit(url)
    lines = [
        f"POST {parts.path}{'?' if parts.query else ''}{parts.query} HTTP/1.1", f"Host: {parts.netloc}",
        f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers,
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + body


def lazada(folder: Path, sends: int) -> Load:
    """Everything signed in a form."""
    sim = LazadaSimProcess(folder, switches={"unanswered_limit": 0}).start()
    shop = sim.add_store("th")
    path, open_path, sessions = "/im/message/send", "/im/session/open", []
    for order_id in sim.add_orders(shop, BUYERS):
        query = lazada_calls.signed(shop, open_path, order_id=order_id)
        sessions.append(str(lazada_calls.call(sim, open_path, query=query)["session_id"]))
    requests = []
    for n in range(sends):
        fields = {"session_id": sessions[n % BUYERS], "template_id": "1", "txt": f"{TEXT} {n}"}
        body = urlencode(lazada_calls.signed(shop, path, **fields)).encode()
        requests.append(request(shop.base_url + path, body, FORM))
    return Load(sim, requests, b'"message_id"')


def shopee(folder: Path, sends: int) -> Load:
    """Signed query, JSON body."""
    sim = ShopeeSimProcess(folder).start()
    shop = sim.add_store("TH")
    sim.add_orders(shop, sends // 5 + 1)  # five messages a buyer are what Shopee takes without an answer
    buyers = [(int(row["buyer_id"]), order_sn) for order_sn, row in sim.orders(shop).items()]
    path = "/sellerchat/send_message"
    url = f"{sim.url}/api/v2{path}?{urlencode(shopee_calls.signed(path, shop))}"
    requests = []
    for n in range(sends):
        buyer, order_sn = buyers[n % len(buyers)]
        said = {
            "to_id": buyer, "message_type": "text", "content": {"text": f"{TEXT} {n}"},
            "source_content": {"order_sn": order_sn},
        }  # fmt: skip
        requests.append(request(url, json.dumps(said).encode(), JSON))
    return Load(sim, requests, b'"message_id"')


def tiktok(folder: Path, sends: int) -> Load:
    """Signed query over the JSON body, token in a header."""
    sim = TiktokSimProcess(folder).start()
    shop = sim.add_store("th")
    caller = tiktok_calls.Caller(sim, shop)
    sessions = [caller.open(order_id) for order_id in sim.add_orders(shop, BUYERS)]
    requests = []
    for n in range(sends):
        path = f"/customer_service/202309/conversations/{sessions[n % BUYERS]}/messages"
        body = json.dumps({"type": "TEXT", "content": json.dumps({"content": f"{TEXT} {n}"})}).encode()
        pairs = [
            ("app_key", tiktok_calls.APP_KEY), ("timestamp", str(int(time.time()))), ("shop_cipher", shop.shop_cipher),
        ]  # fmt: skip
        pairs.append(("sign", tiktok_calls.sign(APP_SECRET, path, pairs, body)))
        url = f"{shop.base_url}{path}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
        requests.append(request(url, body, JSON, f"x-tts-access-token: {shop.access_token}"))
    return Load(sim, requests, b'"message_id"')


LOADS: dict[str, Callable[[Path, int], Load]] = {"lazada": lazada, "shopee": shopee, "tiktok-shop": tiktok}
"""A platform that is simulated and is not here is named as not measured."""


async def fire(load: Load) -> tuple[float, int]:
    """Send everything; gives seconds and how many were taken."""
    address, waiting, taken = urlsplit(load.sim.url), iter(load.requests), 0

    async def worker() -> None:
        nonlocal taken
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for raw in waiting:
            writer.write(raw)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            taken += load.mark in await reader.readexactly(length)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return time.perf_counter() - began, taken


def simulator_cpu_s() -> float:
    """Processor seconds of the one child process."""
    [child] = psutil.Process(os.getpid()).children()
    used = child.cpu_times()
    return float(used.user + used.system)


def measure(platform: str, sends: int, folder: Path) -> None:
    """Load one platform and print."""
    load = LOADS[platform](folder, sends)
    try:
        before = simulator_cpu_s()
        seconds, taken = asyncio.run(fire(load))
        used, kept = simulator_cpu_s() - before, load.sim.summary()["messages"]
        assert taken == kept == sends, f"{platform}: {taken} answered, {kept} kept, {sends} sent"
    finally:
        load.sim.stop()
    by_clock, by_cpu = sends / seconds, sends / used
    verdict = "meets" if by_clock >= BAR else "meets with a core of its own" if by_cpu >= BAR else "BELOW"
    print(
        f"{platform:12} {sends:,} sends in {seconds:.2f} s: {by_clock:,.0f} a second by the clock, "
        f"{by_cpu:,.0f} by the simulator's {used:.2f} s of CPU; {verdict} {BAR:,}"
    )


def main() -> None:
    """All platforms that exist, one after the other."""
    sends = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    for platform in sorted(BUILDERS):
        if platform in LOADS:
            with tempfile.TemporaryDirectory() as folder:
                measure(platform, sends, Path(folder))
        else:
            print(f"{platform:12} not measured: bench/stand_ins.py has no load for it")


if __name__ == "__main__":
    main()
