"""All state of the simulated Lazada, its journal, and what follows from a change: pushes and buyers."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import Agenda, SimClock, iso
from simulators.core.faults import FaultPlan
from simulators.core.httplog import HttpLog
from simulators.core.journal import Journal
from simulators.core.webhooks import DeliverySettings, WebhookSender
from simulators.lazada.entities import (
    BUYER,
    SELLER,
    USER_MESSAGE,
    App,
    Grant,
    Message,
    Order,
    Reverse,
    Session,
    Store,
)
from simulators.lazada.limits import Limiter
from simulators.lazada.switches import Switches


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
        self.pushes = WebhookSender(clock, DeliverySettings())
        self.on_seller_message: Callable[[Session, Message], None] = lambda session, message: None
        self.on_message: Callable[[Session, Message], None] = lambda session, message: None
        self.on_session: Callable[[Session], None] = lambda session: None
        self.on_order: Callable[[Order, dict[str, Any]], None] = lambda order, item: None
        self.on_reverse: Callable[[Reverse, dict[str, Any], str], None] = lambda reverse, line, push_status: None
        self._forget()

    def _forget(self) -> None:
        self.apps: dict[str, App] = {}
        self.stores: dict[str, Store] = {}
        self.grants: list[Grant] = []
        self.by_token: dict[str, Grant] = {}
        self.by_refresh: dict[str, Grant] = {}
        self.codes: dict[str, tuple[str, list[str], int]] = {}
        self.orders: dict[tuple[str, str], Order] = {}
        self.orders_of: dict[str, dict[str, Order]] = {}
        self.reverses: dict[str, Reverse] = {}
        self.standing: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, Session] = {}
        self.messages: dict[str, tuple[Session, Message]] = {}
        self.unacked: set[tuple[str, int]] = set()
        self.idle_polls: Counter[str] = Counter()
        self.order_lists: dict[tuple[object, ...], list[Order]] = {}
        self._numbers = itertools.count(1)

    def reset(self) -> None:
        """Forget all but the switches."""
        self._forget()
        self.limiter.reset()
        self.agenda.clear()
        self.pushes.clear()
        self.faults.replace([])
        self.log.clear()
        self.journal.truncate()
        self.clock.reset()

    def fresh_number(self) -> int:
        """A number not given before, also not before a restart."""
        return next(self._numbers)

    # ---- registering

    def add_app(self, app: App, *, keep: bool = True) -> App:
        """Register or replace an application."""
        self.apps[app.app_key] = app
        if keep:
            self.journal.add("app", asdict(app))
        return app

    def add_store(self, store: Store, *, keep: bool = True) -> Store:
        """Register or replace a store."""
        self.stores[store.seller_id] = store
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
        return grant

    def add_orders(self, orders: list[Order], *, keep: bool = True) -> int:
        """Add or replace orders; gives the number replaced."""
        replaced = 0
        for order in orders:
            key = (order.seller_id, order.order_id)
            replaced += key in self.orders
            self.orders[key] = order
            self.orders_of.setdefault(order.seller_id, {})[order.order_id] = order
        self.order_lists.clear()
        if keep:
            self.journal.add_many("order", [order.record() for order in orders])
        return replaced

    def change_items(self, order: Order, items: list[dict[str, Any]], **values: object) -> None:
        """Change item lines of an order: new time of change, journal, one push a line. `package_state` is what the
        push of the package says instead of what follows from the status; it holds for this change only."""
        for item in items:
            item.update({"package_state": "", **values})
        order.updated_ms = self.clock.now_ms()
        self.order_lists.clear()
        self.journal.add("order", order.record())
        for item in items:
            self.on_order(order, item)

    def change_reverse(self, reverse: Reverse, lines: list[dict[str, Any]], push_status: str, **values: object) -> None:
        """Change lines of a reverse order (or register it): time of change, journal, one push of type 10 a line."""
        for line in lines:
            line.update(values, modified_ms=self.clock.now_ms())
        self.reverses[reverse.reverse_order_id] = reverse
        self.journal.add("reverse", reverse.record())
        for line in lines:
            self.on_reverse(reverse, line, push_status)

    def set_standing(self, seller_id: str, standing: dict[str, Any], *, keep: bool = True) -> None:
        """What the store's indicators and metrics say from now on; replaces what is named."""
        self.standing.setdefault(seller_id, {}).update(standing)
        if keep:
            self.journal.add("standing", {"seller_id": seller_id, "standing": standing})

    # ---- conversations

    def session_for(self, store: Store, order: Order) -> Session:
        """The conversation with the order's buyer: the same for every order of that buyer [I]."""
        session_id = f"{store.user_id}_2_{order.buyer_id}_1_103"
        session = self.sessions.get(session_id)
        if session is None:
            session = Session(
                session_id=session_id,
                seller_id=store.seller_id,
                user_id=store.user_id,
                buyer_id=order.buyer_id,
                site=store.site,
            )
            self.sessions[session_id] = session
        if not session.order_ids or session.order_ids[-1] != order.order_id:
            if order.order_id in session.order_ids:
                session.order_ids.remove(order.order_id)
            session.order_ids.append(order.order_id)
            self.journal.add("session", {"session_id": session_id, "seller_id": store.seller_id,
                                         "buyer_id": order.buyer_id, "order_id": order.order_id})  # fmt: skip
        return session

    def new_message(self, session: Session, *, is_pushed: bool = True, **values: Any) -> Message:
        """Accept a message: kept, journalled, pushed (unless told not to); buyers think about a seller's."""
        now = self.clock.now_ms()
        if values["from_type"] == BUYER and session.messages:
            # A buyer's word comes after what it answers, also where both fall into one millisecond.
            now = max(now, session.messages[-1].send_ms + 1)
        message = Message(
            message_id=f"sim{now:x}{self.fresh_number():07d}",
            session_id=session.session_id,
            seller_id=session.seller_id,
            send_ms=now,
            **values,
        )
        self._keep(session, message)
        self.journal.add("message", message.record())
        if message.from_type == SELLER and message.type == USER_MESSAGE:
            self.accepted.add(
                at=iso(now), platform="lazada", shop=session.seller_id, buyer=session.buyer_id,
                conversation=session.session_id, order_ids=session.order_ids, kind=str(message.template_id),
                text=message.text, message_id=message.message_id,
            )  # fmt: skip
        if is_pushed:
            self.on_message(session, message)
        if message.from_type == BUYER:
            self.on_session(session)  # something new to read
        if message.from_type == SELLER and message.type == USER_MESSAGE and not message.process_msg:
            self.on_seller_message(session, message)
        return message

    def message_changed(self, session: Session, message: Message) -> None:
        """A recalled message is pushed anew."""
        self.journal.add("recall", {"message_id": message.message_id, "status": message.status})
        self.on_message(session, message)

    def read(self, session: Session, *, by: int, up_to_ms: int) -> None:
        """Move a read position (never back) and push it."""
        before = (session.self_position, session.to_position)
        if by == BUYER:
            session.to_position = max(session.to_position, up_to_ms)
        else:
            session.self_position = max(session.self_position, up_to_ms)
        if before != (session.self_position, session.to_position):
            self.journal.add("read", {"session_id": session.session_id, "by": by, "up_to": up_to_ms})
            self.on_session(session)

    def acked(self, message_id: str, status: int) -> None:
        """A message push was taken by the callback."""
        self.unacked.discard((message_id, status))
        self.journal.add("ack", {"message_id": message_id, "status": status})

    def _keep(self, session: Session, message: Message) -> None:
        session.messages.append(message)
        self.messages[message.message_id] = (session, message)
        self.unacked.add((message.message_id, message.status))
        if message.from_type == SELLER:
            session.self_position = max(session.self_position, message.send_ms)
        else:
            session.to_position = max(session.to_position, message.send_ms)

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
            case "reverse":
                self.reverses[record["reverse_order_id"]] = Reverse(**record)
            case "standing":
                self.set_standing(record["seller_id"], record["standing"], keep=False)
            case "session":
                self._replay_session(record)
            case "message":
                message = Message(**record)
                self._keep(self.sessions[message.session_id], message)
                self.fresh_number()
            case "recall":
                message = self.messages[record["message_id"]][1]
                message.status = record["status"]
                self.unacked.add((message.message_id, message.status))
            case "read":
                session = self.sessions[record["session_id"]]
                name = "to_position" if record["by"] == BUYER else "self_position"
                setattr(session, name, max(getattr(session, name), record["up_to"]))
            case "ack":
                self.unacked.discard((record["message_id"], record["status"]))
            case _:
                pass  # a record of a newer simulator

    def _replay_session(self, record: dict[str, Any]) -> None:
        store = self.stores[record["seller_id"]]
        session = self.sessions.setdefault(
            record["session_id"],
            Session(
                session_id=record["session_id"],
                seller_id=store.seller_id,
                user_id=store.user_id,
                buyer_id=record["buyer_id"],
                site=store.site,
            ),
        )
        if record["order_id"] in session.order_ids:
            session.order_ids.remove(record["order_id"])
        session.order_ids.append(record["order_id"])
