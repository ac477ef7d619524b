"""Whatever happens to groups, in any order: a rider never differs from the message it rides with, nobody is named in
two messages, nobody is forgotten. The ledger alone is tried here; the platform is a set of what it took."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit.buyers import a_storm_of
from tests.kit.rollout import Storm, fill_buckets
from tests.kit.rollout import running as made_to_run

from seawall.connectors.contracts import ChatMessage, Exchange, Speaker
from seawall.evidence.api import Capture, grade_of
from seawall.incidents.commands.cases import withdraw_case
from seawall.incidents.models import Case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.outreach.api import DELIVERED, Recipient, leave_out_orders, settle_by_person
from seawall.outreach.groups import tidy
from seawall.outreach.ledger import audience_digest_now
from seawall.outreach.proof import apply_record
from seawall.outreach.sender import looks
from seawall.outreach.sender.claim import Claimed, claim
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle

pytestmark = pytest.mark.django_db

GRACE = timedelta(seconds=30)
SIZES = (1, 3, 2, 5, 1, 2)
EVENTS = (
    "claim", "take", "refuse", "give back", "two buyers", "lose", "lose in vain", "hand over", "look", "person again",
    "person leaves out", "withdraw", "leave out", "tidy", "proof", "filter",
)  # fmt: skip


@dataclass
class World:
    """The ledger, the claims in the worker's hands, and what the platform really took: message id -> words."""

    storm: Storm
    took: dict[str, str] = field(default_factory=dict)
    in_hand: list[Claimed] = field(default_factory=list)

    def act(self, event: str, number: int) -> None:
        """One thing happens, to the `number`th of what it can happen to."""
        getattr(self, event.replace(" ", "_"))(number)
        with connection.cursor() as cursor:
            # What is looked at the end of a transaction is looked at now.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def claim(self, number: int) -> None:
        fill_buckets(self.storm, SYSTEM_CLOCK.now())
        self.in_hand += claim(worker=7, size=1 + number % 3, now=SYSTEM_CLOCK.now())

    def take(self, number: int) -> None:
        self._settle(number, "acknowledged")

    def refuse(self, number: int) -> None:
        self._settle(number, "rejected")

    def give_back(self, number: int) -> None:
        self._settle(number, "release")

    def two_buyers(self, number: int) -> None:
        self._settle(number, "release", is_parted=True)

    def lose(self, number: int) -> None:
        """The platform took it and the answer was lost."""
        if self.in_hand:
            row = self.in_hand[number % len(self.in_hand)]
            self.took[f"m{len(self.took)}"] = row.text
        self._settle(number, "lost_sight")

    def lose_in_vain(self, number: int) -> None:
        """It never arrived, and nobody knows."""
        self._settle(number, "lost_sight")

    def hand_over(self, number: int) -> None:
        self._settle(number, "give_to_person")

    def _settle(self, number: int, event: str, *, is_parted: bool = False) -> None:
        if not self.in_hand:
            return
        row, now = self.in_hand.pop(number % len(self.in_hand)), SYSTEM_CLOCK.now()
        message, exchange = "", None
        if event == "acknowledged":
            message = f"m{len(self.took)}"
            self.took[message] = row.text
            exchange = Exchange(
                platform=Platform.LAZADA, path="/im/message/send", request={}, status=200,
                body=json.dumps({"message_id": message}), request_id="r", asked_at=now, answered_at=now,
            )  # fmt: skip
        settle(
            [Outcome(
                claim=row, event=event, at=now, session_id="s" if message else "", message_id=message,
                platform_time=now if message else None, exchange=exchange, is_parted=is_parted,
                reason_code="" if event in ("acknowledged", "release", "lost_sight") else "platform_refused",
            )],
            clock=SYSTEM_CLOCK, grace=GRACE,
        )  # fmt: skip

    def look(self, number: int) -> None:
        later = SYSTEM_CLOCK.now() + timedelta(days=1)
        due = looks.take_due(now=later, size=50, lease=GRACE)
        if due:
            row = due[number % len(due)]
            found = next((self._message(each) for each, words in self.took.items() if words == row.text), None)
            looks.conclude(looks.Look(row=row, session_id="s", found=found), clock=SYSTEM_CLOCK, grace=GRACE)

    def _message(self, message_id: str, *, note: str = "") -> ChatMessage:
        return ChatMessage(
            message_id=message_id, session_id="s", speaker=Speaker.SELLER, text=self.took[message_id],
            sent_at=SYSTEM_CLOCK.now(), buyer_id="b", blocked_note=note, is_recalled=False, is_auto_reply=False,
            kind="1",
            raw={"message_id": message_id},
        )  # fmt: skip

    def person_again(self, number: int) -> None:
        self._person(number, "not_at_platform")

    def person_leaves_out(self, number: int) -> None:
        self._person(number, "leave_out")

    def _person(self, number: int, event: str) -> None:
        rows = list(Recipient.objects.filter(state="needs_person").order_by("pk"))
        if rows:
            row = rows[number % len(rows)]
            settle_by_person(row.pk, event, by=self.storm.desk.lead, clock=SYSTEM_CLOCK, why="looked at it")

    def withdraw(self, number: int) -> None:
        cases = list(Case.objects.filter(incident=self.storm.incident, state="open").order_by("pk"))
        if cases:
            order = cases[number % len(cases)].order.platform_order_id
            withdraw_case(self.storm.incident, order, by=self.storm.desk.lead, clock=SYSTEM_CLOCK, why="solved")

    def leave_out(self, number: int) -> None:
        rows = list(Recipient.objects.order_by("pk").values_list("order_id", flat=True))
        leave_out_orders(
            self.storm.incident.pk, [rows[number % len(rows)]], by=self.storm.desk.lead, clock=SYSTEM_CLOCK,
            reason="case_withdrawn", why="delivered",
        )  # fmt: skip

    def tidy(self, number: int) -> None:
        tidy(clock=SYSTEM_CLOCK)

    def proof(self, number: int) -> None:
        self._record(number, "")

    def filter(self, number: int) -> None:
        self._record(number, "Sensitive words")

    def _record(self, number: int, note: str) -> None:
        rows = list(Recipient.objects.exclude(platform_message_id="").filter(rides_with=None).order_by("pk"))
        if not rows:
            return
        row = rows[number % len(rows)]
        looks.keep_for_all([
            looks.capture_of(
                self._message(row.platform_message_id, note=note), source=looks.CaptureSource.READ_BACK,
                team_id=row.team_id, shop_id=row.order.shop_id, incident_id=row.incident_id, order_id=row.order_id,
                recipient_id=row.pk, at=SYSTEM_CLOCK.now(),
            )
        ])  # fmt: skip
        apply_record(self._message(row.platform_message_id, note=note), recipient_id=row.pk, clock=SYSTEM_CLOCK)

    def holds(self) -> None:
        """What is true at every moment."""
        rows = list(Recipient.objects.select_related("order", "rides_with"))
        captures: dict[int, list[Capture]] = defaultdict(list)
        for capture in Capture.objects.all():
            captures[capture.recipient_id or 0].append(capture)
        named = Counter(
            row.order.platform_order_id for words in self.took.values() for row in rows
            if row.order.platform_order_id in words
        )  # fmt: skip
        assert not [number for number, times in named.items() if times > 1], "named in two messages"
        for row in rows:
            assert row.order.platform_order_id in row.text
            if carrier := row.rides_with:
                assert (row.state, row.text, row.platform_message_id) == (
                    carrier.state, carrier.text, carrier.platform_message_id,
                )  # fmt: skip
            if row.platform_message_id:
                assert self.took[row.platform_message_id] == row.text
            if row.state in DELIVERED:
                found = grade_of(
                    captures[row.pk], message_id=row.platform_message_id, script_digest=row.script_digest
                ).grade.value
                assert row.state == found
        assert audience_digest_now(self.storm.roll_out) == self.storm.roll_out.audience_digest

    def runs_out(self) -> None:
        """From here on all goes well, until nothing waits."""
        for _ in range(40):
            if not self.in_hand and not Recipient.objects.filter(state__in=["waiting", "claimed", "unknown"]).exists():
                break
            while self.in_hand:
                self.take(0)
            while Recipient.objects.filter(state="unknown").exists():
                self.look(0)
            self.tidy(0)
            self.claim(2)
        left = Recipient.objects.exclude(state__in=["rejected", "needs_person", "left_out", "blocked"])
        for row in left.select_related("order"):
            assert row.state in DELIVERED, (row.state, row.reason_code)
        withdrawn_unsent = Recipient.objects.filter(platform_message_id="", case__state="withdrawn")
        assert set(withdrawn_unsent.values_list("state", flat=True)) <= {"left_out", "needs_person", "rejected"}


