"""What templates of the console are written with: icons, pills, bars, clocks, times."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import OWN_NAMES, Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.money import DECIMALS
from seawall.kernel.texts import text
from seawall.staff.api import WEEKDAYS, Shift
from seawall.web import after_words, inbox_words, script_words, verbs, wording
from seawall.web.look import Look
from seawall.web.outcomes import Tally
from seawall.web.times import DESK_ZONE, Left, full_time, short_time

register = template.Library()

_PARTICULARS = re.compile(r"\{\w+\}")


@register.simple_tag
def icon(name: str, tone: str = "") -> SafeString:
    """One of the sprite's icons; silent for screen readers, since words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#i-{}"/></svg>', tone, static("icons.svg"), name
    )


@register.inclusion_tag("web/tags/pill.html")
def pill(look: Look) -> dict[str, Any]:
    """A state: word and mark, never colour alone."""
    return {"look": look}


_TABLES: Mapping[str, Mapping[str, Any]] = {
    "incident": wording.INCIDENT_STATES,
    "case": wording.CASE_STATES,
    "roll_out": wording.ROLL_OUT_STATES,
    "recipient": wording.RECIPIENT_STATES,
    "cancelling": after_words.CANCELLING_STATES,
    "cancellation": after_words.CANCELLATION_STATES,
    "request": after_words.REQUEST_STATES,
    "grade": wording.GRADES,
    "mode": wording.MODES,
    "connection": wording.CONNECTIONS,
    "kind": wording.KIND_ICONS,
    "intent": wording.INTENTS,
    "link": wording.LINKS,
}

_WORDS: Mapping[str, Mapping[str, Any]] = {
    **_TABLES,
    "party": after_words.PARTIES,
    "order": wording.ORDERS,
    "export": wording.EXPORTS,
    "role": wording.ROLES,
    "link_purpose": wording.LINK_PURPOSES,
    "language": wording.LANGUAGES,
    "market": wording.MARKETS,
    "placeholder": script_words.PLACEHOLDERS,
    "variant": script_words.VARIANTS,
    "occasion": script_words.OCCASIONS,
    "source": wording.SOURCES,
    "speaker": wording.SPEAKERS,
    "attempt": wording.OUTCOMES,
    "reader": wording.READERS,
    "tab": wording.OUTCOME_TABS,
    "inbox": inbox_words.INBOX_SHOWS,
    "weekday": verbs.WEEKDAYS,
}


@register.simple_tag
def look(table: str, code: str) -> Look:
    """Words, tone and icon of a code: `{% look "incident" incident.state as face %}`."""
    return wording.look_of(_TABLES[table], code)


@register.simple_tag
def words(table: str, code: str) -> Any:
    """The words of a code: `{% words "role" actor.role %}`."""
    return wording.words_of(_WORDS[table], code)


@register.simple_tag
def reason_name(code: str) -> str:
    """A reason without the particulars of one order, for choosing among reasons."""
    return _PARTICULARS.sub("", text(code)).replace("  ", " ").strip(" :：()（）.。;；,，")


@register.inclusion_tag("web/tags/bar.html")
def bar(tally: Tally, size: str = "") -> dict[str, Any]:
    """The outcome bar. Its label lists every part, so that it can be read out."""
    parts = [f"{part.words} {part.count:,}" for part in tally.segments if part.count]
    return {"tally": tally, "size": size, "label": _(", ").join(parts) or _("nothing yet")}


@register.inclusion_tag("web/tags/platform.html")
def platform(code: str, markets: Any = ()) -> dict[str, Any]:
    """Our own letter tile of a platform, with market codes beside it."""
    found = Platform(code)
    shown = [markets] if isinstance(markets, str) else list(markets)
    return {"platform": found, "letter": found.letter, "css": found.letter.lower(), "markets": shown}


@register.inclusion_tag("web/tags/clock.html")
def clock(left: Left | None, kind: str = "hourglass", zone: ZoneInfo = DESK_ZONE) -> dict[str, Any]:
    """How long is left; the absolute time in the title."""
    return {"left": left, "kind": kind, "title": full_time(left.until, zone) if left else ""}


@register.simple_tag
def at(moment: datetime | None, zone: ZoneInfo = DESK_ZONE, now: datetime | None = None) -> SafeString | str:
    """An instant in a market's zone, short; in full, with the desk's time beside it, in the title."""
    if moment is None:
        return "–"
    short = short_time(moment, zone, now or SYSTEM_CLOCK.now())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(timespec="seconds"), full_time(moment, zone), short
    )


