"""Time-stamp tokens by RFC 3161, as values: what a token says and what it is worth. `tokens` reads and checks them."""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import instant

if TYPE_CHECKING:
    from cryptography import x509

LARGEST = 256 << 10
"""No authority's answer comes near this; a larger one is not read."""
Certificates: TypeAlias = "Sequence[x509.Certificate]"


class TimeGrade(StrEnum):
    """How much the time of a pack is worth, weakest first."""

    OWN_CLOCK = "own_clock"
    """The clock of the machine that sealed it."""
    TOKEN_UNCHECKED = "token_unchecked"  # noqa: S105 - a word, no password
    """A token is there and covers the root, but no certificate was given to check whose it is."""
    AUTHORITY = "authority"
    """A token of an authority whose certificate leads to one that was given."""


@dataclass(frozen=True)
class Token:
    """What an authority's answer says. Nothing in it is proven before `tokens.check`."""

    der: bytes
    at: datetime
    authority: str
    """The subject of the certificate that signed, or empty when the answer does not hold it."""
    imprint: bytes
    nonce: int | None

    @property
    def said_at(self) -> str:
        """The time, as a pack writes it."""
        return instant(self.at)

    def covers(self, message: bytes) -> bool:
        """Whether it is about these bytes."""
        return self.imprint == hashlib.sha256(message).digest()


def stamped_message(pack: zipfile.ZipFile) -> bytes:
    """What a token of this pack covers: its signed root; of a pack from before there were such, its manifest.

    Raises KeyError for a ZIP that is no pack.
    """
    return pack.read(layout.ROOT if layout.ROOT in pack.namelist() else layout.MANIFEST)
