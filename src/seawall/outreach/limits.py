"""What a shop may send by whose word: the platform's figures, the team's own, quiet hours. Kept on its Pace and Quota.

Figures are looked up when a lane is opened and every minute by workers, so that what a person sets holds soon; a claim
then needs nothing but the two rows it locks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q

from seawall.connectors.registry import limits_of
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Market, Platform
from seawall.outreach.models import Pace, Quota, RollOut
from seawall.outreach.states import SENDING
from seawall.rulebook.api import RuleOverride, rulebook
from seawall.shops.api import Connection

DAY_RULES = {Platform.SHOPEE: "SHP-DAY-01", Platform.LAZADA: "LZD-DAY-01", Platform.TIKTOK: "TTS-DAY-01"}
QUIET_RULE = "MSG-QUIET-01"
"""Rules of the book in whose place a team may put a figure of its own (`seawall rules set`)."""

LOOK_UP_EVERY = timedelta(minutes=1)

_RESET_ZONES = {Platform.SHOPEE: "Asia/Singapore"}
"""Where the platform's day begins. Shopee: 00:00 UTC+8 for an app's quota of calls (documented; that the day of the
messages begins with it is inferred). TikTok Shop, Lazada: unknown, so that no 24 hours may hold more than a day's
messages."""


@dataclass(frozen=True)
class _Figure:
    value: str
    is_of_shop: bool


def open_pace(connection: Connection, *, now: datetime) -> Pace:
    """The connection's pace, made with its first lane, its figures looked up. One that exists is left alone: it may be
    in use, and a long transaction must not hold it."""
    pace = Pace.objects.filter(connection=connection).first()
    if pace is None:
        pace = _new_pace(connection, now)
        look_up([pace], now=now)
    return pace


def _new_pace(connection: Connection, now: datetime) -> Pace:
    quota, _ = Quota.objects.get_or_create(team_id=connection.team_id, key=f"shop:{connection.pk}")
    pace, _ = Pace.objects.get_or_create(
        connection=connection,
        defaults={
            "team_id": connection.team_id, "quota": quota, "sends_per_second": connection.sends_per_second,
            "burst": connection.burst, "refilled_at": now,
        },
    )  # fmt: skip
    return pace


def look_up_due(*, clock: Clock, size: int = 500) -> int:
    """Look up the figures of live lanes' shops that were not looked up lately; returns how many. Safe to call from many
    workers."""
    now = clock.now()
    live = RollOut.objects.filter(state__in=[state.value for state in SENDING])
    with transaction.atomic():
        due = Pace.objects.select_for_update(of=("self",), skip_locked=True).filter(
            Q(limits_at__isnull=True) | Q(limits_at__lte=now - LOOK_UP_EVERY),
            connection_id__in=live.values("lanes__connection_id"),
        )
        paces = list(due.order_by("pk")[:size])
        look_up(paces, now=now)
    return len(paces)


def look_up(paces: Sequence[Pace], *, now: datetime) -> None:
    """Write the present figures on these paces and their quotas. Whatever changed wakes the shop."""
    if paces:
        with transaction.atomic():
            _look_up(paces, now)


def _look_up(paces: Sequence[Pace], now: datetime) -> None:
    rows = {
        each.pk: each
        for each in Connection.objects.filter(pk__in=[pace.connection_id for pace in paces]).select_related("shop")
    }
    figures = _own_figures(rows.values(), now)
    for pace in paces:
        connection = rows[pace.connection_id]
        quota = _quota_of(connection, figures.get((DAY_RULES[Platform(connection.shop.platform)], connection.pk)), now)
        if pace.quota_id != quota.pk:
            _carry_over(pace.quota_id, quota.pk)
        begin, end = _quiet_of(connection, figures.get((QUIET_RULE, connection.pk)), now)
        has_changed = (pace.quota_id, pace.quiet_from, pace.quiet_until) != (quota.pk, begin, end)
        changes: dict[str, object] = {
            "quota": quota, "quiet_from": begin, "quiet_until": end, "limits_at": now, "burst": connection.burst,
        }  # fmt: skip
        if pace.limited_at is None:
            changes["sends_per_second"] = connection.sends_per_second
        if has_changed and pace.ready_at is not None:
            changes["ready_at"] = now
        Pace.objects.filter(pk=pace.pk).update(**changes)
        # Slower by order of the team holds at once, also for a shop that is learning.
        Pace.objects.filter(pk=pace.pk, sends_per_second__gt=connection.sends_per_second).update(
            sends_per_second=connection.sends_per_second
        )


def _quota_of(connection: Connection, own: _Figure | None, now: datetime) -> Quota:
    """The row that counts this shop's messages, with its limit. A limit whose scope is not known counts over the whole
    app; a figure the team set for one shop counts over that shop."""
    platform = Platform(connection.shop.platform)
    known = limits_of(platform).get("sends_per_day")
    limit, source, is_of_app = None, "none", False
    if known is not None and known.value is not None:
        limit, source, is_of_app = known.value, "platform", known.scope != "shop"
    if own is not None:
        limit, source, is_of_app = int(own.value), "operator", is_of_app and not own.is_of_shop
    kind = "simulator" if connection.is_simulator else "real"
    key = f"app:{platform.value}:{connection.app_key}:{kind}" if is_of_app else f"shop:{connection.pk}"
    quota, _ = Quota.objects.get_or_create(team_id=connection.team_id, key=key)
    zone = _RESET_ZONES.get(platform, "")
    if (quota.day_limit, quota.limit_source, quota.reset_zone) != (limit, source, zone):
        Quota.objects.filter(pk=quota.pk).update(day_limit=limit, limit_source=source, reset_zone=zone)
        # Whoever waits for the day to begin anew looks again: there may be room now.
        waiting = Pace.objects.select_for_update(skip_locked=True).filter(quota=quota, ready_at__gt=now)
        Pace.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(ready_at=now)
    return quota


def _carry_over(old: int, new: int) -> None:
    """What went under the old count counts under the new one too: too much rather than too little."""
    rows = {row.pk: row for row in Quota.objects.select_for_update().filter(pk__in=(old, new)).order_by("pk")}
    spent = dict(rows[new].spent)
    for hour, number in rows[old].spent.items():
        spent[hour] = max(number, spent.get(hour, 0))
    Quota.objects.filter(pk=new).update(spent=spent)


def _quiet_of(connection: Connection, own: _Figure | None, now: datetime) -> tuple[time, time]:
    market = Market(connection.shop.market)
    day = now.astimezone(market.zone).date()
    return quiet_span(own.value if own is not None else rulebook().as_of(day).rule(QUIET_RULE).value)


def quiet_span(value: str) -> tuple[time, time]:
    """The two wall times of `21:00-08:00`."""
    begin, _, end = value.partition("-")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())


def _own_figures(connections: Iterable[Connection], now: datetime) -> dict[tuple[str, int], _Figure]:
    """The team's own figures by rule and connection; a shop's own goes before the team's."""
    shops = {each.shop_id: each for each in connections}
    teams = {each.team_id for each in shops.values()}
    rows = RuleOverride.objects.filter(
        Q(shop__isnull=True) | Q(shop_id__in=shops), team_id__in=teams, rule_id__in=(*DAY_RULES.values(), QUIET_RULE),
        withdrawn_at__isnull=True,
    )  # fmt: skip
    found: dict[tuple[str, int], _Figure] = {}
    for row in rows.order_by(F("shop_id").desc(nulls_first=True), "set_at", "pk"):
        for connection in shops.values():
            today = now.astimezone(Market(connection.shop.market).zone).date()
            is_for = row.team_id == connection.team_id and row.shop_id in (None, connection.shop_id)
            if is_for and row.effective_from <= today and (row.effective_to is None or today <= row.effective_to):
                found[row.rule_id, connection.pk] = _Figure(row.value, row.shop_id is not None)
    return found
