"""Which doors of one buyer are open, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seawall.kernel.reasons import Reason
from seawall.outreach.reach.rules import PlatformRules, ReachRules, Window
from seawall.outreach.reach.values import Door, DoorKind, ReachItem, ShopDoors

REFUSED_BEFORE = "no_next_door"
"""Code of a door that refused an earlier message to this buyer."""

BY_CHAT = (DoorKind.API, DoorKind.CLICK, DoorKind.MANUAL)


@dataclass(frozen=True, slots=True)
class ChatWindow:
    """The span in which a platform lets the shop write to a buyer."""

    is_open: bool
    is_sure: bool = True
    sure_until: datetime | None = None
    closes_at: datetime | None = None
    why_closed: Reason | None = None


def doors_of(item: ReachItem, shop: ShopDoors, rules: ReachRules, now: datetime) -> tuple[Door, ...]:
    """All four doors, in order of preference, each open or with the reason why not.

    A connection offers what its mode says and all that leaves more to people. A rule that nobody knows makes a door
    unsure, never silently open; a bound that is reached closes it.
    """
    of_platform = rules.platforms[shop.platform]
    window = _barred(item, shop, of_platform, now) or chat_window(item, of_platform, now)
    doors = [_by_chat(kind, item, shop, of_platform, window) for kind in BY_CHAT]
    doors.append(_by_phone(item))
    return tuple(doors)


def chat_window(item: ReachItem, rules: PlatformRules, now: datetime) -> ChatWindow:
    """The widest of the platform's windows for this buyer."""
    sure: datetime | None = None
    last: datetime | None = None
    is_endless = is_surely_endless = is_undated = False
    for window in rules.window:
        base = _base(item, window)
        if base is None:
            is_undated = is_undated or window.since == "ordered"
            continue
        doubted = window.since == "ordered" and item.is_cancelled and rules.cancelled != "open"
        if window.since == "ordered" and item.is_cancelled and rules.cancelled == "closed":
            continue
        if window.days is None:
            is_endless = True
            is_surely_endless = is_surely_endless or window.certainty not in ("unknown", "conflict")
            continue
        if not doubted:
            sure = _later(sure, base + timedelta(days=window.days))
        last = _later(last, base + timedelta(days=window.at_most_days or window.days))
    if is_surely_endless:
        return ChatWindow(True)
    is_sure = sure is not None and sure > now
    if is_endless:
        return ChatWindow(True, is_sure, sure if is_sure else None)
    if last is None:
        # Nothing is known that a window could count from: the platform alone can say.
        return ChatWindow(True, is_sure=False) if is_undated else ChatWindow(False, why_closed=Reason("door_no_window"))
    if last <= now and not is_undated:
        return ChatWindow(False, why_closed=Reason("door_window_closed", {"closed": _day(last)}))
    if is_undated:
        return ChatWindow(True, is_sure, sure if is_sure else None)
    return ChatWindow(True, is_sure, sure if is_sure else None, last)


def _base(item: ReachItem, window: Window) -> datetime | None:
    match window.since:
        case "ordered":
            return item.ordered_at
        case "talked":
            return item.talked_at
        case "buyer_wrote":
            return item.buyer_wrote_at
        case "returning":
            return item.ordered_at if item.is_returning else None


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _barred(item: ReachItem, shop: ShopDoors, rules: PlatformRules, now: datetime) -> ChatWindow | None:
    """What closes every chat door, whatever the window says."""
    if item.has_opted_out:
        return ChatWindow(False, why_closed=Reason("door_opted_out"))
    if shop.market in rules.closed_markets:
        return ChatWindow(False, why_closed=Reason("door_no_chat_in_market", {"market": shop.market.value}))
    if rules.unanswered_max and item.unanswered >= rules.unanswered_max:
        return ChatWindow(False, why_closed=Reason("door_unanswered_limit", {"count": rules.unanswered_max}))
    if (
        rules.identical_text_h
        and item.same_words_at is not None
        and now - item.same_words_at < timedelta(hours=rules.identical_text_h)
    ):
        return ChatWindow(False, why_closed=Reason("door_identical_text", {"hours": rules.identical_text_h}))
    return None


def _by_chat(kind: DoorKind, item: ReachItem, shop: ShopDoors, rules: PlatformRules, window: ChatWindow) -> Door:
    why = _connection_says(kind, shop, rules) or window.why_closed
    if why is None and kind.value in item.not_by:
        why = Reason(REFUSED_BEFORE)
    if why is not None or not window.is_open:
        return Door(kind=kind, is_open=False, why_closed=why)
    return Door(
        kind=kind, is_open=True, is_sure=window.is_sure, sure_until=window.sure_until, closes_at=window.closes_at
    )


_LEAVES = {"api": 0, "click": 1, "manual": 2}
"""Modes, each leaving more to people than the one before."""


def _connection_says(kind: DoorKind, shop: ShopDoors, rules: PlatformRules) -> Reason | None:
    """Why the connection does not offer this chat door. A mode nobody knows offers none that sends by itself."""
    if kind is DoorKind.MANUAL:
        return None
    if not shop.mode:
        return Reason("door_no_connection")
    if _LEAVES[kind.value] < _LEAVES.get(shop.mode, 2):
        code = "door_needs_consent" if kind is DoorKind.API and rules.api_needs_consent else "door_left_to_people"
        return Reason(code, {"platform": shop.platform.title})
    if shop.stopped:
        return Reason("door_connection_stopped")
    return None


def _by_phone(item: ReachItem) -> Door:
    """A number the platform masks is never to be asked for in the chat (rules: LAW-CALL-01)."""
    if item.has_opted_out:
        return Door(kind=DoorKind.CALL, is_open=False, why_closed=Reason("door_opted_out"))
    if item.phone == "open":
        return Door(kind=DoorKind.CALL, is_open=True)
    code = "door_phone_masked" if item.phone == "masked" else "door_phone_unknown"
    return Door(kind=DoorKind.CALL, is_open=False, why_closed=Reason(code))
