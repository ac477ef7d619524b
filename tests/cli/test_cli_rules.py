"""seawall rules: a lead asks which rules hold for an order, until when, and on what authority."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cli.kit import Say, everything
from tests.kit.rollout import Desk, a_desk, a_shop
from tests.kit.storm import a_storm, answer, bring, confirm, deliver

from seawall.inbox.api import Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order, Parcel, ProblemParcel
from seawall.shops.api import Shop

SEEN = datetime(2026, 11, 25, tzinfo=UTC)


def an_order(desk: Desk, platform: Platform, market: str, number: str, **times: str) -> Order:
    """An order as an import stores it; times as the market writes them."""
    code = f"{platform.letter}{market}"
    shop = Shop.objects.filter(team_id=desk.admin.team_id, code=code).first() or a_shop(desk, market, platform=platform)
    zone = Market(market).zone
    return Order.objects.create(
        team_id=desk.admin.team_id, shop=shop, platform_order_id=number, status=times.pop("status", "to_ship"),
        currency=Market(market).currency, digest=number, source_sha256="0" * 64, first_seen_at=SEEN, last_seen_at=SEEN,
        **{name: datetime.fromisoformat(said).replace(tzinfo=zone) for name, said in times.items()},
    )  # fmt: skip


def by_kind(said: Any) -> dict[str, dict[str, Any]]:
    return {row["kind"]: row for row in said.json["clocks"]}


def explained(say: Say, number: str, *more: str) -> Any:
    said = say("--json", "--as", "north-lead", "rules", "explain", number, *more)
    assert said.code == 0, said
    return said


def test_a_shopee_order_goes_by_the_platforms_own_column(say: Say, desk: Desk) -> None:
    an_order(desk, Platform.SHOPEE, "MY", "261125ABCDEFGH", ordered_at="2026-11-25 09:00", paid_at="2026-11-25 09:01",
             ship_by="2026-11-27 23:59")  # fmt: skip
    said = explained(say, "261125ABCDEFGH", "--as-of", "2026-11-25")
    clock = by_kind(said)["ship_by"]
    assert (said.json["zone"], said.json["market"]) == ("Asia/Kuala_Lumpur", "MY")
    assert (clock["authority"], clock["rule"], clock["check_with_platform"]) == ("platform_column", None, False)
    assert clock["breach_at"] == "2026-11-27T23:59:00+08:00"
    assert {
        "rule": "SHP-DTS-03",
        "certainty": "docs",
        "breach_at": "2026-11-26T09:01:00+08:00",
        "when": "ready_stock",
    } in clock["others"]
    assert said.json["golden"] == {"customs_return": "ship_by", "delay": "ship_by", "stock_out": "ship_by"}
    assert {"SHP-DTS-03", "SHP-CRR-01", "CRIT-01", "LAW-MY-01"} <= {row["rule"] for row in said.json["rules"]}
    assert not {row["rule"] for row in said.json["rules"]} & {"TTS-SLA-01", "LZD-SLA-01", "SHP-DTS-04"}


def test_a_lazada_order_and_what_nobody_knows_of_it(say: Say, desk: Desk) -> None:
    an_order(desk, Platform.LAZADA, "TH", "900000000000001", ordered_at="2026-11-20 09:00",
             delivered_at="2026-11-24 10:00", status="delivered")  # fmt: skip
    said = explained(say, "900000000000001", "--shop", "LTH", "--as-of", "2026-11-25")
    assert {row["rule"] for row in said.json["unknown"]} == {"LZD-CFM-01"}
    assert "confirm" not in by_kind(said)
    ship = by_kind(said)["ship_by"]
    assert (ship["rule"], ship["certainty"], ship["check_with_platform"]) == ("LZD-SLA-05", "press", True)


def test_a_tiktok_order_goes_by_the_cut_off_of_its_market(say: Say, desk: Desk) -> None:
    an_order(desk, Platform.TIKTOK, "VN", "570000000000000001", ordered_at="2026-11-25 14:30")
    said = explained(say, "570000000000000001", "--as-of", "2026-11-25")
    clock = by_kind(said)["ship_by"]
    assert (clock["rule"], clock["breach_at"]) == ("TTS-SLA-01", "2026-11-26T23:59:00+07:00")
    assert clock["source"].startswith("TikTok Shop seller university VN")
    assert (clock["state"], clock["check_with_platform"]) == ("running", False)


def test_a_problem_parcel_counts_from_its_report_and_by_the_teams_figure(say: Say, desk: Desk) -> None:
    order = an_order(desk, Platform.SHOPEE, "PH", "261120ABCDEFGH", status="failed_delivery",
                     shipped_at="2026-11-20 09:00")  # fmt: skip
    Parcel.objects.create(team_id=order.team_id, order=order, tracking_number="T1", carrier="SPX Express")
    ProblemParcel.objects.create(
        team_id=order.team_id, shop=order.shop, order=order, tracking_number="T1", attempts=1, digest="x",
        reported_at=datetime(2026, 11, 24, 2, tzinfo=UTC), last_seen_at=SEEN,
    )  # fmt: skip
    before = by_kind(explained(say, "261120ABCDEFGH", "--as-of", "2026-11-25"))
    assert before["redelivery"]["breach_at"] == "2026-11-26T10:00:00+08:00"
    assert (before["problem"]["breach_at"], before["problem"]["certainty"]) == ("2026-12-01T10:00:00+08:00", "unknown")
    figure = ["rules", "set", "FD-T5-01", "3/4", "--why", "SPX told us", "--shop", "SPH", "--since", "2026-11-01"]
    assert say("--json", "--as", "north-lead", *figure).json["value"] == "3/4"
    after = by_kind(explained(say, "261120ABCDEFGH", "--as-of", "2026-11-25"))["problem"]
    assert (after["authority"], after["set_by"], after["breach_at"]) == (
        "override", "north-lead", "2026-11-28T10:00:00+08:00",
    )  # fmt: skip
    assert say("--as", "north-lead", "rules", "unset", "FD-T5-01", "--why", "x", "--shop", "SPH").code == 0
    assert by_kind(explained(say, "261120ABCDEFGH", "--as-of", "2026-11-25"))["problem"]["authority"] == "rule"


def test_a_buyer_who_wrote_back_is_to_be_answered_by_the_shops_own_clock(say: Say, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=1), "rolling_out")
    deliver(storm, 1)
    confirm(storm, 1)
    number = Order.objects.get(shop__in=storm.shops).platform_order_id
    assert "chat" not in by_kind(explained(say, number))
    answer(storm, 1)
    day = f"{SYSTEM_CLOCK.now().astimezone(Market.TH.zone) + timedelta(days=1):%Y-%m-%d}"
    clock = by_kind(explained(say, number, "--as-of", day))["chat"]
    assert (clock["rule"], clock["check_with_platform"]) == ("LZD-CRR-01", True)
    assert datetime.fromisoformat(clock["breach_at"]).strftime("%H:%M") == "19:00"
    chat = Message.objects.get(speaker="buyer")
    for reply, state in ((True, {"running", "warning", "breached"}), (False, {"met"})):
        Message.objects.create(
            team_id=chat.team_id, conversation=chat.conversation, message_id=f"r{reply}", speaker="seller", text="x",
            kind="text", sent_at=chat.sent_at + timedelta(seconds=1), is_auto_reply=reply, received_at=chat.sent_at,
        )  # fmt: skip
        assert by_kind(explained(say, number, "--as-of", day))["chat"]["state"] in state, "an automatic reply answers"


def test_as_of_takes_the_rules_and_the_state_of_that_day(say: Say, desk: Desk) -> None:
    an_order(desk, Platform.SHOPEE, "PH", "240110ABCDEFGH", ordered_at="2024-01-10 09:00", paid_at="2024-01-10 09:00",
             shipped_at="2024-01-20 09:00")  # fmt: skip
    early = explained(say, "240110ABCDEFGH", "--as-of", "2024-01-14").json
    late = explained(say, "240110ABCDEFGH", "--as-of", "2024-01-20").json
    value = {row["rule"]: row["value"] for row in early["rules"]}
    assert (value["SHP-LSR-01"], "SHP-CXL-02" in value, "SHP-DTS-01" in value) == ("10", True, False)
    value = {row["rule"]: row["value"] for row in late["rules"]}
    assert (value["SHP-LSR-01"], "SHP-CXL-02" in value, "SHP-DTS-01" in value) == ("20", False, True)
    assert [{c["kind"]: c["state"] for c in each["clocks"]}["ship_by"] for each in (early, late)] == [
        "breached", "missed",
    ]  # fmt: skip


def test_a_mall_shop_has_longer_when_that_is_known(say: Say, desk: Desk) -> None:
    an_order(desk, Platform.SHOPEE, "PH", "261121ABCDEFGH", delivered_at="2026-11-24 10:00", status="delivered")
    unknown = by_kind(explained(say, "261121ABCDEFGH", "--as-of", "2026-11-25"))["confirm"]
    mall = by_kind(explained(say, "261121ABCDEFGH", "--as-of", "2026-11-25", "--trait", "mall"))["confirm"]
    assert (unknown["when"], unknown["others"][0]["when"], mall["others"]) == ("not_mall", "mall", [])
    assert (unknown["breach_at"][:10], mall["breach_at"][:10]) == ("2026-11-27", "2026-12-01")


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("Ship by", "check with the platform")), ("zh-Hans", ("最晚发货", "须向平台核实"))]
)
def test_people_read_it_in_their_own_language(say: Say, desk: Desk, language: str, words: tuple[str, ...]) -> None:
    an_order(desk, Platform.TIKTOK, "SG", "570000000000000002", ordered_at="2026-11-25 09:00")
    said = say("--language", language, "--as", "north-lead", "rules", "explain", "570000000000000002", "--as-of",
               "2026-11-25")  # fmt: skip
    assert said.code == 0
    assert all(each in said.out for each in (*words, "TTS-SLA-02", "2026-11-25 23:59", "TTS-PTS-01"))
    for argv in (["list", "--platform", "tiktok-shop"], ["show", "FD-T5-01"], ["changes"]):
        shown = say("--language", language, "--as", "north-lead", "rules", *argv)
        assert (shown.code, bool(shown.out)) == (0, True)


def test_a_number_that_stands_in_two_shops_needs_the_shop(say: Say, desk: Desk) -> None:
    for market in ("TH", "MY"):
        an_order(desk, Platform.LAZADA, market, "900000000000002", ordered_at="2026-11-25 09:00")
    said = say("--json", "--as", "north-lead", "rules", "explain", "900000000000002")
    assert (said.code, said.json["error"]) == (2, "rules_order_in_many_shops")
    assert explained(say, "900000000000002", "--shop", "LMY").json["market"] == "MY"
    wrong = say("--json", "--as", "north-lead", "rules", "explain", "900000000000002", "--as-of", "yesterday")
    assert (wrong.code, wrong.json["error"]) == (2, "rules_order_in_many_shops")
    wrong = say("--json", "--as", "north-lead", "rules", "list", "--as-of", "yesterday")
    assert (wrong.code, wrong.json["error"]) == (1, "rules_bad_day")


def test_the_list_names_sources_that_disagree_and_the_stricter(say: Say, desk: Desk) -> None:
    said = say("--json", "--as", "north-agent", "rules", "list", "--platform", "shopee", "--market", "MY", "--subject",
               "ship_by", "--as-of", "2026-11-25").json  # fmt: skip
    assert [row["rule"] for row in said["rules"]] == ["SHP-DTS-03", "SHP-DTS-01", "SHP-DTS-02"]
    assert [(c["topic"], c["drives"]) for c in said["conflicts"]] == [("ready_stock_days", "SHP-DTS-03")]
    press = say("--json", "--as", "north-agent", "rules", "list", "--certainty", "press", "--as-of", "2026-11-25").json
    assert {row["certainty"] for row in press["rules"]} == {"press"}


def test_one_rule_with_its_versions_and_what_changed(say: Say, desk: Desk) -> None:
    shown = say("--json", "--as", "north-lead", "rules", "show", "SHP-LSR-01", "--as-of", "2024-01-14").json
    assert ([r["value"] for r in shown["in_effect"]], [r["value"] for r in shown["versions"]]) == (["10"], ["10", "20"])
    (clock,) = say("--json", "--as", "north-lead", "rules", "show", "FD-T5-01").json["in_effect"][0]["clocks"]
    assert (clock["kind"], clock["anchor"], clock["warn_after"], clock["amount"], clock["unit"]) == (
        "problem", "problem_reported", 5, 7, "days",
    )  # fmt: skip
    changes = say("--json", "--as", "north-lead", "rules", "changes", "--since", "2024-01-15", "--until",
                  "2024-01-15").json["changes"]  # fmt: skip
    assert ("SHP-LSR-01", "replaced", "10", "20") in {
        (c["rule"], c["change"], c["before"], c["value"]) for c in changes
    }
    missing = say("--json", "--as", "north-lead", "rules", "show", "NO-SUCH-01")
    assert (missing.code, missing.json["error"]) == (1, "rule_not_found")


def test_a_rivals_order_is_not_found_even_under_a_shop_of_the_same_code(say: Say, desk: Desk) -> None:
    an_order(desk, Platform.LAZADA, "TH", "900000000000003", ordered_at="2026-11-25 09:00")
    rival = a_desk("rival")
    a_shop(rival, "TH")
    say("--json", "--as", "north-lead", "rules", "set", "FD-T5-01", "1/2", "--why", "only ours")
    before = everything()
    for argv in ([], ["--shop", "LTH"], ["--shop", "LMY"]):
        said = say("--json", "--as", "rival-lead", "rules", "explain", "900000000000003", *argv)
        assert (said.code, said.json["error"]) == (1, "not_found")
    for argv in (["show", "FD-T5-01"], ["list"]):
        said = say("--json", "--as", "rival-lead", "rules", *argv)
        assert (said.code, "only ours" in said.out, "north" in said.out) == (0, False, False)
    assert everything() == before
