"""Secrets of connections, encrypted at rest with the installation's keys; the newest encrypts.

Fernet: AES-128-CBC with HMAC-SHA256.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from seawall.kernel.errors import Refused
from seawall.settings.env import get_settings


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in get_settings().encryption_keys()])


def seal(secret: str) -> bytes:
    """The secret as it may stand in a table."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The secret itself. Raises Refused when the installation's key is not the one it was sealed with."""
    try:
        return _box().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Refused("encryption_key_changed") from None


def seal_bytes(secret: bytes) -> bytes:
    """As `seal`, for raw bytes such as a signing key."""
    return _box().encrypt(secret)


def unseal_bytes(sealed: bytes | memoryview) -> bytes:
    """As `unseal`, for raw bytes."""
    try:
        return _box().decrypt(bytes(sealed))
    except InvalidToken:
        raise Refused("encryption_key_changed") from None
