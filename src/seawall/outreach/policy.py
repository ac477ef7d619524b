"""Decisions and sums of outreach. Pure: no Django, no clock, no logging."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from seawall.kernel.digest import digest_of, sha256_text

WAVE_SIZES: tuple[int, ...] = (20, 500)
"""Sizes of the waves after the sample; the last wave is all the rest (product.md, section 2.5)."""

PRESS_GOOD_FOR = timedelta(minutes=10)
"""A key press lets its message go for so long (ours). After a pause or a long throttle the person is asked again."""

SEAT_SILENT_AFTER = timedelta(minutes=10)
"""A seat that does nothing for so long loses what it has in hand to the others (ours)."""

SLOWER, FASTER = Decimal("0.7"), Decimal("1.1")
"""A lane goes on at 70 % after "too fast", and gains 10 % a minute until it is at its own pace again (ours)."""

SLOWEST = Decimal("0.05")
"""Sends per second no lane falls below: one in twenty seconds."""

FASTER_EVERY = timedelta(minutes=1)

CLOCK_STEP = timedelta(seconds=5)
"""A stamp further ahead of now than this is not of another machine's clock but of one that was set back (ours)."""

DAY_USED_UP = timedelta(minutes=30)
"""A platform that asks for a longer wait than this speaks of a quota, not of the pace (ours: waits for pace are seconds
to a minute on all three platforms, those for a quota an hour or a day)."""

CONFIRM_SOON, CONFIRM_LATE = timedelta(seconds=5), timedelta(minutes=15)
CONFIRM_ONCE_MORE = timedelta(minutes=10)
"""A second look at a proved message where the platform's filter may work late and tells nobody (Shopee, measured)."""
CONFIRM_LOOKS = 3
"""Looks for the proof of an acknowledged message; after the last it stays acknowledged (ours)."""


MOST_TOGETHER = 5
"""Orders one message may name (ours): more could not be read at a glance, and one refusal would touch too many."""


@dataclass(frozen=True, kw_only=True)
class PlannedMessage:
    """One buyer's message as it will leave."""

    case_id: int
    order_id: int
    platform_order_id: str
    shop_id: int
    language: str
    text: str
    exposure: tuple[int, str, str]
    """Sort key, most exposed first: late-dispatched before others, then the earlier deadline, then the order id."""
    not_by: frozenset[str] = frozenset()
    """Modes by which an earlier step was refused for this buyer: this message goes by another door, or not at all."""
    together: frozenset[int] = frozenset()
    """The orders that `text` names, this one among them, where it names several; empty: this one alone."""
    solo_text: str = ""
    """The words for this order alone, where `text` names several."""

    @property
    def text_sha256(self) -> str:
        """Digest of the words."""
        return sha256_text(self.text)

    @property
    def entry(self) -> tuple[str | int, ...]:
        """What the audience digest covers of it."""
        return audience_entry(self.shop_id, self.platform_order_id, self.text_sha256, self.solo_text)

    def alone(self) -> "PlannedMessage":
        """The same order with the words that name no other."""
        return replace(self, text=self.solo_text, solo_text="", together=frozenset()) if self.together else self


def whole_groups(messages: Sequence[PlannedMessage]) -> list[PlannedMessage]:
    """The messages as they may leave: where an order that some words name is not among them, or a group has another
    shop, language or text in it, every order of that group gets the words that name it alone."""
    by_order = {message.order_id: message for message in messages}

    def holds(message: PlannedMessage) -> bool:
        mates = [by_order.get(order) for order in message.together]
        mine = (message.together, message.shop_id, message.language, message.text)
        return (
            len(mates) > 1
            and message.order_id in message.together
            and all(
                mate is not None and mate.solo_text and (mate.together, mate.shop_id, mate.language, mate.text) == mine
                for mate in mates
            )
        )

    return [message if holds(message) else message.alone() for message in messages]


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """The most that may be given away in this storm."""

    amount: Decimal
    currency: str


def audience_entry(shop_id: int, platform_order_id: str, text_sha256: str, solo_text: str) -> tuple[str | int, ...]:
    """What the audience digest covers of one order: shop, order number, hash of its words; where these name further
    orders, also the hash of the words it would get alone, so that an approval binds both."""
    entry = (shop_id, platform_order_id, text_sha256)
    return (*entry, sha256_text(solo_text)) if solo_text else entry


def audience_digest(entries: Iterable[tuple[str | int, ...]]) -> str:
    """Digest over who gets which words: the `audience_entry` of every order, in a fixed order."""
    return digest_of(sorted((list(entry) for entry in entries), key=lambda entry: (entry[0], str(entry[1]))))


def binding_digest(*, script: str, audience: str, facts: str, ceiling: Ceiling) -> str:
    """What an approval is of. Any edit of words, audience, facts or ceiling gives another digest."""
    return digest_of(
        {
            "script": script,
            "audience": audience,
            "facts": facts,
            "ceiling": {"amount": format(ceiling.amount, ".2f"), "currency": ceiling.currency},
        }
    )


def wave_of(position: int) -> int:
    """The wave of the recipient at `position` (0-based, most exposed first) among those that can be sent to.

    Position 0 is the sample (wave 0); then 20, then 500, then all the rest.
    """
    if position < 1:
        return 0
    start = 1
    for number, size in enumerate(WAVE_SIZES, start=1):
        if position < start + size:
            return number
        start += size
    return len(WAVE_SIZES) + 1


@dataclass(frozen=True, kw_only=True)
class WaveResult:
    """What is known of the recipients of the open wave."""

    counts: Mapping[str, int]
    last_change_at: datetime | None
    messages: Mapping[str, int] | None = None
    """Messages by state, where some name several orders; None: one for each order."""

    def of(self, *states: str) -> int:
        """How many are in any of the states."""
        return sum(self.counts.get(state, 0) for state in states)

    def messages_of(self, *states: str) -> int:
        """How many messages are."""
        told = self.counts if self.messages is None else self.messages
        return sum(told.get(state, 0) for state in states)


def wave_is_settled(result: WaveResult, now: datetime, settle_s: float) -> bool:
    """Whether the gate may judge: nothing open, and the platform had time to report what it filtered.

    A filter speaks only by push or read-back (lazada.md 2.1), so bare acknowledgements wait `settle_s` seconds.
    """
    if result.of("waiting", "claimed", "unknown"):
        return False
    if not result.of("acknowledged"):
        return True
    if result.last_change_at is None:
        return True
    span = now - result.last_change_at
    # A change an hour ahead of now was stamped by a clock that was set back since: no reason to wait an hour.
    return span.total_seconds() >= settle_s or span < -CLOCK_STEP


def confirm_wait(*, pushes_own: bool) -> timedelta:
    """How long after an acknowledgement the platform's record is read for proof.

    Where the platform pushes our own messages the proof comes by itself, and one look much later catches a lost push;
    where it does not, the look is the only proof, and a filter that works late has had a little time.
    """
    return CONFIRM_LATE if pushes_own else CONFIRM_SOON


def minutes_needed(lanes: Sequence[tuple[int, Decimal]]) -> int:
    """Whole minutes the slowest lane needs: (recipients, sends per second) a lane, rounded up."""
    return max((-int(-(count / pace) // 60) for count, pace in lanes if count), default=0)
