"""Time-stamp tokens by RFC 3161: what to ask an authority, what its answer says, whether it holds. No network here.

An answer is kept whole (`.tsr`, DER), so that `openssl ts -verify` reads it too. The token covers the bytes of
seal/root.json.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from seawall.evidence.seal.canonical import instant
from seawall.kernel.errors import InvalidInput

LARGEST = 256 << 10
"""No authority's answer comes near this; a larger one is not read."""
_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = frozenset({PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS})
Certificates: TypeAlias = Sequence[x509.Certificate]


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
    """What an authority's answer says. Nothing in it is proven before `check`."""

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


def request(message: bytes) -> TimeStampRequest:
    """What to send: the hash of the message and a fresh nonce, never the message itself."""
    return (
        TimestampRequestBuilder()
        .data(message)
        .hash_algorithm(HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .build()
    )


def _decoded(der: bytes) -> TimeStampResponse:
    if len(der) > LARGEST:
        raise ValueError("longer than any time-stamp token")
    try:
        found = decode_timestamp_response(der)
        is_granted = found.status in _GRANTED
    except (ValueError, TypeError, OverflowError):
        raise ValueError("not an answer by RFC 3161") from None
    if not is_granted:
        raise ValueError("the authority refused")
    # Reading it back the same: what stands behind the answer would be covered by nothing.
    if found.as_bytes() != der:
        raise ValueError("bytes beside the answer")
    return found


def read(der: bytes) -> Token:
    """What an answer says. Raises ValueError for anything but one granted answer over a SHA-256."""
    found = _decoded(der)
    try:
        info = found.tst_info
        if info.message_imprint.hash_algorithm.dotted_string != _SHA256:
            raise ValueError("not over a SHA-256")
        return Token(der, info.gen_time, _authority(found), bytes(info.message_imprint.message), info.nonce)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("an answer that cannot be read") from None


def _authority(found: TimeStampResponse) -> str:
    signers = list(found.signed_data.signer_infos)
    for der in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        for signer in signers:
            if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
                return certificate.subject.rfc4514_string()
    return ""


def check(token: Token, message: bytes, trusted: Certificates, *, nonce: int | None = None) -> None:
    """Raises ValueError unless the token is over `message`, and by an authority that `trusted` leads to."""
    builder = VerifierBuilder(roots=list(trusted), nonce=nonce)
    try:
        builder.build().verify_message(_decoded(token.der), message)
    except (VerificationError, ValueError, TypeError) as broken:
        raise ValueError(str(broken)) from None


def certificates(pem: bytes) -> list[x509.Certificate]:
    """Certificates of a PEM file. Raises InvalidInput(tsa_certificate_unreadable)."""
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        found = []
    if not found:
        raise InvalidInput("tsa_certificate_unreadable")
    return found
