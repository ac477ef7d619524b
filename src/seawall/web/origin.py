"""From where a request came, and how often from there: what is written beside a decision, and what slows guessing."""

import ipaddress
from datetime import datetime, timedelta

from django.core.cache import cache
from django.http import HttpRequest

from seawall.kernel.digest import sha256_text
from seawall.kernel.errors import NotAllowed
from seawall.kernel.origin import LONGEST_AGENT, Origin
from seawall.settings.env import get_settings


def address_of(request: HttpRequest) -> str:
    """The visitor's network address. Behind our own proxy it is the last entry of X-Forwarded-For, which that proxy
    wrote; entries before it were written by anybody. Empty where what stands there is no address."""
    said = str(request.META.get("REMOTE_ADDR", ""))
    if get_settings().behind_proxy:
        said = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip() or said
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""


def origin_of(request: HttpRequest, *, via: str) -> Origin:
    """What stands beside a decision that came by this request."""
    agent = "".join(each for each in request.headers.get("User-Agent", "") if each.isprintable())
    return Origin(via=via, address=address_of(request), user_agent=agent[:LONGEST_AGENT])


def slow_down(what: str, whose: str, *, most: int, span: timedelta, now: datetime) -> None:
    """Count one try; raises NotAllowed(link_too_many) once there were more than `most` within the span.

    Counted over the web processes of this machine. The token itself cannot be guessed: this keeps noise down, so
    a count that two processes lose at the same instant does no harm.
    """
    seconds = int(span.total_seconds())
    key = "slow-" + sha256_text(f"{what}|{whose}|{int(now.timestamp()) // seconds}")[:40]
    cache.add(key, 0, timeout=2 * seconds)
    try:
        tries = cache.incr(key)
    except ValueError:
        return  # it was thrown out of the cache between the two
    if tries > most:
        raise NotAllowed("link_too_many", minutes=max(1, seconds // 60))
