"""Ask a server who it is, with a short patience and the reason in words."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from seawall.embedded.errors import DatabaseUnavailable
from seawall.kernel.errors import Misuse, Refused

MINIMUM_VERSION = 15
"""The oldest major version we run on: the first with MERGE and `UNIQUE NULLS NOT DISTINCT`."""

CONNECT_TIMEOUT_S = 5


def described(url: str) -> str:
    """The address of a server without its password, for people. Raises Misuse(database_url_unreadable)."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise Misuse("database_url_unreadable", why=first_line(error)) from None
    host = parts.get("host") or parts.get("hostaddr") or "localhost"
    return f"{parts.get('user') or '?'}@{host}:{parts.get('port') or 5432}/{parts.get('dbname') or '?'}"


def first_line(error: BaseException) -> str:
    """The first line of an error's text, which is the one that says what happened."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def reach(url: str) -> int:
    """The server's version number (180006 for 18.6).

    Raises Misuse(database_url_unreadable), DatabaseUnavailable(database_unreachable), Refused(database_too_old) and
    Refused(database_wrong_encoding).
    """
    where = described(url)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as connection:
            version = connection.info.server_version
            encoding = connection.info.parameter_status("server_encoding") or "?"
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("database_unreachable", where=where, why=first_line(error)) from None
    if version // 10000 < MINIMUM_VERSION:
        raise Refused("database_too_old", where=where, found=f"{version // 10000}", minimum=MINIMUM_VERSION)
    if encoding != "UTF8":
        raise Refused("database_wrong_encoding", where=where, found=encoding)
    return version