@pytest.fixture
def running(db: None) -> Storm:
    return made_to_run(a_storm_of(*SIZES))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(events=st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 40)), min_size=3, max_size=30))
def test_no_order_of_events_parts_a_rider_from_its_message_or_names_anyone_twice(
    running: Storm, events: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        world = World(running)
        for event, number in events:
            world.act(event, number)
            world.holds()
        world.runs_out()
        world.holds()
        transaction.set_rollback(True)


def test_a_group_on_its_way_does_not_part_whoever_asks(running: Storm) -> None:
    world = World(running)
    world.claim(2)
    rider = Recipient.objects.filter(state="claimed", rides_with__isnull=False).first()
    assert rider is not None

    assert leave_out_orders(
        running.incident.pk, [rider.order_id], by=running.desk.lead, clock=SYSTEM_CLOCK, reason="case_withdrawn",
        why="solved",
    ) == 0  # fmt: skip
    with pytest.raises(Exception, match="does not part"), transaction.atomic():
        Recipient.objects.filter(pk=rider.pk).update(rides_with=None)


def test_a_person_who_says_nothing_cannot_settle_a_rider(running: Storm) -> None:
    rider = Recipient.objects.filter(rides_with__isnull=False).first()
    assert rider is not None
    with pytest.raises(Refused):
        settle_by_person(rider.pk, "leave_out", by=running.desk.lead, clock=SYSTEM_CLOCK, why="")
