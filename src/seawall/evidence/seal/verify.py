"""Verify a pack: no database, no network, nothing believed. Every byte of the file is covered, and what is wrong is
named. docs/reference/pack-format.md lists the checks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seawall.evidence.seal import layout, zipform
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.crosscheck import CrossCheck
from seawall.evidence.seal.extractcheck import ExtractCheck
from seawall.evidence.seal.keychain import Chain
from seawall.evidence.seal.keys import SIGNATURE_LENGTH, VerifyKey
from seawall.evidence.seal.lines import sha256_hex
from seawall.evidence.seal.manifest import ManifestView, signature_bytes
from seawall.evidence.seal.papers import sums
from seawall.evidence.seal.problems import Problem, Problems
from seawall.evidence.seal.reader import PackReader, open_pack
from seawall.evidence.seal.rootfile import RootView
from seawall.evidence.seal.sealcheck import (
    Asked,
    Detached,
    check_chain_time,
    check_consistency,
    check_expected,
    check_root,
    check_time,
    read_chain,
)
from seawall.evidence.seal.stamps import LARGEST as LARGEST_TOKEN
from seawall.evidence.seal.stamps import Certificates
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
    form: str
    """`seawall-pack/1`, or `seawall-extract/1` for a single order."""
    root: str
    key_id: str
    """Who signed: the first 16 digits of the fingerprint. Whether that key is the sender's is for the reader to know,
    or for `expected_key` to check."""
    key_fingerprint: str
    sealed_at: str
    is_simulated: bool
    counts: dict[str, Any]
    previous_root: str
    key_chain: list[str]
    """Key ids of all generations up to the one that signed, oldest first."""
    time: dict[str, Any]
    """Whose clock the sealing time is by: {grade, at, authority}, see `TimeGrade`."""
    after_root: str = ""
    """The root of the earlier pack that this one was compared with, if it was."""

    def as_json(self) -> dict[str, Any]:
        """What `seawall evidence verify --json` prints."""
        return {
            "ok": self.ok,
            "items": self.items,
            "problems": [{"path": found.path, "what": found.what, "code": found.code} for found in self.problems],
            "files": self.files,
            "form": self.form,
            "root": self.root,
            "key_id": self.key_id,
            "key_fingerprint": self.key_fingerprint,
            "sealed_at": self.sealed_at,
            "is_simulated": self.is_simulated,
            "counts": self.counts,
            "previous_root": self.previous_root,
            "key_chain": self.key_chain,
            "time": self.time,
            "after_root": self.after_root,
        }


@dataclass
class _Found:
    """What is reported beside the problems; filled as far as the check gets."""

    items: int = 0
    files: int = 0
    key: VerifyKey | None = None
    chain: Chain | None = None
    time: dict[str, Any] = field(default_factory=dict)
    form: str = layout.FORMAT
    root: RootView | None = None
    manifest: ManifestView | None = None
    counts: dict[str, Any] = field(default_factory=dict)


def verify_pack(
    path: Path | str,
    *,
    expected_key: str | None = None,
    language: Language | None = None,
    trusted: "Certificates | None" = None,
    tokens: Sequence[Path] | None = None,
) -> VerifyReport:
    """Check a pack. `expected_key` is a key id or any longer start of the fingerprint (16-64 hex digits), of the key
    that signed or of one that handed over to it. `trusted` are certificates of time-stamp authorities: with them there
    must be a token by one of them. `tokens` lie beside the pack; when not given, PACK.zip.tsr if there is one.

    Never raises for what is in the files: a missing path, a folder, or rubbish come back as problems.
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
                    asked = Asked(expected_key, trusted, _detached(path, tokens, problems))
                    _check(reader, path.name, asked, problems, found)
        except OSError:
            problems.add(str(path), "verify_unreadable")
    return _report(found, problems)


def _report(found: _Found, problems: Problems) -> VerifyReport:
    manifest, alone = found.manifest, found.root
    previous = manifest.previous if manifest else None
    root = manifest.root if manifest else alone.root.hex() if alone else ""
    said = manifest or alone
    return VerifyReport(
        ok=not problems,
        items=found.items,
        files=found.files,
        problems=problems.listed(),
        form=found.form,
        root=root,
        key_id=found.key.key_id if found.key else "",
        key_fingerprint=found.key.fingerprint if found.key else "",
        sealed_at=said.sealed_at if said else "",
        is_simulated=said.is_simulated if said else False,
        counts=found.counts,
        previous_root=previous.root if previous else "",
        key_chain=[key.key_id for key in found.chain.keys] if found.chain else [],
        time=found.time,
    )


def _detached(path: Path, tokens: Sequence[Path] | None, problems: Problems) -> list[Detached]:
    if tokens is None:
        beside = path.with_name(f"{path.name}.tsr")
        tokens = [beside] if beside.is_file() else []
    found = []
    for token in tokens:
        opened = open_pack(token, problems)
        if opened is not None:
            with opened:
                found.append(Detached(token.name, opened.read(LARGEST_TOKEN + 1)))
    return found


def _check(reader: PackReader, pack_name: str, asked: Asked, problems: Problems, found: _Found) -> None:
    found.files = len(reader.members)
    is_extract = layout.PROOFS in reader.members and layout.MANIFEST not in reader.members
    for name in () if is_extract else layout.REQUIRED:
        if name not in reader.members and not problems.at(name):
            problems.add(name, "verify_member_missing")
    found.key = _read_key(reader, problems)
    if found.key is not None:
        found.chain = read_chain(reader, found.key, problems)
        check_expected(found.key, found.chain, asked.expected_key, problems)
    if is_extract:
        _check_extract(reader, pack_name, asked, problems, found)
    else:
        _check_pack(reader, pack_name, asked, problems, found)


def _check_extract(reader: PackReader, pack_name: str, asked: Asked, problems: Problems, found: _Found) -> None:
    found.form = layout.EXTRACT_FORMAT
    check = ExtractCheck(reader, pack_name, found.key, problems)
    check.run(found.chain)
    found.root = check.root
    found.items = check.tally.orders
    found.counts = check.tally.as_json({})
    if check.root is not None:
        found.time = check_time(reader, check.root.sealed_at, None, pack_name=pack_name, asked=asked, problems=problems)


def _check_pack(reader: PackReader, pack_name: str, asked: Asked, problems: Problems, found: _Found) -> None:
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
    check_root(reader, manifest, found.key, problems)
    if leaves is not None:
        check_consistency(reader, manifest, leaves, problems)
    if found.chain is not None:
        check_chain_time(found.chain, manifest.sealed_at, problems)
    found.time = check_time(
        reader, manifest.sealed_at, manifest.time, pack_name=pack_name, asked=asked, problems=problems
    )
    of_orders = None if leaves is None else leaves[manifest.carried : manifest.carried + manifest.orders]
    check = CrossCheck(reader, manifest, of_orders, problems)
    check.run()
    found.items = check.tally.orders
    found.counts = check.tally.as_json({})


def _read_key(reader: PackReader, problems: Problems) -> VerifyKey | None:
    pem = reader.small(layout.PUBLIC_KEY)
    if pem is None:
        return None
    try:
        return VerifyKey.from_pem(pem)
    except ValueError:
        problems.add(layout.PUBLIC_KEY, "verify_key_unreadable")
        return None


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
