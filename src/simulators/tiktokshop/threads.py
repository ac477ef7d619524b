"""The life of a conversation: who may be written to, opening, service agents, sessions, closing by itself."""

import json

from simulators.tiktokshop.entities import BUYER, SYSTEM, TIKTOK, Conversation, Message, Order, Store
from simulators.tiktokshop.switches import DAY_S
from simulators.tiktokshop.world import World

HOUR_MS = 3_600_000


class Threads:
    """Conversations of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    # ---- who may be written to

    def may_message(self, seller_id: str, buyer_id: str) -> bool:
        """The three rules of `can_send_message` [OAS]: a talk within 30 days, an order within 60, or any return.

        Whether the shop's own words count as talk, and whether cancelled orders count, is unknown: switches.
        """
        world, switches, now = self._world, self._world.switches, self._world.clock.now_ms()
        conversation = world.conversation_of.get((seller_id, buyer_id))
        if conversation is not None:
            since = now - switches.talk_days * DAY_S * 1000
            for message in reversed(conversation.messages):
                if message.send_ms < since:
                    break
                if message.is_buyers or (message.is_sellers and not switches.talk_needs_buyer):
                    return True
        since = now - switches.order_days * DAY_S * 1000
        orders = world.buyer_orders.get((seller_id, buyer_id), {})
        if any(
            order.created_ms >= since and (switches.cancelled_orders_count or order.status != "CANCELLED")
            for order in orders.values()
        ):
            return True
        return switches.returns_open_chat and any(
            case.is_return for order_id in orders for case in world.order_cases.get((seller_id, order_id), ())
        )

    def is_closed(self, conversation: Conversation) -> bool:
        """Closed by itself: 6 hours without a buyer's answer, 7 days without one of the service [3P]."""
        return 0 < self._closes_at(conversation) <= self._world.clock.now_ms()

    def _closes_at(self, conversation: Conversation) -> int:
        switches = self._world.switches
        last = conversation.last_word
        hours = switches.close_service_h if last is not None and last.role == BUYER else switches.close_buyer_h
        since = max(conversation.opened_ms, last.send_ms if last is not None else 0)
        return since + int(hours * HOUR_MS) if hours > 0 else 0

    # ---- opening

    def open(self, store: Store, buyer_id: str) -> Conversation:
        """The shop's thread with a buyer; a closed one is reopened under the same id [OAS]."""
        world, now = self._world, self._world.clock.now_ms()
        conversation = world.conversation_of.get((store.seller_id, buyer_id))
        if conversation is None:
            conversation = self._new(store, buyer_id)
        elif self.is_closed(conversation):
            self.close(conversation)
            conversation.opened_ms = now
            world.keep_conversation(conversation)
        self.plan_closing(conversation)
        return conversation

    def _new(self, store: Store, buyer_id: str) -> Conversation:
        world, now = self._world, self._world.clock.now_ms()
        order = self._last_order(store.seller_id, buyer_id)
        return world.keep_conversation(
            Conversation(
                conversation_id=world.fresh_id(),
                seller_id=store.seller_id,
                buyer_id=buyer_id,
                buyer_name=order.buyer_name if order else f"buyer_{buyer_id[-4:]}",
                platform=order.platform if order else TIKTOK,
                created_ms=now,
                opened_ms=now,
            )
        )

    def _last_order(self, seller_id: str, buyer_id: str) -> Order | None:
        orders = self._world.buyer_orders.get((seller_id, buyer_id), {})
        return max(orders.values(), key=lambda order: order.created_ms, default=None)

    def ready(self, conversation: Conversation, *, joins: bool) -> None:
        """Before a message: a session runs, and the service agent is in when the shop speaks."""
        is_new_session = not conversation.session_id
        if is_new_session:
            conversation.session_id = self._world.fresh_id()
            conversation.sessions.append({
                "id": conversation.session_id, "begin_ms": self._world.clock.now_ms(), "end_ms": 0,
            })  # fmt: skip
        is_joining = joins and not conversation.is_joined
        if is_joining:
            conversation.is_joined = True
        if is_new_session or is_joining:
            self._world.keep_conversation(conversation)
        if is_joining:
            self._world.on_staff(conversation)
            self._notice(conversation, "ALLOCATED_SERVICE", {"content": "A service agent has joined"})

    def _notice(
        self,
        conversation: Conversation,
        type: str,
        content: dict[str, str],
        *,
        role: str = SYSTEM,
        hidden: bool = False,
    ) -> None:
        """A message of the platform's own; when exactly they come is ours."""
        if self._world.switches.system_messages:
            self._world.new_message(
                conversation, type=type, content=json.dumps(content), role=role, is_visible=not hidden
            )

    def enter_from(self, conversation: Conversation, order_id: str) -> None:
        """The mark of a buyer who comes from an order's page [OAS]."""
        self._notice(conversation, "BUYER_ENTER_FROM_ORDER", {"order_id": order_id}, role=BUYER)

    def say(self, conversation: Conversation, *, type: str, content: str, text: str) -> Message:
        """A buyer writes; a shop that takes chats gets an agent assigned."""
        store = self._world.stores[conversation.seller_id]
        if self.is_closed(conversation):
            self.close(conversation)
            conversation.opened_ms = self._world.clock.now_ms()
        self.ready(conversation, joins=store.can_accept_chat)
        message = self._world.new_message(conversation, type=type, content=content, role=BUYER, text=text)
        self.plan_closing(conversation)
        return message

    # ---- closing

    def close(self, conversation: Conversation) -> None:
        """End the session; the agent leaves."""
        if conversation.session_id:
            conversation.sessions[-1]["end_ms"] = self._world.clock.now_ms()
            conversation.session_id = ""
        has_left, conversation.is_joined = conversation.is_joined, False
        self._world.keep_conversation(conversation)
        if has_left:
            self._world.on_staff(conversation)
            # The prompt to rate is for the buyer alone and must be hidden from agents [OAS].
            self._notice(conversation, "NOTIFICATION", {"content": "Please rate our service"}, hidden=True)

    def again(self) -> None:
        """After a restart: plan the closing of what is open."""
        for conversation in self._world.conversations.values():
            if conversation.session_id:
                self.plan_closing(conversation)

    def plan_closing(self, conversation: Conversation) -> None:
        """Have it close by itself when nobody answers."""
        due = self._closes_at(conversation)
        if due and not conversation.is_closing_planned:
            conversation.is_closing_planned = True
            self._world.timers.at(due, lambda: self._closing(conversation))

    def _closing(self, conversation: Conversation) -> None:
        """One timer for each conversation: when somebody spoke meanwhile, it is set anew."""
        conversation.is_closing_planned = False
        if self.is_closed(conversation):
            if conversation.session_id:
                self.close(conversation)
        else:
            self.plan_closing(conversation)
