"""Members of a pack before they stand in the ZIP: measured first, copied last, never a whole large one in memory."""

import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from seawall.evidence.seal.errors import PackRefused

CHUNK = 1 << 20


class Measure:
    """Size, SHA-256 and CRC-32 of bytes that pass by."""

    def __init__(self) -> None:
        self.size = 0
        self.crc32 = 0
        self._sha256 = hashlib.sha256()

    def take(self, data: bytes) -> None:
        """Count these bytes in."""
        self.size += len(data)
        self.crc32 = zlib.crc32(data, self.crc32)
        self._sha256.update(data)

    @property
    def sha256(self) -> str:
        """The hash so far, in hex."""
        return self._sha256.hexdigest()


class Readable(Protocol):
    """What a member is copied from."""

    def seek(self, offset: int, /) -> int: ...
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Member:
    """A measured member: its bytes are in `content`, in a file, or in a spool."""

    path: str
    size: int
    sha256: str
    crc32: int
    content: bytes | Path | Readable

    def chunks(self) -> Iterator[bytes]:
        """Its bytes. Raises PackRefused(pack_file_changed) when a file is no longer what was measured."""
        if isinstance(self.content, bytes):
            yield self.content
        elif isinstance(self.content, Path):
            again = Measure()
            for chunk in _read(self.content):
                again.take(chunk)
                yield chunk
            if again.sha256 != self.sha256:
                raise PackRefused("pack_file_changed", name=self.content.name)
        else:
            self.content.seek(0)
            while chunk := self.content.read(CHUNK):
                yield chunk


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError:
        raise PackRefused("pack_file_unreadable", name=path.name) from None


def member_of(path: str, content: bytes | Path) -> Member:
    """A measured member of bytes or of a file."""
    measure = Measure()
    for chunk in [content] if isinstance(content, bytes) else _read(content):
        measure.take(chunk)
    return Member(path, measure.size, measure.sha256, measure.crc32, content)


class Part:
    """A run of bytes inside a file, read as a file of its own."""

    def __init__(self, whole: Readable, at: int, size: int) -> None:
        self._whole = whole
        self._at = at
        self._size = size
        self._place = 0

    def seek(self, offset: int, /) -> int:
        """Go to a place of the part."""
        self._place = offset
        return offset

    def read(self, size: int, /) -> bytes:
        """The next bytes, never past the part's end."""
        self._whole.seek(self._at + self._place)
        found = self._whole.read(max(0, min(size, self._size - self._place)))
        self._place += len(found)
        return found


class Spool:
    """A member written piece by piece into an unnamed file beside the pack: a crash leaves nothing behind."""

    def __init__(self, path: str, folder: Path) -> None:
        self.path = path
        self.measure = Measure()
        self._file = tempfile.TemporaryFile(dir=folder, buffering=CHUNK)  # noqa: SIM115 - closed by close()

    def write(self, data: bytes) -> None:
        """Append."""
        self.measure.take(data)
        self._file.write(data)

    def content(self) -> Readable:
        """What was written, to be read."""
        return self._file

    def member(self) -> Member:
        """What was written, as a member."""
        return Member(self.path, self.measure.size, self.measure.sha256, self.measure.crc32, self._file)

    def close(self) -> None:
        """Give the space back."""
        self._file.close()
