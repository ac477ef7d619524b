"""A storm whose messages really go to the simulated Lazada, whose pushes are kept as they came and are then handed in
by hand, in any order, as is the answer of the send call itself."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim, PushSink
from tests.kit.rollout import Storm, a_desk, a_storm, fill_buckets, planned, rows_as_lines
from tests.kit.storm import tend_all

from seawall.connectors.contracts import EventKind, PushEvent, PushKeys
from seawall.connectors.models import ReceivedEvent
from seawall.connectors.received import secret_mark, store
from seawall.connectors.registry import open_connector, push_reader
from seawall.evidence.api import Capture, Pack, grade_of
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.outreach.api import Recipient
from seawall.outreach.pushes import handle_received
from seawall.outreach.sender.claim import Claimed, claim
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle
from seawall.outreach.sender.tasks import send_one
from seawall.shops.api import credentials_of
from simulators.lazada.signing import push_signature

BUYER = "200000777"
GRACE = timedelta(seconds=30)


@dataclass(frozen=True)
class Push:
    """A push as it was received."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> PushEvent:
        """Verified and named."""
        reader = push_reader(Platform.LAZADA)
        return reader.read(self.body, self.headers, keys=PushKeys(app_key=APP_KEY, app_secret=APP_SECRET))

    def arrive(self) -> bool:
        """Verified and stored, as the web door does; whether it was new."""
        return store(
            self.event,
            app_key=APP_KEY,
            verified_with=secret_mark(APP_KEY, APP_SECRET),
            body=self.body,
            at=SYSTEM_CLOCK.now(),
        )

    def changed(self, **data: Any) -> "Push":
        """The same push with other data, signed again."""
        body = json.loads(self.body)
        body["data"].update(data)
        return signed(body)


def signed(body: Mapping[str, Any]) -> Push:
    """A push with this body, as the platform would sign it."""
    raw = json.dumps(body).encode()
    return Push({"Authorization": push_signature(APP_KEY, APP_SECRET, raw)}, raw)


@dataclass
class Play:
    """A storm of one shop, its simulator and the pushes so far."""

    storm: Storm
    sim: LazadaSim
    sink: PushSink
    _seen: int = 0
    sent: list[Outcome] = field(default_factory=list)

    def claim(self) -> list[Claimed]:
        """Claim what the open waves hold; pace is not what is tested here."""
        fill_buckets(self.storm, SYSTEM_CLOCK.now())
        return claim(worker=42, size=10, now=SYSTEM_CLOCK.now())

    def send(self, rows: list[Claimed]) -> list[Outcome]:
        """Really send; the outcomes are not yet written down."""
        connection = self.storm.shops[0].connections.select_related("shop").get(is_active=True)
        credentials = credentials_of(connection)

        async def run() -> list[Outcome]:
            async with open_connector(credentials) as connector:
                return [await send_one(row, connector, clock=SYSTEM_CLOCK, may_send=lambda _: True) for row in rows]

        return asyncio.run(run())

    def pushes(self) -> list[Push]:
        """What has been pushed since the last look."""
        self.sim.until(lambda: self.sim.summary()["pushes_pending"] == 0)
        new = [Push(headers, body) for headers, body in self.sink.received[self._seen :]]
        self._seen += len(new)
        return new

    @property
    def session(self) -> str:
        """The one conversation of the one buyer."""
        return str(self.sim.messages()[0]["session_id"])

    def wait(self) -> None:
        """Time passes at the platform, so that no two things happen at once."""
        self.sim.advance(5)


def a_play(sim: LazadaSim, sink: PushSink, *, orders: int = 2, same_buyer: bool = True) -> Play:
    """A planned storm; all orders are of one buyer, so that they share a conversation."""
    storm = a_storm(a_desk(), sim, orders=orders)
    connection = storm.shops[0].connections.get(is_active=True)
    ids = [row.order.platform_order_id for row in storm.incident.cases.select_related("order")]
    rows = [
        {"order_id": order_id, "seller_id": connection.platform_seller_id, "buyer_id": BUYER if same_buyer else ""}
        for order_id in ids
    ]
    sim.post("/_sim/lazada/orders", rows_as_lines(rows))
    sim.set_callback(sink.url)
    planned(storm)
    commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    return Play(storm, sim, sink)


def approve_and_start(play: Play) -> None:
    """The sample is out: the seller approves, the roll-out runs."""
    tend_all()
    storm = play.storm
    seen = storm.roll_out.binding_digest
    commands.approve(storm.refresh(), seen_binding=seen, comment="", by=storm.desk.approver, clock=SYSTEM_CLOCK)
    commands.start(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)


def written(outcomes: list[Outcome]) -> Callable[[], None]:
    """The send calls' answers are written down."""
    return lambda: settle(outcomes, clock=SYSTEM_CLOCK, grace=GRACE)


def arrives(push: Push) -> Callable[[], None]:
    """A push arrives and is handled."""

    def run() -> None:
        push.arrive()
        handle_all()

    return run


def handle_all() -> None:
    """Until nothing waits."""
    while handle_received(clock=SYSTEM_CLOCK):
        pass


def own(pushes: list[Push], message_id: str) -> Push:
    """The push of our own message."""
    (found,) = [p for p in pushes if p.event.data.get("message_id") == message_id]
    return found


def of_kind(pushes: list[Push], kind: EventKind) -> list[Push]:
    """The pushes of a kind."""
    return [push for push in pushes if push.event.kind is kind]


def states(play: Play) -> dict[str, str]:
    """The ledger: order number -> state."""
    rows = Recipient.objects.filter(incident=play.storm.incident)
    return dict(rows.order_by("order__platform_order_id").values_list("order__platform_order_id", "state"))


def grades(play: Play) -> dict[str, str]:
    """What the kept records prove, by order number."""
    rows = Recipient.objects.filter(incident=play.storm.incident).select_related("order")
    return {
        row.order.platform_order_id: grade_of(
            Capture.objects.filter(incident=play.storm.incident, order=row.order),
            message_id=row.platform_message_id, script_digest=row.script_digest,
        ).grade.value
        for row in rows.order_by("order__platform_order_id")
    }  # fmt: skip


def sealed_grades(play: Play) -> dict[str, int]:
    """Seal a pack, verify it, and give its counts of grades."""
    pack: Pack = seal_pack(play.storm.refresh(), by=play.storm.desk.lead, clock=SYSTEM_CLOCK)
    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    return {grade: count for grade, count in pack.counts["grades"].items() if count}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves no trace in the tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def left_over() -> list[tuple[str, int]]:
    """Pushes that are not handled: (code, tries)."""
    return list(ReceivedEvent.objects.filter(handled_at__isnull=True).values_list("failed_with", "tries"))
