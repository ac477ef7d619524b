"""What the reachability plan is told: buyers, shops, quotas and seats as the tables hold them now. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, F, Max, Q

from seawall.connectors.registry import limits_of
from seawall.inbox.api import Conversation, Message
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order, is_late
from seawall.outreach.contact import stopped_orders
from seawall.outreach.models import Lane, Recipient, RollOut
from seawall.outreach.reach import Quota, ReachItem, ShopDoors, World, reach_rules
from seawall.shops.api import Connection, Shop
from seawall.tenancy.api import Membership, Role

QUOTA_ZONE = Market.SG.zone
"""Whose midnight resets a daily quota: UTC+8, as Shopee documents for its calls; no other platform says (unknown)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One message that wants a door."""

    key: int
    order_ids: tuple[int, ...]
    """The orders it names, one or more, all of one buyer."""
    shop_id: int
    language: str
    text_sha256: str
    not_by: frozenset[str] = frozenset()
    """Modes by which an earlier message to this buyer was refused: these doors are closed."""


@dataclass(frozen=True, slots=True)
class _Talk:
    talked_at: datetime | None
    buyer_wrote_at: datetime | None
    unanswered: int


def items_of(wanted: Collection[Wanted], team_id: int, now: datetime) -> list[ReachItem]:
    """An item for each message, with what order and conversation say."""
    named = {order for each in wanted for order in each.order_ids}
    orders, talks = _orders(named), _talks(named)
    lately = _lately_sent(team_id, {each.shop_id for each in wanted}, now)
    stopped = stopped_orders(team_id, named, {each.shop_id for each in wanted})
    silent = _Talk(None, None, 0)
    items = []
    for each in wanted:
        # Windows run from the order: the oldest one's closes first, so its doors are the doors of all.
        named_orders = sorted((orders[pk] for pk in each.order_ids), key=_age)
        order = named_orders[0]
        talk = next((talks[pk] for pk in each.order_ids if pk in talks), silent)
        items.append(
            ReachItem(
                key=each.key, orders=tuple(one.platform_order_id for one in named_orders), shop=each.shop_id,
                language=each.language, text=each.text_sha256, ordered_at=order.ordered_at,
                value=_worth(named_orders),
                is_cancelled=all(one.status == "cancelled" or one.cancelled_at is not None for one in named_orders),
                is_returning=all(one.status == "return_requested" for one in named_orders),
                is_late=any(
                    is_late(status=one.status, ship_by=one.ship_by, shipped_at=one.shipped_at, now=now)
                    for one in named_orders
                ),
                talked_at=talk.talked_at, buyer_wrote_at=talk.buyer_wrote_at, unanswered=talk.unanswered,
                same_words_at=lately.get((each.shop_id, each.text_sha256)),
                not_by=each.not_by,
                has_opted_out=any(pk in stopped for pk in each.order_ids),
                phone="" if not order.has_phone else "masked" if order.is_phone_masked else "open",
            )
        )  # fmt: skip
    return items


def _age(order: "_Order") -> tuple[bool, datetime | None, str]:
    return (order.ordered_at is None, order.ordered_at, order.platform_order_id)


def _worth(orders: Sequence["_Order"]) -> Decimal | None:
    """What they are worth together; None where nobody knows of one of them."""
    values = [order.total for order in orders if order.total is not None]
    return sum(values, Decimal(0)) if len(values) == len(orders) else None


def world_of(roll_out: RollOut, shop_ids: Collection[int], lanes: Iterable[Lane], *, now: datetime) -> World:
    """The shops with what their connections and lanes say now, their quotas, and the people at seats; quiet hours as
    the roll-out keeps them."""
    team_id = roll_out.team_id
    shops = shop_doors(shop_ids, lanes)
    seats = Membership.objects.filter(team_id=team_id, is_active=True, role=Role.AGENT).count()
    return World(
        now=now, shops=shops, quotas=_quotas(team_id, shops, now), seats=max(seats, 1),
        deadline_at=roll_out.deadline_at, keeps_quiet_hours=roll_out.keeps_quiet_hours,
    )  # fmt: skip


def shop_doors(shop_ids: Collection[int], lanes: Iterable[Lane]) -> dict[int, ShopDoors]:
    """Each shop as a sender. A lane's learned pace and its stop count before the connection's own."""
    connections = {each.shop_id: each for each in Connection.objects.filter(shop_id__in=shop_ids, is_active=True)}
    by_connection = {lane.connection_id: lane for lane in lanes}
    found = {}
    for shop in Shop.objects.filter(pk__in=shop_ids).order_by("pk"):
        connection = connections.get(shop.pk)
        lane = by_connection.get(connection.pk) if connection else None
        pace = lane.sends_per_second if lane else connection.sends_per_second if connection else 1
        found[shop.pk] = ShopDoors(
            code=shop.code,
            platform=Platform(shop.platform),
            market=Market(shop.market),
            mode=connection.mode if connection else "",
            stopped=(connection.stopped_reason if connection else "")
            or (lane.stopped_code if lane and lane.is_stopped else ""),
            pace=float(pace),
            blocked_until=lane.blocked_until if lane else None,
            quiet=reach_rules().quiet,
        )
    return found


@dataclass(frozen=True, slots=True)
class _Order:
    platform_order_id: str
    status: str
    ordered_at: datetime | None
    shipped_at: datetime | None
    ship_by: datetime | None
    cancelled_at: datetime | None
    total: Decimal | None
    is_phone_masked: bool
    has_phone: bool


def _orders(order_ids: Collection[int]) -> dict[int, _Order]:
    # Plain rows: a model instance for each of 24,000 orders takes seconds.
    rows = Order.objects.filter(pk__in=order_ids).values_list(
        "pk", "platform_order_id", "status", "ordered_at", "shipped_at", "ship_by", "cancelled_at", "total",
        "is_phone_masked", "phone",
    )  # fmt: skip
    return {
        pk: _Order(number, status, ordered, shipped, ship_by, cancelled, total, masked, bool(phone))
        for pk, number, status, ordered, shipped, ship_by, cancelled, total, masked, phone in rows
    }


def _talks(order_ids: Collection[int]) -> dict[int, _Talk]:
    """What the conversations say in which messages about these orders went out before. A shop's first message to a
    buyer has none."""
    about = Message.objects.filter(recipient__order_id__in=order_ids)
    pairs = set(about.values_list("recipient__order_id", "conversation_id").distinct())
    ours = Q(messages__speaker="seller", messages__is_recalled=False) & (
        Q(last_buyer_message_at__isnull=True) | Q(messages__sent_at__gt=F("last_buyer_message_at"))
    )
    known = {
        chat.pk: chat
        for chat in Conversation.objects.filter(pk__in={chat for _, chat in pairs}).annotate(
            unanswered=Count("messages", filter=ours)
        )
    }
    by_order: dict[int, list[Conversation]] = defaultdict(list)
    for order_id, chat in pairs:
        by_order[order_id].append(known[chat])
    return {
        order_id: _Talk(
            max((chat.last_message_at for chat in chats if chat.last_message_at), default=None),
            max((chat.last_buyer_message_at for chat in chats if chat.last_buyer_message_at), default=None),
            max(_unanswered(chat) for chat in chats),
        )
        for order_id, chats in by_order.items()
    }


def _unanswered(chat: Conversation) -> int:
    counted: int = getattr(chat, "unanswered", 0)
    return counted


def _lately_sent(team_id: int, shop_ids: Collection[int], now: datetime) -> dict[tuple[int, str], datetime]:
    """When which words last left in shops of platforms that refuse the same words for some hours."""
    found: dict[tuple[int, str], datetime] = {}
    for platform, rules in reach_rules().platforms.items():
        if not rules.identical_text_h:
            continue
        rows = Recipient.objects.filter(
            team_id=team_id, order__shop_id__in=shop_ids, order__shop__platform=platform.value,
            sent_at__gt=now - timedelta(hours=rules.identical_text_h),
        )  # fmt: skip
        for shop, words, at in rows.values_list("order__shop_id", "text_sha256").annotate(at=Max("sent_at")).order_by():
            found[(shop, words)] = at
    return found


def _quotas(team_id: int, shops: Mapping[int, ShopDoors], now: datetime) -> tuple[Quota, ...]:
    """The published daily quotas. Where nobody says over what a quota counts, all shops of the platform share it."""
    found = []
    for platform in sorted({shop.platform for shop in shops.values()}):
        limit = limits_of(platform).get("sends_per_day")
        if limit is None or limit.value is None:
            continue
        mine = frozenset(pk for pk, shop in shops.items() if shop.platform is platform)
        groups = [frozenset({pk}) for pk in sorted(mine)] if limit.scope == "shop" else [mine]
        for group in groups:
            used = _sent_today(team_id, group if limit.scope == "shop" else None, platform, now)
            found.append(
                Quota(
                    name=f"{platform.value}:{'-'.join(str(pk) for pk in sorted(group))}", platform=platform,
                    shops=group, per_day=limit.value, zone=QUOTA_ZONE, used_today=used, scope=limit.scope,
                    source=limit.source, is_documented=limit.is_documented,
                )
            )  # fmt: skip
    return tuple(found)


def _sent_today(team_id: int, shops: Collection[int] | None, platform: Platform, now: datetime) -> int:
    day = datetime.combine(now.astimezone(QUOTA_ZONE).date(), time(), tzinfo=QUOTA_ZONE)
    rows = Recipient.objects.filter(team_id=team_id, sent_at__gte=day, order__shop__platform=platform.value)
    return (rows if shops is None else rows.filter(order__shop_id__in=shops)).count()
