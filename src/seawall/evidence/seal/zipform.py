"""The exact bytes of a pack's ZIP structure. Writer and verifier both make them here, so no header bit is free.

A pack is a stored ZIP without ZIP64, extra fields, comments or data descriptors: members in byte order of their
names, one right behind the other from offset 0, then the central directory, then the end record, then nothing.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
LOCAL_LENGTH = 30
CENTRAL_LENGTH = 46
END_LENGTH = 22
LARGEST = 0xFFFFFFFE
MOST_MEMBERS = 0xFFFE

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_NEEDS = 20
_MADE_BY = (3 << 8) | _NEEDS  # 3 = Unix, so that the mode below is read
_MODE = 0o100644 << 16
_STORED = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the central directory must describe it. `stamp` is the packed DOS date and time."""

    name: str
    size: int
    crc32: int
    offset: int
    stamp: tuple[int, int]


def dos_stamp(at: datetime) -> tuple[int, int]:
    """DOS (date, time) of an instant in UTC, to two seconds. Raises ValueError outside 1980-2107."""
    at = at.astimezone(UTC)
    if not 1980 <= at.year <= 2107:
        raise ValueError(f"a ZIP cannot hold the year {at.year}")
    date = (at.year - 1980) << 9 | at.month << 5 | at.day
    return date, at.hour << 11 | at.minute << 5 | at.second // 2


def local_header(entry: Entry) -> bytes:
    """What stands before the member's bytes."""
    name = entry.name.encode("ascii")
    date, time = entry.stamp
    fixed = _LOCAL.pack(
        LOCAL_SIGNATURE, _NEEDS, 0, _STORED, time, date, entry.crc32, entry.size, entry.size, len(name), 0
    )
    return fixed + name


def central_header(entry: Entry) -> bytes:
    """The member's line in the central directory."""
    name = entry.name.encode("ascii")
    date, time = entry.stamp
    fixed = _CENTRAL.pack(
        CENTRAL_SIGNATURE, _MADE_BY, _NEEDS, 0, _STORED, time, date, entry.crc32, entry.size, entry.size,
        len(name), 0, 0, 0, 0, _MODE, entry.offset,
    )  # fmt: skip
    return fixed + name


def end_record(members: int, directory_size: int, directory_offset: int) -> bytes:
    """The last 22 bytes of a pack."""
    return _END.pack(END_SIGNATURE, 0, 0, members, members, directory_size, directory_offset, 0)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """A central directory line as found, before anything is believed of it."""

    name: bytes
    flags: int
    method: int
    stamp: tuple[int, int]
    crc32: int
    stored_size: int
    size: int
    mode: int
    offset: int
    length: int
    """Bytes of the whole line with name, extra field and comment."""


def read_central(data: bytes, at: int) -> RawEntry | None:
    """The line at a place, or None when there is none."""
    if len(data) - at < CENTRAL_LENGTH or data[at : at + 4] != CENTRAL_SIGNATURE:
        return None
    (_, _, _, flags, method, time, date, crc, stored, size, name_length, extra, comment, _, _, mode, offset) = (
        _CENTRAL.unpack_from(data, at)
    )
    length = CENTRAL_LENGTH + name_length + extra + comment
    if at + length > len(data):
        return None
    name = data[at + CENTRAL_LENGTH : at + CENTRAL_LENGTH + name_length]
    return RawEntry(name, flags, method, (date, time), crc, stored, size, mode >> 16, offset, length)


def read_end(data: bytes) -> tuple[int, int, int]:
    """(members, directory size, directory offset) of an end record."""
    _, _, _, _, members, size, offset, _ = _END.unpack_from(data)
    return members, size, offset
