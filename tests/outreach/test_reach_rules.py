"""Which door is open to which buyer, platform by platform: the rules as a table, each with where it stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seawall.connectors.registry import limits_of
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.outreach.reach import DoorKind, ReachItem, ShopDoors, reach_rules
from seawall.outreach.reach.doors import chat_window, doors_of

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
SHOPEE = ShopDoors(code="SMY", platform=Platform.SHOPEE, market=Market.MY, mode="click")
LAZADA = ShopDoors(code="LTH", platform=Platform.LAZADA, market=Market.TH, mode="api")
TIKTOK = ShopDoors(code="TVN", platform=Platform.TIKTOK, market=Market.VN, mode="api")
SHOPS = {shop.platform: shop for shop in (SHOPEE, LAZADA, TIKTOK)}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def an_item(**known: object) -> ReachItem:
    return replace(ReachItem(key=1, orders=("1",), shop=1, language="th", ordered_at=ago(2)), **known)  # type: ignore[arg-type]


def open_doors(item: ReachItem, shop: ShopDoors) -> list[str]:
    return [door.kind.value for door in doors_of(item, shop, reach_rules(), NOW) if door.is_open]


def why(item: ReachItem, shop: ShopDoors, kind: DoorKind = DoorKind.API) -> str:
    found = next(door for door in doors_of(item, shop, reach_rules(), NOW) if door.kind is kind)
    assert found.why_closed is not None
    return found.why_closed.code


WINDOWS = [
    # platform, what is known of the buyer, open, sure, sure until, closes (both in days from now; None: no end known)
    (Platform.SHOPEE, {"ordered_at": ago(29)}, True, True, 1, 1),
    (Platform.SHOPEE, {"ordered_at": ago(31)}, False, True, None, None),
    (Platform.SHOPEE, {"ordered_at": ago(31), "buyer_wrote_at": ago(6)}, True, True, 1, 1),
    (Platform.SHOPEE, {"ordered_at": ago(31), "buyer_wrote_at": ago(8)}, False, True, None, None),
    # That the shop wrote opens nothing at Shopee.
    (Platform.SHOPEE, {"ordered_at": ago(31), "talked_at": ago(1)}, False, True, None, None),
    (Platform.SHOPEE, {"ordered_at": ago(90), "is_returning": True}, True, True, None, None),
    (Platform.SHOPEE, {"ordered_at": ago(2), "is_cancelled": True}, True, False, None, 28),
    (Platform.SHOPEE, {"ordered_at": None}, True, False, None, None),
    # 7 days by the guide, 30 by the error text: sure for seven, possible until thirty.
    (Platform.LAZADA, {"ordered_at": ago(5)}, True, True, 2, 25),
    (Platform.LAZADA, {"ordered_at": ago(8)}, True, False, None, 22),
    (Platform.LAZADA, {"ordered_at": ago(31)}, False, True, None, None),
    # How long an opened session stays open no page says.
    (Platform.LAZADA, {"ordered_at": ago(31), "talked_at": ago(1)}, True, False, None, None),
    (Platform.TIKTOK, {"ordered_at": ago(59)}, True, True, 1, 1),
    (Platform.TIKTOK, {"ordered_at": ago(61)}, False, True, None, None),
    (Platform.TIKTOK, {"ordered_at": ago(61), "talked_at": ago(29)}, True, True, 1, 1),
    (Platform.TIKTOK, {"ordered_at": ago(99), "is_returning": True}, True, True, None, None),
    # Whether a cancelled order still counts is unknown: message first, cancel after.
    (Platform.TIKTOK, {"ordered_at": ago(2), "is_cancelled": True}, True, False, None, 58),
    (Platform.TIKTOK, {"ordered_at": ago(2), "is_cancelled": True, "talked_at": ago(1)}, True, True, 29, 58),
]


@pytest.mark.parametrize(("platform", "known", "is_open", "is_sure", "sure", "closes"), WINDOWS)
def test_the_chat_windows(
    platform: Platform, known: dict[str, object], is_open: bool, is_sure: bool, sure: int | None, closes: int | None
) -> None:
    found = chat_window(an_item(**known), reach_rules().platforms[platform], NOW)
    assert (found.is_open, found.is_sure) == (is_open, is_sure)
    assert found.sure_until == (None if sure is None else NOW + timedelta(days=sure))
    assert found.closes_at == (None if closes is None else NOW + timedelta(days=closes))
    assert (found.why_closed is None) == is_open


def test_the_last_instant_of_a_window_is_outside_it() -> None:
    rules = reach_rules().platforms[Platform.SHOPEE]
    assert not chat_window(an_item(ordered_at=ago(30)), rules, NOW).is_open
    assert chat_window(an_item(ordered_at=ago(30) + timedelta(seconds=1)), rules, NOW).is_open


@pytest.mark.parametrize(
    ("shop", "doors"),
    [
        (LAZADA, ["api", "click", "manual"]),
        (replace(LAZADA, mode="click"), ["click", "manual"]),
        (replace(LAZADA, mode="manual"), ["manual"]),
        (replace(LAZADA, mode=""), ["manual"]),
        (replace(LAZADA, mode="telepathy"), ["manual"]),
        (replace(LAZADA, stopped="connection_refused"), ["manual"]),
        (SHOPEE, ["click", "manual"]),
        (replace(SHOPEE, market=Market.TW), []),
    ],
)
def test_a_connection_offers_its_own_door_and_all_that_leave_more_to_people(shop: ShopDoors, doors: list[str]) -> None:
    assert open_doors(an_item(), shop) == doors


def test_shopee_wants_a_written_consent_before_the_worker_sends() -> None:
    assert why(an_item(), SHOPEE) == "door_needs_consent"
    assert why(an_item(), replace(TIKTOK, mode="click")) == "door_left_to_people"
    assert open_doors(an_item(), replace(SHOPEE, mode="api"))[0] == "api"


@pytest.mark.parametrize(("platform", "most"), [(Platform.SHOPEE, 5), (Platform.LAZADA, 5), (Platform.TIKTOK, 0)])
def test_messages_in_a_row_without_an_answer(platform: Platform, most: int) -> None:
    for unanswered in (4, 5, 6):
        doors = open_doors(an_item(unanswered=unanswered), SHOPS[platform])
        assert bool(doors) == (not most or unanswered < most)
    if most:
        assert why(an_item(unanswered=5), replace(SHOPS[platform], mode="api")) == "door_unanswered_limit"


def test_the_same_words_within_a_day_are_refused_by_shopee_alone() -> None:
    lately, long_ago = an_item(same_words_at=ago(0.9)), an_item(same_words_at=ago(1.1))
    assert open_doors(lately, SHOPEE) == []
    assert why(lately, SHOPEE, DoorKind.CLICK) == "door_identical_text"
    assert open_doors(long_ago, SHOPEE) == ["click", "manual"]
    for shop in (LAZADA, TIKTOK):
        assert "api" in open_doors(lately, shop)


def test_a_phone_is_a_door_only_where_the_number_is_known_and_whole() -> None:
    late = an_item(ordered_at=ago(99))
    assert open_doors(replace(late, phone="open"), LAZADA) == ["call"]
    assert why(replace(late, phone="masked"), LAZADA, DoorKind.CALL) == "door_phone_masked"
    assert why(late, LAZADA, DoorKind.CALL) == "door_phone_unknown"


def test_who_wants_no_more_messages_is_not_called_either() -> None:
    assert open_doors(an_item(has_opted_out=True, phone="open"), LAZADA) == []


def test_the_figures_are_those_of_the_connectors() -> None:
    shopee, lazada, tiktok = (reach_rules().platforms[platform] for platform in Platform)
    assert _days(shopee, "ordered") == limits_of(Platform.SHOPEE)["chat_window_days"].value
    assert _days(shopee, "buyer_wrote") == limits_of(Platform.SHOPEE)["chat_window_buyer_wrote_days"].value
    assert shopee.unanswered_max == limits_of(Platform.SHOPEE)["unanswered_max"].value
    assert shopee.identical_text_h == limits_of(Platform.SHOPEE)["identical_text_h"].value
    assert _days(lazada, "ordered") == limits_of(Platform.LAZADA)["chat_window_days"].value
    assert lazada.unanswered_max == limits_of(Platform.LAZADA)["unanswered_max"].value
    assert _days(tiktok, "talked") == limits_of(Platform.TIKTOK)["chat_window_days"].value
    assert _days(tiktok, "ordered") == limits_of(Platform.TIKTOK)["order_window_days"].value


def _days(rules: object, since: str) -> int | None:
    return next(window.days for window in rules.window if window.since == since)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", [Language.EN, Language.ZH_HANS])
def test_a_closed_door_says_why_in_the_readers_language(language: Language) -> None:
    for item, shop in (
        (an_item(), SHOPEE), (an_item(), replace(LAZADA, mode="")), (an_item(ordered_at=ago(99)), LAZADA),
        (an_item(unanswered=5), LAZADA), (an_item(same_words_at=NOW), SHOPEE), (an_item(has_opted_out=True), TIKTOK),
        (an_item(), replace(SHOPEE, market=Market.TW)), (an_item(), replace(TIKTOK, stopped="x")),
        (an_item(), replace(TIKTOK, mode="manual")),
    ):  # fmt: skip
        for door in doors_of(item, shop, reach_rules(), NOW):
            if door.why_closed is not None:
                sentence = door.why_closed.text(language)
                assert "door_" not in sentence
                assert "{" not in sentence
