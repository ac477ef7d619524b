"""A storm whose messages really go to one of the three simulated platforms; answers come by push, by reading, or both.

Pushes are kept as they came and handed in by hand, or not at all: then they are lost.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.contracts.places import Place
from tests.kit.lazada_sim import PushSink
from tests.kit.rollout import Storm, a_desk, a_shop, fill_buckets, planned
from tests.kit.storm import tend_all

from seawall.connectors.contracts import EventKind, PushEvent
from seawall.connectors.received import secret_mark, store
from seawall.connectors.registry import open_connector, push_reader
from seawall.inbox.api import Conversation, Message, ReplyList
from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.cases import add_cases
from seawall.incidents.commands.open_incident import OpenIncident, open_incident
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.outreach.api import Recipient, TakeBatch, find_answers, handle_received, press, take_batch
from seawall.outreach.contact import stopped_keys
from seawall.outreach.models import Pace
from seawall.outreach.sender.claim import claim
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle
from seawall.outreach.sender.tasks import send_one
from seawall.shops.api import ConnectShop, Shop, connect_shop, credentials_of

MARKETS = {Platform.LAZADA: "TH", Platform.SHOPEE: "MY", Platform.TIKTOK: "VN"}
BUYER = "200000777"
STOP = {
    Platform.LAZADA: "อย่าส่งข้อความมาอีก ไม่ต้องติดต่อมาแล้ว",
    Platform.SHOPEE: "jangan mesej saya lagi",
    Platform.TIKTOK: "Đừng nhắn tin cho tôi nữa",
}
"""How a buyer of each market says that they want no more messages."""


@dataclass
class Scene:
    """A planned storm of one shop of one platform."""

    place: Place
    storm: Storm
    sink: PushSink
    orders: list[str] = field(default_factory=list)
    _seen: int = 0

    @property
    def shop(self) -> Shop:
        """The one shop."""
        return self.storm.shops[0]

    def wait(self, seconds: float = 5) -> None:
        """Time passes at the platform, so that no two things happen at once."""
        self.place.sim.advance(seconds)

    # ---- sending, as a worker does

    def claimed(self, size: int = 50) -> list[Any]:
        """Claim what the open waves hold; where the platform wants a key press, an agent has pressed."""
        agent = self.storm.desk.agent
        if self.place.platform is Platform.SHOPEE:
            for row in take_batch(
                TakeBatch(incident_id=self.storm.incident.pk, size=size), by=agent, clock=SYSTEM_CLOCK
            ):
                press(row.pk, seen_sha256=row.text_sha256, by=agent, clock=SYSTEM_CLOCK)
        Pace.objects.filter(connection__shop=self.shop).update(sends_per_second=1000)
        fill_buckets(self.storm, SYSTEM_CLOCK.now())
        return claim(worker=42, size=size, now=SYSTEM_CLOCK.now())

    def send(self, rows: list[Any]) -> list[Outcome]:
        """Really send; the outcomes are not yet written down."""
        connection = self.shop.connections.select_related("shop").get(is_active=True)
        credentials, stopped = credentials_of(connection), stopped_keys()

        async def run() -> list[Outcome]:
            async with open_connector(credentials) as connector:
                return [
                    await send_one(
                        row, connector, clock=SYSTEM_CLOCK, may_send=lambda _: True,
                        has_opted_out=lambda shop, key: (shop, key) in stopped,
                    )
                    for row in rows
                ]  # fmt: skip

        return asyncio.run(run())

    def write_down(self, outcomes: list[Outcome]) -> list[Outcome]:
        """The send calls' answers are stored."""
        settle(outcomes, clock=SYSTEM_CLOCK, grace=timedelta(seconds=30))
        return outcomes

    def deliver(self, size: int = 50) -> list[Outcome]:
        """Send up to so many and store what came of it."""
        return self.write_down(self.send(self.claimed(size)))

    def sample(self) -> str:
        """The sample goes out; gives its conversation."""
        commands.send_sample(self.storm.refresh(), by=self.storm.desk.lead, clock=SYSTEM_CLOCK)
        (sent,) = self.deliver(1)
        tend_all()
        self.wait()
        return sent.session_id

    def run(self) -> None:
        """The seller approves, the roll-out begins."""
        seen = self.storm.roll_out.binding_digest
        desk = self.storm.desk
        commands.approve(self.storm.refresh(), seen_binding=seen, comment="", by=desk.approver, clock=SYSTEM_CLOCK)
        commands.start(self.storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)

    def contact(self) -> str:
        """Sample, approval, start, and everybody is written to; gives the sample's conversation."""
        session = self.sample()
        self.run()
        self.deliver()
        self.wait()
        return session

    # ---- answers

    def says(self, session_id: str, words: str) -> str:
        """The buyer writes; gives the message's id."""
        said = self.place.sim.buyer_says(session_id, words)
        self.wait()
        return str(said["message_id"])

    def pushes(self) -> list[PushEvent]:
        """What was pushed since the last look, verified as the web door does it."""
        return [event for event, _ in self._pushed()]

    def _pushed(self) -> list[tuple[PushEvent, bytes]]:
        sim = self.place.sim
        sim.until(lambda: sim.summary()["pushes_pending"] == 0)
        fresh, self._seen = self.sink.received[self._seen :], len(self.sink.received)
        reader, keys = (
            push_reader(self.place.platform),
            dataclasses.replace(self.place.keys, callback_url=self.sink.url),
        )
        return [(reader.read(body, headers, keys=keys), body) for headers, body in fresh]

    def push_in(self, *, but: Callable[[PushEvent], bool] = lambda _: False) -> int:
        """What was pushed arrives and is handled, but for what is lost on the way. Gives how many arrived."""
        arrived = [(event, body) for event, body in self._pushed() if not but(event)]
        for event, body in arrived:
            self.arrive(event, body)
        handle_all()
        return len(arrived)

    def arrive(self, event: PushEvent, body: bytes) -> None:
        """One push is stored, as the web door does it."""
        keys = self.place.keys
        store(
            event, app_key=keys.app_key, verified_with=secret_mark(keys.app_key, keys.app_secret), body=body,
            at=SYSTEM_CLOCK.now(),
        )  # fmt: skip

    # ---- what is kept

    def words(self) -> list[tuple[str, str]]:
        """The inbox: (speaker, text) of everything, by the platform's clock."""
        rows = Message.objects.filter(conversation__shop=self.shop).order_by("sent_at", "message_id")
        return list(rows.values_list("speaker", "text"))

    def buyers_words(self) -> list[str]:
        """What buyers said."""
        return [text for speaker, text in self.words() if speaker == "buyer"]

    def states(self) -> dict[str, int]:
        """The ledger: how many orders stand how."""
        return self.storm.counts()


