"""Derive the reviewer's form of a sealed pack: a new pack with its own seal and a note saying what it derives from."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from string import Template
from typing import IO

from seawall.evidence.records import (
    IncidentHead,
    Json,
    MessageRecord,
    OrderEvidence,
    OrderKey,
    PackContents,
    RecordKind,
    TimelineEntry,
)
from seawall.evidence.redaction.masking import Known, mask
from seawall.evidence.redaction.records import redacted
from seawall.evidence.redaction.source import SealedOrder, Source, opened
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical, instant, to_the_second
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.packfile import Progress, SealedPack, Signer, write_pack

FORMAT = "seawall-redaction/1"
CHUNK = 500
_NOTE = Template((Path(__file__).parent / "NOTE.txt").read_text(encoding="utf-8"))

KnownOf = Callable[[Sequence[OrderKey]], Mapping[OrderKey, Known]]
"""What is known of the buyers of some orders; an order that is not in the answer is one of which nothing is known."""


@dataclass(frozen=True, kw_only=True)
class Derived:
    """What was written."""

    sealed: SealedPack
    derived_from: str
    """Root of the internal pack."""
    masked: dict[str, int]
    """How often what was masked: phone, mail, name, address, body."""
    left_out: dict[str, int]
    """What is not in it at all: screenshots, pages of chat pictures, files of the report, papers."""


def derive(
    internal: Path,
    known_of: KnownOf,
    key: SigningKey | Signer,
    out: Path,
    *,
    at: datetime,
    with_papers: bool = True,
    progress: Progress | None = None,
) -> Derived:
    """Write the reviewer's form of the pack `internal` to `out`; the internal one is only read.

    Official papers go along as they are unless `with_papers` is False: nobody but a person can tell what stands in
    them. Screenshots, drawn pictures and the report of the internal pack are left out, since what they show cannot be
    masked. Raises PackRefused as `opened` and `write_pack` do, with nothing written.
    """
    with ExitStack() as stack:
        source = stack.enter_context(opened(internal))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=out.parent, prefix=".redact-")))
        work = _Work(source, known_of, folder, at=at, sha256=_file_sha256(internal))
        sealed = write_pack(work.contents(with_papers=with_papers), key, out, progress)
    return Derived(
        sealed=sealed,
        derived_from=source.manifest.root,
        masked=dict(sorted(work.masked.items())),
        left_out=dict(sorted(work.left_out.items())),
    )


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Work:
    """One derivation: what was masked is counted while the orders pass by, and told at their end."""

    def __init__(self, source: Source, known_of: KnownOf, folder: Path, *, at: datetime, sha256: str) -> None:
        self._source = source
        self._known_of = known_of
        self._folder = folder
        self._at = at
        self._sha256 = sha256
        self._numbers = source.order_numbers()
        self.masked: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter(source.drawn())

    def contents(self, *, with_papers: bool) -> PackContents:
        manifest, head = self._source.manifest, self._source.head()
        papers = self._source.papers()
        if not with_papers and papers:
            self.left_out["papers"] = len(papers)
        counts = manifest.counts
        return PackContents(
            incident=_labelled(head),
            is_simulated=manifest.is_simulated,
            sealed_at=self._at,
            planned=manifest.planned,
            outcomes=dict(counts["outcomes"]),
            orders=self._orders(),
            facts=self._source.facts["facts"],
            scripts=self._source.scripts(),
            approvals=self._source.approvals(),
            papers=papers if with_papers else (),
            timeline=self._timeline(),
            extra={
                layout.REDACTION: self._folder / "redaction.json",
                layout.REDACTED_RECORDS: self._folder / "records.jsonl",
                layout.REDACTION_NOTE: self._folder / "NOTE.txt",
            },
        )

    def _orders(self) -> Iterator[OrderEvidence]:
        with (self._folder / "records.jsonl").open("wb") as lines:
            orders = self._source.orders()
            while chunk := list(islice(orders, CHUNK)):
                known = self._known_of([each.order.key for each in chunk])
                for each in chunk:
                    yield self._order(each, known.get(each.order.key, Known()), lines)
        self._tell()

    def _order(self, sealed: SealedOrder, known: Known, lines: IO[bytes]) -> OrderEvidence:
        order = sealed.order
        keep = {*known.keep, order.order_id, order.tracking_number, *order.named_with}
        keep |= {record.message_id for record, _ in sealed.records}
        known = replace(known, keep=keep - {""})
        records = [self._record(record, sha256, known, lines) for record, sha256 in sealed.records]
        return replace(order, records=tuple(record for record in records if record is not None))

    def _record(self, record: MessageRecord, sha256: str, known: Known, lines: IO[bytes]) -> MessageRecord | None:
        said: dict[str, Json] = {"derived_from": sha256, "order_id": record.order_id, "ref": record.ref}
        made = None
        if record.kind is RecordKind.SCREENSHOT:
            self.left_out["screenshots"] += 1
            said["left_out"] = "screenshot"
        else:
            result = redacted(record, known)
            self.masked.update(result.counts)
            said["masked"] = dict(result.counts)
            made = result.record
        lines.write(canonical(said) + b"\n")
        return made

    def _timeline(self) -> Iterator[TimelineEntry]:
        known = Known(keep=self._numbers)
        for entry in self._source.timeline():
            yield replace(
                entry,
                before={name: self._json(value, known) for name, value in entry.before.items()},
                after={name: self._json(value, known) for name, value in entry.after.items()},
                note=self._words(entry.note, known),
            )

    def _json(self, value: Json, known: Known) -> Json:
        if isinstance(value, str):
            return self._words(value, known)
        if isinstance(value, Mapping):
            return {name: self._json(inner, known) for name, inner in value.items()}
        if isinstance(value, Sequence):
            return [self._json(inner, known) for inner in value]
        return value

    def _words(self, words: str, known: Known) -> str:
        made = mask(words, known)
        self.masked.update(made.counts)
        return made.text

    def _tell(self) -> None:
        manifest = self._source.manifest
        told: dict[str, Json] = {
            "derived_from": {
                "key_fingerprint": manifest.key_fingerprint, "key_id": manifest.key_id,
                "manifest_sha256": self._source.manifest_sha256, "pack_sha256": self._sha256,
                "root": manifest.root, "sealed_at": manifest.sealed_at,
            },
            "format": FORMAT,
            "left_out": dict(self.left_out),
            "made_at": instant(self._at),
            "masked": dict(self.masked),
        }  # fmt: skip
        (self._folder / "redaction.json").write_bytes(canonical(told))
        words = _NOTE.substitute(
            root=manifest.root, sha256=self._sha256, sealed_at=to_the_second(manifest.sealed_at),
            key_id=manifest.key_id, masked=_listed(self.masked), left_out=_listed(self.left_out),
        )  # fmt: skip
        (self._folder / "NOTE.txt").write_text(words, encoding="utf-8")


def _labelled(head: IncidentHead) -> IncidentHead:
    # The title stands on every face of a pack, so the label does.
    return replace(head, title=f"[{layout.REDACTED}] {head.title}")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {times:,}" for name, times in sorted(counts.items())) or "0"
