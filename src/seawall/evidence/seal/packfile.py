"""Write a sealed pack: read -> check -> spool -> tree -> sign -> ZIP under a passing name -> rename. All or nothing.

The same contents, key and sealing instant give the same bytes. Memory stays flat: orders stream, large members are
spooled beside the pack.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from seawall.evidence.records import Json, PackContents
from seawall.evidence.seal import faces, layout, papers, zipform
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.manifest import file_leaf, manifest_bytes, signature_bytes, tree_json
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.merkle import root_of
from seawall.evidence.seal.orders import OrderSpools, Progress
from seawall.evidence.seal.sealing import Signer, seal_members
from seawall.evidence.seal.stamps import Token

__all__ = ["Further", "Progress", "SealedPack", "Signer", "write_pack"]

Further = Callable[[Sequence[Member]], Sequence[Member]]
"""Makes further members of those that are there once all orders have been read."""


@dataclass(frozen=True, kw_only=True)
class SealedPack:
    """What was written."""

    path: Path
    sha256: str
    """Of the whole file."""
    size: int
    root: str
    tree_size: int
    items: int
    """Orders sealed."""
    files: int
    """Members of the ZIP."""
    records: int
    key_id: str
    counts: dict[str, Json]
    """As in summary.json: orders, records, screenshots, outcomes, grades, markets, shops."""
    token: Token | None
    """The time-stamp token in it; None when no authority was asked or none answered."""
    reports: list[str]
    """The report's files."""


def write_pack(
    contents: PackContents,
    signer: SigningKey | Signer,
    out: Path,
    progress: Progress | None = None,
    *,
    further: Further | None = None,
) -> SealedPack:
    """Seal `contents` into `out`, replacing a file of that name only when all went well. `further` members are listed
    and sealed like the others.

    A bare key signs as a first generation, by its own clock.
    `progress(stage, done, total)` is called with stage "orders" (count) and "write" (bytes).
    Raises PackRefused, with nothing written, when the counts do not add up or a part cannot be sealed.
    """
    report = progress or _silent
    if not out.parent.is_dir():
        raise PackRefused("pack_folder_missing", folder=str(out.parent))
    _check(contents)
    if isinstance(signer, SigningKey):
        signer = Signer(key=signer)
    with ExitStack() as stack:
        work = _Work(contents, signer, out.parent, stack, report=report, further=further)
        sha256, size = write_zip(work.members, work.stamp, out, report)
    return SealedPack(
        path=out,
        sha256=sha256,
        size=size,
        root=str(work.tree["root"]),
        tree_size=len(work.leaves),
        items=work.spools.tally.orders,
        files=len(work.members),
        records=work.spools.tally.records,
        key_id=signer.key.key_id,
        counts=work.spools.tally.as_json(contents.outcomes),
        token=work.token,
        reports=[member.path for member in work.members if member.path.startswith(layout.REPORT)],
    )


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


def _check(contents: PackContents) -> None:
    try:
        zipform.dos_stamp(contents.sealed_at)
    except ValueError:
        raise PackRefused("pack_sealing_year", found=contents.sealed_at.isoformat()) from None
    digests = [approval.digest for approval in contents.approvals]
    if len(set(digests)) != len(digests):
        raise PackRefused("pack_approval_twice")
    previous = contents.previous
    if previous and root_of(previous.leaves).hex() != previous.root:
        raise PackRefused("pack_previous_differs", root=previous.root)


