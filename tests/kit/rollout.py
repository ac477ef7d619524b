"""A desk with its people, a storm with its orders, brought to any step by the same commands a person would use."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSimHelper

from seawall.incidents.commands import roll_out as storm_commands
from seawall.incidents.commands.cases import add_cases
from seawall.incidents.commands.open_incident import OpenIncident, open_incident
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.write_facts import attest_facts, write_facts
from seawall.incidents.facts import Facts
from seawall.incidents.models import Incident
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order
from seawall.outreach.api import Approval, Recipient, RollOut, Worker, WorkerOptions, counts_of
from seawall.outreach.models import Pace
from seawall.shops.api import AddShop, ConnectShop, Shop, add_shop, connect_shop
from seawall.tenancy.api import Actor, Membership, Role, actor_of
from seawall.tenancy.commands.add_member import AddMember, add_member, add_seller
from seawall.tenancy.commands.found_team import FoundTeam, found_team

NOWHERE = "http://127.0.0.1:9/rest"
QUICK = WorkerOptions(
    grace=timedelta(seconds=0.3), gate_settle_s=0.1, tick_s=0.01, chore_s=0.05, claim_size=10, in_flight=40
)
"""A worker for tests: the same one, with short waits."""

CAUSES = {
    Language.ZH_HANS: "装有您包裹的货柜在海关被退回",
    Language.EN: "the container carrying your parcel was sent back by customs",
    Language.ID: "kontainer berisi paket Kakak dikembalikan oleh bea cukai",
    Language.MS: "kontena yang membawa bungkusan anda telah dihantar balik oleh kastam",
    Language.TH: "ตู้คอนเทนเนอร์ที่บรรจุพัสดุของคุณลูกค้าถูกตีกลับที่ด่านศุลกากร",
    Language.VI: "container chở hàng của anh/chị đã bị hải quan trả về",
    Language.FIL: "ibinalik po ng customs ang container kung saan nakalagay ang parcel ninyo",
}


@dataclass(frozen=True)
class Desk:
    """A team and its cast."""

    slug: str
    admin: Actor
    lead: Actor
    agent: Actor
    approver: Actor
    auditor: Actor


def a_desk(slug: str = "north") -> Desk:
    """A support team with one seller and a person in every role."""
    team = found_team(FoundTeam(slug=slug, name=f"Team {slug}", admin=f"{slug}-admin"), clock=SYSTEM_CLOCK)
    admin = actor_of(Membership.objects.select_related("user").get(team=team, user__username=f"{slug}-admin"))
    add_seller("s017", "Seller 017", by=admin)

    def member(role: Role) -> Actor:
        seller = "s017" if role is Role.SELLER_APPROVER else ""
        made = add_member(
            AddMember(username=f"{slug}-{role.value}", role=role.value, seller_code=seller),
            by=admin,
            clock=SYSTEM_CLOCK,
        )
        return actor_of(made)

    return Desk(
        slug=slug, admin=admin, lead=member(Role.LEAD), agent=member(Role.AGENT),
        approver=member(Role.SELLER_APPROVER), auditor=member(Role.AUDITOR),
    )  # fmt: skip


@dataclass
class Storm:
    """A storm under test."""

    desk: Desk
    incident: Incident
    shops: list[Shop] = field(default_factory=list)
    sim: LazadaSimHelper | None = None

    @property
    def roll_out(self) -> RollOut:
        """The live roll-out, read afresh."""
        return storm_commands.live_roll_out(self.incident)

    def counts(self) -> dict[str, int]:
        """Non-zero outcomes, counted from the ledger."""
        return {state: n for state, n in counts_of(self.roll_out).items() if n}

    def refresh(self) -> Incident:
        """The incident, read afresh."""
        self.incident.refresh_from_db()
        return self.incident


def a_shop(desk: Desk, market: str = "TH", *, platform: Platform = Platform.LAZADA, code: str = "") -> Shop:
    """A shop without a connection."""
    return add_shop(
        AddShop(
            seller_code="s017", platform=platform, market=Market(market),
            code=code or f"{platform.letter}{market}", name="Nice Home",
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip


def connect(desk: Desk, shop: Shop, sim: LazadaSimHelper | None, *, pace: float = 200) -> str:
    """Connect a shop to the simulator (or to an address where nobody listens). Gives the platform's seller id."""
    store = sim.add_store(site=shop.market.lower()) if sim else None
    connect_shop(
        ConnectShop(
            shop_code=shop.code, base_url=store.base_url if store else NOWHERE,
            platform_seller_id=store.seller_id if store else "1", app_key=APP_KEY, app_secret=APP_SECRET,
            access_token=store.access_token if store else "tok", sends_per_second=Decimal(str(pace)),
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    return store.seller_id if store else "1"


def some_orders(shop: Shop, count: int, *, first: int = 88001122330000) -> list[str]:
    """Orders of a shop as an import would have stored them."""
    now = SYSTEM_CLOCK.now()
    ids = [str(first + 10 * n) for n in range(count)]
    Order.objects.bulk_create(
        Order(
            team_id=shop.team_id, shop=shop, platform_order_id=order_id, status="shipped",
            ordered_at=now - timedelta(days=2), currency=Market(shop.market).currency, total=Decimal(100),
            lines=[{"title": "Lamp", "quantity": 1}], digest=order_id, source_sha256="0" * 64,
            first_seen_at=now, last_seen_at=now,
        )
        for order_id in ids
    )  # fmt: skip
    return ids


def the_facts(**changes: object) -> Facts:
    """A facts sheet that holds."""
    values: dict[str, object] = {
        "cause": "货柜在目的港海关被退运。",
        "cause_by_language": CAUSES,
        "happened_on": date(2026, 11, 14),
        "remedy": "订单通过平台关闭；已付款项由平台按原支付方式退回。",
        "ceiling_amount": Decimal(60000),
        "ceiling_currency": "CNY",
        "deadline_at": SYSTEM_CLOCK.now() + timedelta(days=2),
    }
    return Facts(**(values | changes))  # type: ignore[arg-type]


def a_storm(
    desk: Desk, sim: LazadaSimHelper | None = None, *, orders: int = 5, markets: tuple[str, ...] = ("TH",),
    unconnected: int = 0, training: bool = True, pace: float = 200, first: int = 88001122330000,
) -> Storm:  # fmt: skip
    """An opened storm with orders in Lazada shops (and, if asked, in a Shopee shop that has no connection)."""
    incident = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="Customs return", is_training=training),
        by=desk.lead, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    storm = Storm(desk, incident, sim=sim)
    if sim:
        sim.add_app()
    for number, market in enumerate(markets):
        shop = a_shop(desk, market)
        seller_id = connect(desk, shop, sim, pace=pace)
        ids = some_orders(shop, orders, first=first + number * 1_000_000)
        if sim:
            rows = [{"order_id": order_id, "seller_id": seller_id} for order_id in ids]
            sim.post("/_sim/lazada/orders", rows_as_lines(rows))
        storm.shops.append(shop)
    if unconnected:
        shop = a_shop(desk, "ID", platform=Platform.SHOPEE)
        some_orders(shop, unconnected, first=99001122330000)
        storm.shops.append(shop)
    add_cases(incident, None, by=desk.lead, clock=SYSTEM_CLOCK)
    return storm


def another_storm(storm: Storm, *, orders: int = 5, first: int = 77001122330000) -> Storm:
    """A second storm of the same desk with other orders of the first one's first shop."""
    desk, shop = storm.desk, storm.shops[0]
    ids = some_orders(shop, orders, first=first)
    if storm.sim:
        seller_id = shop.connections.get(is_active=True).platform_seller_id
        storm.sim.post(
            "/_sim/lazada/orders", rows_as_lines([{"order_id": order_id, "seller_id": seller_id} for order_id in ids])
        )
    incident = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="A second one", is_training=True),
        by=desk.lead, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    add_cases(incident, None, only=ids, by=desk.lead, clock=SYSTEM_CLOCK)
    return Storm(desk, incident, shops=[shop], sim=storm.sim)


