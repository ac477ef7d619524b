"""A stand-in for an OpenAI-compatible endpoint, over real HTTP on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Endpoint:
    """A stand-in endpoint on this machine that answers what a test tells it to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: bytes = b""
        self.location = ""
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.url = ""

    def says(self, *findings: dict[str, str]) -> None:
        """The model's answer: these findings."""
        content = json.dumps({"findings": list(findings)})
        self.answer = json.dumps({"choices": [{"message": {"content": content}}]}).encode()


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[None]:
    """Serve it on this machine; its `url` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            endpoint.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            endpoint.keys.append(self.headers["Authorization"])
            self.send_response(endpoint.status)
            if endpoint.location:
                self.send_header("Location", endpoint.location)
            self.end_headers()
            self.wfile.write(endpoint.answer)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
