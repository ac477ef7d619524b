"""A team's key: its id, its encrypted form, and what it refuses."""

import hashlib
import os

import pytest
from tests.evidence.packs import KEY

from seawall.evidence.seal.keys import SigningKey, VerifyKey
from seawall.kernel.errors import InvalidInput

WRAPPING = bytes(range(32))


def test_the_key_id_is_the_start_of_the_hash_of_the_public_key() -> None:
    assert KEY.key_id == hashlib.sha256(KEY.verify_key.public).hexdigest()[:16]
    assert KEY.fingerprint.startswith(KEY.key_id)
    assert repr(KEY) == f"SigningKey({KEY.key_id})"


def test_a_key_comes_back_from_its_encrypted_form_and_signs_alike() -> None:
    sealed = KEY.to_encrypted(WRAPPING)
    again = SigningKey.from_encrypted(sealed, WRAPPING)

    assert again.sign(b"x") == KEY.sign(b"x")
    assert again.verify_key.signed(b"x", KEY.sign(b"x"))
    assert sealed != KEY.to_encrypted(WRAPPING), "a new nonce each time"


@pytest.mark.parametrize("place", [0, 1, 20, -1])
def test_a_damaged_or_wrongly_unwrapped_key_is_refused(place: int) -> None:
    sealed = bytearray(KEY.to_encrypted(WRAPPING))
    with pytest.raises(InvalidInput) as refused:
        SigningKey.from_encrypted(bytes(sealed), os.urandom(32))
    assert refused.value.code == "signing_key_unreadable"
    sealed[place] ^= 1
    with pytest.raises(InvalidInput):
        SigningKey.from_encrypted(bytes(sealed), WRAPPING)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 12])
def test_too_short_a_key_is_refused(sealed: bytes) -> None:
    with pytest.raises(InvalidInput):
        SigningKey.from_encrypted(sealed, WRAPPING)


def test_two_new_keys_differ() -> None:
    assert SigningKey.generate().key_id != SigningKey.generate().key_id


def test_only_our_own_pem_form_is_read() -> None:
    pem = KEY.public_pem()
    assert VerifyKey.from_pem(pem).key_id == KEY.key_id
    with pytest.raises(ValueError, match="form"):
        VerifyKey.from_pem(b"# note\n" + pem)
    with pytest.raises(ValueError, match=r"."):
        VerifyKey.from_pem(b"nonsense")


def test_a_damaged_pem_is_no_key_or_another_key_but_never_ours() -> None:
    pem = KEY.public_pem()
    for place in range(len(pem)):
        for bit in range(8):
            damaged = bytearray(pem)
            damaged[place] ^= 1 << bit
            try:
                found = VerifyKey.from_pem(bytes(damaged))
            except ValueError:
                continue
            assert found.key_id != KEY.key_id
            assert not found.signed(b"x", KEY.sign(b"x"))
