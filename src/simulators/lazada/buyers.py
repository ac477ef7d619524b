"""Buyers who read, answer or stay silent, each with a character drawn from seed and account: same run, same buyers."""

import json

from simulators.core.clock import draw
from simulators.core.personas import PERSONAS, persona_of, words_of
from simulators.lazada.entities import BUYER, Message, Session
from simulators.lazada.world import World


class Buyers:
    """Plans what buyers do after a seller's message."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on_seller_message = self.think

    def persona(self, buyer_id: str) -> str:
        """The buyer's character, by the shares of the switches."""
        switches = self._world.switches
        shares = {name: getattr(switches, f"share_{name}") for name in PERSONAS}
        return persona_of(self._world.seed, buyer_id, shares)

    def think(self, session: Session, message: Message) -> None:
        """Read after a while, and answer when that is the buyer's way."""
        world = self._world
        if not world.switches.buyers_answer:
            return
        persona = self.persona(session.buyer_id)
        shortest, longest = world.switches.buyer_delay_s
        span = draw(world.seed, "delay", session.session_id, len(session.messages))
        due = message.send_ms + round((shortest + (longest - shortest) * span) * 1000)
        reads_at = message.send_ms + (due - message.send_ms) // 2
        if persona == "silent":
            if draw(world.seed, "reads", session.buyer_id) < world.switches.share_silent_reads:
                world.agenda.at(due, lambda: world.read(session, by=BUYER, up_to_ms=message.send_ms))
            return
        world.agenda.at(reads_at, lambda: world.read(session, by=BUYER, up_to_ms=message.send_ms))
        if session.answers < world.switches.buyer_max_answers:
            world.agenda.at(due, lambda: self._answer(session, persona))

    def say(self, session: Session, text: str) -> Message:
        """A buyer writes."""
        return self._world.new_message(
            session,
            template_id=1,
            content=json.dumps({"txt": text}, ensure_ascii=False),
            from_type=BUYER,
            order_hint=session.order_ids[-1] if session.order_ids else "",
            text=text,
        )

    def again(self) -> None:
        """After a restart: conversations whose last word is the seller's are thought about anew."""
        for session in self._world.sessions.values():
            last = session.messages[-1] if session.messages else None
            if last is not None and last.from_type != BUYER and not last.process_msg and last.status == 0:
                self.think(session, last)

    def _answer(self, session: Session, persona: str) -> None:
        if session.answers >= self._world.switches.buyer_max_answers:
            return
        # The second word is a closing one, whatever the character.
        kind = persona if session.answers == 0 else "closing"
        self.say(session, self.words(session, kind))

    def words(self, session: Session, kind: str) -> str:
        """A sentence in the buyer's language."""
        return words_of(self._world.seed, session.buyer_id, session.site, kind, session.answers)
