"""What the guided start shows of each dropped file: as what it was read, whose orders it holds, what is wrong in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seawall.incidents.api import NOT_CONCERNED, FilesOfShop
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import text
from seawall.orders.imports.api import ColumnMapping, FileReading, read_file
from seawall.shops.api import Shop
from seawall.web.look import Words
from seawall.web.start_words import FIELDS

SHOWN_REJECTS = 5
SHOWN_COLUMNS = 12


@dataclass(frozen=True, kw_only=True)
class DroppedFile:
    """One file, read with what a person has said about it so far."""

    place: int
    path: Path
    reading: FileReading
    shops: list[Shop]
    """The seller's shops that fit the platform and the market the file is from."""
    shop: Shop | None
    """Whose orders these are: as chosen, or the only one that fits."""
    mapping: ColumnMapping | None = None
    """The proposed reading of a tool's own columns, once a person has said that it is right."""
    proposal: ColumnMapping | None = None
    """The same while it waits to be checked."""
    is_missing_shop: bool = False
    """It was read, and no shop of the seller fits it."""

    @property
    def name(self) -> str:
        """As it was given."""
        return self.reading.name

    @property
    def is_read(self) -> bool:
        """Whether its rows can be used."""
        return self.reading.refusal is None

    @property
    def is_ready(self) -> bool:
        """Whether it can go into a storm: read, and its shop known."""
        return self.is_read and self.shop is not None

    @property
    def refusal(self) -> str:
        """Why it cannot be used, in the reader's language."""
        return self.reading.refusal.text() if self.reading.refusal else ""

    @property
    def is_shut(self) -> bool:
        """Whether a password would open it, or did."""
        refusal = self.reading.refusal
        return refusal is not None and refusal.why.code.startswith("encrypted_file")

    @property
    def columns(self) -> list[tuple[str, Words]]:
        """The file's own column names with what each is read as."""
        columns = self.reading.columns
        if self.proposal is not None:
            columns = tuple(self.proposal.columns.items())
        return [(header, FIELDS.get(field, field)) for field, header in columns]

    @property
    def orders(self) -> int:
        """Orders the good rows name."""
        return self.reading.order_count

    @property
    def finished(self) -> int:
        """Orders that are over already: they do not go into a storm."""
        return sum((order.status or "") in NOT_CONCERNED for order in self.reading.orders)

    @property
    def rejected(self) -> int:
        """Rows that are not taken."""
        return len(self.reading.rejected)

    @property
    def rejects(self) -> list[str]:
        """The first of them, with the reason."""
        return [one.text() for one in self.reading.rejected[:SHOWN_REJECTS]]

    @property
    def warnings(self) -> list[tuple[str, int]]:
        """What was read but looks odd, with how often."""
        return [(text(code), count) for code, count in Counter(w.code.value for w in self.reading.warnings).items()]


def dropped_files(
    paths: Sequence[Path], shops: Sequence[Shop], given: Mapping[str, str], *, password: str | None
) -> list[DroppedFile]:
    """The files as they stand. `given` says `shop-0`: code of the first file's shop; `columns-0`: its proposed columns
    are right."""
    return [_dropped(place, path, shops, given, password) for place, path in enumerate(paths)]


def _dropped(
    place: int, path: Path, shops: Sequence[Shop], given: Mapping[str, str], password: str | None
) -> DroppedFile:
    chosen = next((shop for shop in shops if shop.code == given.get(f"shop-{place}")), None)
    # What the file says of itself comes first; a market is only lent to it where it names none.
    reading = read_file(path, password=password)
    if reading.refusal is None and reading.market is None and chosen is not None:
        reading = read_file(path, market=Market(chosen.market), password=password)
    mapping, proposal = None, reading.proposal
    fitting = [shop for shop in shops if _fits(shop, reading)]
    shop = chosen if chosen in fitting else fitting[0] if len(fitting) == 1 else None
    if proposal is not None and shop is not None:
        proposal = proposal.model_copy(update={"platform": Platform(shop.platform), "market": Market(shop.market)})
        if given.get(f"columns-{place}"):
            mapping, proposal = proposal, None
            reading = read_file(path, market=Market(shop.market), mapping=mapping, password=password)
    return DroppedFile(
        place=place, path=path, reading=reading, shops=fitting, shop=shop, mapping=mapping, proposal=proposal,
        is_missing_shop=reading.refusal is None and not fitting,
    )  # fmt: skip


def _fits(shop: Shop, reading: FileReading) -> bool:
    market = reading.market_named or reading.market
    return (reading.platform is None or reading.platform.value == shop.platform) and (
        market is None or market.value == shop.market
    )


def by_shop(files: Sequence[DroppedFile]) -> list[FilesOfShop]:
    """The files that can be used, gathered by shop; a file of own columns goes by itself."""
    gathered: dict[str, list[Path]] = {}
    alone = []
    for file in files:
        if file.shop is None or not file.is_read:
            continue
        if file.mapping is not None:
            alone.append(FilesOfShop(shop_code=file.shop.code, paths=[file.path], mapping=file.mapping))
        else:
            gathered.setdefault(file.shop.code, []).append(file.path)
    return [FilesOfShop(shop_code=code, paths=paths) for code, paths in gathered.items()] + alone
