"""What the platforms of a storm allow a sender, as the room shows it before launch: figure, source, unknowns."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import pgettext

from seawall.connectors.contracts import Limit
from seawall.connectors.registry import limits_of
from seawall.kernel.markets import Platform
from seawall.web.look import Words
from seawall.web.wording import LIMITS


@dataclass(frozen=True, kw_only=True)
class LimitRow:
    """One limit of one platform."""

    platform: Platform
    words: Words
    value: str
    """The figure, or that nobody published one."""
    limit: Limit


def limit_rows(platforms: Collection[Platform]) -> list[LimitRow]:
    """Limits that shape a roll-out, platform by platform, in the order of LIMITS."""
    rows = []
    for platform in sorted(platforms):
        known = limits_of(platform)
        rows += [
            LimitRow(platform=platform, words=words, value=_value(known[name]), limit=known[name])
            for name, words in LIMITS.items()
            if name in known
        ]
    return rows


def _value(limit: Limit) -> str:
    return pgettext("limit", "not published") if limit.value is None else f"{limit.value:,}"
