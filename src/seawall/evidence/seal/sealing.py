"""What stands beside the manifest in `seal/`: tree, keys, signed root, time stamp, proof of what was kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seawall.evidence.records import Json, PackContents
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical, instant
from seawall.evidence.seal.consistency import consistency_bytes
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.keychain import KeyLink, files_of, follow
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.papers import incident_json
from seawall.evidence.seal.rootfile import root_bytes
from seawall.evidence.seal.stamps import TimeGrade, Token

Stamper = Callable[[bytes], Token | None]
"""Asks a time-stamp authority for a token over these bytes; None when it gave none."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs, by which generations of keys, and which authority is asked for the time."""

    key: SigningKey
    chain: Sequence[KeyLink] = ()
    """All generations up to `key`, oldest first; may be empty for a key that is the first."""
    stamper: Stamper | None = None


@dataclass(frozen=True)
class Sealed:
    """Members of the seal but for the manifest and what is made from it, and the manifest's word on the time."""

    members: list[Member]
    time: dict[str, Json]
    token: Token | None


def seal_members(contents: PackContents, signer: Signer, leaves: Sequence[bytes], tree: dict[str, Json]) -> Sealed:
    """Sign the root, have it stamped, prove that the earlier tree was kept. Raises PackRefused(pack_key_chain)."""
    public = signer.key.verify_key
    _check_chain(signer)
    root = root_bytes(
        incident=incident_json(contents),
        is_simulated=contents.is_simulated,
        key=public,
        sealed_at=instant(contents.sealed_at),
        tree=tree,
    )
    tree_file = canonical(tree)
    if len(tree_file) > layout.LARGEST_SMALL:
        raise PackRefused("pack_tree_too_large", leaves=len(leaves))
    files = {
        layout.TREE: tree_file,
        layout.PUBLIC_KEY: public.pem(),
        layout.ROOT: root,
        layout.ROOT_SIGNATURE: signer.key.sign(root),
        **files_of(signer.chain),
    }
    if contents.previous is not None and contents.previous.leaves:
        files[layout.CONSISTENCY] = consistency_bytes(leaves, len(contents.previous.leaves), contents.previous.sha256)
    token = signer.stamper(root) if signer.stamper is not None else None
    if token is not None:
        files[layout.TIME_STAMP] = token.der
    return Sealed([member_of(*row) for row in files.items()], time_json(token), token)


def time_json(token: Token | None) -> dict[str, Json]:
    """The manifest's word on the sealing time: whose clock it is."""
    if token is None:
        return {"grade": TimeGrade.OWN_CLOCK.value}
    return {"at": token.said_at, "authority": token.authority, "grade": TimeGrade.AUTHORITY.value}


def _check_chain(signer: Signer) -> None:
    if not signer.chain:
        return
    try:
        is_right = follow(signer.chain).keys[-1].fingerprint == signer.key.fingerprint
    except ValueError:
        is_right = False
    if not is_right:
        raise PackRefused("pack_key_chain", key=signer.key.key_id)
