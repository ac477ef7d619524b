"""view/: the lines of a pack once more, in pieces that START-HERE.html may load when it is opened from a disk.

A page opened by a double click may not read the files beside it; it may only load them as scripts. Each piece is
therefore one call with the very lines of orders.jsonl, messages.jsonl and pictures.jsonl, so that the page can hash a
record as it stands there. The pieces end in `.txt`: a double click on one opens it in an editor, where one that ends
in `.js` would be run by Windows, and mail systems turn away archives that hold such files.

Whoever verifies a pack makes these bytes again from the lines they repeat.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from seawall.evidence.records import Json, OrderKey
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import parse_canonical, without_lone_surrogates
from seawall.evidence.seal.lines import OrderLine
from seawall.evidence.seal.members import Measure, Member, Part, Spool
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.reader import PackReader
from seawall.evidence.seal.start_page import summary_in

MOST_ORDERS = 100
"""Orders in a piece. A browser reads such a piece within the blink of an eye."""
MOST_BYTES = 1 << 20
"""A piece that has grown past this takes no further order: one order may hold very long chats."""
_FIRST_LINE = "// START-HERE.html reads this file. 本文件供 START-HERE.html 读取。\n".encode()

Put = Callable[[str, bytes], None]


class ViewLines:
    """The pieces while orders pass by. `put(path, bytes)` gets them in order, one path after the other."""

    def __init__(self, put: Put) -> None:
        self._put = put
        self._pieces: list[int] = []
        self._in_piece = self._piece_bytes = 0
        self._shops: dict[OrderKey, int] = {}
        self._names: list[list[Json]] = []
        self._orders: list[list[Json]] = []

    def add(
        self,
        line: OrderLine,
        data: bytes,
        records: Sequence[bytes],
        picture: bytes | None,
        screenshots: Mapping[str, str],
    ) -> None:
        """One order: its line, the lines of its records and of its picture, and {sha256: path} of its screenshots."""
        row = b'{"order":%b,"picture":%b,"records":[%b],"screenshots":%b}' % (
            data, picture or b"null", b",".join(records), _json(dict(screenshots)),
        )  # fmt: skip
        if self._in_piece == MOST_ORDERS or self._piece_bytes > MOST_BYTES:
            self._end_piece()
        if self._in_piece == 0:
            self._pieces.append(len(self._orders))
            number = len(self._pieces)
            self._put(_path(number), _FIRST_LINE + b'seawallPack("orders",%d,[\n' % number + row)
        else:
            self._put(_path(len(self._pieces)), b",\n" + row)
        self._in_piece += 1
        self._piece_bytes += len(row)
        order = line.order
        self._orders.append([order.order_id, self._shop(line), order.outcome, line.grade.grade.value])

    def _shop(self, line: OrderLine) -> int:
        order = line.order
        key = OrderKey(order.platform, order.market, order.shop, "")
        if key not in self._shops:
            self._shops[key] = len(self._names)
            name = without_lone_surrogates(order.shop_name)
            self._names.append([order.platform.value, order.market.value, order.shop, name])
        return self._shops[key]

    def _end_piece(self) -> None:
        if self._in_piece:
            self._put(_path(len(self._pieces)), b"\n]);\n")
        self._in_piece = self._piece_bytes = 0

    def finish(self) -> None:
        """The end of the last piece, and the list of all orders."""
        self._end_piece()
        index = _json({"orders": self._orders, "pieces": self._pieces, "shops": self._names})
        self._put(layout.VIEW_INDEX, _FIRST_LINE + b'seawallPack("index",0,' + index + b");\n")


def _path(number: int) -> str:
    return f"{layout.VIEW}orders-{number:05d}.txt"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class ViewMembers:
    """The pieces while a pack is sealed: all in one unnamed file, since hundreds would use up the open files."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(layout.VIEW, folder)
        self._measures: dict[str, tuple[int, Measure]] = {}
        self.lines = ViewLines(self._put)

    def _put(self, path: str, data: bytes) -> None:
        if path not in self._measures:
            self._measures[path] = (self._spool.measure.size, Measure())
        self._measures[path][1].take(data)
        self._spool.write(data)

    def members(self) -> list[Member]:
        """The finished members."""
        self.lines.finish()
        whole = self._spool.content()
        return [
            Member(path, measure.size, measure.sha256, measure.crc32, Part(whole, at, measure.size))
            for path, (at, measure) in self._measures.items()
        ]

    def close(self) -> None:
        """Give the space back."""
        self._spool.close()


class ViewCheck:
    """The pieces while a pack is verified. A pack from before there were such has none, and nothing is said."""

    def __init__(self, reader: PackReader, problems: Problems) -> None:
        self._reader = reader
        self._problems = problems
        self._hashes: dict[str, str] = {}
        self._path = ""
        self._digest = hashlib.sha256()
        self._is_there = any(path.startswith(layout.VIEW) for path in reader.members)
        self._lines = ViewLines(self._take)

    def _take(self, path: str, data: bytes) -> None:
        if path != self._path:
            self._hashes[self._path] = self._digest.hexdigest()
            self._path, self._digest = path, hashlib.sha256()
        self._digest.update(data)

    def add(
        self,
        line: OrderLine,
        data: bytes,
        records: Sequence[bytes],
        picture: bytes | None,
        screenshots: Mapping[str, str],
    ) -> None:
        """As `ViewLines.add`."""
        if self._is_there:
            self._lines.add(line, data, records, picture, screenshots)

    def finish(self) -> None:
        """Name each piece that does not follow from the lines, that is missing, or that nothing leads to."""
        if not self._is_there:
            return
        self._check_page()
        # Lines that are themselves wrong were named; what follows from them would only repeat it.
        followed = (layout.ORDERS, layout.MESSAGES, layout.PICTURES, layout.FACTS)
        if any(self._problems.at(name) for name in followed):
            return
        self._lines.finish()
        self._take("", b"")
        del self._hashes[""]
        for path, wanted in self._hashes.items():
            member = self._reader.members.get(path)
            if member is None or member.sha256 != wanted:
                self._problems.add(path, "verify_view_differs")
        for path in self._reader.members:
            if path.startswith(layout.VIEW) and path not in self._hashes:
                self._problems.add(path, "verify_view_differs")

    def _check_page(self) -> None:
        page, summary = self._reader.small(layout.START), self._reader.small(layout.SUMMARY)
        if page is None or summary is None or self._problems.at(layout.START) or self._problems.at(layout.SUMMARY):
            return
        try:
            sealed = parse_canonical(summary)
        except ValueError:
            return  # named where the summary itself is checked
        if summary_in(page) != sealed:
            self._problems.add(layout.START, "verify_page_differs")
