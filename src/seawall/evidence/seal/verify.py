"""Verify a pack: no database, no network, nothing believed. Every byte of the file is covered, and what is wrong is
named. docs/reference/pack-format.md lists the checks."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seawall.evidence.seal import layout, zipform
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.crosscheck import CrossCheck
from seawall.evidence.seal.keys import SIGNATURE_LENGTH, VerifyKey
from seawall.evidence.seal.lines import sha256_hex
from seawall.evidence.seal.manifest import ManifestView, signature_bytes
from seawall.evidence.seal.papers import sums
from seawall.evidence.seal.problems import Problem, Problems
from seawall.evidence.seal.reader import PackReader, open_pack
from seawall.evidence.seal.treecheck import check_tree
from seawall.kernel.languages import Language


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """The result. `ok` is True only when no problem was found; the other fields are what the pack says of itself."""

    ok: bool
    items: int
    """Orders checked."""
    files: int
    """Members checked."""
    problems: list[Problem]
    root: str
    key_id: str
    """Who signed: the first 16 digits of the fingerprint. Whether that key is the sender's is for the reader to know,
    or for `expected_key` to check."""
    key_fingerprint: str
    sealed_at: str
    is_simulated: bool
    counts: dict[str, Any]
    previous_root: str

    def as_json(self) -> dict[str, Any]:
        """What `seawall evidence verify --json` prints."""
        return {
            "ok": self.ok,
            "items": self.items,
            "problems": [{"path": found.path, "what": found.what, "code": found.code} for found in self.problems],
            "files": self.files,
            "root": self.root,
            "key_id": self.key_id,
            "key_fingerprint": self.key_fingerprint,
            "sealed_at": self.sealed_at,
            "is_simulated": self.is_simulated,
            "counts": self.counts,
            "previous_root": self.previous_root,
        }


@dataclass
class _Found:
    """What is reported beside the problems; filled as far as the check gets."""

    items: int = 0
    files: int = 0
    key: VerifyKey | None = None
    manifest: ManifestView | None = None
    counts: dict[str, Any] = field(default_factory=dict)


def verify_pack(path: Path | str, *, expected_key: str | None = None, language: Language | None = None) -> VerifyReport:
    """Check a pack. `expected_key` is a key id or any longer start of the fingerprint (16-64 hex digits).

    Never raises for what is in the file: a missing path, a folder, or rubbish come back as problems.
    """
    path = Path(path)
    problems = Problems(language)
    found = _Found()
    file = open_pack(path, problems)
    if file is not None:
        try:
            with file:
                reader = PackReader(file, file.seek(0, 2), path.name, problems)
                if reader.read_structure():
                    _check(reader, path.name, expected_key, problems, found)
        except OSError:
            problems.add(str(path), "verify_unreadable")
    manifest = found.manifest
    previous = manifest.previous if manifest else None
    return VerifyReport(
        ok=not problems,
        items=found.items,
        files=found.files,
        problems=problems.listed(),
        root=manifest.root if manifest else "",
        key_id=found.key.key_id if found.key else "",
        key_fingerprint=found.key.fingerprint if found.key else "",
        sealed_at=manifest.sealed_at if manifest else "",
        is_simulated=manifest.is_simulated if manifest else False,
        counts=found.counts,
        previous_root=previous.root if previous else "",
    )


def _check(reader: PackReader, pack_name: str, expected_key: str | None, problems: Problems, found: _Found) -> None:
    found.files = len(reader.members)
    for name in layout.REQUIRED:
        if name not in reader.members and not problems.at(name):
            problems.add(name, "verify_member_missing")
    found.key = _read_key(reader, expected_key, problems)
    data = reader.small(layout.MANIFEST)
    if data is not None:
        _check_signature(reader, found.key or _stated_key(reader, problems), data, problems)
    manifest = None if data is None else _read_manifest(data, problems)
    if manifest is None:
        _check_by_sums(reader, problems)
        return
    found.manifest = manifest
    if found.key is not None and found.key.fingerprint != manifest.key_fingerprint:
        problems.add(layout.PUBLIC_KEY, "verify_key_differs", found=found.key.key_id, named=manifest.key_id)
    if reader.stamps - {zipform.dos_stamp(manifest.sealed_instant)}:
        problems.add(pack_name, "verify_stamp_differs", sealed_at=manifest.sealed_at)
    _check_files(reader, manifest, problems)
    leaves = check_tree(reader.small(layout.TREE), manifest, problems)
    check = CrossCheck(reader, manifest, leaves, problems)
    check.run()
    found.items = check.tally.orders
    found.counts = check.tally.as_json({})


def _read_key(reader: PackReader, expected: str | None, problems: Problems) -> VerifyKey | None:
    pem = reader.small(layout.PUBLIC_KEY)
    if pem is None:
        return None
    try:
        key = VerifyKey.from_pem(pem)
    except ValueError:
        problems.add(layout.PUBLIC_KEY, "verify_key_unreadable")
        return None
    if expected is not None:
        wanted = expected.strip().lower()
        if len(wanted) < len(key.key_id) or not key.fingerprint.startswith(wanted):
            problems.add(layout.PUBLIC_KEY, "verify_key_unexpected", found=key.key_id, expected=wanted[:64])
    return key


def _stated_key(reader: PackReader, problems: Problems) -> VerifyKey | None:
    """The key as signature.json repeats it, for when the key's own file is damaged (and already named)."""
    stated = reader.small(layout.SIGNATURE)
    if stated is None:
        return None
    try:
        return VerifyKey(bytes.fromhex(parse_canonical(stated)["public_key"]))
    except (ValueError, KeyError, TypeError):
        problems.add(layout.SIGNATURE, "verify_signature_file")
        return None