def approve_in_the_ledger(storm: Storm) -> RollOut:
    """An approval of the planned roll-out that stands, without a sample. Gives the roll-out."""
    roll_out = storm.roll_out
    Approval.objects.create(
        team_id=roll_out.team_id, roll_out=roll_out, is_approved=True, binding_digest=roll_out.binding_digest,
        script_digest="s", audience_digest="a", facts_digest="f", ceiling_amount=1, ceiling_currency="CNY",
        sample_message_id="m", author_id=storm.desk.lead.user_id, approver_id=storm.desk.approver.user_id,
        on_behalf_of_id=storm.desk.approver.seller_id, is_simulated=False, at=SYSTEM_CLOCK.now(),
    )  # fmt: skip
    return roll_out


def running(storm: Storm, *, pace: float = 1000, burst: int = 1000) -> Storm:
    """A roll-out made to run without any sending, its first waves open: for what a claim does with the ledger."""
    planned(storm)
    roll_out = approve_in_the_ledger(storm)
    RollOut.objects.filter(pk=roll_out.pk).update(state="running", open_wave=3)
    Pace.objects.filter(connection__lanes__roll_out=roll_out).update(
        sends_per_second=pace, burst=burst, tokens=burst, ready_at=SYSTEM_CLOCK.now()
    )
    return storm


