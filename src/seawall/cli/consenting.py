"""Asking a seller for consent from the command line: print the link, then wait for the platform's call back.

The call back comes to a tiny server of this machine, which lives for one answer, or to the console, whose outcome is
then read from the database. Ctrl-C withdraws the link: a seller who agrees later connects nothing.
"""

import sys
import time
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from seawall.cli.context import actor, language
from seawall.cli.output import err, is_json, out
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Refused, SeawallError
from seawall.kernel.texts import text

if TYPE_CHECKING:
    from seawall.shops.api import Connection, ConsentLink
    from seawall.tenancy.api import Actor

LISTEN_PORT = 8701
"""The console's own port and one: a platform's console wants the address beforehand."""
POLL_S = 1.0
"""Seconds between two looks at the database, and at the clock while listening."""


def ask_consent(shop_code: str, app_key: str, *, port: int | None) -> "Connection":
    """Ask, wait, and give the connection. `port=None` waits for the console's callback instead of listening.

    Raises what the consent is refused with, and Refused(listen_port_taken, consent_link_expired).
    """
    by = actor()
    from seawall.shops.api import CALLBACK_PATH, begin_consent, withdraw_consent

    server = Listener(port) if port is not None else None
    try:
        redirect = f"http://127.0.0.1:{server.server_port}{CALLBACK_PATH}" if server else ""
        link = begin_consent(shop_code, app_key, by=by, clock=SYSTEM_CLOCK, redirect_uri=redirect)
        try:
            _announce(link)
            return server.wait(link) if server else _wait_for_console(link, by)
        finally:
            # Whatever ended the waiting (an answer, Ctrl-C, a lost database), the link is worthless from now on.
            withdraw_consent(link.request_id, by=by, clock=SYSTEM_CLOCK)
    finally:
        if server:
            server.server_close()


def _announce(link: "ConsentLink") -> None:
    """The link on a line of its own; beside the one object where JSON was asked for."""
    console = err if is_json() else out
    until = f"{link.expires_at.astimezone():%H:%M}"
    console.print(text("consent_open_link", until=until), markup=False)
    console.print(link.link, markup=False)


def _wait_for_console(link: "ConsentLink", by: "Actor") -> "Connection":
    from seawall.shops.api import consent_outcome

    while (outcome := consent_outcome(link.request_id, by=by, clock=SYSTEM_CLOCK)) is None:
        time.sleep(POLL_S)
    return outcome.connection


class Listener(HTTPServer):
    """Takes one call back on 127.0.0.1. Whoever does not know the state is answered 404 and changes nothing."""

    timeout = POLL_S

    def __init__(self, port: int) -> None:
        self.link: ConsentLink | None = None
        self.connection: Connection | None = None
        self.trouble: BaseException | None = None
        try:
            super().__init__(("127.0.0.1", port), _CallBack)
        except OSError as error:
            raise Refused("listen_port_taken", port=port, why=error.strerror or str(error)) from error

    def wait(self, link: "ConsentLink") -> "Connection":
        """Until the platform has called back. Raises the refusal, or Refused(consent_link_expired)."""
        self.link = link
        while self.connection is None:
            self.handle_request()
            if self.trouble is not None:
                raise self.trouble
            if self.connection is None and SYSTEM_CLOCK.now() >= link.expires_at:
                raise Refused("consent_link_expired")
        return self.connection

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is no trouble; a fault of ours ends the waiting."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            self.trouble = error


class _CallBack(BaseHTTPRequestHandler):
    """One request. Runs in the thread that waits, so that the database session is the same."""

    server: Listener
    timeout = 5
    """Seconds a client may take to say what it wants: one that says nothing must not hold up the seller."""

    def do_GET(self) -> None:
        """Finish the consent, if this is its call back."""
        from seawall.shops.api import CALLBACK_PATH, finish_consent

        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        link = self.server.link
        if parts.path != CALLBACK_PATH or link is None or query.get("state") != link.state:
            self._say(404, text("consent_page_other"))
            return
        try:
            self.server.connection = finish_consent(query, clock=SYSTEM_CLOCK).connection
        except SeawallError as refusal:
            self.server.trouble = refusal
            self._say(refusal.http_status, str(refusal))
            return
        self._say(200, text("consent_page_done"))

    def _say(self, status: int, sentence: str) -> None:
        page = (
            f'<!doctype html><html lang="{language()}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>Seawall</title><p>{escape(sentence)}</p></html>'
        ).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(page)),
            "Content-Security-Policy": "default-src 'none'",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the request line holds the code."""
