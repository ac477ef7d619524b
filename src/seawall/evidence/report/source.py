"""Where a report is drawn from: the members of a pack, on their way into the ZIP or read back from one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from seawall.evidence.seal.members import Member
from seawall.evidence.seal.reader import PackReader


@dataclass(frozen=True, slots=True)
class Listed:
    """A member: its path, size in bytes and hash in hex."""

    path: str
    size: int
    sha256: str


class Source(Protocol):
    """The members of one pack."""

    @property
    def members(self) -> Mapping[str, Listed]:
        """Every member by its path."""
        ...

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a member, some at a time."""
        ...


class Fresh:
    """Members that are about to be sealed."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._found = {member.path: member for member in members}
        self.members = {path: Listed(path, member.size, member.sha256) for path, member in self._found.items()}

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a member. Two readings of one spooled member must not be interleaved."""
        return self._found[path].chunks()


class Sealed:
    """A pack's members, read back. It is for the caller to verify the pack first."""

    def __init__(self, reader: PackReader) -> None:
        self._reader = reader
        self.members = {path: Listed(path, found.entry.size, found.sha256) for path, found in reader.members.items()}

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a member."""
        return self._reader.contents(path)


def whole(source: Source, path: str) -> bytes:
    """A member read whole: for the small ones."""
    return b"".join(source.chunks(path))


def lines_of(source: Source, path: str) -> Iterator[bytes]:
    """The lines of a member without their ends; none when it is not there."""
    if path not in source.members:
        return
    rest = b""
    for chunk in source.chunks(path):
        *full, rest = (rest + chunk).split(b"\n")
        yield from full
    if rest:
        yield rest
