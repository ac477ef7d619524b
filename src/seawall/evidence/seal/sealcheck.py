"""Check what stands beside the manifest in `seal/`: the signed root, the chain of keys, the time, the kept tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seawall.evidence.records import Json
from seawall.evidence.seal import keychain, layout
from seawall.evidence.seal.consistency import consistency_bytes
from seawall.evidence.seal.keychain import BrokenChain, Chain
from seawall.evidence.seal.keys import KEY_ID_LENGTH, VerifyKey
from seawall.evidence.seal.manifest import ManifestView
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.reader import PackReader
from seawall.evidence.seal.rootfile import root_bytes
from seawall.evidence.seal.sealing import time_json
from seawall.evidence.seal.stamps import Certificates, TimeGrade, Token


@dataclass(frozen=True)
class Detached:
    """A token that came after the sealing and lies beside the pack, under this name."""

    name: str
    der: bytes


@dataclass
class Asked:
    """What whoever verifies knows by other ways."""

    expected_key: str | None = None
    trusted: "Certificates | None" = None
    """Certificates of time-stamp authorities; None: tokens are read, but not checked."""
    detached: Sequence[Detached] = field(default_factory=tuple)


def read_chain(reader: PackReader, key: VerifyKey, problems: Problems) -> Chain:
    """The generations of the key, as far as they hold. What does not hold is named."""
    files = {name: reader.small(name) or b"" for name in reader.members if name.startswith(layout.KEYS)}
    alone = Chain((key,), ("",))
    if not files:
        return alone
    try:
        chain = keychain.follow(keychain.links_of(files))
    except BrokenChain as broken:
        for name in keychain.names(broken.generation)[: 3 if broken.generation > 1 else 1]:
            if name in files:
                problems.add(name, "verify_key_chain_broken", generation=broken.generation)
            else:
                problems.add(name, "verify_member_missing")
        return alone
    if chain.keys[-1].fingerprint != key.fingerprint:
        problems.add(layout.PUBLIC_KEY, "verify_key_chain_ends_elsewhere", found=chain.keys[-1].key_id, key=key.key_id)
        return alone
    return chain


def check_expected(key: VerifyKey, chain: Chain, expected: str | None, problems: Problems) -> None:
    """`expected` must name the key, or one that handed over to it."""
    if expected is None:
        return
    wanted = expected.strip().lower()
    if len(wanted) < KEY_ID_LENGTH or not any(each.fingerprint.startswith(wanted) for each in chain.keys):
        problems.add(layout.PUBLIC_KEY, "verify_key_unexpected", found=key.key_id, expected=wanted[:64])


def check_root(reader: PackReader, manifest: ManifestView, key: VerifyKey | None, problems: Problems) -> None:
    """The signed root must be the one that follows from the manifest. Older packs have none."""
    stated, signature = reader.small(layout.ROOT), reader.small(layout.ROOT_SIGNATURE)
    if stated is None and signature is None:
        return
    for name, data in ((layout.ROOT, stated), (layout.ROOT_SIGNATURE, signature)):
        if data is None and not problems.at(name):
            problems.add(name, "verify_member_missing")
    if key is None or stated is None or signature is None:
        return
    tree: dict[str, Json] = {
        "carried": manifest.carried,
        "orders": manifest.orders,
        "root": manifest.root,
        "size": manifest.tree_size,
    }
    wanted = root_bytes(
        incident=manifest.incident, is_simulated=manifest.is_simulated, key=key, sealed_at=manifest.sealed_at, tree=tree
    )
    if stated != wanted:
        problems.add(layout.ROOT, "verify_root_statement_differs")
    if not key.signed(wanted, signature):
        problems.add(layout.ROOT_SIGNATURE, "verify_root_signature_wrong", key=key.key_id)


def check_consistency(reader: PackReader, manifest: ManifestView, leaves: list[bytes], problems: Problems) -> None:
    """The proof that the tree begins with the one before it, made again from the leaves. Older packs have none."""
    data = reader.small(layout.CONSISTENCY)
    if data is None:
        return
    previous = manifest.previous
    if (
        previous is None
        or not 0 < previous.tree_size <= len(leaves)
        or data != consistency_bytes(leaves, previous.tree_size, previous.sha256)
    ):
        problems.add(layout.CONSISTENCY, "verify_consistency_differs")


def check_chain_time(chain: Chain, sealed_at: str, problems: Problems) -> None:
    """A key cannot have sealed before it took over."""
    if chain.since[-1] > sealed_at:
        problems.add(
            layout.PUBLIC_KEY,
            "verify_key_before_its_time",
            key=chain.keys[-1].key_id,
            since=chain.since[-1],
            sealed_at=sealed_at,
        )


def check_time(
    reader: PackReader,
    sealed_at: str,
    stated: Mapping[str, Any] | None,
    *,
    pack_name: str,
    asked: Asked,
    problems: Problems,
) -> dict[str, Any]:
    """Whose clock the sealing time is by: {grade, at, authority}. Tokens that do not hold are named.

    `stated` is the manifest's word on it: empty in packs from before there was one, None in an extract.
    """
    message = reader.small(layout.ROOT if layout.ROOT in reader.members else layout.MANIFEST) or b""
    inside = reader.small(layout.TIME_STAMP)
    token = None if inside is None else _token(layout.TIME_STAMP, inside, message, asked, problems)
    if stated is not None:
        if inside is None and stated and stated != time_json(None):
            problems.add(layout.MANIFEST, "verify_time_differs")
        if token is not None and stated != time_json(token):
            problems.add(layout.TIME_STAMP, "verify_time_differs")
    beside = [_token(each.name, each.der, message, asked, problems) for each in asked.detached]
    whole = sorted((each for each in [token, *beside] if each is not None), key=lambda each: each.at)
    if whole:
        grade = TimeGrade.TOKEN_UNCHECKED if asked.trusted is None else TimeGrade.AUTHORITY
        return {"at": whole[0].said_at, "authority": whole[0].authority, "grade": grade.value}
    if asked.trusted is not None:
        problems.add(pack_name, "verify_token_missing")
    return {"at": sealed_at, "authority": "", "grade": TimeGrade.OWN_CLOCK.value}


def _token(name: str, der: bytes, message: bytes, asked: Asked, problems: Problems) -> Token | None:
    from seawall.evidence.seal import tokens

    try:
        token = tokens.read(der)
    except ValueError:
        problems.add(name, "verify_token_unreadable")
        return None
    if not token.covers(message):
        problems.add(name, "verify_token_of_other")
        return None
    if asked.trusted is not None:
        try:
            tokens.check(token, message, asked.trusted)
        except ValueError as broken:
            problems.add(name, "verify_token_untrusted", authority=token.authority or "?", why=str(broken)[:200])
            return None
    return token
