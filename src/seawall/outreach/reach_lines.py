"""The plan order by order, as it stands now: doors from the ledger, turns laid out afresh. Reads only."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from seawall.kernel.clock import Clock
from seawall.kernel.reasons import Reason
from seawall.outreach.commands.replan import lanes_by_shop
from seawall.outreach.models import Recipient, RollOut
from seawall.outreach.reach import ReachRow, plan_reach
from seawall.outreach.reach_world import Wanted, items_of, world_of
from seawall.outreach.states import RecipientState
from seawall.tenancy.api import Actor, scoped


@dataclass(frozen=True, kw_only=True)
class ReachLine:
    """One order of a plan."""

    order: str
    platform: str
    market: str
    shop: str
    language: str
    state: str
    door: str
    """Empty where none is open."""
    until: datetime | None
    next_doors: tuple[str, ...]
    send_at: datetime | None
    """When its turn comes, for what still waits."""
    reason: Reason | None


def reach_lines(roll_out: RollOut, *, by: Actor, clock: Clock) -> Iterator[ReachLine]:
    """Every order of a roll-out in order of sending. Turns are laid out for the rows that wait, from now on."""
    by.require("outreach.read")
    rows = list(
        scoped(Recipient, by)
        .filter(roll_out=roll_out)
        .select_related("order__shop")
        .defer("text", "order__lines", "order__address")
        .order_by("rank", "pk")
    )
    turns = _turns(roll_out, rows, clock)
    for row in rows:
        turn, shop = turns.get(row.rides_with_id or row.pk), row.order.shop
        late = turn.expires if turn else None
        yield ReachLine(
            order=row.order.platform_order_id, platform=shop.platform, market=shop.market, shop=shop.code,
            language=row.language, state=row.state, door=row.door, until=row.door_until,
            next_doors=tuple(str(kind) for kind, _ in row.next_doors), send_at=turn.send_at if turn else None,
            reason=late or (Reason(row.reason_code, row.reason_params) if row.reason_code else None),
        )  # fmt: skip


def _turns(roll_out: RollOut, rows: list[Recipient], clock: Clock) -> dict[int, ReachRow]:
    riders: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.rides_with_id is not None:
            riders[row.rides_with_id].append(row.order_id)
    waiting = [
        Wanted(
            key=row.pk, order_ids=(row.order_id, *riders[row.pk]), shop_id=row.order.shop_id, language=row.language,
            text_sha256=row.text_sha256,
        )
        for row in rows
        if row.state == RecipientState.WAITING and row.rides_with_id is None
    ]  # fmt: skip
    now = clock.now()
    world = world_of(roll_out, {each.shop_id for each in waiting}, lanes_by_shop(roll_out).values(), now=now)
    return {each.key: each for each in plan_reach(items_of(waiting, roll_out.team_id, now), world).rows}
