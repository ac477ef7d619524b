"""The smallest platform that can be sent to: one process, raw HTTP/1.1 over asyncio: it is not what is measured.

It answers any POST as Lazada's chat does, after a latency, and keeps when each message came and for which shop. A limit
holds for each shop as a token bucket: what is beyond it gets Lazada's "too fast".

Run: python -m bench.send.platform PORT   (GET /stats, POST /set)
"""

import asyncio
import json
import sys
import time
from collections import Counter
from itertools import count

ACCEPTED = '{"code":"0","err_code":"0","success":true,"data":{"message_id":"m%d"},"request_id":"r%d"}'
TOO_FAST = (
    '{"code":"ApiCallLimit","type":"ISP","request_id":"r",'
    '"message":"api access frequency exceeds the limit. this ban will last 1 seconds"}'
)


class World:
    """What it is told to be, and what it has seen."""

    def __init__(self) -> None:
        self.reset()

    def reset(self, *, latency_ms: float = 0, pace: float = 0, burst: float = 0) -> None:
        self.latency_s, self.pace, self.burst = latency_ms / 1000, pace, burst
        self.times: dict[str, list[float]] = {}
        self.marked: list[float] = []
        self.buckets: dict[str, tuple[float, float]] = {}
        self.refused: Counter[str] = Counter()
        self.numbers = count(1)

    def answer(self, shop: str, body: bytes) -> bytes:
        now = time.time()
        if self.pace:
            tokens, at = self.buckets.get(shop, (self.burst, now))
            tokens = min(self.burst, tokens + (now - at) * self.pace)
            if tokens < 1:
                self.buckets[shop] = (tokens, now)
                self.refused[shop] += 1
                return http(TOO_FAST)
            self.buckets[shop] = (tokens - 1, now)
        self.times.setdefault(shop, []).append(now)
        if b"GOLDEN" in body:
            self.marked.append(now)
        number = next(self.numbers)
        return http(ACCEPTED % (number, number))

    def stats(self) -> bytes:
        return http(json.dumps({"times": self.times, "marked": self.marked, "refused": dict(self.refused)}))


def http(body: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


class Door(asyncio.Protocol):
    """One connection. Requests are answered in order, as HTTP/1.1 asks."""

    def __init__(self, world: World) -> None:
        self._world, self._held = world, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._held) < end + 4 + length:
                return
            body = self._held[end + 4 : end + 4 + length]
            self._held = self._held[end + 4 + length :]
            self._take(head.split(b" ", 2)[1].decode(), body)

    def _take(self, path: str, body: bytes) -> None:
        world = self._world
        if path == "/stats":
            self._write(world.stats())
        elif path == "/set":
            world.reset(**json.loads(body))
            self._write(http("{}"))
        else:
            shop = path.split("/", 2)[1]
            if world.latency_s:
                asyncio.get_running_loop().call_later(world.latency_s, self._answer, shop, body)
            else:
                self._answer(shop, body)

    def _answer(self, shop: str, body: bytes) -> None:
        self._write(self._world.answer(shop, body))

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


async def serve(port: int) -> None:
    """Until it is killed."""
    world = World()
    server = await asyncio.get_running_loop().create_server(lambda: Door(world), "127.0.0.1", port, backlog=1024)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
