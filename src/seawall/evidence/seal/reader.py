"""Read a pack strictly. The ZIP structure is rebuilt from what the directory says and compared byte for byte, so a
changed bit outside the members is found as surely as one inside. Nothing is unpacked: members are stored.
"""

import hashlib
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seawall.evidence.seal import layout, zipform
from seawall.evidence.seal.problems import Problems

CHUNK = 1 << 20
LARGEST_LINE = 8 << 20
_LONGEST_COMMENT = 0xFFFF
_LARGEST_DIRECTORY = zipform.MOST_MEMBERS * (zipform.CENTRAL_LENGTH + layout.LONGEST_NAME)


@dataclass(frozen=True, slots=True)
class Found:
    """A member whose bytes can be read, with the hashes of what is really there."""

    entry: zipform.Entry
    data_at: int
    sha256: str


class PackReader:
    """The members of a pack file. `problems` gets whatever is not exactly as a pack is written."""

    def __init__(self, file: IO[bytes], size: int, name: str, problems: Problems) -> None:
        self._file = file
        self._size = size
        self._name = name
        self._problems = problems
        self.members: dict[str, Found] = {}
        self._headers_changed: set[str] = set()
        self.stamps: set[tuple[int, int]] = set()

    def read_structure(self) -> bool:
        """Walk end record, directory, headers and contents. False when no directory could be found at all."""
        end_at = self._find_end()
        if end_at is None:
            return False
        end = self._bytes(end_at, zipform.END_LENGTH)
        members, directory_size, directory_at = zipform.read_end(end)
        shift = end_at - directory_size - directory_at
        if end_at + zipform.END_LENGTH != self._size:
            self._problems.add(self._name, "verify_bytes_after", n=self._size - end_at - zipform.END_LENGTH)
        if shift > 0:
            self._problems.add(self._name, "verify_bytes_before", n=shift)
        elif shift < 0:
            self._problems.add(self._name, "verify_end_changed")
            return False
        if directory_size > _LARGEST_DIRECTORY:
            self._problems.add(self._name, "verify_directory_too_large", n=directory_size)
            return False
        raw = self._read_directory(directory_at + shift, directory_size)
        if end != zipform.end_record(len(raw), directory_size, directory_at) or members != len(raw):
            self._problems.add(self._name, "verify_end_changed")
        self._read_members(raw, shift, directory_at)
        return True

    def _find_end(self) -> int | None:
        # Searching back as other ZIP programs do, so that bytes put behind the pack are named as such.
        start = max(0, self._size - zipform.END_LENGTH - _LONGEST_COMMENT)
        tail = self._bytes(start, self._size - start)
        place = tail.rfind(zipform.END_SIGNATURE, 0, len(tail) - zipform.END_LENGTH + len(zipform.END_SIGNATURE))
        if place >= 0:
            return start + place
        begins_like_zip = self._bytes(0, 4) == zipform.LOCAL_SIGNATURE
        self._problems.add(self._name, "verify_truncated" if begins_like_zip else "verify_not_zip")
        return None

    def _read_directory(self, at: int, size: int) -> list[tuple[zipform.RawEntry, bytes]]:
        data = self._bytes(at, size)
        found: list[tuple[zipform.RawEntry, bytes]] = []
        place = 0
        while place < len(data):
            entry = zipform.read_central(data, place)
            if entry is None:
                self._problems.add(self._name, "verify_directory_changed", n=len(found) + 1)
                break
            found.append((entry, data[place : place + entry.length]))
            place += entry.length
        return found

    def _read_members(self, raw: list[tuple[zipform.RawEntry, bytes]], shift: int, directory_at: int) -> None:
        expected_at = 0
        last_name = b""
        for entry, line in raw:
            name = _shown(entry.name)
            if entry.name == last_name or name in self.members:
                self._problems.add(name, "verify_member_twice")
            elif entry.name < last_name:
                self._problems.add(name, "verify_member_order")
            last_name = entry.name  # the next one only: one odd name must not put all that follow out of place
            if entry.offset != expected_at:
                self._problems.add(name, "verify_member_place")
            if self._is_readable(name, entry, line) and entry.offset >= expected_at:
                self._read_member(name, entry, shift)
            end = entry.offset + zipform.LOCAL_LENGTH + len(entry.name) + entry.stored_size
            # Never back: two entries over the same bytes would let a small file cost hours of reading.
            expected_at = max(expected_at, end)
        self._name_changed_headers(len(raw))
        if expected_at != directory_at:
            self._problems.add(self._name, "verify_directory_place")

    def _name_changed_headers(self, members: int) -> None:
        # A ZIP program that packs anew writes every header in its own way. Said of each member, that would bury the one
        # whose content was changed.
        if members > 1 and len(self._headers_changed) > members // 2:
            self._problems.add(self._name, "verify_packed_again")
            return
        for name in sorted(self._headers_changed):
            self._problems.add(name, "verify_header_changed")

    def _is_readable(self, name: str, raw: zipform.RawEntry, line: bytes) -> bool:
        """Name what is special about an entry. False when its bytes are not to be read at all."""
        if not layout.is_safe_name(name):
            self._problems.add(name, "verify_name_unsafe")
            return False
        if raw.flags & 1:
            self._problems.add(name, "verify_member_encrypted")
            return False
        if raw.method != 0 or raw.size != raw.stored_size:
            self._problems.add(name, "verify_member_compressed")
            return False
        if stat.S_ISLNK(raw.mode):
            self._problems.add(name, "verify_member_link")
            return False
        if line != zipform.central_header(_entry(name, raw)):
            self._headers_changed.add(name)
        return True

    def _read_member(self, name: str, raw: zipform.RawEntry, shift: int) -> None:
        entry = _entry(name, raw)
        self.stamps.add(entry.stamp)
        at = raw.offset + shift
        header = zipform.local_header(entry)
        if self._bytes(at, len(header)) != header:
            self._headers_changed.add(name)
        data_at = at + len(header)
        if data_at + entry.size > self._size:
            self._problems.add(name, "verify_member_cut")
            return
        crc32, sha256 = 0, hashlib.sha256()
        for chunk in self._chunks(data_at, entry.size):
            crc32 = zlib.crc32(chunk, crc32)
            sha256.update(chunk)
        if crc32 != entry.crc32:
            self._problems.add(name, "verify_content_changed")
        self.members[name] = Found(entry, data_at, sha256.hexdigest())

    def small(self, name: str) -> bytes | None:
        """A member that is read whole, or None when it is missing or (named) larger than any such member."""
        found = self.members.get(name)
        if found is None:
            return None
        if found.entry.size > layout.LARGEST_SMALL:
            self._problems.add(name, "verify_member_too_large", n=found.entry.size)
            return None
        return self._bytes(found.data_at, found.entry.size)

    def piece(self, name: str, offset: int, length: int) -> bytes:
        """Some bytes of a member; fewer than asked where it ends, none when it is missing."""
        found = self.members.get(name)
        if found is None:
            return b""
        return self._bytes(found.data_at + offset, max(0, min(length, found.entry.size - offset)))

    def contents(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, some at a time; none when it is missing."""
        found = self.members.get(name)
        return iter(()) if found is None else self._chunks(found.data_at, found.entry.size)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member without line ends. A line without an end, or a far too long one, is named."""
        found = self.members.get(name)
        if found is None:
            return
        rest = b""
        for chunk in self._chunks(found.data_at, found.entry.size):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > LARGEST_LINE:
                self._problems.add(name, "verify_line_too_long")
                return
        if rest:
            self._problems.add(name, "verify_line_unended")

    def _bytes(self, at: int, length: int) -> bytes:
        self._file.seek(at)
        return self._file.read(length)

    def _chunks(self, at: int, length: int) -> Iterator[bytes]:
        while length:
            chunk = self._bytes(at, min(CHUNK, length))
            if not chunk:
                return
            at, length = at + len(chunk), length - len(chunk)
            yield chunk


def _shown(name: bytes) -> str:
    """A member name for a person: one that a pack may not hold comes out escaped, since it may steer a terminal."""
    text = name.decode("ascii", "backslashreplace")
    return text if layout.is_safe_name(text) else ascii(text)[1:-1][: layout.LONGEST_NAME] + " (!)"


def _entry(name: str, raw: zipform.RawEntry) -> zipform.Entry:
    return zipform.Entry(name, raw.size, raw.crc32, raw.offset, raw.stamp)


def open_pack(path: Path, problems: Problems) -> IO[bytes] | None:
    """The file, opened; or None with the reason named."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        problems.add(str(path), "verify_missing")
        return None
    if not stat.S_ISREG(mode):
        problems.add(str(path), "verify_folder" if stat.S_ISDIR(mode) else "verify_not_file")
        return None
    try:
        return path.open("rb")
    except OSError:
        problems.add(str(path), "verify_unreadable")
        return None
