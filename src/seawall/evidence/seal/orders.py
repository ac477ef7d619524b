"""Orders and their records on their way into a pack: graded, checked, spooled, counted, hashed into leaves."""

import json
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from pathlib import Path

from seawall.evidence.grades import grade
from seawall.evidence.records import Grade, MessageRecord, OrderEvidence, OrderKey, PackContents, RecordKind, body_bytes
from seawall.evidence.seal import layout, table
from seawall.evidence.seal.chats import ChatMembers
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.lines import OrderLine, RecordRef, SealedRecord, order_line, record_line, sha256_hex
from seawall.evidence.seal.members import Member, Spool
from seawall.evidence.seal.merkle import leaf_hash
from seawall.evidence.seal.tally import Tally, same_counts
from seawall.evidence.seal.view import ViewMembers

Progress = Callable[[str, int, int], None]
_EVERY = 200
GRADE_NAMES = {grade.value: grade for grade in Grade}


class NamedTogether:
    """Which orders say that their message names which others: each must say it of the other."""

    def __init__(self) -> None:
        self._named: dict[OrderKey, tuple[tuple[str, ...], str]] = {}

    def add(self, line: OrderLine) -> None:
        """Note what one order says."""
        if line.order.named_with:
            self._named[line.order.key] = (line.order.named_with, line.grade.message_id)

    def one_sided(self) -> list[OrderKey]:
        """Orders that name one which does not name them back by the same message, or that are not in order."""
        return [key for key, (others, message) in self._named.items() if not self._agrees(key, others, message)]

    def _agrees(self, key: OrderKey, others: tuple[str, ...], message: str) -> bool:
        if list(others) != sorted(set(others)) or key.order_id in others:
            return False
        whole = sorted([*others, key.order_id])
        for other in others:
            theirs = self._named.get(replace(key, order_id=other))
            if theirs is None or theirs[1] != message or sorted([*theirs[0], other]) != whole:
                return False
        return True


