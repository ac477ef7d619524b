"""Chat pictures in a pack: `chats/<order>-<page>.png` and the list of them, written when sealing, checked again after.

A signature does not make a picture true: its digest must be the one worked out from the order's own records.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seawall.evidence.pictures.digest import Drawn, drawn_from
from seawall.evidence.pictures.labels import LONGEST, is_labelled
from seawall.evidence.records import Json, OrderEvidence, OrderKey, OrderPicture
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical, parse_canonical, without_lone_surrogates
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.members import Member, Spool, member_of
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.reader import PackReader
from seawall.kernel.markets import Market, Platform

_LONGEST_STEM = 120


class ChatMembers:
    """The pictures of a pack while it is sealed."""

    def __init__(self, folder: Path, *, is_simulated: bool) -> None:
        self._is_simulated = is_simulated
        self._list = Spool(layout.PICTURES, folder)
        self._pages: list[Member] = []
        self._stems: set[str] = set()

    def add(self, order: OrderEvidence, picture: OrderPicture) -> bytes:
        """The picture of an order; gives its line. Raises PackRefused(pack_picture_differs, pack_file_unreadable)."""
        wanted = drawn_from(order.key, order.shop_name, order.records, is_simulated=self._is_simulated)
        if picture.drawn_from != wanted or not picture.pages:
            raise PackRefused("pack_picture_differs", order=order.order_id)
        stem = self._stem(order.key)
        listed: list[Json] = []
        for number, page in enumerate(picture.pages, 1):
            member = member_of(f"{layout.CHATS}{stem}-{number}.png", page.content)
            if member.sha256 != page.sha256:
                raise PackRefused("pack_picture_differs", order=order.order_id)
            self._pages.append(member)
            listed.append({"path": member.path, "sha256": member.sha256})
        line: dict[str, Json] = {
            "drawn_from": picture.drawn_from,
            "market": order.market.value,
            "missing": [f"U+{code:04X}" for code in picture.missing],
            "order_id": order.order_id,
            "pages": listed,
            "platform": order.platform.value,
            "shop": order.shop,
        }
        data = canonical(line)
        self._list.write(data + b"\n")
        return data

    def _stem(self, key: OrderKey) -> str:
        """The order's id; where that is no safe name, or another shop has the same id, with a hash of the whole key."""
        stem = key.order_id
        if stem in self._stems or len(stem) > _LONGEST_STEM or not layout.is_safe_name(f"{stem}.png") or "/" in stem:
            whole = "\n".join((key.platform, key.market, key.shop, without_lone_surrogates(key.order_id)))
            stem = "order-" + hashlib.sha256(whole.encode()).hexdigest()[:32]
        self._stems.add(stem)
        return stem

    def members(self) -> list[Member]:
        """The finished members; none for a pack without pictures."""
        return [self._list.member(), *self._pages] if self._pages else []

    def close(self) -> None:
        """Give the space back."""
        self._list.close()


class ChatCheck:
    """The pictures of a pack while it is verified."""

    def __init__(self, reader: PackReader, problems: Problems, *, is_simulated: bool) -> None:
        self._reader = reader
        self._problems = problems
        self._is_simulated = is_simulated
        self._listed: dict[OrderKey, dict[str, Any]] = {}
        self._paths: set[str] = set()
        self.lines: dict[OrderKey, bytes] = {}
        """The line of each pictured order as it stands in the list."""

    def read(self) -> None:
        """The list of pictures; a line that cannot be read is named."""
        for place, line in enumerate(self._reader.lines(layout.PICTURES), 1):
            try:
                row = parse_canonical(line)
                key = OrderKey(Platform(row["platform"]), Market(row["market"]), row["shop"], row["order_id"])
                paths = [str(page["path"]) for page in row["pages"]]
                is_new = key not in self._listed and not self._paths.intersection(paths)
            except (ValueError, KeyError, TypeError):
                self._problems.add(layout.PICTURES, "verify_line_unreadable", line=place)
                continue
            if not is_new:
                self._problems.add(layout.PICTURES, "verify_picture_twice", order=key.order_id)
            self._listed[key] = row
            self.lines[key] = line
            self._paths.update(paths)

    def check(self, order: OrderEvidence, records: Sequence[Drawn]) -> None:
        """The picture of an order, if it has one, against the order's records."""
        row = self._listed.pop(order.key, None)
        if row is None:
            return
        found = drawn_from(order.key, order.shop_name, records, is_simulated=self._is_simulated)
        if row.get("drawn_from") != found or not row["pages"]:
            self._problems.add(layout.PICTURES, "verify_picture_differs", order=order.order_id)
        for number, page in enumerate(row["pages"], 1):
            path = str(page["path"])
            member = self._reader.members.get(path)
            if member is None or member.sha256 != page.get("sha256"):
                self._problems.add(path, "verify_picture_changed", order=order.order_id)
            elif not is_labelled(self._reader.piece(path, 0, LONGEST), order.key, found, number, len(row["pages"])):
                self._problems.add(path, "verify_picture_of_other", order=order.order_id)

    def finish(self) -> None:
        """What belongs to no order: pictures listed for one that is not there, and files that no line lists."""
        for key in self._listed:
            self._problems.add(layout.PICTURES, "verify_picture_without_order", order=key.order_id)
        for path in self._reader.members:
            if path.startswith(layout.CHATS) and path != layout.PICTURES and path not in self._paths:
                self._problems.add(path, "verify_picture_unlisted")