class _Work:
    """One sealing: all members, measured, in the order of the ZIP."""

    def __init__(
        self,
        contents: PackContents,
        signer: Signer,
        folder: Path,
        stack: ExitStack,
        *,
        report: Progress,
        further: Further | None,
    ) -> None:
        self.stamp = zipform.dos_stamp(contents.sealed_at)
        official = papers.attached("papers", contents.papers)
        pictures = papers.attached("screenshots", contents.screenshots)
        small = [
            *(member for _, member in [*official, *pictures]),
            *papers.script_members(contents.scripts),
            papers.approvals_member(contents),
            papers.facts_member(contents, official, pictures),
        ]
        timeline = papers.timeline_spool(contents.timeline, folder)
        stack.callback(timeline.close)
        self.spools = OrderSpools(contents, folder, {member.sha256: member.path for _, member in pictures})
        stack.callback(self.spools.close)
        self.spools.take_all(contents, report)
        tally = self.spools.tally
        summary = papers.summary_json(contents, tally)
        content = [
            *small,
            timeline.member(),
            *self.spools.members(),
            papers.json_member(layout.SUMMARY, summary),
            *(member_of(path, content) for path, content in contents.extra.items()),
        ]
        added = further(content) if further is not None else ()
        named = [(file.name, member.path) for file, member in official]
        reports = [member.path for member in added if member.path.startswith(layout.REPORT)]
        content += [*added, *faces.members(summary, named, signer.key.verify_key, reports=reports)]
        content.sort(key=lambda member: member.path)
        carried = contents.previous.leaves if contents.previous else ()
        file_leaves = [file_leaf(member.path, member.sha256, member.size) for member in content]
        self.leaves = [*carried, *self.spools.leaves, *file_leaves]
        self.tree = tree_json(self.leaves, carried=len(carried), orders=tally.orders)
        self.token: Token | None = None
        self.members = self._seal(contents, signer, content)

    def _seal(self, contents: PackContents, signer: Signer, content: list[Member]) -> list[Member]:
        public = signer.key.verify_key
        sealed = seal_members(contents, signer, self.leaves, self.tree)
        self.token = sealed.token
        # Beside these come the how-to itself, the sums, and the three that only exist once the manifest is signed.
        how_to = faces.how_to_member(
            public,
            files=len(content) + len(sealed.members) + 5,
            generations=max(1, len(signer.chain)),
            authority=sealed.token.authority if sealed.token else None,
        )
        listed = sorted([*content, *sealed.members, how_to], key=lambda member: member.path)
        sums = papers.sums((member.path, member.sha256) for member in listed)
        listed = sorted([*listed, member_of(layout.SUMS, sums)], key=lambda member: member.path)
        manifest = manifest_bytes(contents, self.spools.tally, listed, self.tree, public, time=sealed.time)
        signature = signer.key.sign(manifest)
        last = [
            member_of(layout.MANIFEST, manifest),
            member_of(layout.SIGNATURE_RAW, signature),
            member_of(layout.SIGNATURE, signature_bytes(manifest, signature, public)),
        ]
        return sorted([*listed, *last], key=lambda member: member.path)


def write_zip(members: Sequence[Member], stamp: tuple[int, int], out: Path, report: Progress) -> tuple[str, int]:
    """The members as a ZIP in a pack's form, under its name only when whole. Gives its hash and size in bytes.

    `stamp` is the packed DOS date and time. Raises PackRefused(pack_too_large).
    """
    names = sum(zipform.LOCAL_LENGTH + zipform.CENTRAL_LENGTH + 2 * len(member.path) for member in members)
    total = names + sum(member.size for member in members) + zipform.END_LENGTH
    if total > zipform.LARGEST or len(members) > zipform.MOST_MEMBERS:
        raise PackRefused("pack_too_large", size=total, files=len(members))
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            digest = hashlib.sha256()
            size = 0

            def put(data: bytes) -> None:
                nonlocal size
                file.write(data)
                digest.update(data)
                size += len(data)

            directory = []
            for member in members:
                entry = zipform.Entry(member.path, member.size, member.crc32, size, stamp)
                put(zipform.local_header(entry))
                for chunk in member.chunks():
                    put(chunk)
                    report("write", size, total)
                directory.append(zipform.central_header(entry))
            start = size
            for line in directory:
                put(line)
            put(zipform.end_record(len(members), size - start, start))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(out.parent)
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may undo the rename although the bytes are on disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
