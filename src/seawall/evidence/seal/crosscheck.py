"""Checks beyond hashes: what a signed pack says must follow from its own records. A made-up grade is named even when
the one who made it up signed the pack."""

from collections.abc import Callable, Iterator
from typing import Any

from seawall.evidence.grades import grade
from seawall.evidence.records import OrderKey
from seawall.evidence.seal import layout, table
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.chats import ChatCheck
from seawall.evidence.seal.lines import Age, OrderLine, RecordRef, SealedRecord, parse_order, parse_record, sha256_hex
from seawall.evidence.seal.manifest import ManifestView
from seawall.evidence.seal.members import Measure
from seawall.evidence.seal.merkle import leaf_hash
from seawall.evidence.seal.orders import NamedTogether, outcome_is_backed, record_fault, screenshots_of
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.reader import PackReader
from seawall.evidence.seal.tally import Tally
from seawall.evidence.seal.view import ViewCheck


class _Messages:
    """messages.jsonl read along with the orders, without holding it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.offset = 0

    def at(self, offset: int) -> bytes | None:
        """The line that begins at `offset`, or None when none does. Lines before it are passed over."""
        while self.offset < offset:
            if self._next() is None:
                return None
        return self._next() if self.offset == offset else None

    def _next(self) -> bytes | None:
        line = next(self._lines, None)
        if line is not None:
            self.offset += len(line) + 1
        return line

    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        return next(self._lines, None) is None


class CrossCheck:
    """One run over the contents of a pack."""

    def __init__(
        self, reader: PackReader, manifest: ManifestView, leaves: list[bytes] | None, problems: Problems
    ) -> None:
        self.tally = Tally()
        self._reader = reader
        self._manifest = manifest
        self._leaves = leaves
        self._problems = problems
        self._together = NamedTogether()
        self._keys: set[OrderKey] = set()
        self._refs: set[str] = set()
        self._scripts: set[str] = set()
        self._approvals: set[str] = set()
        self._screenshots: dict[str, str] = {}
        self._chats = ChatCheck(reader, problems, is_simulated=manifest.is_simulated)
        self._view = ViewCheck(reader, problems)

    def run(self) -> None:
        """All checks; what is wrong goes to the problems."""
        self._guard(layout.SCRIPTS, self._check_scripts)
        self._guard(layout.APPROVALS, self._check_approvals)
        self._guard(layout.FACTS, self._check_facts)
        self._check_timeline()
        self._chats.read()
        self._check_orders()
        self._chats.finish()
        self._view.finish()
        self._guard(layout.SUMMARY, self._check_summary)
        self._check_faces()

    def _guard(self, name: str, check: Callable[[dict[str, Any]], None]) -> None:
        """Run a check of a JSON member. A signed member may still hold anything, so wrong shapes are named, not met."""
        data = self._reader.small(name)
        if data is None:
            return
        try:
            check(parse_canonical(data))
        except (ValueError, KeyError, TypeError, AttributeError):
            self._problems.add(name, "verify_json_unreadable")

    def _check_scripts(self, raw: dict[str, Any]) -> None:
        for script in raw["scripts"]:
            self._scripts.add(script["digest"])
            self._check_hashes(layout.SCRIPTS, script["texts"])

    def _check_approvals(self, raw: dict[str, Any]) -> None:
        for approval in raw["approvals"]:
            self._approvals.add(approval["digest"])
            if approval["is_simulated"] is not False and not self._manifest.is_simulated:
                self._problems.add(layout.APPROVALS, "verify_approval_simulated", step=str(approval["step"])[:60])

    def _check_facts(self, raw: dict[str, Any]) -> None:
        self._check_hashes(layout.FACTS, raw["papers"])
        self._check_hashes(layout.FACTS, raw["screenshots"])
        self._screenshots.update((row["sha256"], str(row["path"])) for row in raw["screenshots"])

    def _check_hashes(self, name: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            member = self._reader.members.get(row["path"])
            if member is None or member.sha256 != row["sha256"] or member.entry.size != row["size"]:
                self._problems.add(name, "verify_hash_differs", file=str(row["path"])[:200])

    def _check_timeline(self) -> None:
        for place, line in enumerate(self._reader.lines(layout.TIMELINE), 1):
            try:
                parse_canonical(line)
            except ValueError:
                self._problems.add(layout.TIMELINE, "verify_line_unreadable", line=place)

    def _check_orders(self) -> None:
        messages = _Messages(self._reader.lines(layout.MESSAGES))
        csv = Measure()
        age: Age | None = None
        place = 0
        for place, data in enumerate(self._reader.lines(layout.ORDERS), 1):
            if self._leaves is not None and (place > len(self._leaves) or self._leaves[place - 1] != leaf_hash(data)):
                self._problems.add(layout.ORDERS, "verify_order_changed", line=place)
            try:
                line = parse_order(data)
            except ValueError:
                self._problems.add(layout.ORDERS, "verify_line_unreadable", line=place)
                continue
            if age is None:
                age = line.age
                csv.take(table.heading(age))
            elif line.age is not age:
                # A pack is written by one release: a line that says less than the others was made by somebody else.
                self._problems.add(layout.ORDERS, "verify_line_of_another_form", line=place)
                continue
            csv.take(table.row(line))
            self.tally.add(line)
            self._together.add(line)
            self._check_order(line, data, messages)
        if age is None:
            csv.take(table.heading())
        if self._leaves is not None and place != len(self._leaves):
            self._problems.add(layout.ORDERS, "verify_order_count", found=place, sealed=len(self._leaves))
        for key in self._together.one_sided():
            self._problems.add(layout.ORDERS, "verify_named_with_differs", order=key.order_id)
        if not messages.is_at_end():
            self._problems.add(layout.MESSAGES, "verify_records_left_over")
        listed = self._reader.members.get(layout.ORDERS_CSV)
        if listed is not None and listed.sha256 != csv.sha256:
            self._problems.add(layout.ORDERS_CSV, "verify_csv_differs")

    def _check_order(self, line: OrderLine, data: bytes, messages: _Messages) -> None:
        order, key = line.order, line.order.key
        if key in self._keys:
            self._problems.add(layout.ORDERS, "verify_order_twice", order=order.order_id)
        self._keys.add(key)
        lines: list[bytes] = []
        records = [self._check_record(key, ref, messages, lines) for ref in line.records]
        whole = [record for record in records if record is not None]
        if len(whole) != len(records):
            return
        self._chats.check(order, whole)
        self._view.add(line, data, lines, self._chats.lines.get(key), screenshots_of(whole, self._screenshots))
        found = grade(whole)
        if found != line.grade:
            self._problems.add(
                layout.ORDERS,
                "verify_grade_made_up",
                order=order.order_id,
                stated=line.grade.grade.value,
                found=found.grade.value,
            )
        if not outcome_is_backed(order.outcome, found.grade):
            self._problems.add(
                layout.ORDERS,
                "verify_outcome_unbacked",
                order=order.order_id,
                outcome=order.outcome,
                grade=found.grade.value,
            )

    def _check_record(
        self, key: OrderKey, ref: RecordRef, messages: _Messages, lines: list[bytes]
    ) -> SealedRecord | None:
        before = messages.offset
        data = messages.at(ref.offset)
        if before != ref.offset:
            # Records stand without gaps: a jump means lines that no order speaks of, or a wrong place.
            self._problems.add(layout.MESSAGES, "verify_record_place", ref=ref.ref, order=key.order_id)
        if data is None:
            self._problems.add(layout.MESSAGES, "verify_record_missing", ref=ref.ref, order=key.order_id)
            return None
        if len(data) != ref.length or sha256_hex(data) != ref.sha256:
            self._problems.add(layout.MESSAGES, "verify_record_changed", ref=ref.ref, order=key.order_id)
            return None
        try:
            record = parse_record(data)
        except ValueError:
            self._problems.add(layout.MESSAGES, "verify_record_unreadable", ref=ref.ref, order=key.order_id)
            return None
        lines.append(data)
        if record.ref != ref.ref or not record.is_of(key):
            self._problems.add(layout.MESSAGES, "verify_record_misplaced", ref=ref.ref, order=key.order_id)
        if record.ref in self._refs:
            self._problems.add(layout.MESSAGES, "verify_record_twice", ref=ref.ref)
        self._refs.add(record.ref)
        fault = record_fault(record, self._scripts, self._approvals, self._screenshots.keys())
        if fault:
            self._problems.add(layout.MESSAGES, fault, ref=ref.ref, order=key.order_id)
        return record

    def _check_summary(self, raw: dict[str, Any]) -> None:
        manifest = self._manifest
        counted = self.tally.as_json(dict(raw["counts"]["outcomes"]))
        if raw["counts"] != counted or manifest.counts != counted:
            self._problems.add(layout.SUMMARY, "verify_counts_differ")
        if not raw["planned"] == manifest.planned == self.tally.orders:
            self._problems.add(
                layout.SUMMARY, "verify_planned_differs", planned=manifest.planned, found=self.tally.orders
            )
        said = (raw["is_simulated"], raw["label"], raw["sealed_at"], raw["incident"])
        if said != (manifest.is_simulated, manifest.label, manifest.sealed_at, manifest.incident):
            self._problems.add(layout.SUMMARY, "verify_summary_differs")

    def _check_faces(self) -> None:
        label = layout.SIMULATED if self._manifest.is_simulated else ""
        if self._manifest.label != label:
            self._problems.add(layout.MANIFEST, "verify_label_differs")
        for name in (layout.START, layout.README):
            data = self._reader.small(name)
            if data is not None and label.encode() not in data:
                self._problems.add(name, "verify_label_differs")
