"""All state of the simulated TikTok Shop and its journal; what follows from a change is told to listeners."""

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import Agenda, SimClock, iso
from simulators.core.faults import FaultPlan
from simulators.core.httplog import HttpLog
from simulators.core.journal import Journal
from simulators.core.webhooks import DeliverySettings, WebhookSender
from simulators.tiktokshop.entities import BUYER, App, Case, Conversation, Grant, Message, Order, Store
from simulators.tiktokshop.limits import Limiter
from simulators.tiktokshop.switches import Switches


class World:
    """One simulated platform. Everything happens in one event loop, so no locks."""

    def __init__(
        self,
        *,
        clock: SimClock,
        faults: FaultPlan,
        log: HttpLog,
        accepted: AcceptedLog,
        journal: Journal,
        seed: int,
        switches: Switches | None = None,
    ) -> None:
        self.clock, self.faults, self.log, self.journal, self.seed = clock, faults, log, journal, seed
        self.accepted = accepted
        self.switches = switches or Switches()
        self.limiter = Limiter(self.switches)
        self.agenda = Agenda(clock)
        """What buyers are about to do."""
        self.timers = Agenda(clock)
        """What the platform and the couriers do by themselves."""
        self.pushes = WebhookSender(clock, DeliverySettings())
        self.on_seller_message: Callable[[Conversation, Message], None] = lambda conversation, message: None
        self.on_message: Callable[[Conversation, Message], None] = lambda conversation, message: None
        self.on_staff: Callable[[Conversation], None] = lambda conversation: None
        self.on_order: Callable[[Order], None] = lambda order: None
        self.on_case: Callable[[Case], None] = lambda case: None
        self.on_grant: Callable[[Grant], None] = lambda grant: None
        self._forget()

    def _forget(self) -> None:
        self.apps: dict[str, App] = {}
        self.stores: dict[str, Store] = {}
        self.by_cipher: dict[str, Store] = {}
        self.grants: list[Grant] = []
        self.by_token: dict[str, Grant] = {}
        self.by_refresh: dict[str, Grant] = {}
        self.codes: dict[str, tuple[str, list[str], int]] = {}
        self.orders: dict[tuple[str, str], Order] = {}
        self.orders_of: dict[str, dict[str, Order]] = {}
        self.buyer_orders: dict[tuple[str, str], dict[str, Order]] = defaultdict(dict)
        self.package_orders: dict[tuple[str, str], str] = {}
        self.conversations: dict[str, Conversation] = {}
        self.conversation_of: dict[tuple[str, str], Conversation] = {}
        self.recent: dict[str, dict[str, Conversation]] = defaultdict(dict)
        """By shop, the last spoken in at the end."""
        self.messages: dict[str, tuple[Conversation, Message]] = {}
        self.unacked: set[str] = set()
        self.cases: dict[str, Case] = {}
        self.order_cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
        self.images: dict[str, tuple[str, int, int]] = {}
        """Uploaded pictures: chat by address, product by URI."""
        self.done_keys: dict[tuple[str, str, str], str] = {}
        """Idempotency keys with what was asked."""
        self.sorted_lists: dict[tuple[object, ...], list[Any]] = {}
        self._numbers = itertools.count(1)

    def reset(self) -> None:
        """Forget all but the switches."""
        self._forget()
        self.limiter.reset()
        self.agenda.clear()
        self.timers.clear()
        self.pushes.clear()
        self.faults.replace([])
        self.log.clear()
        self.journal.truncate()
        self.clock.reset()

    def fresh_id(self) -> str:
        """A decimal id of 19 digits that grows with time, not given before, also not before a restart."""
        return str((self.clock.now_ms() << 20) | (next(self._numbers) & 0xFFFFF))

    # ---- registering

    def add_app(self, app: App, *, keep: bool = True) -> App:
        """Register or replace an application."""
        self.apps[app.app_key] = app
        if keep:
            self.journal.add("app", asdict(app))
        return app

    def add_store(self, store: Store, *, keep: bool = True) -> Store:
        """Register or replace a shop."""
        self.stores[store.seller_id] = store
        self.by_cipher[store.cipher] = store
        self.orders_of.setdefault(store.seller_id, {})
        if keep:
            self.journal.add("store", asdict(store))
        return store

    def add_grant(self, grant: Grant, *, keep: bool = True) -> Grant:
        """Take over a consent; an older one with the same access token is replaced."""
        self.grants = [g for g in self.grants if g.access_token != grant.access_token]
        self.grants.append(grant)
        self.by_token[grant.access_token] = grant
        self.by_refresh[grant.refresh_token] = grant
        if keep:
            self.journal.add("grant", asdict(grant))
            self.on_grant(grant)
        return grant

    def add_orders(self, orders: list[Order], *, keep: bool = True) -> int:
        """Add or replace orders; gives the number replaced."""
        replaced = 0
        for order in orders:
            key = (order.seller_id, order.order_id)
            replaced += key in self.orders
            self.orders[key] = order
            self.orders_of.setdefault(order.seller_id, {})[order.order_id] = order
            self.buyer_orders[order.seller_id, order.buyer_id][order.order_id] = order
            for package_id in order.package_ids:
                self.package_orders[order.seller_id, package_id] = order.order_id
        self.sorted_lists.clear()
        if keep:
            self.journal.add_many("order", [order.record() for order in orders])
        return replaced

    def order_changed(self, order: Order, *, is_told: bool = True) -> None:
        """Keep a changed order and tell listeners."""
        order.updated_ms = self.clock.now_ms()
        for package_id in order.package_ids:
            self.package_orders[order.seller_id, package_id] = order.order_id
        self.sorted_lists.clear()
        self.journal.add("order", order.record())
        if is_told:
            self.on_order(order)

    def add_image(self, address: str, seller_id: str, width: int, height: int, *, keep: bool = True) -> None:
        """Remember an uploaded picture."""
        self.images[address] = (seller_id, width, height)
        if keep:
            self.journal.add("image", {"address": address, "seller_id": seller_id, "width": width, "height": height})

    def add_key(self, seller_id: str, path: str, key: str, asked: str, *, keep: bool = True) -> None:
        """Remember that a decision with this idempotency key was taken."""
        self.done_keys[seller_id, path, key] = asked
        if keep:
            self.journal.add("key", {"seller_id": seller_id, "path": path, "key": key, "asked": asked})

    # ---- cases

    def add_case(self, case: Case, *, keep: bool = True, is_told: bool = True) -> Case:
        """A new or changed cancellation or return."""
        if case.case_id not in self.cases:
            self.order_cases[case.seller_id, case.order_id].append(case)
        self.cases[case.case_id] = case
        self.sorted_lists.clear()
        if keep:
            case.updated_ms = self.clock.now_ms()
            self.journal.add("case", asdict(case))
            if is_told:
                self.on_case(case)
        return case

    # ---- conversations

    def keep_conversation(self, conversation: Conversation, *, keep: bool = True) -> Conversation:
        """A new or changed thread."""
        self.conversations[conversation.conversation_id] = conversation
        self.conversation_of[conversation.seller_id, conversation.buyer_id] = conversation
        self.recent[conversation.seller_id][conversation.conversation_id] = conversation
        if keep:
            self.journal.add("conversation", conversation.record())
        return conversation

    def new_message(
        self, conversation: Conversation, *, type: str, content: str, role: str, text: str = "",
        order_ids: list[str] | None = None, is_visible: bool = True,
    ) -> Message:  # fmt: skip
        """Accept a message: kept, journalled, pushed; buyers think about a seller's."""
        now = self.clock.now_ms()
        last = conversation.messages[-1].index if conversation.messages else 0
        message = Message(
            message_id=self.fresh_id(),
            conversation_id=conversation.conversation_id,
            seller_id=conversation.seller_id,
            index=max(last + 1, now * 1000),
            type=type,
            content=content,
            role=role,
            send_ms=now,
            is_visible=is_visible,
            text=text,
            order_ids=order_ids or [],
        )
        self._keep(conversation, message)
        self.journal.add("message", message.record())
        if message.is_sellers:
            self.accepted.add(
                at=iso(now), platform="tiktok-shop", shop=conversation.seller_id, buyer=conversation.buyer_id,
                conversation=conversation.conversation_id, order_ids=message.order_ids, kind=type, text=text,
                message_id=message.message_id,
            )  # fmt: skip
        self.on_message(conversation, message)
        if message.is_sellers:
            self.on_seller_message(conversation, message)
        return message

    def read_by_shop(self, conversation: Conversation) -> None:
        """The shop has read everything so far."""
        last = conversation.messages[-1].index if conversation.messages else 0
        conversation.read_up_to = max(conversation.read_up_to, last)
        self.journal.add("read", {"conversation_id": conversation.conversation_id, "up_to": conversation.read_up_to})

    def read_by_buyer(self, conversation: Conversation, up_to_ms: int) -> None:
        """The buyer has read. The platform tells nobody [3P]; the side door does."""
        conversation.buyer_read_ms = max(conversation.buyer_read_ms, up_to_ms)
        self.journal.add(
            "buyer_read", {"conversation_id": conversation.conversation_id, "at": conversation.buyer_read_ms}
        )

    def acked(self, message_id: str) -> None:
        """A message push was taken by the callback."""
        if message_id in self.unacked:
            self.unacked.discard(message_id)
            self.journal.add("ack", {"message_id": message_id})

    def _keep(self, conversation: Conversation, message: Message) -> None:
        conversation.messages.append(message)
        recent = self.recent[conversation.seller_id]
        recent[conversation.conversation_id] = recent.pop(conversation.conversation_id)
        self.messages[message.message_id] = (conversation, message)
        self.unacked.add(message.message_id)
        if message.role == BUYER:
            conversation.buyer_read_ms = max(conversation.buyer_read_ms, message.send_ms)
        elif message.is_sellers:
            conversation.read_up_to = max(conversation.read_up_to, message.index)

    # ---- journal

    def replay(self) -> int:
        """Take up what the journal holds; gives the number of records. Raises JournalError."""
        return self.journal.take_up(self._replay_one)

    def _replay_one(self, kind: str, record: dict[str, Any]) -> None:
        match kind:
            case "app":
                self.add_app(App(**record), keep=False)
            case "store":
                self.add_store(Store(**record), keep=False)
            case "grant":
                self.add_grant(Grant(**record), keep=False)
            case "order":
                self.add_orders([Order(**record)], keep=False)
            case "case":
                self._replay_case(Case(**record))
            case "image":
                self.add_image(**record, keep=False)
            case "key":
                self.add_key(**record, keep=False)
            case "conversation":
                known = self.conversations.get(record["conversation_id"])
                conversation = Conversation(**record)
                conversation.messages = known.messages if known else []
                self.keep_conversation(conversation, keep=False)
            case "message":
                message = Message(**record)
                self._keep(self.conversations[message.conversation_id], message)
            case "read":
                self.conversations[record["conversation_id"]].read_up_to = record["up_to"]
            case "buyer_read":
                self.conversations[record["conversation_id"]].buyer_read_ms = record["at"]
            case "ack":
                self.unacked.discard(record["message_id"])
            case _:
                pass  # a record of a newer simulator

    def _replay_case(self, case: Case) -> None:
        self.order_cases[case.seller_id, case.order_id] = [
            known for known in self.order_cases[case.seller_id, case.order_id] if known.case_id != case.case_id
        ]
        self.cases.pop(case.case_id, None)
        self.add_case(case, keep=False)
