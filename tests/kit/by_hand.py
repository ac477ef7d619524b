"""Storms whose shops are worked by hand, and pictures that show it."""

import itertools
import struct
import zlib

from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.pictures import chunk
from tests.kit.rollout import Desk, Storm, a_storm, approve, planned
from tests.kit.storm import tend_all

from seawall.incidents.commands import roll_out as storm_commands
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import MarkSent, Recipient, TakeBatch, copy_words, mark_sent, take_batch
from seawall.shops.api import Connection
from seawall.tenancy.api import Actor

_numbers = itertools.count(1)


def a_shot(*, extra: bytes = b"") -> bytes:
    """A screenshot (PNG, 64 x 48), each one another; `extra`: whole chunks put before the picture's own."""
    number = next(_numbers)
    head = struct.pack(">IIBBBBB", 64, 48, 1, 0, 0, 0, 0)
    rows = b"".join(b"\0" + struct.pack(">Q", number * (y + 1)) for y in range(48))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def by_hand_storm(desk: Desk, sim: LazadaSimHelper | None = None, *, orders: int = 5) -> Storm:
    """A planned storm whose shop may only be worked in Seller Center."""
    storm = a_storm(desk, sim, orders=orders)
    Connection.objects.filter(team_id=desk.admin.team_id).update(mode="manual")
    return planned(storm)


def batch(storm: Storm, by: Actor, size: int = 20) -> list[Recipient]:
    """What this seat gets."""
    return take_batch(TakeBatch(incident_id=storm.incident.pk, size=size), by=by, clock=SYSTEM_CLOCK)


def send_by_hand(row: Recipient, by: Actor, picture: bytes | None = None) -> Recipient:
    """Copy, send in Seller Center, mark with a screenshot."""
    copy_words(row.pk, by=by, clock=SYSTEM_CLOCK)
    return mark(row, by, picture)


def mark(row: Recipient, by: Actor, picture: bytes | None = None) -> Recipient:
    """Say that it was sent, and show it."""
    return mark_sent(
        MarkSent(recipient_id=row.pk, seen_sha256=row.text_sha256, picture=picture or a_shot()),
        by=by, clock=SYSTEM_CLOCK,
    )  # fmt: skip


def rolling_by_hand(desk: Desk, sim: LazadaSimHelper | None = None, *, orders: int = 5) -> Storm:
    """A storm by hand whose sample was sent and approved, and that has started."""
    return approve_and_start(by_hand_storm(desk, sim, orders=orders))


def approve_and_start(storm: Storm) -> Storm:
    """A planned storm by hand: the sample sent, approved, and started."""
    desk = storm.desk
    storm_commands.send_sample(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    for row in batch(storm, desk.agent):
        send_by_hand(row, desk.agent)
    tend_all()
    assert storm.refresh().state == "sample_sent"
    approve(storm)
    storm_commands.start(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    return storm
