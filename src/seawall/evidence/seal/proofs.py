"""proofs.txt of an extract: one line a file, with its place in the tree and the hashes that lead to the root.

`INDEX NAME L<hash> R<hash> ...`: each hash stands to the left or to the right of what has been worked out so far.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE = re.compile(r"(0|[1-9][0-9]{0,15}) ([A-Za-z0-9._/-]{1,200})((?: [LR][0-9a-f]{64})*)")


@dataclass(frozen=True)
class Proof:
    """The inclusion proof of one leaf."""

    index: int
    name: str
    path: tuple[bytes, ...]


def line_of(proof: Proof, size: int) -> str:
    """The line of a proof in a tree of `size` leaves."""
    sides = _sides(proof.index, size, len(proof.path))
    steps = "".join(f" {side}{step.hex()}" for side, step in zip(sides, proof.path, strict=True))
    return f"{proof.index} {proof.name}{steps}"


def _sides(index: int, size: int, steps: int) -> list[str]:
    """Where each step's hash stands, by the walk of RFC 9162 2.1.3.2; steps too many stand to the left."""
    sides = []
    here, last = index, size - 1
    for _ in range(steps):
        if here % 2 or here == last:
            sides.append("L")
            while here % 2 == 0 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            sides.append("R")
        here, last = here >> 1, last >> 1
    return sides


def proofs_bytes(proofs: Sequence[Proof], size: int) -> bytes:
    """proofs.txt."""
    return "".join(line_of(proof, size) + "\n" for proof in proofs).encode("ascii")


def parse_proofs(data: bytes, size: int) -> list[Proof]:
    """Back from `proofs_bytes`. Raises ValueError for bytes it would not have written, or for a name twice."""
    found = []
    for line in data.decode("ascii").splitlines():
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise ValueError("not a line of proofs")
        steps = tuple(bytes.fromhex(step[1:]) for step in parts[3].split())
        found.append(Proof(int(parts[1]), parts[2], steps))
    if len({proof.name for proof in found}) != len(found) or proofs_bytes(found, size) != data:
        raise ValueError("not in the form of an extract")
    return found
