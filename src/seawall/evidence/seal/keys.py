"""The signing key of a team: Ed25519. The private half leaves this file only encrypted."""

import base64
import hashlib
import os
from typing import Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from seawall.kernel.errors import InvalidInput

_VERSION = b"\x01"
_PURPOSE = b"seawall signing key v1"
_NONCE_LENGTH = 12
KEY_ID_LENGTH = 16
SIGNATURE_LENGTH = 64


def fingerprint_of(public: bytes) -> str:
    """SHA-256 (hex) of a raw 32-byte public key. Its first 16 digits are the key id."""
    return hashlib.sha256(public).hexdigest()


class VerifyKey:
    """The public half: checks signatures and names itself."""

    def __init__(self, public: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public)
        self.public = public
        self.fingerprint = fingerprint_of(public)
        self.key_id = self.fingerprint[:KEY_ID_LENGTH]

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """From PEM. Raises ValueError for anything but exactly the PEM we write of an Ed25519 public key."""
        # Taken apart by hand: a general PEM reader takes many forms and raises many errors on damaged ones.
        lines = pem.split(b"\n")
        if len(lines) != 4:
            raise ValueError("not in the form a pack uses")
        found = cls(base64.b64decode(lines[1], validate=True)[-32:])
        if found.pem() != pem:
            raise ValueError("not in the form a pack uses")
        return found

    def pem(self) -> bytes:
        """SubjectPublicKeyInfo PEM, as openssl reads it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `data`."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The private half. `repr` shows the key id only."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.verify_key = VerifyKey(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"

    @classmethod
    def generate(cls) -> Self:
        """A new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a 32-byte seed: for tests, where a pack must come out the same each time."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def key_id(self) -> str:
        """First 16 hex digits of SHA-256 of the raw public key."""
        return self.verify_key.key_id

    @property
    def fingerprint(self) -> str:
        """All 64 hex digits of it."""
        return self.verify_key.fingerprint

    def public_pem(self) -> bytes:
        """The public half as PEM."""
        return self.verify_key.pem()

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over `data`; the same each time."""
        return self._key.sign(data)

    def to_encrypted(self, wrapping_key: bytes) -> bytes:
        """The private key under AES-256-GCM with a 32-byte wrapping key of the caller."""
        nonce = os.urandom(_NONCE_LENGTH)
        return _VERSION + nonce + AESGCM(wrapping_key).encrypt(nonce, self._key.private_bytes_raw(), _PURPOSE)

    @classmethod
    def from_encrypted(cls, sealed: bytes, wrapping_key: bytes) -> Self:
        """Back from `to_encrypted`. Raises InvalidInput(signing_key_unreadable) for a wrong wrapping key or damage."""
        if sealed[:1] != _VERSION:
            raise InvalidInput("signing_key_unreadable")
        nonce, rest = sealed[1 : 1 + _NONCE_LENGTH], sealed[1 + _NONCE_LENGTH :]
        try:
            return cls.from_seed(AESGCM(wrapping_key).decrypt(nonce, rest, _PURPOSE))
        except (InvalidTag, ValueError):
            raise InvalidInput("signing_key_unreadable") from None
