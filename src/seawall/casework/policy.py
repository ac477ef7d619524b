"""Decisions of what follows the message. Pure: no Django, no clock, no logging."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from seawall.connectors.contracts import CancelOptions, CaseReason
from seawall.connectors.standing import OrderStanding, Party, Standing
from seawall.kernel.digest import digest_of
from seawall.kernel.markets import Platform
from seawall.kernel.reasons import Reason
from seawall.outreach.states import RecipientState

WAVES = (1, 20)
"""One order, then twenty, then the rest (ours): what a platform does with a cancellation is seen before it is done
24,000 times."""

CALLS_EACH = 4
"""A cancellation costs about so many calls: the order and its options are read before, the order again afterwards."""
SLOWEST = Decimal("0.05")
BURST = 2


def pace_of(sends_per_second: Decimal) -> Decimal:
    """Orders a second and shop: the connection's own pace, shared among the calls of one (ours; no platform publishes a
    limit for cancelling)."""
    return max(sends_per_second / CALLS_EACH, SLOWEST)


MAX_TRIES = 5
"""After so many tries that certainly did nothing a person looks (ours)."""
LOOKS = 2
"""How often the record must prove that nothing has touched an order before its cancellation may be called again."""
ACCEPTED_LOOKS = 40
"""Looks for a cancellation the platform took and its record does not show yet; after the last a person looks."""
CALL_GOOD_FOR = timedelta(minutes=5)
"""A claim older than this is nobody's any more (every call has a time-out)."""
TRANSIENT_WAIT = timedelta(seconds=3)

MIN_REFUSALS_TO_PAUSE = 3
MAX_REFUSAL_SHARE = Decimal("0.20")

LEFT_TO_PEOPLE = "none"
"""What stands for "no reason" in a plan: the orders of that platform are not cancelled by us."""

BUYER_ASKED = re.compile(
    r"customer_request|\b(buyer|customer)('s)?\b.*\b(request|ask|want|agree|change)", re.IGNORECASE
)

PROVEN = frozenset(
    s.value for s in (RecipientState.CONFIRMED, RecipientState.READ, RecipientState.ANSWERED)
)  # fmt: skip
TAKEN = PROVEN | {RecipientState.ACKNOWLEDGED.value}
MESSAGE_FIRST: Mapping[Platform, frozenset[str]] = {
    Platform.SHOPEE: TAKEN,
    Platform.LAZADA: TAKEN,
    # A cancelled order may close the chat there, so its proof must have been read before.
    Platform.TIKTOK: PROVEN,
}
"""Ledger states of a buyer's message that let the order be cancelled."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What may be given as reason at one platform, best first, and on whose word."""

    names: tuple[str, ...]
    chosen_by: str
    """`rulebook`, or `person`."""
    source: str = ""
    certainty: str = ""

    def as_json(self) -> dict[str, object]:
        """As it stands in the plan and in its digest."""
        return {
            "names": list(self.names), "chosen_by": self.chosen_by, "source": self.source, "certainty": self.certainty,
        }  # fmt: skip


