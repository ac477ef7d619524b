"""Check an extract: every member leads to the signed root by its proof, the order's story follows from its records."""

from typing import Any

from seawall.evidence.grades import grade
from seawall.evidence.pictures.digest import drawn_from
from seawall.evidence.pictures.labels import LONGEST, is_labelled
from seawall.evidence.seal import faces, keychain, layout, zipform
from seawall.evidence.seal.canonical import parse_canonical, parse_instant
from seawall.evidence.seal.keychain import Chain
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.lines import OrderLine, SealedRecord, parse_order, parse_record, sha256_hex
from seawall.evidence.seal.manifest import file_leaf
from seawall.evidence.seal.merkle import leaf_hash, verify_inclusion
from seawall.evidence.seal.orders import outcome_is_backed, record_fault
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.proofs import Proof, parse_proofs
from seawall.evidence.seal.reader import PackReader
from seawall.evidence.seal.rootfile import RootView
from seawall.evidence.seal.sealcheck import check_chain_time
from seawall.evidence.seal.tally import Tally

_UNPROVEN = frozenset(
    {
        layout.ORDER_RECORDS, layout.README, layout.HOW_TO, layout.PROOFS, layout.ROOT, layout.ROOT_SIGNATURE,
        layout.PUBLIC_KEY, layout.TIME_STAMP,
    }
)  # fmt: skip
"""Members that no proof leads from: each is checked in a way of its own."""
REQUIRED = (
    layout.ORDER, layout.ORDER_RECORDS, layout.README, layout.HOW_TO, layout.PROOFS, layout.ROOT, layout.ROOT_SIGNATURE,
    layout.PUBLIC_KEY, layout.SCRIPTS, layout.APPROVALS,
)  # fmt: skip


