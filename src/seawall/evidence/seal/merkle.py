"""Merkle tree of RFC 6962 section 2.1 (same as RFC 9162): SHA-256, leaves and nodes in separate domains.

The functions take leaf *hashes* (32 bytes each, see `leaf_hash`), never data, so a leaf cannot be passed off as a node.
"""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of no leaves, SHA-256 of nothing."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        # Pairing level by level gives RFC 6962's split: an odd last node moves up unchanged.
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(index, leaves): what `verify_inclusion` needs beside the leaf. Raises IndexError outside the tree."""
    return InclusionProofs(leaves).of(index)


class InclusionProofs:
    """Inclusion proofs of many leaves of one tree, which is hashed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            level = self._levels[-1]
            paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            self._levels.append(paired + level[len(level) - len(level) % 2 :])

    def of(self, index: int) -> list[bytes]:
        """As `inclusion_proof`. Raises IndexError outside the tree."""
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(index)
        path: list[bytes] = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1])
            index //= 2
        return path


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the leaf at `index` to `root` of a tree of `size` leaves (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here % 2 or here == last:
            found = node_hash(step, found)
            while here % 2 == 0 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """PROOF(first, leaves): that the first `first` leaves are the start of this tree. Raises IndexError outside it."""
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _sub_proof(leaves, first, is_whole=True)


def _sub_proof(leaves: Sequence[bytes], first: int, *, is_whole: bool) -> list[bytes]:
    size = len(leaves)
    if first == size:
        return [] if is_whole else [root_of(leaves)]
    split = 1 << ((size - 1).bit_length() - 1)
    if first <= split:
        return [*_sub_proof(leaves[:split], first, is_whole=is_whole), root_of(leaves[split:])]
    return [*_sub_proof(leaves[split:], first - split, is_whole=False), root_of(leaves[:split])]


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `first` leaves is the start of that of `second` (RFC 9162 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    here, last = first - 1, second - 1
    while here % 2:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while here % 2 == 0 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
