"""The scene of the customs storm: the seller's shops, the files handed over, the simulated marketplace loaded."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from seawall.demo.files.api import DEMO_SHOPS, StormOrder, StormShop, make_files, storm_orders
from seawall.demo.limits import Limits
from seawall.demo.marketplaces import Marketplace
from seawall.demo.stage import DemoState, SideDoor
from seawall.kernel.markets import Market, Platform

SELLER, SELLER_NAME = "s017", "Seller 017"
LEAD, APPROVER, ADMIN = "demo-lead", "demo-seller", "demo-admin"

SEATS = {"demo-seat-1": ("id", "ms", "en", "fil"), "demo-seat-2": ("th", "vi")}
"""Simulated people at seats, with the languages they speak: they press where Shopee wants a person's key press."""

SHOPS: tuple[StormShop, ...] = DEMO_SHOPS
"""A shop on each of the three platforms in each of the six markets."""

SHOP_NAMES = {
    Market.TH: "บ้านน่าอยู่", Market.VN: "Nhà Xinh", Market.ID: "Rumah Rapi", Market.MY: "Rumah Kemas",
    Market.PH: "Bahay Ayos", Market.SG: "Tidy Home",
}  # fmt: skip

BUYER_DELAY_S = [4.0, 40.0]
"""Simulated buyers are quick in the demo, so that answers come while one watches."""


def orders_of(state: DemoState) -> list[StormOrder]:
    """The orders of this storm; the same at every run of it."""
    return storm_orders(state.seed, state.orders, SHOPS, newest=datetime.fromisoformat(state.started_at))


def hand_over_files(state: DemoState, folder: Path) -> dict[str, Path]:
    """The export files the seller hands over: shop code -> file."""
    written = make_files(
        folder, seed=state.seed, orders=state.orders, groups=["orders"], shops=SHOPS,
        newest=datetime.fromisoformat(state.started_at),
    )  # fmt: skip
    codes = {(shop.platform.value, shop.market.value): shop.code for shop in SHOPS}
    return {codes[(str(each.platform), str(each.market))]: folder / each.name for each in written}


MARKETPLACES: tuple[Marketplace, ...] = tuple(
    Marketplace(
        platform=platform,
        shops=tuple(shop for shop in SHOPS if shop.platform is platform),
        shop_names=SHOP_NAMES,
        first_seller_id=first,
    )
    for platform, first in (
        (Platform.LAZADA, 100_000_100),
        (Platform.SHOPEE, 600_100),
        (Platform.TIKTOK, 7_495_000_000_000_000_100),
    )
)


def marketplace_of(shop: StormShop) -> Marketplace:
    """Where a shop is."""
    return next(each for each in MARKETPLACES if each.platform is shop.platform)


def set_up_marketplaces(door: SideDoor, state: DemoState) -> None:
    """Apps, shops and orders at the simulated marketplaces; what is there already stays."""
    orders = orders_of(state)
    for marketplace in MARKETPLACES:
        marketplace.set_up(door, state, orders)


def new_state(*, orders: int, seed: int, limits: Limits, now: datetime, port: int) -> DemoState:
    """A storm that begins now: its newest order is a few hours old."""
    newest = (now - timedelta(hours=6)).replace(microsecond=0)
    return DemoState(
        orders=orders, seed=seed, limits=limits.value, started_at=newest.isoformat(), simulator_port=port,
        app_secret=secrets.token_hex(16),
    )  # fmt: skip


def facts_file(state: DemoState, folder: Path, *, now: datetime) -> Path:
    """The facts sheet the lead writes down with the seller."""
    path = folder / "facts.toml"
    if not path.exists():
        happened = (now - timedelta(days=1)).date().isoformat()
        deadline = (now + Limits(state.limits).deadline).replace(microsecond=0).isoformat()
        template = (Path(__file__).parent / "facts.toml").read_text(encoding="utf-8")
        path.write_text(
            template.replace("@HAPPENED@", happened)
            .replace("@DEADLINE@", deadline)
            .replace("@ORDERS@", f"{state.orders:,}"),
            encoding="utf-8",
        )
    return path


def paper_file(folder: Path) -> Path:
    """A stand-in for the official notice: a one-page PDF that says on its face that it is one."""
    path = folder / "customs-return-notice-SIMULATED.pdf"
    if not path.exists():
        path.write_bytes(one_page_pdf("SIMULATED customs return notice - container SWLU 204817-3 - for the demo only"))
    return path


def one_page_pdf(words: str) -> bytes:
    """The smallest honest PDF with one line of Latin text."""
    shown = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    stream = f"BT /F1 12 Tf 60 760 Td ({shown}) Tj ET".encode("latin-1")
    objects: Sequence[bytes] = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table, len(body),
    )  # fmt: skip
