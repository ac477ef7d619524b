"""Read and check time-stamp tokens by RFC 3161 (rfc3161-client): no network here.

An answer is kept whole (`.tsr`, DER), so that `openssl ts -verify` reads it too. The token covers the bytes of
seal/root.json. Only what meets a token imports this: most packs have none, and certificates are slow to load.
"""

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

from seawall.evidence.seal.stamps import LARGEST, Certificates, Token
from seawall.kernel.errors import InvalidInput

_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = frozenset({PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS})


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
    der = with_certificates_in_order(der)
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
        return Token(
            found.as_bytes(), info.gen_time, _authority(found), bytes(info.message_imprint.message), info.nonce
        )
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


def with_certificates_in_order(der: bytes) -> bytes:
    """The same answer with its certificates in the order that DER wants of a set; other bytes come back as they are.

    Authorities built on OpenSSL give them in another order, which rfc3161-client does not read. They stand outside what
    the authority signs, and each keeps its bytes, so the token stays as good as it was.
    """
    try:
        token = _inside(der, 0)[1]
        content = _inside(der, token)[1]
        signed = _inside(der, _inside(der, content)[0])[0]
        # version, digest algorithms, content; then the certificates, if there are any
        at = signed
        for _ in range(3):
            at = _next(der, at)
        if der[at] != _CERTIFICATES:
            return der
        start, end = _value(der, at)
        parts = []
        while start < end:
            after = _next(der, start)
            parts.append(der[start:after])
            start = after
    except (IndexError, ValueError):
        return der
    return der[: end - sum(map(len, parts))] + b"".join(sorted(parts)) + der[end:]


_CERTIFICATES = 0xA0
_LONG_FORM, _MOST_LENGTH_BYTES = 0x80, 3


def _value(der: bytes, at: int) -> tuple[int, int]:
    """Where the value of the element at a place begins and ends. Raises ValueError, IndexError for what is no DER."""
    first = der[at + 1]
    if first < _LONG_FORM:
        start, length = at + 2, first
    else:
        width = first - _LONG_FORM
        if not 0 < width <= _MOST_LENGTH_BYTES:
            raise ValueError("no length that occurs here")
        start = at + 2 + width
        length = int.from_bytes(der[at + 2 : start], "big")
    if start + length > len(der):
        raise ValueError("longer than what is here")
    return start, start + length


def _next(der: bytes, at: int) -> int:
    return _value(der, at)[1]


def _inside(der: bytes, at: int) -> tuple[int, int]:
    """Where the first two elements inside the one at a place begin."""
    first = _value(der, at)[0]
    return first, _next(der, first)
