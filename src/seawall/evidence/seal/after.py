"""Compare a pack with one that was sealed before it: what an earlier pack proved, a later one must still hold.

The tree shows it by hashes alone (RFC 6962 section 2.1.2). With both files at hand the contents are compared as well,
since a later pack could carry the old leaves and yet leave the old records out.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from seawall.evidence.records import OrderKey
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.keychain import Chain
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.lines import OrderLine, RecordRef, SealedRecord, parse_order, parse_record
from seawall.evidence.seal.manifest import ManifestView
from seawall.evidence.seal.merkle import root_of
from seawall.evidence.seal.problems import Problem, Problems
from seawall.evidence.seal.reader import PackReader, open_pack
from seawall.evidence.seal.sealcheck import read_chain
from seawall.evidence.seal.verify import VerifyReport, verify_pack
from seawall.kernel.languages import Language

_READINGS = ("approval_digest", "language", "script_digest")
"""Our own reading of a record that may be empty at first: it names script and approval once the ledger knows them."""


def verify_after(new: Path | str, old: Path | str, *, language: Language | None = None, **asked: Any) -> VerifyReport:
    """Verify both packs, then that `new` is a later pack of the same storm that dropped and changed nothing of `old`.

    Problems of `old` itself stand under its file's name. `asked` goes to `verify_pack` for `new`. Never raises for what
    is in the files.
    """
    new, old = Path(new), Path(old)
    report = verify_pack(new, language=language, **asked)
    before = verify_pack(old, language=language)
    found = [
        *report.problems,
        *(Problem(f"{old.name}: {each.path}", each.what, each.code) for each in before.problems),
    ]
    if not found:
        problems = Problems(language)
        alone = [path.name for path, each in ((new, report), (old, before)) if each.form != layout.FORMAT]
        for name in alone:
            problems.add(name, "pack_is_extract", name=name)
        if not alone:
            with _Opened(new) as later, _Opened(old) as earlier:
                _Comparison(later, earlier, new.name, old.name, problems).run()
        found = problems.listed()
    return replace(report, ok=not found, problems=found, after_root=before.root)


class _Opened:
    """A pack that was verified a moment ago, open for reading."""

    def __init__(self, path: Path) -> None:
        aside = Problems(None)
        file = open_pack(path, aside)
        if file is None:
            raise OSError(str(path))
        self._file = file
        self.reader = PackReader(file, file.seek(0, 2), path.name, aside)
        self.reader.read_structure()
        self.manifest = ManifestView.parse(self.reader.small(layout.MANIFEST) or b"")
        self.key = VerifyKey.from_pem(self.reader.small(layout.PUBLIC_KEY) or b"")
        self.chain: Chain = read_chain(self.reader, self.key, aside)
        tree = parse_canonical(self.reader.small(layout.TREE) or b"")
        self.leaves = [bytes.fromhex(leaf) for leaf in tree["leaves"]]

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def orders(self) -> dict[OrderKey, OrderLine]:
        """Every order's line."""
        lines = map(parse_order, self.reader.lines(layout.ORDERS))
        return {line.order.key: line for line in lines}

    def json(self, name: str) -> dict[str, Any]:
        """A small member."""
        return parse_canonical(self.reader.small(name) or b"")

    def record(self, ref: RecordRef) -> SealedRecord:
        """One record."""
        return parse_record(self.reader.piece(layout.MESSAGES, ref.offset, ref.length))


