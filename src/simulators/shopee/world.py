"""All state of the simulated Shopee, its journal, and what follows from a change: pushes and buyers."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import Agenda, SimClock, iso
from simulators.core.faults import FaultPlan
from simulators.core.httplog import HttpLog
from simulators.core.journal import Journal
from simulators.core.webhooks import DeliverySettings, WebhookSender
from simulators.shopee.entities import App, Conversation, Grant, Message, Order, Return, Shop
from simulators.shopee.hooks import Hooks, PushDesk
from simulators.shopee.limits import Limiter
from simulators.shopee.switches import Switches

ZONE_S = 8 * 3600
"""Days of quotas begin at 00:00 UTC+8 [D]."""


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
        self.calendar = Agenda(clock)
        """Ends of authorisations: far off, and not among what is still to come of a run."""
        self.pushes = WebhookSender(clock, DeliverySettings())
        self.hooks = Hooks()
        self.push_desk: PushDesk
        self._forget()

    def _forget(self) -> None:
        self.apps: dict[str, App] = {}
        self.shops: dict[str, Shop] = {}
        self.grants: list[Grant] = []
        self.by_access: dict[str, Grant] = {}
        self.by_refresh: dict[str, Grant] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.orders: dict[tuple[str, str], Order] = {}
        self.orders_of: dict[str, dict[str, Order]] = defaultdict(dict)
        self.orders_of_buyer: dict[tuple[str, str], dict[str, Order]] = defaultdict(dict)
        self.by_package: dict[tuple[str, str], Order] = {}
        self.returns: dict[str, Return] = {}
        self.conversations: dict[str, Conversation] = {}
        self.conversation_of: dict[tuple[str, str], Conversation] = {}
        self.conversations_of: dict[str, list[Conversation]] = defaultdict(list)
        self.messages: dict[str, tuple[Conversation, Message]] = {}
        self.said: dict[tuple[str, str], int] = {}
        self.sent_today: Counter[tuple[str, int]] = Counter()
        self.images: dict[str, str] = {}
        self.unacked: set[str] = set()
        self.lost: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.order_lists: dict[tuple[object, ...], list[Order]] = {}
        self._last_number, self._runs = 0, 0

    def reset(self) -> None:
        """Forget all but the switches."""
        self._forget()
        self.limiter.reset()
        self.agenda.clear()
        self.calendar.clear()
        self.pushes.clear()
        self.hooks.on_reset()
        self.faults.replace([])
        self.log.clear()
        self.journal.truncate()
        self.clock.reset()

    def fresh_number(self) -> int:
        """A number not given before, also not before a restart."""
        self._last_number += 1
        return self._last_number

    def begin_run(self) -> None:
        """Numbers of pushes and pictures are not journalled: each run has a range of its own, so that none comes
        twice."""
        self._runs += 1
        self._last_number = max(self._last_number, self._runs * 10**9)
        self.journal.add("run", {})

    def day(self) -> int:
        """The quota day."""
        return (self.clock.now_ms() // 1000 + ZONE_S) // 86_400

    # ---- registering

    def add_app(self, app: App, *, keep: bool = True) -> App:
        """Register or replace an application."""
        self.apps[app.partner_id] = app
        if keep:
            self.journal.add("app", app.record())
        return app

    def add_shop(self, shop: Shop, *, keep: bool = True) -> Shop:
        """Register or replace a shop."""
        self.shops[shop.shop_id] = shop
        if keep:
            self.journal.add("shop", shop.record())
        return shop

    def add_grant(self, grant: Grant, *, keep: bool = True) -> Grant:
        """Take over a pair of tokens; an older one with the same access token is replaced."""
        known = self.by_access.get(grant.access_token)
        if known is not None and known is not grant:
            self.grants.remove(known)
        if known is not grant:
            self.grants.append(grant)
        self.by_access[grant.access_token] = grant
        self.by_refresh[grant.refresh_token] = grant
        if keep:
            self.journal.add("grant", grant.record())
        return grant

    def add_code(self, code: str, row: dict[str, Any], *, keep: bool = True) -> None:
        """An authorisation code; a row without partner is a spent one."""
        if row:
            self.codes[code] = row
        else:
            self.codes.pop(code, None)
        if keep:
            self.journal.add("code", {"code": code, "row": row})

    def add_image(self, url: str, kind: str, *, keep: bool = True) -> None:
        """An uploaded picture, `chat` or `return`."""
        self.images[url] = kind
        if keep:
            self.journal.add("image", {"url": url, "kind": kind})

    # ---- orders and returns

    def add_orders(self, orders: list[Order], *, keep: bool = True) -> int:
        """Add or replace orders; gives the number replaced."""
        replaced = 0
        for order in orders:
            key = (order.shop_id, order.order_sn)
            replaced += key in self.orders
            self.orders[key] = order
            self.orders_of[order.shop_id][order.order_sn] = order
            self.orders_of_buyer[order.shop_id, order.buyer_id][order.order_sn] = order
            for package in order.packages:
                self.by_package[order.shop_id, package["package_number"]] = order
        self.order_lists.clear()
        if keep:
            self.journal.add_many("order", [order.record() for order in orders])
        return replaced

    def order_changed(self, order: Order) -> None:
        """An order was changed in place: new time of change, journal."""
        order.updated_ms = self.clock.now_ms()
        self.order_lists.clear()
        self.journal.add("order", order.record())

    def add_return(self, row: Return, *, keep: bool = True) -> Return:
        """Add or change a return; pushed as 29."""
        self.returns[row.return_sn] = row
        if keep:
            self.journal.add("return", row.record())
            self.hooks.on_return(row)
        return row

    # ---- conversations

    def conversation_id(self, shop_id: str, buyer_id: str) -> str:
        """The same for every order of that buyer; beyond 2^53, as the real ones [S]."""
        digest = hashlib.sha256(f"{shop_id}:{buyer_id}".encode()).digest()
        return str(8 * 10**17 + int.from_bytes(digest[:8]) % 10**17)

    def converse(self, shop_id: str, buyer_id: str, *, keep: bool = True) -> Conversation:
        """The conversation with a buyer, begun when there is none."""
        known = self.conversation_of.get((shop_id, buyer_id))
        if known is None:
            known = Conversation(
                conversation_id=self.conversation_id(shop_id, buyer_id), shop_id=shop_id, buyer_id=buyer_id
            )
            self.conversations[known.conversation_id] = known
            self.conversation_of[shop_id, buyer_id] = known
            self.conversations_of[shop_id].append(known)
            if keep:
                self.conversation_changed(known)
        return known

    def conversation_changed(self, conversation: Conversation) -> None:
        """Flags or read positions moved."""
        names = ("shop_id", "buyer_id", "flags", "shop_read", "buyer_read")
        self.journal.add("conversation", {name: getattr(conversation, name) for name in names})

    def new_message(self, conversation: Conversation, **values: Any) -> Message:
        """Accept a message: kept, journalled, written down; buyers think about a seller's."""
        now = self.clock.now_ms()
        message_id = self._message_id(now)
        message = Message(
            message_id=message_id, conversation_id=conversation.conversation_id, shop_id=conversation.shop_id,
            created_ms=now, **values,
        )  # fmt: skip
        self._keep(conversation, message)
        if message.from_buyer:
            self.unacked.add(message_id)
        self.journal.add("message", message.record())
        if message.from_buyer:
            self.hooks.on_buyer_message(conversation, message)
            return message
        if message.source == "openapi":
            self.accepted.add(
                at=iso(now), platform="shopee", shop=message.shop_id, buyer=conversation.buyer_id,
                conversation=conversation.conversation_id, order_ids=conversation.order_sns, kind=message.type,
                text=message.text, message_id=message.message_id,
            )  # fmt: skip
        self.hooks.on_seller_message(conversation, message)
        return message

    def message_changed(self, message: Message) -> None:
        """A message was deleted."""
        self.journal.add("deleted", {"message_id": message.message_id})

    def acked(self, message_id: str) -> None:
        """A push of a buyer's message was taken by the callback."""
        self.unacked.discard(message_id)
        self.journal.add("ack", {"message_id": message_id})

    def fingerprint(self, kind: str, content: object) -> str:
        """Equal for messages that say the same."""
        return kind + json.dumps(content, ensure_ascii=False, sort_keys=True)

    def _message_id(self, now_ms: int) -> str:
        while (found := f"23{now_ms:013d}{self.fresh_number() % 10_000:04d}") in self.messages:
            now_ms += 1  # a stopped clock and more than 10,000 messages
        return found

    def _keep(self, conversation: Conversation, message: Message) -> None:
        conversation.messages.append(message)
        conversation.flags.pop("deleted", None)  # a new message brings it back
        self.messages[message.message_id] = (conversation, message)
        if message.order_sn:
            if message.order_sn in conversation.order_sns:
                conversation.order_sns.remove(message.order_sn)
            conversation.order_sns.append(message.order_sn)
        if message.from_buyer:
            conversation.in_a_row, conversation.buyer_wrote_ms = 0, message.created_ms
            conversation.answers += 1
            conversation.buyer_read = int(message.message_id)
            return
        conversation.in_a_row += 1
        if message.source == "openapi":
            said = self.fingerprint(message.type, message.content)
            self.said[conversation.conversation_id, said] = message.created_ms
            self.said[message.shop_id, said] = message.created_ms
            day = (message.created_ms // 1000 + ZONE_S) // 86_400
            self.sent_today[message.shop_id, day] += 1

    # ---- journal

    def replay(self) -> int:
        """Take up what the journal holds; gives the number of records. Raises JournalError."""
        takers = self._takers()

        def take_one(kind: str, record: dict[str, Any]) -> None:
            self.fresh_number()
            take = takers.get(kind)
            if take is not None:  # else: a record of a newer simulator
                take(record)

        return self.journal.take_up(take_one)

    def _takers(self) -> dict[str, Callable[[dict[str, Any]], object]]:
        return {
            "app": lambda row: self.add_app(App(**row), keep=False),
            "shop": lambda row: self.add_shop(Shop(**row), keep=False),
            "grant": lambda row: self.add_grant(Grant(**row), keep=False),
            "code": lambda row: self.add_code(row["code"], row["row"], keep=False),
            "image": lambda row: self.add_image(row["url"], row["kind"], keep=False),
            "order": lambda row: self.add_orders([Order(**row)], keep=False),
            "return": lambda row: self.add_return(Return(**row), keep=False),
            "conversation": self._replay_conversation,
            "message": self._replay_message,
            "deleted": lambda row: setattr(self.messages[row["message_id"]][1], "deleted", True),
            "ack": lambda row: self.unacked.discard(row["message_id"]),
            "lost": self._replay_lost,
            "run": lambda _: setattr(self, "_runs", self._runs + 1),
            "consumed": lambda row: self.consume(row["partner_id"], row["last_message_id"], keep=False),
        }

    def _replay_conversation(self, row: dict[str, Any]) -> None:
        conversation = self.converse(row["shop_id"], row["buyer_id"], keep=False)
        for name in ("flags", "shop_read", "buyer_read"):
            setattr(conversation, name, row[name])

    def _replay_message(self, row: dict[str, Any]) -> None:
        message = Message(**row)
        self._keep(self.conversations[message.conversation_id], message)
        if message.from_buyer:
            self.unacked.add(message.message_id)

    def _replay_lost(self, row: dict[str, Any]) -> None:
        self.lost[row["partner_id"]].append(row["push"])
        self._last_number = max(self._last_number, row["push"]["id"])

    # ---- lost pushes

    def lose(self, partner_id: str, push: dict[str, Any]) -> None:
        """A push that was given up."""
        self.lost[partner_id].append(push)
        self.journal.add("lost", {"partner_id": partner_id, "push": push})

    def consume(self, partner_id: str, last_message_id: int, *, keep: bool = True) -> None:
        """Everything up to the watermark was fetched."""
        self.lost[partner_id] = [row for row in self.lost[partner_id] if row["id"] > last_message_id]
        if keep:
            self.journal.add("consumed", {"partner_id": partner_id, "last_message_id": last_message_id})
