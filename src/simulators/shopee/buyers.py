"""Buyers who read, answer or stay silent, each with a character drawn from seed and account: same run, same buyers."""

from typing import Any

from simulators.core.clock import draw
from simulators.core.personas import LANGUAGES, PERSONAS, persona_of, words_of
from simulators.shopee.entities import Conversation, Message
from simulators.shopee.world import World


class Buyers:
    """Plans what buyers do after a seller's message."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.hooks.after_seller_message = self.think

    def persona(self, buyer_id: str) -> str:
        """The buyer's character, by the shares of the switches."""
        switches = self._world.switches
        shares = {name: getattr(switches, f"share_{name}") for name in PERSONAS}
        return persona_of(self._world.seed, buyer_id, shares)

    def think(self, conversation: Conversation, message: Message) -> None:
        """Read after a while, and answer when that is the buyer's way. A censored message reaches nobody."""
        world = self._world
        if not world.switches.buyers_answer or message.censored_ms:
            return
        persona = self.persona(conversation.buyer_id)
        shortest, longest = world.switches.buyer_delay_s
        span = draw(world.seed, "delay", conversation.conversation_id, len(conversation.messages))
        due = message.created_ms + round((shortest + (longest - shortest) * span) * 1000)
        reads_at = message.created_ms + (due - message.created_ms) // 2
        if persona == "silent":
            if draw(world.seed, "reads", conversation.buyer_id) < world.switches.share_silent_reads:
                world.agenda.at(due, lambda: self.read(conversation, message))
            return
        world.agenda.at(reads_at, lambda: self.read(conversation, message))
        if conversation.answers < world.switches.buyer_max_answers:
            world.agenda.at(due, lambda: self._answer(conversation, persona))

    def say(
        self, conversation: Conversation, text: str, *, kind: str = "text", content: dict[str, Any] | None = None
    ) -> Message:
        """A buyer writes, or sends any other kind of message with its content."""
        order_sn = conversation.order_sns[-1] if conversation.order_sns else ""
        return self._world.new_message(
            conversation, from_buyer=True, type=kind, content={"text": text} if content is None else content,
            text=text, source="android", order_sn=order_sn,
        )  # fmt: skip

    def read(self, conversation: Conversation, message: Message) -> None:
        """Read up to a message, never back."""
        if int(message.message_id) > conversation.buyer_read:
            conversation.buyer_read = int(message.message_id)
            self._world.conversation_changed(conversation)

    def again(self) -> None:
        """After a restart: conversations whose last word is the shop's are thought about anew."""
        for conversation in self._world.conversations.values():
            last = conversation.messages[-1] if conversation.messages else None
            if last is not None and not last.from_buyer and not last.deleted:
                self.think(conversation, last)

    def _answer(self, conversation: Conversation, persona: str) -> None:
        if conversation.answers >= self._world.switches.buyer_max_answers:
            return
        # The second word is a closing one, whatever the character.
        kind = persona if conversation.answers == 0 else "closing"
        region = self._world.shops[conversation.shop_id].region.lower()
        market = region if region in LANGUAGES else "sg"  # for TW and BR there are no phrases: English
        self.say(conversation, words_of(self._world.seed, conversation.buyer_id, market, kind, conversation.answers))
