"""The values of the reachability plan. All instants carry a zone; paces are messages a second."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from seawall.kernel.markets import Market, Platform
from seawall.kernel.reasons import Reason


class DoorKind(StrEnum):
    """A lawful way to reach a buyer, the least work for people first."""

    API = "api"
    """The worker sends."""
    CLICK = "click"
    """A person presses a key, the API sends."""
    MANUAL = "manual"
    """A person writes in Seller Center."""
    CALL = "call"
    """A person phones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One door of one buyer, as it stands at the plan's instant."""

    kind: DoorKind
    is_open: bool
    is_sure: bool = True
    """False where it is open only by one reading of the platform's rules: the try shows it, and harms nobody if not."""
    sure_until: datetime | None = None
    """Up to here every source agrees that it is open; None: no end is known, or it is not sure now."""
    closes_at: datetime | None = None
    """After this nobody says that it is open: nothing is sent by it any more. None: no end is known."""
    why_closed: Reason | None = None

    @property
    def urgent_at(self) -> datetime | None:
        """The instant to be ahead of: the sure end while the door is sure, else the last one."""
        return self.sure_until if self.is_sure and self.sure_until else self.closes_at


@dataclass(frozen=True, kw_only=True, slots=True)
class ReachItem:
    """One message to one buyer: what is known of the buyer and of the orders it names."""

    key: int
    """The caller's own number for it; given back unchanged."""
    orders: tuple[str, ...]
    """The platform's numbers of the orders it names, one or more. The doors are those of the first."""
    shop: int
    language: str
    text: str = ""
    """Digest of the very words: messages with the same words in one shop are told apart by nothing."""
    ordered_at: datetime | None = None
    is_cancelled: bool = False
    is_returning: bool = False
    is_late: bool = False
    """Dispatched late, or not dispatched past its time: exposed most (rules: CRIT-05)."""
    value: Decimal | None = None
    """What the orders are worth, in the market's money. Ranks within a market only: no currency is converted."""
    talked_at: datetime | None = None
    """Last message of the conversation, by whomever."""
    buyer_wrote_at: datetime | None = None
    unanswered: int = 0
    """Messages of the shop since the buyer last wrote."""
    same_words_at: datetime | None = None
    """When a message with these very words last left for anybody in this shop."""
    phone: str = ""
    """`open`, `masked`, or empty where the export holds none. The number itself is of no concern here."""
    has_opted_out: bool = False
    not_by: frozenset[str] = frozenset()
    """Doors, by mode, that refused an earlier message to this buyer: closed for this one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopDoors:
    """One shop as a sender: what its connection may do, and how fast."""

    code: str
    platform: Platform
    market: Market
    mode: str = ""
    """The connection's mode; empty: no connection."""
    stopped: str = ""
    """Code of why connection or lane stand still; empty: they do not."""
    pace: float = 1.0
    """Messages a second by the connection."""
    blocked_until: datetime | None = None
    """The platform asked to wait until then."""
    quiet: tuple[time, time] | None = None
    """From when to when nothing leaves, in the market's wall time; None: no such hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """How many messages may leave in a day over a set of shops."""

    name: str
    platform: Platform
    shops: frozenset[int]
    per_day: int
    zone: ZoneInfo
    """The zone whose midnight begins a new day."""
    used_today: int = 0
    scope: str = "unknown"
    """As the platform counts; `unknown` is counted over all its shops, the strictest reading."""
    source: str = ""
    is_documented: bool = False


@dataclass(frozen=True, kw_only=True)
class World:
    """What the plan rests on beside the buyers."""

    now: datetime
    shops: Mapping[int, ShopDoors]
    quotas: tuple[Quota, ...] = ()
    seats: int = 1
    """People who press, write and phone at the same time."""
    deadline_at: datetime | None = None
    """Nothing is sent after it."""
    keeps_quiet_hours: bool = True
    """Whether the quiet hours of the shops are kept: a training or a closing window may do without."""
    golden_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReachRow:
    """The plan for one item: exactly one door, or a reason."""

    key: int
    door: Door | None
    others: tuple[Door, ...]
    """Further open doors, in order."""
    closed: tuple[Door, ...]
    unreachable: Reason | None
    rank: int
    send_at: datetime | None
    """When its turn comes at the allowed pace; None where it does not come in time."""
    expires: Reason | None
    """Why its turn does not come: its window or the deadline is over first."""


@dataclass(frozen=True, kw_only=True)
class LanePlan:
    """One shop's messages by one door, laid out in time."""

    shop: int
    door: DoorKind
    count: int
    """Messages in it."""
    sent: int
    """Those whose turn comes in time."""
    expiring: int
    pace: float
    people_seconds: int
    """What it costs: seconds of people's time for all its messages, by figures of ours. Chat itself is free."""
    per_day: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    """When its last message leaves; None where none does."""
    seconds: float
    """From the plan's instant to its end, nights and quotas included."""
    waits_for: str
    """What makes it long: `quota`, `quiet_hours`, `blocked`, or `pace`."""


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """Something the plan rests on that somebody should know, with how sure it is."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    certainty: str = "ours"
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ReachPlan:
    """The whole plan. Rows in order of rank."""

    as_of: datetime
    rows: tuple[ReachRow, ...]
    lanes: tuple[LanePlan, ...]
    assumptions: tuple[Assumption, ...]
    totals: Mapping[str, object]
    """Plain JSON: `messages`, `orders`, `doors`, `by_platform`, `by_shop`, `by_market`, `by_language`, `unreachable`,
    `expiring`, `unsure`. All but `messages` count orders."""
    ends_at: datetime | None

    @property
    def seconds(self) -> float:
        """From the plan's instant to the end of its slowest lane."""
        return max((lane.seconds for lane in self.lanes), default=0.0)

    @property
    def expiring(self) -> int:
        """Messages whose turn does not come in time."""
        return sum(lane.expiring for lane in self.lanes)
