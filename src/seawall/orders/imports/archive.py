"""Opening an xlsx as the zip it is, with limits that hold whatever the file claims about itself (exports.md 5.21)."""

import zipfile
import zlib
from io import BytesIO

from seawall.orders.imports.refusals import FileRefused, RejectCode

MOST_MEMBERS = 2_000
MOST_UNPACKED = 600 * 1024 * 1024
"""Bytes. 24,000 rows of 76 full columns are about 85 MB of XML; this is seven times that."""
MOST_TIMES = 150
"""How many times larger a big workbook may get: real exports unpack to 10 to 30 times their size, a bomb to 1,000."""
_LARGE = 48 * 1024 * 1024
_STEP = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, KeyError)
"""What the zip reader raises on damaged bytes, seen by cutting and flipping real files; a KeyError is a lost member."""


class Archive:
    """A zip file whose members are unpacked under a common budget."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except _BROKEN as broken:
            raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_zip") from broken
        members = self._zip.infolist()
        unpacked = sum(member.file_size for member in members)
        is_bomb = unpacked > _LARGE and unpacked > MOST_TIMES * len(data)
        if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or is_bomb:
            raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_too_large", limit_mb=MOST_UNPACKED >> 20)
        self._left = MOST_UNPACKED
        self.names = frozenset(member.filename for member in members)

    def read(self, name: str) -> bytes:
        """A member's bytes, counted while unpacking: the sizes in the directory may lie."""
        parts: list[bytes] = []
        try:
            with self._zip.open(name) as member:
                while part := member.read(_STEP):
                    self._left -= len(part)
                    if self._left < 0:
                        raise FileRefused(
                            RejectCode.NOT_AN_EXPORT, "not_an_export_too_large", limit_mb=MOST_UNPACKED >> 20
                        )
                    parts.append(part)
        except _BROKEN as broken:
            raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_zip") from broken
        return b"".join(parts)

    def read_if_there(self, name: str) -> bytes:
        """A member's bytes, or none."""
        return self.read(name) if name in self.names else b""
