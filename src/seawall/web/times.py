"""Times as people read them: in a market's zone, with the reader's own beside it; spans left until a deadline."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from seawall.kernel.markets import Market

DESK_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the desk: where things span several markets, and for the reader's half of each title."""


def zone_of(markets: set[str]) -> ZoneInfo:
    """The zone of the one market, or the desk's where there are several or none."""
    return Market(next(iter(markets))).zone if len(markets) == 1 else DESK_ZONE


def short_time(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`14:09` today, `11-16 14:09` this year, `2025-11-16 14:09` before."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def full_time(at: datetime, zone: ZoneInfo) -> str:
    """The instant with its zone named, and the desk's time beside it where that differs."""
    shown = f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"
    if at.astimezone(zone).utcoffset() == at.astimezone(DESK_ZONE).utcoffset():
        return shown
    return f"{shown} / {at.astimezone(DESK_ZONE):%m-%d %H:%M:%S} {DESK_ZONE.key}"


@dataclass(frozen=True, kw_only=True)
class Left:
    """How long is left until an instant."""

    until: datetime
    words: str
    tone: str
    """Empty, warn, risk, or over when it has passed."""


def left_until(until: datetime, now: datetime, *, window: timedelta | None = None) -> Left:
    """The span left. With a window (a storm's golden one): amber under half of it, red under a quarter; without:
    amber below four hours, red below two (our own thresholds, design section 2)."""
    span = until - now
    if span < timedelta(0):
        return Left(until=until, words=f"−{_hours(-span)}", tone="over")
    half, quarter = (window / 2, window / 4) if window else (timedelta(hours=4), timedelta(hours=2))
    tone = "risk" if span < quarter else "warn" if span < half else ""
    if span < timedelta(hours=48):
        return Left(until=until, words=_hours(span), tone=tone)
    days, rest = divmod(int(span.total_seconds()), 86400)
    words = _("%(days)s d %(hours)s h") % {"days": days, "hours": f"{rest // 3600:02d}"}
    return Left(until=until, words=words, tone=tone)


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"


def span_words(seconds: float) -> str:
    """A rough span: `40 s`, `12 min`, `5.3 h`, `2.4 d`."""
    if seconds < 90:
        return _("%(n)s s") % {"n": max(1, round(seconds))}
    if seconds < 5400:
        return _("%(n)s min") % {"n": round(seconds / 60)}
    if seconds < 48 * 3600:
        return _("%(n)s h") % {"n": f"{seconds / 3600:.1f}"}
    return _("%(n)s d") % {"n": f"{seconds / 86400:.1f}"}
