"""Orders as a rule sees them, and times as people in a market write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from seawall.kernel.markets import Market, Platform
from seawall.rulebook.book import RulesOn, rulebook
from seawall.rulebook.clocks import Clock, OrderFacts, clocks_of
from seawall.rulebook.words import ClockKind, Event, Trait

TODAY = date(2026, 11, 25)


def at(market: Market, said: str, zone: ZoneInfo | None = None) -> datetime:
    """`2026-11-25 09:30` in the market's wall time."""
    return datetime.fromisoformat(said).replace(tzinfo=zone or market.zone)


def facts(
    platform: Platform,
    market: Market,
    *traits: Trait,
    columns: dict[ClockKind, str] | None = None,
    **events: str,
) -> OrderFacts:
    """An order: `facts(SHOPEE, PH, delivered="2026-11-20 10:00")`."""
    return OrderFacts(
        ref="250101ABCDEFGH", platform=platform, market=market,
        events={Event(name): at(market, said) for name, said in events.items()},
        platform_deadlines={kind: at(market, said) for kind, said in (columns or {}).items()},
        traits=frozenset(traits),
    )  # fmt: skip


def rules(day: date = TODAY) -> RulesOn:
    """The book of a day."""
    return rulebook().as_of(day)


def clocks(order: OrderFacts, now: str = "2026-11-25 09:30", book: RulesOn | None = None) -> dict[ClockKind, Clock]:
    """The clocks of an order by kind, at a time of its market."""
    return {c.kind: c for c in clocks_of(order, book or rules(), at(order.market, now))}


def wall(clock: Clock) -> str:
    """When it breaches, as the market writes it."""
    return f"{clock.breach_at:%Y-%m-%d %H:%M}"
