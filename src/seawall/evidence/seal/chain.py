"""The pack before this one: its leaves go to the front of the next tree, so that nothing sealed can be dropped unseen.

Leaves are never changed or removed, only added: an order whose records grew gets a new leaf behind the old ones. Who
holds only the two roots checks `merkle.verify_consistency` with a proof made by `merkle.consistency_proof`.
"""

import json
import zipfile
from pathlib import Path

from seawall.evidence.records import PreviousPack
from seawall.evidence.seal import layout
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.members import member_of
from seawall.evidence.seal.verify import verify_pack


def previous_pack(path: Path) -> PreviousPack:
    """What `PackContents.previous` needs of an earlier pack. Raises PackRefused(pack_previous_unverified) when that
    pack does not verify."""
    report = verify_pack(path)
    if not report.ok:
        raise PackRefused("pack_previous_unverified", name=path.name, what=report.problems[0].what)
    return PreviousPack(root=report.root, sha256=member_of(path.name, path).sha256, leaves=_leaves(path))


def kept_pack(path: Path, *, number: int, sha256: str, root: str) -> PreviousPack:
    """The same of a pack that was sealed here and whose hash is on record: no need to verify it all again.

    Raises PackRefused(pack_previous_missing) when the file is not there or is another.
    """
    try:
        is_same = member_of(path.name, path).sha256 == sha256
    except PackRefused:
        is_same = False
    if not is_same:
        raise PackRefused("pack_previous_missing", number=number)
    return PreviousPack(root=root, sha256=sha256, leaves=_leaves(path))


def _leaves(path: Path) -> tuple[bytes, ...]:
    with zipfile.ZipFile(path) as pack:
        return tuple(bytes.fromhex(leaf) for leaf in json.loads(pack.read(layout.TREE))["leaves"])