class _Comparison:
    """One run over two packs that both verify by themselves."""

    def __init__(self, new: _Opened, old: _Opened, new_name: str, old_name: str, problems: Problems) -> None:
        self._new, self._old = new, old
        self._new_name, self._old_name = new_name, old_name
        self._problems = problems

    def run(self) -> None:
        """All comparisons; a pack of another storm, or one that is not later, is not compared any further."""
        if not (self._is_same_storm() and self._is_later()):
            return
        self._compare_keys()
        self._compare_trees()
        self._compare_orders()
        self._compare_rest()

    def _is_same_storm(self) -> bool:
        new, old = self._new.manifest.incident, self._old.manifest.incident
        if (new.get("reference"), new.get("team")) == (old.get("reference"), old.get("team")):
            return True
        self._problems.add(
            self._new_name,
            "verify_after_other_storm",
            new=str(new.get("reference"))[:60],
            old=str(old.get("reference"))[:60],
        )
        return False

    def _is_later(self) -> bool:
        new, old = self._new.leaves, self._old.leaves
        if new == old:
            self._problems.add(self._new_name, "verify_after_same", old=self._old_name)
        elif len(new) < len(old) and old[: len(new)] == new:
            self._problems.add(self._new_name, "verify_after_is_older", old=self._old_name)
        elif self._new.manifest.sealed_at < self._old.manifest.sealed_at:
            self._problems.add(
                self._new_name,
                "verify_after_sealed_before",
                old=self._old_name,
                new_at=self._new.manifest.sealed_at,
                old_at=self._old.manifest.sealed_at,
            )
        else:
            return True
        return False

    def _compare_keys(self) -> None:
        new, old = self._new, self._old
        if all(key.fingerprint != old.key.fingerprint for key in new.chain.keys):
            retired = old.chain.retired_at(new.key.fingerprint)
            code = "verify_after_key_retired" if retired else "verify_after_other_key"
            self._problems.add(
                layout.PUBLIC_KEY, code, key=new.key.key_id, old_key=old.key.key_id, old=self._old_name, at=retired
            )

    def _compare_trees(self) -> None:
        new, old = self._new.leaves, self._old.leaves
        if root_of(new[: len(old)]) == root_of(old):
            return
        self._problems.add(layout.TREE, "verify_after_tree", old=self._old_name, root=self._old.manifest.root)
        if self._new.manifest.carried < len(old):
            return  # the old tree is not here at all; what is missing of the contents is said of them
        wrong = [place for place, leaf in enumerate(old) if new[place] != leaf]
        first_order, manifest = self._old.manifest.carried, self._old.manifest
        lines = list(self._old.reader.lines(layout.ORDERS))
        files = [path for path in manifest.files if not path.startswith(layout.SEAL)]
        for place in wrong:
            if place < first_order:
                self._problems.add(layout.TREE, "verify_after_leaf", old=self._old_name, leaf=place)
            elif place < first_order + manifest.orders:
                order = parse_order(lines[place - first_order]).order.order_id
                self._problems.add(layout.TREE, "verify_after_order_leaf", old=self._old_name, order=order)
            else:
                file = files[place - first_order - manifest.orders]
                self._problems.add(layout.TREE, "verify_after_file_leaf", old=self._old_name, file=file)

    def _compare_orders(self) -> None:
        new = self._new.orders()
        for key, before in self._old.orders().items():
            now = new.get(key)
            if now is None:
                self._problems.add(layout.ORDERS, "verify_after_order_dropped", order=key.order_id, old=self._old_name)
                continue
            refs = {ref.ref: ref for ref in now.records}
            for ref in before.records:
                again = refs.get(ref.ref)
                said = {"ref": ref.ref, "order": key.order_id, "old": self._old_name}
                if again is None:
                    self._problems.add(layout.MESSAGES, "verify_after_record_dropped", **said)
                elif again.sha256 != ref.sha256 and not _is_same(self._old.record(ref), self._new.record(again)):
                    self._problems.add(layout.MESSAGES, "verify_after_record_changed", **said)

    def _compare_rest(self) -> None:
        new, old = self._new, self._old
        facts, facts_before = new.json(layout.FACTS), old.json(layout.FACTS)
        for kind in ("papers", "screenshots"):
            here = {row["sha256"] for row in facts[kind]}
            for row in facts_before[kind]:
                if row["sha256"] not in here:
                    self._problems.add(row["path"], "verify_after_file_dropped", old=self._old_name)
        for name, kind in ((layout.SCRIPTS, "scripts"), (layout.APPROVALS, "approvals")):
            here = {row["digest"] for row in new.json(name)[kind]}
            for row in old.json(name)[kind]:
                if row["digest"] not in here:
                    self._problems.add(name, "verify_after_digest_dropped", digest=row["digest"], old=self._old_name)
        entries = set(new.reader.lines(layout.TIMELINE))
        for place, line in enumerate(old.reader.lines(layout.TIMELINE), 1):
            if line not in entries:
                self._problems.add(layout.TIMELINE, "verify_after_entry_dropped", line=place, old=self._old_name)


def _is_same(before: SealedRecord, now: SealedRecord) -> bool:
    """Whether what was received is the same, and what was read out of it has only been added to."""
    if any(getattr(before, name) not in ("", getattr(now, name)) for name in _READINGS):
        return False
    return before._replace(**{name: getattr(now, name) for name in _READINGS}) == now
