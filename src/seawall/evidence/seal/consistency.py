"""The proof that a pack's tree begins with the tree of the pack before it (RFC 6962 section 2.1.2).

Leaves are only ever added. So who kept nothing but the root of an earlier pack (64 digits, printed with every pack) can
tell whether anything that was sealed then was dropped or changed since.
"""

from collections.abc import Sequence

from seawall.evidence.seal.canonical import canonical
from seawall.evidence.seal.merkle import consistency_proof, root_of

METHOD = "RFC 6962 section 2.1.2"


def consistency_bytes(leaves: Sequence[bytes], first: int, first_sha256: str) -> bytes:
    """consistency.json of a tree whose first `first` leaves are those of the pack before (file hash `first_sha256`)."""
    return canonical(
        {
            "first": {"root": root_of(leaves[:first]).hex(), "sha256": first_sha256, "tree_size": first},
            "method": METHOD,
            "proof": [step.hex() for step in consistency_proof(leaves, first)],
            "second": {"root": root_of(leaves).hex(), "tree_size": len(leaves)},
        }
    )