class OrderSpools:
    """The three order members while they grow. Raises PackRefused at the first thing that does not fit."""

    def __init__(self, contents: PackContents, folder: Path, screenshots: Mapping[str, str]) -> None:
        self.tally = Tally()
        self.leaves: list[bytes] = []
        self._messages = Spool(layout.MESSAGES, folder)
        self._orders = Spool(layout.ORDERS, folder)
        self._csv = Spool(layout.ORDERS_CSV, folder)
        self._csv.write(table.heading())
        self._chats = ChatMembers(folder, is_simulated=contents.is_simulated)
        self._view = ViewMembers(folder)
        self._together = NamedTogether()
        self._keys: set[OrderKey] = set()
        self._refs: set[str] = set()
        self._scripts = {script.digest for script in contents.scripts}
        self._approvals = {approval.digest for approval in contents.approvals}
        self._screenshots = dict(screenshots)

    def take_all(self, contents: PackContents, progress: Progress) -> None:
        """Read every order, then compare the counts with what the ledger says."""
        for order in contents.orders:
            self.add(order)
            if self.tally.orders % _EVERY == 0:
                progress("orders", self.tally.orders, contents.planned)
        if self.tally.orders != contents.planned:
            raise PackRefused("pack_order_count", planned=contents.planned, found=self.tally.orders)
        if sum(contents.outcomes.values()) != contents.planned:
            raise PackRefused("pack_outcome_sum", planned=contents.planned, found=sum(contents.outcomes.values()))
        if not same_counts(contents.outcomes, self.tally.outcomes):
            names = {*contents.outcomes, *self.tally.outcomes}
            wrong = min(name for name in names if contents.outcomes.get(name, 0) != self.tally.outcomes[name])
            raise PackRefused(
                "pack_outcome_count",
                outcome=wrong,
                claimed=contents.outcomes.get(wrong, 0),
                found=self.tally.outcomes[wrong],
            )
        for key in self._together.one_sided():
            raise PackRefused("pack_named_with_differs", order=key.order_id)
        progress("orders", self.tally.orders, contents.planned)

    def add(self, order: OrderEvidence) -> None:
        """One order with its records."""
        if order.key in self._keys:
            raise PackRefused("pack_order_twice", order=order.order_id)
        self._keys.add(order.key)
        found = grade(order.records)
        if order.stated_grade not in (None, found.grade):
            raise PackRefused(
                "pack_grade_differs", order=order.order_id, stated=str(order.stated_grade), found=found.grade.value
            )
        if not outcome_is_backed(order.outcome, found.grade):
            raise PackRefused(
                "pack_outcome_unbacked", order=order.order_id, outcome=order.outcome, grade=found.grade.value
            )
        lines: list[bytes] = []
        line = OrderLine(order, found, tuple(self._add_record(order, record, lines) for record in order.records))
        data = order_line(line)
        self.leaves.append(leaf_hash(data))
        self._orders.write(data + b"\n")
        self._csv.write(table.row(line))
        self.tally.add(line)
        picture = None if order.picture is None else self._chats.add(order, order.picture)
        self._view.lines.add(line, data, lines, picture, screenshots_of(order.records, self._screenshots))
        self._together.add(line)

    def _add_record(self, order: OrderEvidence, record: MessageRecord, lines: list[bytes]) -> RecordRef:
        if record.key != order.key:
            raise PackRefused("pack_record_of_other_order", ref=record.ref, order=order.order_id)
        if record.ref in self._refs:
            raise PackRefused("pack_record_twice", ref=record.ref)
        self._refs.add(record.ref)
        wrong = record_fault(record, self._scripts, self._approvals, self._screenshots.keys())
        if wrong:
            raise PackRefused(wrong, ref=record.ref, order=order.order_id)
        data = record_line(record)
        lines.append(data)
        ref = RecordRef(record.ref, sha256_hex(data), self._messages.measure.size, len(data))
        self._messages.write(data + b"\n")
        return ref

    def members(self) -> list[Member]:
        """The finished members."""
        return [*(spool.member() for spool in self._spools()), *self._chats.members(), *self._view.members()]

    def close(self) -> None:
        """Give the space back."""
        for spool in self._spools():
            spool.close()
        self._chats.close()
        self._view.close()

    def _spools(self) -> tuple[Spool, ...]:
        return self._messages, self._orders, self._csv


def outcome_is_backed(outcome: str, found: Grade) -> bool:
    """Whether an outcome that is the name of a grade has at least that grade behind it. Other outcomes claim none."""
    return outcome not in GRADE_NAMES or found.rank >= GRADE_NAMES[outcome].rank


def screenshots_of(records: Iterable[MessageRecord | SealedRecord], known: Mapping[str, str]) -> dict[str, str]:
    """{sha256: path} of the screenshots among these records. `known` holds all of the pack."""
    return {
        record.attachment_sha256: known.get(record.attachment_sha256, "")
        for record in records
        if record.kind is RecordKind.SCREENSHOT
    }


def record_fault(
    record: MessageRecord | SealedRecord, scripts: set[str], approvals: set[str], screenshots: Set[str]
) -> str:
    """The code of what is wrong with a record by itself, or nothing. The same rule when sealing and when verifying."""
    if record.script_digest and record.script_digest not in scripts:
        return "pack_record_script_unknown"
    if record.approval_digest and record.approval_digest not in approvals:
        return "pack_record_approval_unknown"
    if record.kind is RecordKind.SCREENSHOT:
        return "" if record.attachment_sha256 in screenshots else "pack_record_screenshot_missing"
    try:
        body = body_bytes(record.body, record.body_encoding)
    except ValueError:
        return "pack_record_body_unreadable"
    # What we read out of a body must be in it: an id that is not there was made up.
    if record.message_id and not _stands_in(record.message_id, body):
        return "pack_record_id_not_in_body"
    return ""


def _stands_in(message_id: str, body: bytes) -> bool:
    plain = message_id.encode("utf-8", "replace")
    # JSON may write a slash as `\/` and any other letter as `\uXXXX`.
    return plain in body or plain in body.replace(b"\\/", b"/") or json.dumps(message_id)[1:-1].encode() in body