def fill_buckets(storm: Storm, now: datetime) -> None:
    """Pace is not what is tested: the storm's shops may send all they can save up, and are looked at first."""
    Pace.objects.filter(connection__lanes__roll_out__incident=storm.incident).update(
        burst=1000, tokens=1000, refilled_at=now, ready_at=now - timedelta(days=1)
    )


def rows_as_lines(rows: list[dict[str, str]]) -> bytes:
    """JSON lines."""
    return "\n".join(json.dumps(row) for row in rows).encode()


def with_facts(storm: Storm, **changes: object) -> Storm:
    """Facts written by the lead and attested by the seller."""
    sheet = write_facts(storm.refresh(), the_facts(**changes), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    attest_facts(storm.refresh(), seen_digest=sheet.digest, by=storm.desk.approver, clock=SYSTEM_CLOCK)
    return storm


def planned(storm: Storm) -> Storm:
    """Facts, script and plan done."""
    with_facts(storm)
    submit_incident_script(storm.refresh(), library_wording("customs_return"), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    storm.refresh()
    return storm


def sampled(storm: Storm) -> Storm:
    """One real message has gone."""
    planned(storm)
    storm_commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    work_until(lambda: storm.refresh().state == "sample_sent")
    return storm


def approved(storm: Storm) -> Storm:
    """The seller approved what stood on the page."""
    sampled(storm)
    approve(storm)
    return storm


def approve(storm: Storm, comment: str = "") -> None:
    """The seller approves a sample that has gone."""
    storm_commands.approve(
        storm.refresh(), seen_binding=storm.roll_out.binding_digest, comment=comment, by=storm.desk.approver,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    storm.refresh()


def started(storm: Storm) -> Storm:
    """The roll-out runs (a worker is still needed to send)."""
    approved(storm)
    storm_commands.start(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    storm.refresh()
    return storm


def rows_in(storm: Storm, *states: str) -> list[Recipient]:
    """Ledger rows in some states."""
    return list(Recipient.objects.filter(incident=storm.incident, state__in=states).order_by("pk"))


class Runs(Protocol):
    """A worker that runs until it is told to stop."""

    async def run(self) -> None: ...

    def stop(self) -> None: ...


def work_until(is_so: Callable[[], bool], *, options: WorkerOptions = QUICK, within: float = 60) -> None:
    """Run a real worker until something is so."""
    worker = Worker(clock=SYSTEM_CLOCK, options=options, also=lambda: storm_commands.tend(clock=SYSTEM_CLOCK))
    run_until(is_so, worker, within=within)


def run_until(is_so: Callable[[], bool], worker: Runs, *, within: float) -> None:
    """Run a worker in a thread until something is so, then let it end in order. Fails when it does not come."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(worker.run())
        except BaseException as error:  # noqa: BLE001  # it is raised again in the test
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    deadline = time.monotonic() + within
    try:
        while not is_so() and not failed:
            assert time.monotonic() < deadline, "it did not come to that"
            time.sleep(0.03)
    finally:
        worker.stop()
        thread.join(30)
    if failed:
        raise failed[0]
