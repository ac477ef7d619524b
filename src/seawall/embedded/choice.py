"""Which database: DATABASE_URL, else the wheel's server, else the machine's own PostgreSQL under our supervisor."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seawall.embedded.reach import reach
from seawall.embedded.server import EmbeddedServer
from seawall.embedded.values import ServerInfo, Source


def database_url(url: str | None, data_dir: Path) -> str:
    """The address of the database, without starting or asking anything."""
    return url if url else EmbeddedServer(data_dir).url()


@contextmanager
def hold_database(url: str | None, data_dir: Path, *, durable: bool = True) -> Iterator[ServerInfo]:
    """Within this block the database answers; an embedded server is shared, and stopped by the last one out.

    Raises Unreachable (exit 3) when it cannot be had and Refused for a server we cannot use.
    """
    if url:
        yield ServerInfo(url=url, source=Source.URL, version=reach(url))
        return
    with EmbeddedServer(data_dir, durable=durable) as info:
        yield info
