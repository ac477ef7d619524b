"""The manifest: the one member that is signed. Everything else in the pack hangs on it by hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seawall.evidence.records import Json, PackContents, PreviousPack
from seawall.evidence.seal import layout, zipform
from seawall.evidence.seal.canonical import canonical, instant, parse_canonical, parse_instant
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.lines import sha256_hex
from seawall.evidence.seal.members import Member
from seawall.evidence.seal.merkle import leaf_hash, root_of
from seawall.evidence.seal.papers import incident_json
from seawall.evidence.seal.tally import Tally

ALGORITHMS: dict[str, Json] = {
    "canonical_form": layout.CANONICAL_FORM,
    "hash": "SHA-256",
    "signature": "Ed25519 (RFC 8032) over the bytes of seal/manifest.json",
    "tree": "RFC 6962 section 2.1",
}


def file_json(path: str, sha256: str, size: int) -> dict[str, Json]:
    """A file as the manifest lists it; its canonical bytes are the file's leaf."""
    return {"kind": "file", "path": path, "sha256": sha256, "size": size}


def file_leaf(path: str, sha256: str, size: int) -> bytes:
    """The leaf hash of a file."""
    return leaf_hash(canonical(file_json(path, sha256, size)))


def tree_json(leaves: Sequence[bytes], *, carried: int, orders: int) -> dict[str, Json]:
    """tree.json: all leaf hashes in order: carried from the pack before, then orders, then files."""
    return {
        "carried": carried,
        "files": len(leaves) - carried - orders,
        "leaves": [leaf.hex() for leaf in leaves],
        "orders": orders,
        "root": root_of(leaves).hex(),
        "size": len(leaves),
    }


def manifest_bytes(
    contents: PackContents,
    tally: Tally,
    members: Sequence[Member],
    tree: dict[str, Json],
    key: VerifyKey,
    *,
    time: dict[str, Json],
) -> bytes:
    """The canonical manifest. `time` says whose clock the sealing time is by."""
    previous = contents.previous
    return canonical(
        {
            "algorithms": ALGORITHMS,
            "counts": tally.as_json(contents.outcomes),
            "files": [file_json(member.path, member.sha256, member.size) for member in members],
            "format": layout.FORMAT,
            "incident": incident_json(contents),
            "is_simulated": contents.is_simulated,
            "key_fingerprint": key.fingerprint,
            "key_id": key.key_id,
            "label": layout.SIMULATED if contents.is_simulated else "",
            "planned": contents.planned,
            "previous_pack": None if previous is None else _previous_json(previous),
            "sealed_at": instant(contents.sealed_at),
            "time": time,
            "tree": {name: tree[name] for name in ("carried", "files", "orders", "root", "size")},
        }
    )


def _previous_json(previous: PreviousPack) -> dict[str, Json]:
    return {"root": previous.root, "sha256": previous.sha256, "tree_size": len(previous.leaves)}


@dataclass(frozen=True)
class PreviousView:
    """The pack before this one, as the manifest names it."""

    root: str
    sha256: str
    tree_size: int


@dataclass(frozen=True)
class ManifestView:
    """A manifest read back, every field of the type it must have."""

    is_simulated: bool
    label: str
    sealed_at: str
    sealed_instant: datetime
    key_id: str
    key_fingerprint: str
    planned: int
    counts: Mapping[str, Any]
    incident: Mapping[str, Any]
    files: Mapping[str, tuple[str, int]]
    root: str
    carried: int
    orders: int
    tree_size: int
    previous: PreviousView | None
    time: Mapping[str, Any]
    """Whose clock the sealing time is by; empty in packs from before there was such a field."""

    @classmethod
    def parse(cls, data: bytes) -> "ManifestView":
        """The view of a manifest's bytes. Raises ValueError saying what is wrong with them."""
        raw = parse_canonical(data)
        try:
            if raw["format"] != layout.FORMAT:
                raise ValueError(f"format {raw['format']!r:.60} is not {layout.FORMAT}")
            return cls._read(raw)
        except (KeyError, TypeError, AttributeError) as broken:
            raise ValueError(f"a field is missing or of the wrong type: {broken}") from None

    @classmethod
    def _read(cls, raw: dict[str, Any]) -> "ManifestView":
        tree, previous = raw["tree"], raw["previous_pack"]
        files = {_text(row["path"]): (_text(row["sha256"]), _number(row["size"])) for row in raw["files"]}
        if list(files) != sorted(files) or len(files) != len(raw["files"]):
            raise ValueError("the files are not listed once each in order")
        sealed_instant = parse_instant(_text(raw["sealed_at"]))
        zipform.dos_stamp(sealed_instant)
        return cls(
            is_simulated=_flag(raw["is_simulated"]),
            label=_text(raw["label"]),
            sealed_at=raw["sealed_at"],
            sealed_instant=sealed_instant,
            key_id=_text(raw["key_id"]),
            key_fingerprint=_text(raw["key_fingerprint"]),
            planned=_number(raw["planned"]),
            counts=dict(raw["counts"].items()),
            incident=dict(raw["incident"].items()),
            files=files,
            root=_text(tree["root"]),
            carried=_number(tree["carried"]),
            orders=_number(tree["orders"]),
            tree_size=_number(tree["size"]),
            previous=None
            if previous is None
            else PreviousView(_text(previous["root"]), _text(previous["sha256"]), _number(previous["tree_size"])),
            time=dict(raw.get("time", {}).items()),
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is not a text")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r:.60} is not a count")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.60} is not true or false")
    return value


def signature_bytes(manifest: bytes, signature: bytes, key: VerifyKey) -> bytes:
    """signature.json: the signature for programs. The verifier makes these bytes again and compares."""
    return canonical(
        {
            "algorithm": "Ed25519",
            "key_fingerprint": key.fingerprint,
            "key_id": key.key_id,
            "manifest_sha256": sha256_hex(manifest),
            "public_key": key.public.hex(),
            "signature": signature.hex(),
            "signs": layout.MANIFEST,
        }
    )