def _check_signature(reader: PackReader, key: VerifyKey | None, manifest: bytes, problems: Problems) -> None:
    signature = reader.small(layout.SIGNATURE_RAW)
    stated = reader.small(layout.SIGNATURE)
    if signature is None or key is None:
        return
    if not key.signed(manifest, signature):
        # signature.json says which manifest was signed: that tells which of the two was changed.
        if len(signature) != SIGNATURE_LENGTH or _signed_hash(stated) == sha256_hex(manifest):
            problems.add(layout.SIGNATURE_RAW, "verify_signature_wrong", key=key.key_id)
        else:
            problems.add(layout.MANIFEST, "verify_manifest_changed", key=key.key_id)
    if stated is not None and stated != signature_bytes(manifest, signature, key):
        problems.add(layout.SIGNATURE, "verify_signature_file")


def _signed_hash(stated: bytes | None) -> object:
    try:
        found = parse_canonical(stated or b"")
    except ValueError:
        return None
    return found.get("manifest_sha256")


def _read_manifest(data: bytes, problems: Problems) -> ManifestView | None:
    try:
        return ManifestView.parse(data)
    except ValueError as broken:
        problems.add(layout.MANIFEST, "verify_manifest_unreadable", why=str(broken)[:200])
        return None


def _check_by_sums(reader: PackReader, problems: Problems) -> None:
    """Without a manifest the unsigned list of hashes still tells which other members were changed beside it."""
    data = reader.small(layout.SUMS)
    if data is None:
        return
    try:
        listed = {path: sha256 for sha256, path in (row.split("  ", 1) for row in data.decode("ascii").splitlines())}
    except ValueError:
        listed = {}
    if not listed or data != sums(listed.items()):
        problems.add(layout.SUMS, "verify_sums_unreadable")
        return
    for path, sha256 in listed.items():
        member = reader.members.get(path)
        if member is None:
            if not problems.at(path):
                problems.add(path, "verify_member_missing")
        elif member.sha256 != sha256:
            problems.add(path, "verify_member_not_listed_so")
    for path in reader.members:
        if path not in listed and path != layout.SUMS and path not in layout.SIGNED_LAST:
            problems.add(path, "verify_member_not_in_sums")


def _check_files(reader: PackReader, manifest: ManifestView, problems: Problems) -> None:
    for path, (sha256, size) in manifest.files.items():
        member = reader.members.get(path)
        if member is None:
            if not problems.at(path):
                problems.add(path, "verify_member_missing")
        elif member.sha256 != sha256 or member.entry.size != size:
            problems.add(path, "verify_member_changed")
    for path in reader.members:
        if path not in manifest.files and path not in layout.SIGNED_LAST:
            problems.add(path, "verify_member_added")
    listed = [(path, sha256) for path, (sha256, _) in manifest.files.items() if path != layout.SUMS]
    if reader.small(layout.SUMS) not in (None, sums(listed)):
        problems.add(layout.SUMS, "verify_sums_differ")