@register.simple_tag
def shift_words(shift: Shift) -> str:
    """A weekly span of duty: its day, hours, and the zone they are said in."""
    day = wording.words_of(verbs.WEEKDAYS, WEEKDAYS[shift.weekday])
    city = shift.zone.rpartition("/")[2].replace("_", " ")
    return f"{day} {shift.starts:%H:%M}–{shift.ends:%H:%M} {city}"


@register.simple_tag
def second(moment: datetime, zone: ZoneInfo = DESK_ZONE) -> SafeString:
    """When something was counted: hours, minutes, seconds, with the zone in the title."""
    shown = f"{moment.astimezone(zone):%H:%M:%S}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(timespec="seconds"), full_time(moment, zone), shown
    )


@register.simple_tag
def at_second(moment: datetime | None, zone: ZoneInfo = DESK_ZONE) -> SafeString | str:
    """An instant to the second, for tables whose head names the zone."""
    if moment is None:
        return "–"
    local = moment.astimezone(zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="milliseconds"), full_time(moment, zone), f"{local:%Y-%m-%d %H:%M:%S}",
    )  # fmt: skip


@register.simple_tag
def at_minute(moment: datetime, zone: ZoneInfo = DESK_ZONE) -> str:
    """An instant to the minute with its zone's city, for deadlines that are read out."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key.rpartition('/')[2].replace('_', ' ')}"


@register.simple_tag
def at_full(moment: datetime | None, zone: ZoneInfo = DESK_ZONE) -> str:
    """An instant to the second with its zone, for records."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}" if moment else "–"


@register.filter
def digest(value: str) -> str:
    """The eight characters people compare by eye."""
    return verbs.short_digest(value or "")


@register.filter
def n(value: Any) -> str:
    """A whole number with its thousands apart, as on every screen."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def money(value: Decimal, currency: str = "") -> str:
    """An amount with its thousands apart and its currency's own decimals (two, where none is named); the currency
    stands beside it."""
    return f"{value:,.{DECIMALS.get(currency, 2)}f}"


@register.filter
def plain(value: Decimal) -> str:
    """A figure without idle zeros: `0.2`, `20`."""
    return f"{value.normalize():f}"


@register.filter
def percent(value: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * value:.0f}%"


@register.filter
def pace(value: Decimal) -> str:
    """Sends a second without idle zeros: `8`, `0.5`."""
    return f"{value.normalize():f}"


@register.filter
def share(value: float) -> str:
    """A percentage: one decimal, and never 0.0 or 100.0 for what is not."""
    if 0 < value < 0.1:
        return "<0.1%"
    if 99.9 < value < 100:
        return ">99.9%"
    return f"{value:.1f}%"


@register.filter
def size(value: int) -> str:
    """Bytes for people."""
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value = value / 1000  # type: ignore[assignment]  # becomes a fraction on purpose
    return f"{value:.1f} GB"


@register.filter
def own_name(tag: str) -> str:
    """A language as its speakers write it."""
    return OWN_NAMES.get(Language(tag), tag) if tag in set(Language) else tag


@register.filter
def platform_title(code: str) -> str:
    """A platform's name as it writes it."""
    return Platform(code).title


@register.filter
def city(market: str) -> Any:
    """The city whose clock a market goes by."""
    return wording.words_of(wording.MARKETS, market)


@register.simple_tag
def market_zone(market: str) -> ZoneInfo:
    """The zone of a market, for `{% at %}`."""
    return Market(market).zone


@register.simple_tag
def market_language(market: str) -> str:
    """The language a market's buyers are written to in."""
    return Market(market).facts.languages[0].value


@register.filter
def may(desk: Any, verb: str) -> bool:
    """Whether the member's role permits a verb: `{% if desk|may:"outreach.pause" %}`."""
    return bool(desk.may(verb)) if verb else True


@register.filter
def reports(counts: Mapping[str, Any]) -> list[str]:
    """The report files of a pack in the reader's edition; all of them where it has no such edition."""
    names = [str(name) for name in counts.get("reports", ())]
    edition = "report-zh" if (get_language() or "").startswith("zh") else "report-en"
    return [name for name in names if name.startswith(edition)] or names
