"""Read an internal pack again, to derive the reviewer's form from its sealed lines, each with its hash."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from seawall.evidence.records import (
    Approval,
    AttachedFile,
    IncidentHead,
    MessageRecord,
    OrderEvidence,
    ScriptVersion,
    TimelineEntry,
)
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.lines import SealedRecord, parse_order, parse_record, sha256_hex
from seawall.evidence.seal.manifest import ManifestView
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.reader import PackReader
from seawall.evidence.seal.verify import verify_pack


@dataclass(frozen=True, slots=True)
class SealedOrder:
    """An order of the internal pack with its records, each with the hash of its sealed line."""

    order: OrderEvidence
    records: tuple[tuple[MessageRecord, str], ...]


class Source:
    """An internal pack that verified, open for reading."""

    def __init__(self, reader: PackReader) -> None:
        self._reader = reader
        manifest = self._member(layout.MANIFEST)
        self.manifest = ManifestView.parse(manifest)
        self.manifest_sha256 = sha256_hex(manifest)
        self.facts: dict[str, Any] = parse_canonical(self._member(layout.FACTS))

    def _member(self, name: str) -> bytes:
        data = self._reader.small(name)
        if data is None:
            raise PackRefused("redact_source_damaged", what=name)
        return data

    def head(self) -> IncidentHead:
        """The incident, as the pack names it."""
        said = self.manifest.incident
        return IncidentHead(
            reference=said["reference"], kind=said["kind"], title=said["title"], team=said["team"],
            seller=said["seller"], opened_at=datetime.fromisoformat(said["opened_at"]),
        )  # fmt: skip

    def scripts(self) -> list[ScriptVersion]:
        """Every version of the wording."""
        return [
            ScriptVersion(
                version=script["version"],
                digest=script["digest"],
                source_language=script["source_language"],
                texts={text["language"]: self._member(text["path"]).decode() for text in script["texts"]},
            )
            for script in parse_canonical(self._member(layout.SCRIPTS))["scripts"]
        ]

    def approvals(self) -> list[Approval]:
        """Every approval."""
        names = ("step", "digest", "by", "on_behalf_of", "binds", "is_simulated", "note")
        return [
            Approval(at=datetime.fromisoformat(said["at"]), **{name: said[name] for name in names})
            for said in parse_canonical(self._member(layout.APPROVALS))["approvals"]
        ]

    def papers(self) -> list[AttachedFile]:
        """The official papers as handed in. One larger than a pack's largest small member is refused."""
        return [
            AttachedFile(
                name=said["name"],
                content=self._member(said["path"]),
                sha256=said["sha256"],
                note=said["note"],
                received_at=datetime.fromisoformat(said["received_at"]) if said["received_at"] else None,
            )
            for said in self.facts["papers"]
        ]

    def timeline(self) -> Iterator[TimelineEntry]:
        """Every change of the incident, in order."""
        names = ("action", "by", "on_behalf_of", "subject", "before", "after", "note")
        for line in self._reader.lines(layout.TIMELINE):
            said = parse_canonical(line)
            yield TimelineEntry(at=datetime.fromisoformat(said["at"]), **{name: said[name] for name in names})

    def drawn(self) -> dict[str, int]:
        """How many pages of chat pictures and how many files of the report it holds, by name; none is not named."""
        names = self._reader.members
        found = {
            "chat_pictures": sum(1 for name in names if name.startswith(layout.CHATS) and name != layout.PICTURES),
            "reports": sum(1 for name in names if name.startswith(layout.REPORT)),
        }
        return {name: number for name, number in found.items() if number}

    def order_numbers(self) -> frozenset[str]:
        """The numbers of all orders and their parcels."""
        found: set[str] = set()
        for line in self._reader.lines(layout.ORDERS):
            order = parse_order(line).order
            found |= {order.order_id, order.tracking_number}
        return frozenset(found - {""})

    def orders(self) -> Iterator[SealedOrder]:
        """Every order with its records, as sealed. Records stand in the order of the orders (see pack-format)."""
        messages = self._reader.lines(layout.MESSAGES)
        for line in self._reader.lines(layout.ORDERS):
            sealed = parse_order(line)
            yield SealedOrder(sealed.order, tuple(_record(next(messages), ref.sha256) for ref in sealed.records))


def _record(line: bytes, sha256: str) -> tuple[MessageRecord, str]:
    if sha256_hex(line) != sha256:
        raise PackRefused("redact_source_damaged", what=layout.MESSAGES)
    return _whole(parse_record(line)), sha256


def _whole(sealed: SealedRecord) -> MessageRecord:
    fields = sealed._asdict()
    del fields["direction"]
    return MessageRecord(**fields)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The pack, verified first: nothing is derived from one that does not verify.

    Raises PackRefused(redact_source_damaged, redact_source_redacted).
    """
    report = verify_pack(path)
    if not report.ok:
        raise PackRefused("redact_source_damaged", what=report.problems[0].what)
    problems = Problems(None)
    with path.open("rb") as file:
        reader = PackReader(file, file.seek(0, 2), path.name, problems)
        reader.read_structure()
        if layout.REDACTION in reader.members:
            raise PackRefused("redact_source_redacted", name=path.name)
        yield Source(reader)
