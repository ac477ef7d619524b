"""Buyers who read, answer or stay silent, each with a character drawn from seed and account: same run, same buyers."""

import json

from simulators.core.clock import draw
from simulators.core.personas import PERSONAS, persona_of, words_of
from simulators.tiktokshop.entities import Conversation, Message
from simulators.tiktokshop.threads import Threads
from simulators.tiktokshop.world import World


class Buyers:
    """Plans what buyers do after a seller's message."""

    def __init__(self, world: World, threads: Threads) -> None:
        self._world, self._threads = world, threads
        world.on_seller_message = self.think

    def persona(self, buyer_id: str) -> str:
        """The buyer's character, by the shares of the switches."""
        switches = self._world.switches
        return persona_of(self._world.seed, buyer_id, {name: getattr(switches, f"share_{name}") for name in PERSONAS})

    def think(self, conversation: Conversation, message: Message) -> None:
        """Read after a while, and answer when that is the buyer's way."""
        world = self._world
        if not world.switches.buyers_answer:
            return
        persona, sent_ms = self.persona(conversation.buyer_id), message.send_ms
        shortest, longest = world.switches.buyer_delay_s
        span = draw(world.seed, "delay", conversation.buyer_id, len(conversation.messages))
        due = sent_ms + round((shortest + (longest - shortest) * span) * 1000)
        if persona == "silent":
            if draw(world.seed, "reads", conversation.buyer_id) < world.switches.share_silent_reads:
                world.agenda.at(due, lambda: world.read_by_buyer(conversation, sent_ms))
            return
        world.agenda.at(sent_ms + (due - sent_ms) // 2, lambda: world.read_by_buyer(conversation, sent_ms))
        if conversation.answers < world.switches.buyer_max_answers:
            world.agenda.at(due, lambda: self._answer(conversation, persona))

    def say(self, conversation: Conversation, text: str) -> Message:
        """A buyer writes."""
        content = json.dumps({"content": text}, ensure_ascii=False)
        return self._threads.say(conversation, type="TEXT", content=content, text=text)

    def again(self) -> None:
        """After a restart: conversations whose last word is the seller's are thought about anew."""
        for conversation in self._world.conversations.values():
            last = conversation.last_word
            if last is not None and last.is_sellers:
                self.think(conversation, last)

    def _answer(self, conversation: Conversation, persona: str) -> None:
        if conversation.answers >= self._world.switches.buyer_max_answers:
            return
        # The second word is a closing one, whatever the character.
        kind = persona if conversation.answers == 0 else "closing"
        market = self._world.stores[conversation.seller_id].market
        self.say(conversation, words_of(self._world.seed, conversation.buyer_id, market, kind, conversation.answers))
