"""One order taken out of a pack: its line, its records, what belongs to it, and proofs that lead to the signed root.

Needs no database, no network and no key: whoever has the pack can make it, and nothing in it is signed anew.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seawall.evidence.records import Json
from seawall.evidence.seal import faces, layout, zipform
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.lines import OrderLine, SealedRecord, parse_order, parse_record
from seawall.evidence.seal.manifest import ManifestView
from seawall.evidence.seal.members import member_of
from seawall.evidence.seal.merkle import InclusionProofs
from seawall.evidence.seal.packfile import write_zip
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.proofs import Proof, proofs_bytes
from seawall.evidence.seal.reader import PackReader, open_pack
from seawall.evidence.seal.rootfile import RootView
from seawall.evidence.seal.verify import verify_pack

_ALWAYS = (layout.APPROVALS, layout.SCRIPTS)
"""Members about the whole storm that an order cannot be understood without."""
_LARGEST_FACTS = 256 << 10
"""Bytes of a facts sheet that is still taken along: with thousands of screenshots its list is larger than the rest."""
_SEALS = (layout.PUBLIC_KEY, layout.ROOT, layout.ROOT_SIGNATURE, layout.TIME_STAMP)


@dataclass(frozen=True, kw_only=True)
class Extract:
    """What was written."""

    path: Path
    sha256: str
    size: int
    order_id: str
    shop: str
    root: str
    records: int
    files: list[str]
    """Every member, in order."""


def extract_order(pack: Path, order_id: str, out: Path, *, shop: str = "", token: bytes | None = None) -> Extract:
    """Write the extract of an order to `out`. `shop` tells apart orders of one number in several shops.

    `token` is a time-stamp token that came after the sealing, if there is one and none is in the pack.
    Raises PackRefused(pack_extract_unverified, pack_extract_too_old, pack_extract_order_unknown,
    pack_extract_order_ambiguous, pack_folder_missing); nothing is written then.
    """
    if not out.parent.is_dir():
        raise PackRefused("pack_folder_missing", folder=str(out.parent))
    report = verify_pack(pack)
    if not report.ok or report.form != layout.FORMAT:
        what = report.problems[0].what if report.problems else report.form
        raise PackRefused("pack_extract_unverified", name=pack.name, what=what)
    aside = Problems(None)
    file = open_pack(pack, aside)
    if file is None:
        raise PackRefused("pack_file_unreadable", name=pack.name)
    with file:
        reader = PackReader(file, file.seek(0, 2), pack.name, aside)
        reader.read_structure()
        if layout.ROOT not in reader.members:
            raise PackRefused("pack_extract_too_old", name=pack.name)
        return _Extraction(reader).write(order_id, shop, out, token)


class _Extraction:
    def __init__(self, reader: PackReader) -> None:
        self._reader = reader
        self._manifest = ManifestView.parse(reader.small(layout.MANIFEST) or b"")
        self._key = VerifyKey.from_pem(reader.small(layout.PUBLIC_KEY) or b"")
        self._root = RootView.parse(reader.small(layout.ROOT) or b"", self._key)

    def write(self, order_id: str, shop: str, out: Path, token: bytes | None) -> Extract:
        place, line = self._find(order_id, shop)
        order = parse_order(line)
        records = [self._reader.piece(layout.MESSAGES, ref.offset, ref.length) for ref in order.records]
        read = [parse_record(record) for record in records]
        names = sorted({*_ALWAYS, *self._texts(read), *self._of_order(order, read)} & self._manifest.files.keys())
        seals = {name: self._reader.small(name) for name in (*_SEALS, *self._keys())}
        if token is not None and seals[layout.TIME_STAMP] is None:
            seals[layout.TIME_STAMP] = token
        proofs = self._proofs(place, names)
        files = {
            layout.ORDER: line,
            layout.ORDER_RECORDS: b"".join(record + b"\n" for record in records),
            layout.PROOFS: proofs_bytes(proofs, self._root.size),
            layout.README: faces.extract_readme(self._root, order.order),
            layout.HOW_TO: faces.extract_how_to(self._key, self._root, records=len(records)),
            **{name: data for name, data in seals.items() if data is not None},
            **{name: self._whole(name) for name in names},
        }
        stamp = zipform.dos_stamp(self._manifest.sealed_instant)
        sha256, size = write_zip([member_of(*row) for row in sorted(files.items())], stamp, out, lambda *_: None)
        return Extract(
            path=out,
            sha256=sha256,
            size=size,
            order_id=order.order.order_id,
            shop=order.order.shop,
            root=self._root.root.hex(),
            records=len(records),
            files=sorted(files),
        )

    def _find(self, order_id: str, shop: str) -> tuple[int, bytes]:
        wanted = order_id.encode("utf-8", "replace")
        found = [
            (place, line, parse_order(line).order)
            for place, line in enumerate(self._reader.lines(layout.ORDERS))
            if wanted in line
        ]
        found = [row for row in found if row[2].order_id == order_id and shop in ("", row[2].shop)]
        if not found:
            raise PackRefused("pack_extract_order_unknown", order=order_id)
        if len(found) > 1:
            shops = ", ".join(sorted({row[2].shop for row in found}))
            raise PackRefused("pack_extract_order_ambiguous", order=order_id, shops=shops)
        return found[0][0], found[0][1]

    def _texts(self, records: list[SealedRecord]) -> Iterator[str]:
        """The wording of the scripts that the records were made from, in the languages they are in."""
        used = {(record.script_digest, record.language) for record in records}
        for script in parse_canonical(self._reader.small(layout.SCRIPTS) or b"")["scripts"]:
            for row in script["texts"]:
                if (script["digest"], row["language"]) in used:
                    yield row["path"]

    def _of_order(self, order: OrderLine, records: list[SealedRecord]) -> Iterator[str]:
        """Members that belong to this order: what a list in the pack ties to it, and screenshots its records name."""
        facts = parse_canonical(self._reader.small(layout.FACTS) or b"")
        if self._reader.members[layout.FACTS].entry.size <= _LARGEST_FACTS:
            yield layout.FACTS
        named = {record.attachment_sha256 for record in records} - {""}
        yield from (row["path"] for row in facts["screenshots"] if row["sha256"] in named)
        key = order.order.key
        wanted = json.dumps(key.order_id, ensure_ascii=False).encode()
        for name in self._manifest.files:
            if not name.endswith(".jsonl") or name.startswith((layout.SEAL, "records/")):
                continue
            for line in self._reader.lines(name):
                row = parse_canonical(line) if wanted in line else {}
                where = (row.get("platform"), row.get("market"), row.get("shop"), row.get("order_id"))
                if where == (key.platform.value, key.market.value, key.shop, key.order_id):
                    yield from paths_in(row)

    def _keys(self) -> list[str]:
        return [name for name in self._manifest.files if name.startswith(layout.KEYS)]

    def _whole(self, name: str) -> bytes:
        found = self._reader.members[name]
        return self._reader.piece(name, 0, found.entry.size)

    def _proofs(self, place: int, names: list[str]) -> list[Proof]:
        tree = parse_canonical(self._reader.small(layout.TREE) or b"")
        proofs = InclusionProofs([bytes.fromhex(leaf) for leaf in tree["leaves"]])
        at = {path: n for n, path in enumerate(p for p in self._manifest.files if not p.startswith(layout.SEAL))}
        first = self._manifest.carried + self._manifest.orders
        indexes = {layout.ORDER: self._manifest.carried + place, **{name: first + at[name] for name in names}}
        return [Proof(index, name, tuple(proofs.of(index))) for name, index in indexes.items()]


def paths_in(value: Json) -> Iterator[str]:
    """Every text under a key `path`, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "path" and isinstance(inner, str):
                yield inner
            else:
                yield from paths_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from paths_in(inner)
