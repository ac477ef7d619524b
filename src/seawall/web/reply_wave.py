"""The wave of answers on the board: what buyers wrote hour by hour, against what the seats on duty can answer."""

from dataclasses import dataclass
from datetime import timedelta

from seawall.inbox.api import buyers_messages_by_hour
from seawall.incidents.queries import answers_per_seat_hour
from seawall.outreach.queries import seats_on_duty
from seawall.web.desk import Desk
from seawall.web.times import DESK_ZONE

HOURS = 12
WIDE, HIGH = 300, 62


@dataclass(frozen=True, kw_only=True)
class WaveBar:
    """One hour."""

    x: float
    y: float
    width: float
    height: float
    count: int
    at: str
    """When the hour began, in the desk's time."""
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class ReplyWave:
    """The last hours, the present one last."""

    bars: list[WaveBar]
    seats: int
    capacity: int
    """Answers an hour that the seats on duty manage, by the assumption of the risk sheet (ours)."""
    line: float
    last_hour: int
    total: int

    @property
    def missing(self) -> int:
        """Seats that the present hour would need beyond those on duty."""
        if not self.last_hour or self.last_hour <= self.capacity:
            return 0
        each = answers_per_seat_hour()
        return -(-(self.last_hour - self.capacity) // each)


def reply_wave(desk: Desk) -> ReplyWave:
    """Counted from buyers' messages and from the ledger; two queries, whatever the number of storms."""
    now = desk.clock.now()
    start = now - timedelta(hours=HOURS)
    counts = buyers_messages_by_hour(desk.actor, start=start, hours=HOURS)
    seats = seats_on_duty(desk.actor, clock=desk.clock)
    capacity = seats * answers_per_seat_hour()
    scale = max([1, capacity, *counts]) * 1.05
    step = WIDE / HOURS
    bars = [
        WaveBar(
            x=round(number * step + 2, 1),
            y=round(HIGH - HIGH * count / scale, 1),
            width=round(step - 4, 1),
            height=round(HIGH * count / scale, 1),
            count=count,
            at=f"{(start + timedelta(hours=number)).astimezone(DESK_ZONE):%H:%M}",
            is_over=count > capacity,
        )
        for number, count in enumerate(counts)
    ]
    return ReplyWave(
        bars=bars, seats=seats, capacity=capacity, line=round(HIGH - HIGH * capacity / scale, 1),
        last_hour=counts[-1], total=sum(counts),
    )  # fmt: skip
