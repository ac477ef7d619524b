"""The database, for as long as a command needs it."""

from contextlib import AbstractContextManager

from seawall.embedded import ServerInfo, Source, ensure_running, hold_database, reach
from seawall.settings.env import Settings, get_settings


def database_running(settings: Settings | None = None) -> AbstractContextManager[ServerInfo]:
    """Within this block the database answers; a built-in server is started if need be and stopped by the last one out.

    Raises Unreachable (exit 3) and Refused with the reason in words.
    """
    chosen = settings or get_settings()
    chosen.ensure_home()
    return hold_database(chosen.database_address(), chosen.database_dir)


def ensure_database(settings: Settings | None = None) -> ServerInfo:
    """Like `database_running`, held until this process ends: one call at the start of a command."""
    chosen = settings or get_settings()
    address = chosen.database_address()
    if address:
        return ServerInfo(url=address, source=Source.URL, version=reach(address))
    chosen.ensure_home()
    return ensure_running(chosen.database_dir)
