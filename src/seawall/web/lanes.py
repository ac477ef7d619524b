"""Rows of the lanes table: one a shop, with what it may do, how fast, and how long it still needs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from seawall.kernel.markets import Market
from seawall.kernel.texts import text
from seawall.outreach.api import SENT, RollOut, RollOutState, standing_of
from seawall.outreach.queries import PACE_SPAN, ShopProgress
from seawall.shops.api import Connection, Shop
from seawall.web.look import Look, Words
from seawall.web.outcomes import Tally, tally
from seawall.web.times import span_words
from seawall.web.wording import MODE_REASONS, MODES, words_of


@dataclass(frozen=True, kw_only=True)
class LaneView:
    """One shop of a roll-out."""

    shop: Shop
    connection: Connection | None
    mode: Look
    mode_reason: Words
    tally: Tally
    sent: int
    total: int
    pace: int
    """Messages within the last minute."""
    limit: int | None
    """Our own limit a minute; no platform publishes one."""
    left: str
    state: str
    tone: str
    icon: str
    why: str


def lane_views(shops: list[ShopProgress], roll_out: RollOut | None, now: datetime) -> list[LaneView]:
    """The table's rows."""
    return [_view(each, roll_out, now) for each in shops]


def _view(each: ShopProgress, roll_out: RollOut | None, now: datetime) -> LaneView:
    waiting = sum(each.counts.get(state, 0) for state in ("waiting", "claimed"))
    limit = round(float(each.lane.sends_per_second) * 60) if each.lane else None
    mode = each.connection.mode if each.connection else "none"
    state, tone, icon, why = _state(each, roll_out, now, waiting)
    seconds = waiting / float(each.lane.sends_per_second) if each.lane and waiting else 0
    return LaneView(
        shop=each.shop,
        connection=each.connection,
        mode=MODES.get(mode, MODES["none"]),
        mode_reason=words_of(MODE_REASONS, each.connection.mode_reason) if each.connection else "",
        tally=tally(each.counts, expected=each.total),
        sent=sum(each.counts.get(state.value, 0) for state in SENT),
        total=each.total,
        pace=round(each.sent_lately * 60 / PACE_SPAN.total_seconds()),
        limit=limit,
        left=span_words(seconds) if seconds and tone != "risk" else "",
        state=state,
        tone=tone,
        icon=icon,
        why=why,
    )


def _state(each: ShopProgress, roll_out: RollOut | None, now: datetime, waiting: int) -> tuple[str, str, str, str]:
    lane = each.lane
    if lane is None or roll_out is None:
        return _p(_("No connection yet"), "", icon="plug-connected-x")
    if lane.is_stopped:
        why = text(lane.stopped_code, **{"platform_code": "", "detail": "", **lane.stopped_params})
        return _p(_("Stopped by itself"), "risk", icon="hand-stop", why=why)
    if not waiting and not each.counts.get("unknown"):
        return _p(_("Done"), "ok", icon="check")
    if roll_out.state == RollOutState.STOPPED:
        return _p(_("Stopped"), "risk", icon="hand-stop")
    if roll_out.state == RollOutState.PAUSED:
        return _p(_("Paused"), "warn", icon="player-pause")
    if roll_out.state not in (RollOutState.RUNNING, RollOutState.SAMPLING):
        return _p(_("Ready"), "", icon="clock")
    standing = standing_of(lane, now)
    if standing.waits_until:
        why = _("The platform asked us to wait until %(time)s UTC.") % {"time": f"{standing.waits_until:%H:%M:%S}"}
        return _p(_("Slowed"), "warn", icon="arrow-down-right", why=why)
    zone = Market(each.shop.market).zone
    if standing.full_until:
        why = _("The day's limit of %(limit)s messages is used up; it goes on at %(time)s local time.") % {
            "limit": f"{standing.day_limit:,}", "time": f"{standing.full_until.astimezone(zone):%d %b %H:%M}",
        }  # fmt: skip
        return _p(_("Day used up"), "warn", icon="hourglass-high", why=why)
    if standing.sleeps_until:
        until = f"{standing.sleeps_until.astimezone(zone):%H:%M}"
        why = _("Quiet hours of the buyers' market: nothing is sent before %(time)s local time.") % {"time": until}
        return _p(_("Sleeps until %(time)s") % {"time": until}, "", icon="moon", why=why)
    return _p(_("Running"), "run", icon="player-play")


def _p(words: str, tone: str, *, icon: str, why: str = "") -> tuple[str, str, str, str]:
    return words, tone, icon, why
