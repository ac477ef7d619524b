"""Check tree.json against the manifest: root, sizes, the leaves of files, the leaves carried from the pack before."""

import json

from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical
from seawall.evidence.seal.manifest import ManifestView, file_leaf, tree_json
from seawall.evidence.seal.merkle import root_of
from seawall.evidence.seal.problems import Problems


def check_tree(data: bytes | None, manifest: ManifestView, problems: Problems) -> list[bytes] | None:
    """All leaves, or None when the tree cannot be read. What is wrong is named."""
    if data is None:
        return None
    try:
        leaves = [bytes.fromhex(leaf) for leaf in json.loads(data)["leaves"]]
        is_exact = canonical(tree_json(leaves, carried=manifest.carried, orders=manifest.orders)) == data
    except (ValueError, KeyError, TypeError, RecursionError):
        problems.add(layout.TREE, "verify_tree_unreadable")
        return None
    if not is_exact or manifest.tree_size != len(leaves):
        problems.add(layout.TREE, "verify_tree_differs")
    if root_of(leaves).hex() != manifest.root:
        problems.add(layout.TREE, "verify_root_differs", root=manifest.root)
    _check_carried(leaves, manifest, problems)
    first_file = manifest.carried + manifest.orders
    expected = [
        file_leaf(path, sha256, size)
        for path, (sha256, size) in manifest.files.items()
        if not path.startswith(layout.SEAL)
    ]
    if leaves[first_file:] != expected:
        problems.add(layout.TREE, "verify_file_leaves_differ")
    return leaves


def _check_carried(leaves: list[bytes], manifest: ManifestView, problems: Problems) -> None:
    # All leaves are here, so that the old tree is the start of the new one is seen by making its root again; the
    # RFC 6962 consistency proof is for those who hold only the two roots.
    previous = manifest.previous
    if previous is None:
        is_right = manifest.carried == 0
    else:
        is_right = previous.tree_size == manifest.carried and root_of(leaves[: manifest.carried]).hex() == previous.root
    if not is_right:
        problems.add(layout.TREE, "verify_previous_differs", root=previous.root if previous else "-")
