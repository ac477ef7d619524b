"""A network cable between a worker and a marketplace that can be cut: a TCP relay with a switch.

with Cable(marketplace.url) as cable:
    cable.state = "cut"           # nobody is let in, and every open connection is torn
    cable.state = "one way"       # requests go through, not one byte of an answer comes back
    cable.state = "whole"
"""

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

State = Literal["whole", "cut", "one way"]


class Cable:
    """Relays to one address while it is whole."""

    def __init__(self, to: str) -> None:
        parts = urlsplit(to)
        self._to = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._state: State = "whole"
        self._open: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.url = ""

    @property
    def state(self) -> State:
        """How it is now."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        if state == "cut":
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._tear)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._ended is not None
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._ended.wait()
        server.close()
        self._tear()
        await asyncio.sleep(0.05)

    def _tear(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state == "cut":
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self._to)
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._pass(reader, back, is_answer=False), self._pass(there, writer, is_answer=True))
        finally:
            self._open -= {writer, back}
            for each in (writer, back):
                each.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if is_answer and self._state == "one way":
                    continue  # it left the platform and is lost on the way
                target.write(data)
                await target.drain()
        target.transport.abort()
