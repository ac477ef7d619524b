"""A sealed pack cut to what a platform's desk takes: by shop, in two halves, in files that fit. All or nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from seawall.evidence.receivers import sheet
from seawall.evidence.receivers.profiles import Profile, Talk
from seawall.evidence.receivers.volumes import Volume
from seawall.evidence.records import OrderKey, RecordKind
from seawall.evidence.seal import layout, table
from seawall.evidence.seal.canonical import parse_canonical
from seawall.evidence.seal.lines import OrderLine, parse_order, parse_record
from seawall.evidence.seal.verify import VerifyReport, verify_pack
from seawall.kernel.cells import neutral
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform

MEGABYTE = 1_000_000
"""A limit of 10 MB is taken as the smaller of the two megabytes."""
PAPERS, ORDERS, WORDING, TALK, SCREENSHOTS = "1-papers", "2-orders", "3-wording", "4-talk", "5-screenshots"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the pack that is not in the kit, and the code of why."""

    path: str
    code: str


@dataclass
class ShopKit:
    """The folder of one shop: its files in the order of uploading, by path inside the kit."""

    folder: str
    market: Market
    shop: str
    name: str
    orders: int = 0
    pictured: int = 0
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What was written."""

    folder: Path
    profile: Profile
    reference: str
    root: str
    is_simulated: bool
    shops: list[ShopKit]
    left_out: list[LeftOut]

    def as_json(self) -> dict[str, Any]:
        """What `seawall evidence upload-kit --json` prints."""
        limits = {
            name: {"value": limit.value, "certainty": limit.certainty.value, "source": limit.source}
            for name, limit in (("file_mb", self.profile.file_mb), ("files", self.profile.files))
        }
        return {
            "folder": str(self.folder), "platform": self.profile.platform.value,
            "purpose": self.profile.purpose.value, "talk": self.profile.talk.value, "incident": self.reference,
            "root": self.root, "is_simulated": self.is_simulated, "limits": limits,
            "shops": [
                {"market": each.market.value, "shop": each.shop, "orders": each.orders, "pictured": each.pictured,
                 "files": each.files}
                for each in self.shops
            ],
            "left_out": [{"path": each.path, "code": each.code} for each in self.left_out],
        }  # fmt: skip


def write_kit(pack: Path, out: Path, profile: Profile, *, shop: str = "", language: Language | None = None) -> Kit:
    """Write the kit of a profile into the folder `out`, new or empty. `shop` limits it to one shop.

    Raises Refused for a pack that does not verify (kit_pack_unverified), that is a single order taken out of one
    (pack_is_extract), that holds no order of the platform and shop (kit_no_orders), or whose pictures do not fit
    (kit_picture_too_large); InvalidInput for a folder that cannot take it (kit_folder_taken, pack_folder_missing).
    Nothing is written then.
    """
    if not out.parent.is_dir():
        raise InvalidInput("pack_folder_missing", folder=str(out.parent))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput("kit_folder_taken", folder=str(out))
    report = verify_pack(pack, language=language)
    if not report.ok:
        raise Refused("kit_pack_unverified", name=pack.name, what=report.problems[0].what)
    if report.form != layout.FORMAT:
        raise Refused("pack_is_extract", name=pack.name)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        with ZipFile(pack) as file:
            kit = _Writer(file, report, profile, work, out).write(shop)
        if out.is_dir():
            out.rmdir()
        os.replace(work, out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    out.chmod(0o755)
    return kit


class _Writer:
    """One kit while it is written into `work`."""

    def __init__(self, file: ZipFile, report: VerifyReport, profile: Profile, work: Path, out: Path) -> None:
        self._file = file
        self._report = report
        self._profile = profile
        self._work = work
        self._out = out
        self._most = profile.file_mb.value * MEGABYTE
        self._left_out: list[LeftOut] = []
        self._facts = parse_canonical(file.read(layout.FACTS))
        self._pictures = dict(_pictures(file))
        self._contents: list[list[str]] = [["order", "market", "shop", "file", "first page", "pages"]]

    def write(self, shop: str) -> Kit:
        """All of it."""
        groups: dict[tuple[Market, str], list[OrderLine]] = {}
        for data in self._file.read(layout.ORDERS).splitlines():
            line = parse_order(data)
            if line.order.platform is self._profile.platform and shop in ("", line.order.shop):
                groups.setdefault((line.order.market, line.order.shop), []).append(line)
        if not groups:
            raise Refused("kit_no_orders", platform=self._profile.platform.title, shop=shop or "-")
        shops = [self._shop(number, lines) for number, lines in enumerate(groups.values(), 1)]
        kit = Kit(
            folder=self._out,
            profile=self._profile,
            reference=str(self._facts["incident"]["reference"]),
            root=self._report.root,
            is_simulated=self._report.is_simulated,
            shops=shops,
            left_out=self._left_out,
        )
        if len(self._contents) > 1:
            self._put("contents.csv", _csv(self._contents))
        self._put("UPLOAD.txt", sheet.text_of(kit).encode("utf-8"))
        return kit

    def _shop(self, number: int, lines: list[OrderLine]) -> ShopKit:
        order = lines[0].order
        safe = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in order.shop)[:40]
        kit = ShopKit(f"{number:02d}-{order.market.value}-{safe}", order.market, order.shop, order.shop_name)
        kit.orders = len(lines)
        for paper in self._facts["papers"]:
            self._copy(kit, PAPERS, str(paper["path"]))
        rows = b"".join(table.row(line) for line in lines)
        self._add(kit, f"{kit.folder}/{ORDERS}/orders.csv", table.heading() + rows)
        if self._profile.talk is Talk.TAKEN:
            self._wording(kit)
            self._talk(kit, lines)
            self._screenshots(kit, lines)
        return kit

    def _wording(self, kit: ShopKit) -> None:
        for script in parse_canonical(self._file.read(layout.SCRIPTS))["scripts"]:
            for text in script["texts"]:
                self._copy(kit, WORDING, str(text["path"]))

    def _talk(self, kit: ShopKit, lines: list[OrderLine]) -> None:
        volume = Volume(self._most)
        volumes = 1
        for line in lines:
            pages = self._pictures.get(line.order.key)
            if pages is None:
                continue
            drawn = [(path, self._file.read(path)) for path in pages]
            if not volume.add(line.order.order_id, drawn):
                self._bind(kit, volume, volumes)
                volume, volumes = Volume(self._most), volumes + 1
                volume.add(line.order.order_id, drawn)
            kit.pictured += 1
            first = len(volume.pages) - len(pages) + 1
            row = [f"{self._profile.platform.title} {kit.market.value} {line.order.order_id}", kit.market.value]
            self._contents.append([*row, kit.shop, _volume_name(kit, volumes), str(first), str(len(pages))])
        if volume.pages:
            self._bind(kit, volume, volumes)

    def _bind(self, kit: ShopKit, volume: Volume, number: int) -> None:
        self._add(kit, _volume_name(kit, number), volume.pdf())

    def _screenshots(self, kit: ShopKit, lines: list[OrderLine]) -> None:
        paths = {str(row["sha256"]): str(row["path"]) for row in self._facts["screenshots"]}
        with self._file.open(layout.MESSAGES) as messages:
            for line in lines:
                for ref in line.records if line.grade.has_screenshot else ():
                    messages.seek(ref.offset)
                    record = parse_record(messages.read(ref.length))
                    if record.kind is RecordKind.SCREENSHOT:
                        self._copy(kit, SCREENSHOTS, paths[record.attachment_sha256])

    def _copy(self, kit: ShopKit, folder: str, member: str) -> None:
        leaf = member.split("/", 1)[1].replace("/", "-")
        self._add(kit, f"{kit.folder}/{folder}/{leaf}", self._file.read(member), of=member)

    def _add(self, kit: ShopKit, path: str, data: bytes, *, of: str = "") -> None:
        if len(data) > self._most:
            self._left_out.append(LeftOut(of or path, "kit_left_too_large"))
            return
        if path not in kit.files:
            self._put(path, data)
            kit.files.append(path)

    def _put(self, path: str, data: bytes) -> None:
        place = self._work / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _volume_name(kit: ShopKit, number: int) -> str:
    return f"{kit.folder}/{TALK}/talk-{number:03d}.pdf"


def _pictures(file: ZipFile) -> Iterator[tuple[OrderKey, list[str]]]:
    if layout.PICTURES in file.namelist():
        for line in file.read(layout.PICTURES).splitlines():
            row = parse_canonical(line)
            key = OrderKey(Platform(row["platform"]), Market(row["market"]), row["shop"], row["order_id"])
            yield key, [str(page["path"]) for page in row["pages"]]


def _csv(rows: list[list[str]]) -> bytes:
    lines = ['"' + '","'.join(neutral(cell).replace('"', '""') for cell in row) + '"\r\n' for row in rows]
    return b"\xef\xbb\xbf" + "".join(lines).encode("utf-8")
