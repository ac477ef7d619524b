"""Buyers who read, answer or stay silent, each with a character drawn from seed and account: same run, same buyers."""

import json
import tomllib
from functools import cache
from pathlib import Path

from simulators.core.clock import draw
from simulators.lazada.entities import BUYER, Message, Session
from simulators.lazada.world import World

LANGUAGES: dict[str, list[tuple[str, float]]] = {
    "th": [("th", 1.0)],
    "vn": [("vi", 1.0)],
    "id": [("id", 1.0)],
    "my": [("ms", 0.6), ("en", 0.3), ("zh", 0.1)],
    "ph": [("fil", 0.7), ("en", 0.3)],
    "sg": [("en", 0.8), ("zh", 0.2)],
}
"""Which languages buyers of a site write in, and how many of them."""
PERSONAS = ("silent", "agree", "compensation", "angry", "refund", "wait")


class Buyers:
    """Plans what buyers do after a seller's message."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on_seller_message = self.think

    def persona(self, buyer_id: str) -> str:
        """The buyer's character, by the shares of the switches."""
        switches = self._world.switches
        point = draw(self._world.seed, "persona", buyer_id)
        for name in PERSONAS:
            point -= float(getattr(switches, f"share_{name}"))
            if point < 0:
                return name
        return "silent"

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
        world = self._world
        point = draw(world.seed, "language", session.buyer_id)
        languages = LANGUAGES[session.site]
        language = languages[-1][0]
        for name, share in languages:
            point -= share
            if point < 0:
                language = name
                break
        choices = phrases()[language][kind]
        return choices[int(draw(world.seed, "words", session.buyer_id, session.answers) * len(choices))]


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """Sentences by language and character, from phrases.toml."""
    path = Path(__file__).with_name("phrases.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