def a_scene(place: Place, sink: PushSink, *, orders: int = 4, same_buyer: bool = False) -> Scene:
    """A storm of orders the simulator knows, planned and ready for its sample; with `same_buyer` all are one buyer's,
    which only the platform knows."""
    desk = a_desk()
    shop = a_shop(desk, MARKETS[place.platform], platform=place.platform)
    credentials = place.credentials()
    connect_shop(
        ConnectShop(
            shop_code=shop.code, base_url=credentials.base_url, platform_seller_id=credentials.seller_id,
            app_key=credentials.app_key, app_secret=credentials.app_secret, access_token=credentials.access_token,
            shop_cipher=credentials.shop_cipher, push_key=place.keys.push_key, callback_url="",
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    ids = list(place.orders[:orders])
    if same_buyer:
        place.sim.add_orders(place.store, [{"order_id": order_id, "buyer_id": BUYER} for order_id in ids])
    now = SYSTEM_CLOCK.now()
    Order.objects.bulk_create(
        Order(
            team_id=shop.team_id, shop=shop, platform_order_id=order_id, status="shipped", ordered_at=now,
            currency="", total=None, lines=[{"title": "Lamp", "quantity": 1}], digest=order_id,
            source_sha256="0" * 64, first_seen_at=now, last_seen_at=now,
        )
        for order_id in ids
    )  # fmt: skip
    incident = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="Customs return", is_training=True),
        by=desk.lead, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    storm = Storm(desk, incident, shops=[shop])
    add_cases(incident, None, by=desk.lead, clock=SYSTEM_CLOCK)
    place.sim.set_callback(sink.url)
    planned(storm)
    return Scene(place=place, storm=storm, sink=sink, orders=ids)


def handle_all() -> None:
    """Until no push waits."""
    while handle_received(clock=SYSTEM_CLOCK):
        pass


def look() -> None:
    """A worker's rounds of looking for lost answers, until there is nothing to do: the next interval has come."""
    ReplyList.objects.update(due_at=SYSTEM_CLOCK.now())
    Conversation.objects.filter(look_after__isnull=False).update(look_after=SYSTEM_CLOCK.now())
    for _ in range(60):
        if not find_answers(clock=SYSTEM_CLOCK):
            return
    raise AssertionError("looking for answers never comes to an end")


def is_message(event: PushEvent) -> bool:
    """A push of a message, for losing it."""
    return event.kind is EventKind.MESSAGE


def row_of(scene: Scene, session_id: str) -> Recipient:
    """The ledger row of a conversation."""
    return Recipient.objects.select_related("order").get(incident=scene.storm.incident, session_id=session_id)