@cache
def _known() -> tuple[dict[str, str], ...]:
    text = (files("seawall.casework") / "data" / "reasons.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["reason"])


def truthful_reason(storm: str, platform: Platform) -> Wanted | None:
    """What the data holds for a kind of storm; None where no reason of the platform says what happened."""
    rows = [row for row in _known() if (row["storm"], row["platform"]) == (storm, platform.value)]
    if not rows:
        return None
    return Wanted(
        names=tuple(row["name"] for row in rows), chosen_by="rulebook", source=rows[0]["source"],
        certainty=rows[0]["certainty"],
    )  # fmt: skip


def says_buyer_asked(name: str) -> bool:
    """Whether a reason puts the cancellation on the buyer: false in a storm, whoever chooses it."""
    return bool(BUYER_ASKED.search(name.replace("-", "_")) or BUYER_ASKED.search(name.replace("_", " ")))


def reason_among(offered: Sequence[CaseReason], names: Sequence[str]) -> CaseReason | None:
    """The first wanted reason that the platform offers for this very order, by code or by its words. One that says the
    buyer asked is never it."""
    for name in names:
        wanted = name.strip().casefold()
        for each in offered:
            if each.claims_buyer_asked or says_buyer_asked(each.code) or says_buyer_asked(each.text):
                continue
            if wanted in (each.code.casefold(), each.text.strip().casefold()):
                return each
    return None


def audience_digest(orders: Iterable[tuple[int, str]]) -> str:
    """Digest over (shop, order number) of every order of a list, in a fixed order."""
    return digest_of(sorted([shop, number] for shop, number in orders))


def binding_digest(*, audience: str, reasons: Mapping[str, Mapping[str, object]]) -> str:
    """What an approval is of: these orders, for these reasons. Any edit gives another digest."""
    return digest_of({"cancel": audience, "reasons": {name: list_of(reasons[name]) for name in sorted(reasons)}})


def list_of(reason: Mapping[str, object]) -> list[str]:
    """The names of a stored reason."""
    names = reason.get("names")
    return [str(name) for name in names] if isinstance(names, list) else []


def wave_of(position: int) -> int:
    """The wave of the order at `position` (0-based): one, twenty, the rest."""
    start = 0
    for number, size in enumerate(WAVES):
        start += size
        if position < start:
            return number
    return len(WAVES)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What may be done with an order now: `event` is empty when it may be cancelled for `reason`."""

    event: str = ""
    code: str = ""
    words: str = ""
    reason: CaseReason | None = None


def before_call(seen: OrderStanding, options: CancelOptions | None, names: Sequence[str]) -> Verdict:
    """Read from the platform's own record and its own list, right before the call. What is unclear is for a person.

    `options` is None where the standing alone decides.
    """
    match seen.standing:
        case Standing.CANCELLED:
            return Verdict(event="not_needed", code="order_resolved", words=seen.reason)
        case Standing.DELIVERED | Standing.RETURNED:
            return Verdict(event="kept", code="cancel_too_late", words=seen.standing.value)
        case Standing.SHIPPED:
            return Verdict(event="kept", code="cancel_shipped", words=options.why_not if options else "")
        case Standing.CANCEL_ASKED:
            return Verdict(event="give_to_person", code="cancel_buyer_asks", words=seen.reason)
        case Standing.CANCELLING:
            return Verdict(event="give_to_person", code="cancel_under_way", words=seen.reason)
        case Standing.UNKNOWN:
            return Verdict(event="give_to_person", code="cancel_status_unknown", words=seen.reason)
        case _:
            pass
    if options is None:
        return Verdict(event="give_to_person", code="cancel_status_unknown")
    if not options.is_eligible:
        return Verdict(event="kept", code="cancel_not_offered", words=options.why_not)
    reason = reason_among(options.reasons, names)
    if reason is None:
        offered = ", ".join(each.text or each.code for each in options.reasons)
        return Verdict(event="give_to_person", code="cancel_no_truthful_reason", words=offered)
    return Verdict(reason=reason)


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What was known when a call of unknown outcome left."""

    called_at: datetime
    seen_updated_at: datetime | None
    looked_up: int


def after_doubt(doubt: Doubt, seen: OrderStanding, updated_at: datetime | None) -> tuple[str, str]:
    """The move of a row whose call's outcome is unknown, by the order's own record: (event, reason code). An empty
    event means: look again."""
    match seen.standing:
        case Standing.CANCELLED if seen.by in (Party.BUYER, Party.PLATFORM):
            return "not_needed", "order_resolved"
        case Standing.CANCELLED:
            return "cancelled", ""
        case Standing.CANCELLING:
            return "accepted", ""
        case Standing.SHIPPED | Standing.DELIVERED | Standing.RETURNED:
            return "kept", "cancel_shipped"
        case Standing.OPEN if _is_untouched(doubt, updated_at):
            return ("proved_untouched", "cancel_not_found") if doubt.looked_up + 1 >= LOOKS else ("", "")
        case _:
            return ("give_to_person", "cancel_in_doubt") if doubt.looked_up + 1 >= LOOKS else ("", "")


def _is_untouched(doubt: Doubt, updated_at: datetime | None) -> bool:
    """The platform's own stamp of the last change, read before the call and now: the same means that nothing reached
    the order. Where there is no stamp nothing is proved."""
    return updated_at is not None and updated_at == doubt.seen_updated_at


def after_acceptance(seen: OrderStanding, looked_up: int) -> tuple[str, str]:
    """The move of a row the platform took: (event, reason code); an empty event means: look again."""
    if seen.standing is Standing.CANCELLED:
        if seen.by in (Party.BUYER, Party.PLATFORM):
            return "not_needed", "order_resolved"
        return "cancelled", ""
    if looked_up + 1 >= ACCEPTED_LOOKS:
        return "give_to_person", "cancel_never_shown"
    return "", ""


def look_wait(looked_up: int, grace: timedelta) -> timedelta:
    """How long to the next look: `grace`, growing to a quarter of an hour."""
    return min(grace * (1 + looked_up), max(grace, timedelta(minutes=15)))


def too_many_refusals(refused: int, settled: int) -> Reason | None:
    """Why cancelling must pause by itself, or None."""
    if refused < MIN_REFUSALS_TO_PAUSE or Decimal(refused) <= MAX_REFUSAL_SHARE * settled:
        return None
    return Reason("too_many_refusals", {"refused": refused, "settled": settled, "limit": f"{MAX_REFUSAL_SHARE:.0%}"})
