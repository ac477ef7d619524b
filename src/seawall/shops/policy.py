"""What a connection may do by default, and how fast. Pure."""

import re
from decimal import Decimal

from seawall.kernel.clock import may_be_moved
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.markets import Platform

_LOOPBACK = re.compile(r"^http://(127\.[0-9.]+|localhost|\[::1\])(:[0-9]+)?(/|$)")


def is_loopback(url: str) -> bool:
    """Whether an address is on this very machine: what a simulator must be."""
    return bool(_LOOPBACK.match(url))


def refuse_moved_time(*, is_simulator: bool) -> None:
    """In an exercise whose time is moved on no real shop is touched: what is sent, renewed or recorded for it would
    bear a time that never was. Raises Refused(time_is_moved)."""
    if may_be_moved() and not is_simulator:
        raise Refused("time_is_moved")


def default_mode(platform: Platform) -> tuple[str, str]:
    """Send mode and the reason for it, as a code the screens explain.

    Shopee: proactive automation over its chat API is listed as abuse, so a person's key press is needed
    (shopee.md; product.md section 2.5). Lazada and TikTok Shop: one session, one send by API is documented.
    """
    if platform is Platform.SHOPEE:
        return "click", "shopee_lists_proactive_automation_as_abuse"
    return "api", "platform_documents_order_chat_by_api"


BY_HAND = ("manual", "no_api_by_hand")
"""Mode and reason of a shop that no API reaches."""

_BY_PEOPLE = ("api", "click", "manual")
"""Modes, each leaving more to people than the one before."""


CONSENTED = "platform_consented_in_writing"
"""Why a connection may do what its platform lists as abuse: the platform itself said yes, on paper."""


def mode_for(platform: Platform, wanted: str, *, has_consent: bool = False) -> tuple[str, str]:
    """The mode to store and its reason: the default, or a wanted one that leaves more to people. One that leaves less
    only with the platform's written consent for this very shop (`has_consent`).

    Raises Refused(mode_not_lawful) for a mode that leaves less, InvalidInput(mode_unknown).
    """
    mode, why = default_mode(platform)
    if not wanted or wanted == mode:
        return mode, why
    if wanted not in _BY_PEOPLE:
        raise InvalidInput("mode_unknown", mode=wanted)
    if _BY_PEOPLE.index(wanted) < _BY_PEOPLE.index(mode):
        if has_consent:
            return wanted, CONSENTED
        raise Refused("mode_not_lawful", platform=platform.title, mode=wanted, allowed=mode)
    return wanted, "chosen_by_the_team"


def default_pace(platform: Platform) -> Decimal:
    """Sends per second and shop to start with. Ours, since no platform publishes its chat limit.

    Lazada: clients report 10 calls/s per API and seller (lazada.md 8, C); we stay at 8. Others start lower.
    """
    return {Platform.LAZADA: Decimal(8), Platform.TIKTOK: Decimal(2), Platform.SHOPEE: Decimal(1)}[platform]