class ExtractCheck:
    """One run over an extract."""

    def __init__(self, reader: PackReader, name: str, key: VerifyKey | None, problems: Problems) -> None:
        self.tally = Tally()
        self.root: RootView | None = None
        self._reader = reader
        self._name = name
        self._key = key
        self._problems = problems

    def run(self, chain: Chain | None) -> None:
        """All checks; what is wrong goes to the problems."""
        for name in REQUIRED:
            if name not in self._reader.members and not self._problems.at(name):
                self._problems.add(name, "verify_member_missing")
        self.root = self._read_root()
        if self.root is None or self._key is None:
            return
        if chain is not None:
            check_chain_time(chain, self.root.sealed_at, self._problems)
        if self._reader.stamps - {zipform.dos_stamp(parse_instant(self.root.sealed_at))}:
            self._problems.add(self._name, "verify_stamp_differs", sealed_at=self.root.sealed_at)
        self._check_proofs(self.root)
        line = self._order()
        if line is None:
            return
        records = self._check_records(line)
        self._check_story(line, records, self.root)
        if records is not None:
            self._check_pictures(line, records, self.root)
        self.tally.add(line)
        self._check_faces(line, self.root, self._key)

    def _read_root(self) -> RootView | None:
        data, signature = self._reader.small(layout.ROOT), self._reader.small(layout.ROOT_SIGNATURE)
        if data is None or self._key is None:
            return None
        if signature is not None and not self._key.signed(data, signature):
            # Which of the two was changed cannot be told where both are in their form: both are named.
            self._problems.add(layout.ROOT, "verify_root_changed", key=self._key.key_id)
            self._problems.add(layout.ROOT_SIGNATURE, "verify_root_signature_wrong", key=self._key.key_id)
        try:
            return RootView.parse(data, self._key)
        except ValueError:
            self._problems.add(layout.ROOT, "verify_root_unreadable")
            return None

    def _check_proofs(self, root: RootView) -> None:
        try:
            proofs = parse_proofs(self._reader.small(layout.PROOFS) or b"", root.size)
        except ValueError:
            self._problems.add(layout.PROOFS, "verify_proofs_unreadable")
            proofs = []
        for proof in proofs:
            if proof.name not in self._reader.members:
                if not self._problems.at(proof.name):
                    self._problems.add(proof.name, "verify_member_missing")
            elif not self._holds(proof, root):
                self._problems.add(proof.name, "verify_proof_fails", root=root.root.hex())
        proven = {proof.name for proof in proofs}
        for name in self._reader.members:
            if name not in proven and name not in _UNPROVEN and not _is_of_a_key(name):
                self._problems.add(name, "verify_member_unproven")
        for name in proven & _UNPROVEN:
            self._problems.add(layout.PROOFS, "verify_proof_of_other", file=name)

    def _holds(self, proof: Proof, root: RootView) -> bool:
        found = self._reader.members[proof.name]
        first_file = root.carried + root.orders
        if proof.name == layout.ORDER:
            is_in_place = root.carried <= proof.index < first_file
            leaf = leaf_hash(self._reader.small(layout.ORDER) or b"")
        else:
            is_in_place = proof.index >= first_file
            leaf = file_leaf(proof.name, found.sha256, found.entry.size)
        return is_in_place and verify_inclusion(leaf, proof.index, root.size, proof.path, root.root)

    def _order(self) -> OrderLine | None:
        data = self._reader.small(layout.ORDER)
        if data is None:
            return None
        try:
            return parse_order(data)
        except ValueError:
            self._problems.add(layout.ORDER, "verify_line_unreadable", line=1)
            return None

    def _check_records(self, line: OrderLine) -> list[SealedRecord] | None:
        """The order's records, or None when they are not all here as they were sealed."""
        key = line.order.key
        lines = list(self._reader.lines(layout.ORDER_RECORDS))
        here = {sha256_hex(data): data for data in lines}
        records = []
        for ref in line.records:
            data = here.pop(ref.sha256, None)
            if data is None:
                self._problems.add(layout.ORDER_RECORDS, "verify_record_missing", ref=ref.ref, order=key.order_id)
                continue
            try:
                record = parse_record(data)
            except ValueError:
                self._problems.add(layout.ORDER_RECORDS, "verify_record_unreadable", ref=ref.ref, order=key.order_id)
                continue
            if record.ref != ref.ref or not record.is_of(key):
                self._problems.add(layout.ORDER_RECORDS, "verify_record_misplaced", ref=ref.ref, order=key.order_id)
            records.append(record)
        if [sha256_hex(data) for data in lines] != [ref.sha256 for ref in line.records]:
            self._problems.add(layout.ORDER_RECORDS, "verify_records_left_over")
        return records if len(records) == len(line.records) else None

    def _check_story(self, line: OrderLine, records: list[SealedRecord] | None, root: RootView) -> None:
        scripts, approvals = self._digests(layout.SCRIPTS, "scripts"), self._digests(layout.APPROVALS, "approvals")
        pictures = {found.sha256 for name, found in self._reader.members.items() if name.startswith(layout.SCREENSHOTS)}
        order = line.order.order_id
        for record in records or []:
            fault = record_fault(record, scripts, approvals, pictures)
            if fault:
                self._problems.add(layout.ORDER_RECORDS, fault, ref=record.ref, order=order)
        if records is not None:
            found = grade(records)
            names = {"order": order, "stated": line.grade.grade.value, "found": found.grade.value}
            if found != line.grade:
                self._problems.add(layout.ORDER, "verify_grade_made_up", **names)
            if not outcome_is_backed(line.order.outcome, found.grade):
                self._problems.add(
                    layout.ORDER,
                    "verify_outcome_unbacked",
                    order=order,
                    outcome=line.order.outcome,
                    grade=found.grade.value,
                )
        if not root.is_simulated and self._has_simulated_approval():
            self._problems.add(layout.APPROVALS, "verify_approval_simulated", step="?")

    def _check_pictures(self, line: OrderLine, records: list[SealedRecord], root: RootView) -> None:
        """Pictures may be left out. One of another order, of other records, or with a page missing must not pass.

        Those of all orders lead to the root: that alone makes none a picture of this order.
        """
        order = line.order
        named = {record.attachment_sha256 for record in records}
        for name, member in self._reader.members.items():
            if name.startswith(layout.SCREENSHOTS) and member.sha256 not in named:
                self._problems.add(name, "verify_screenshot_of_other", order=order.order_id)
        found = drawn_from(order.key, order.shop_name, records, is_simulated=root.is_simulated)
        pages = [name for name in self._reader.members if name.startswith(layout.CHATS)]
        numbers = range(1, len(pages) + 1)
        here: set[int] = set()
        for name in pages:
            head = self._reader.piece(name, 0, LONGEST)
            number = next((n for n in numbers if is_labelled(head, order.key, found, n, len(pages))), 0)
            if number == 0 or number in here:
                self._problems.add(name, "verify_picture_of_other", order=order.order_id)
            here.add(number)

    def _rows(self, name: str, kind: str) -> list[dict[str, Any]]:
        data = self._reader.small(name)
        if data is None:
            return []
        try:
            rows = parse_canonical(data)[kind]
            return [dict(row.items()) for row in rows]
        except (ValueError, KeyError, TypeError, AttributeError):
            self._problems.add(name, "verify_json_unreadable")
            return []

    def _digests(self, name: str, kind: str) -> set[str]:
        return {str(row.get("digest")) for row in self._rows(name, kind)}

    def _has_simulated_approval(self) -> bool:
        return any(row.get("is_simulated") is not False for row in self._rows(layout.APPROVALS, "approvals"))

    def _check_faces(self, line: OrderLine, root: RootView, key: VerifyKey) -> None:
        for name, wanted in (
            (layout.README, faces.extract_readme(root, line.order)),
            (layout.HOW_TO, faces.extract_how_to(key, root, records=len(line.records))),
        ):
            if self._reader.small(name) not in (None, wanted):
                self._problems.add(name, "verify_member_not_as_made")


def _is_of_a_key(name: str) -> bool:
    # Whether the members of the chain are the right ones is checked by following it.
    return name.startswith(layout.KEYS) and name.count("/") == keychain.names(1)[0].count("/")
