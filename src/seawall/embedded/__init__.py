"""A PostgreSQL server of our own around ready-made binaries: no service to install, one socket, private.

`ensure_running` is what a command calls; `EmbeddedServer` is the same thing with the holding made visible. The server
is shared by all processes of one data folder: each holds it by a file lock, the last one out stops it, and a holder
that was killed holds nothing. See docs/decisions/0001-embedded-postgresql.md.
"""

from seawall.embedded.binaries import Binaries, find_binaries
from seawall.embedded.choice import database_url, hold_database
from seawall.embedded.errors import DatabaseUnavailable
from seawall.embedded.reach import MINIMUM_VERSION, reach
from seawall.embedded.server import EmbeddedServer, ensure_running, release_all
from seawall.embedded.values import ServerInfo, Source, Status, StatusInfo

__all__ = [
    "MINIMUM_VERSION",
    "Binaries",
    "DatabaseUnavailable",
    "EmbeddedServer",
    "ServerInfo",
    "Source",
    "Status",
    "StatusInfo",
    "database_url",
    "ensure_running",
    "find_binaries",
    "hold_database",
    "reach",
    "release_all",
]
