"""An administrator looks after the team's people: what is allowed, what is refused, what stands on the timeline."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.kit.rollout import Desk, a_desk

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound, Refused
from seawall.staff import api as staff
from seawall.staff.models import Shift
from seawall.tenancy.api import AddMember, Membership, Role, actor_of, add_member, make_sign_in_link, use_sign_in_link
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

LEAD = "north-lead"


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk("north")


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def member(username: str) -> Membership:
    return Membership.objects.select_related("user").get(user__username=username)


def test_a_new_agent_is_written_down_once(desk: Desk) -> None:
    wanted = AddMember(username=" mai ", role="agent", display_name="Mai\nT.", languages=["th", "en"])
    for _twice in range(2):
        made = staff.add(wanted, by=desk.admin, clock=SYSTEM_CLOCK)
    assert (made.user.username, str(made.user), made.languages) == ("mai", "Mai T.", ["th", "en"])
    (entry,) = Entry.objects.all()
    assert (entry.verb, entry.after["member"], entry.after["role"]) == ("team.member_add", "mai", "agent")
    assert entry.user_id == desk.admin.user_id


@pytest.mark.parametrize("name", ["", " ", "a b", "a\x00b", "阿", "x" * 151, "a/b", "<b>"])
def test_a_name_nobody_could_type_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        staff.add(AddMember(username=name, role="agent"), by=desk.admin, clock=SYSTEM_CLOCK)
    assert refused.value.code == "user_name_unusable"
    assert verbs() == []


def test_people_of_another_team_are_neither_taken_in_nor_let_in(desk: Desk) -> None:
    a_desk("south")
    with pytest.raises(InvalidInput) as refused:
        staff.add(AddMember(username="south-lead", role="agent"), by=desk.admin, clock=SYSTEM_CLOCK)
    assert refused.value.code == "user_name_taken"
    # At the server it can be done; but then no page of ours makes a link that opens the other team's door.
    staff.add(AddMember(username="south-lead", role="agent"), by=desk.admin, clock=SYSTEM_CLOCK, on_server=True)
    with pytest.raises(Refused) as elsewhere:
        staff.sign_in_link("south-lead", lifetime=timedelta(hours=1), by=desk.admin, clock=SYSTEM_CLOCK)
    assert elsewhere.value.code == "sign_in_link_elsewhere"


def test_the_last_administrator_stays_one(desk: Desk) -> None:
    for act in (
        lambda: staff.change_role("north-admin", "lead", by=desk.admin, clock=SYSTEM_CLOCK),
        lambda: staff.set_active("north-admin", False, by=desk.admin, clock=SYSTEM_CLOCK),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "last_admin"
    staff.change_role(LEAD, "admin", by=desk.admin, clock=SYSTEM_CLOCK)
    staff.set_active("north-admin", False, by=actor_of(member(LEAD)), clock=SYSTEM_CLOCK)
    with pytest.raises(Refused):
        staff.change_role(LEAD, "lead", by=actor_of(member(LEAD)), clock=SYSTEM_CLOCK)
    assert verbs() == ["team.role", "team.member_off"]


def test_who_is_switched_off_can_do_nothing_and_comes_in_by_no_old_link(desk: Desk) -> None:
    token = make_sign_in_link(member(LEAD).user, clock=SYSTEM_CLOCK)
    for _twice in range(2):
        staff.set_active(LEAD, False, why="left us", by=desk.admin, clock=SYSTEM_CLOCK)
    with pytest.raises(NotAllowed):
        actor_of(member(LEAD))
    with pytest.raises(NotAllowed):
        use_sign_in_link(token, clock=SYSTEM_CLOCK)
    with pytest.raises(Refused):
        staff.sign_in_link(LEAD, lifetime=timedelta(hours=1), by=desk.admin, clock=SYSTEM_CLOCK)
    staff.set_active(LEAD, True, by=desk.admin, clock=SYSTEM_CLOCK)
    assert actor_of(member(LEAD)).role is Role.LEAD
    assert [(each.verb, each.why) for each in Entry.objects.order_by("pk")] == [
        ("team.member_off", "left us"), ("team.member_on", ""),
    ]  # fmt: skip


def test_the_desk_and_the_seller_stay_two_sides(desk: Desk) -> None:
    for name, role in ((LEAD, "seller_approver"), ("north-seller_approver", "lead")):
        with pytest.raises(Refused) as refused:
            staff.change_role(name, role, by=desk.admin, clock=SYSTEM_CLOCK)
        assert refused.value.code == "role_across_sides"
    assert verbs() == []


def test_there_is_never_more_than_one_way_in(desk: Desk) -> None:
    first = staff.sign_in_link(LEAD, lifetime=timedelta(hours=1), by=desk.admin, clock=SYSTEM_CLOCK)
    second = staff.sign_in_link(LEAD, lifetime=timedelta(hours=1), by=desk.admin, clock=SYSTEM_CLOCK)
    with pytest.raises(NotAllowed):
        use_sign_in_link(first.token, clock=SYSTEM_CLOCK)
    assert use_sign_in_link(second.token, clock=SYSTEM_CLOCK).username == LEAD
    assert verbs() == ["team.sign_in_link"] * 2
    assert second.token not in str(list(Entry.objects.values()))


def test_languages_are_replaced_and_unknown_ones_refused(desk: Desk) -> None:
    staff.set_languages("north-agent", ["vi", "th", "th"], by=desk.admin, clock=SYSTEM_CLOCK)
    assert member("north-agent").languages == ["th", "vi"]
    with pytest.raises(InvalidInput):
        staff.set_languages("north-agent", ["zh-Hans"], by=desk.admin, clock=SYSTEM_CLOCK)
    staff.set_languages("north-agent", [], by=desk.admin, clock=SYSTEM_CLOCK)
    assert member("north-agent").languages == []
    assert verbs() == ["team.languages"] * 2


@pytest.mark.parametrize("role", ["lead", "agent", "auditor", "approver"])
def test_nobody_but_an_administrator_changes_people(desk: Desk, role: str) -> None:
    by = getattr(desk, role)
    acts = [
        lambda: staff.add(AddMember(username="x", role="admin"), by=by, clock=SYSTEM_CLOCK),
        lambda: staff.add_seller("x", "X", by=by, clock=SYSTEM_CLOCK),
        lambda: staff.change_role(LEAD, "admin", by=by, clock=SYSTEM_CLOCK),
        lambda: staff.set_active(LEAD, False, by=by, clock=SYSTEM_CLOCK),
        lambda: staff.set_languages(LEAD, ["th"], by=by, clock=SYSTEM_CLOCK),
        lambda: staff.sign_in_link(LEAD, lifetime=timedelta(hours=1), by=by, clock=SYSTEM_CLOCK),
        lambda: staff.add_shifts(LEAD, ["mon"], "09:00", "18:00", "Asia/Shanghai", by=by, clock=SYSTEM_CLOCK),
        lambda: staff.drop_shift(1, by=by, clock=SYSTEM_CLOCK),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert verbs() == []


def test_a_rivals_administrator_finds_nobody_of_ours(desk: Desk) -> None:
    rival = a_desk("south")
    (shift,) = staff.add_shifts(LEAD, ["mon"], "09:00", "18:00", "Asia/Shanghai", by=desk.admin, clock=SYSTEM_CLOCK)
    acts = [
        lambda: staff.change_role(LEAD, "admin", by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: staff.set_active(LEAD, False, by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: staff.set_languages(LEAD, ["th"], by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: staff.sign_in_link(LEAD, lifetime=timedelta(hours=1), by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: staff.add_shifts(LEAD, ["tue"], "09:00", "18:00", "Asia/Shanghai", by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: staff.drop_shift(shift.pk, by=rival.admin, clock=SYSTEM_CLOCK),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert Shift.objects.count() == 1
    assert {each.member.team_id for each in staff.people(rival.admin, now=SYSTEM_CLOCK.now())} == {rival.admin.team_id}
    assert staff.seats_by_shifts(rival.admin, now=SYSTEM_CLOCK.now()) is None


def test_seats_are_counted_from_shifts_in_their_own_zones(desk: Desk) -> None:
    monday = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai, 07:00 in Bangkok
    staff.add_shifts(LEAD, ["mon-fri"], "09:00", "18:00", "Asia/Shanghai", by=desk.admin, clock=SYSTEM_CLOCK)
    staff.add_shifts("north-agent", ["mon"], "22:00", "06:00", "Asia/Bangkok", by=desk.admin, clock=SYSTEM_CLOCK)
    staff.add_shifts("north-auditor", ["mon"], "09:00", "18:00", "Asia/Shanghai", by=desk.admin, clock=SYSTEM_CLOCK)
    on_duty = {
        hour: {
            each.member.user.username
            for each in staff.people(desk.admin, now=monday + timedelta(hours=hour))
            if each.is_on_duty
        }
        for hour in (0, 1, 9, 10, 15, 22, 23)
    }
    assert on_duty == {
        0: set(), 1: {LEAD, "north-auditor"}, 9: {LEAD, "north-auditor"}, 10: set(), 15: {"north-agent"},
        22: {"north-agent"}, 23: set(),
    }  # fmt: skip
    assert staff.seats_by_shifts(desk.admin, now=monday) == 1  # the two never meet, and an auditor is no seat
    staff.add_shifts("north-agent", ["mon"], "17:00", "22:00", "Asia/Bangkok", by=desk.admin, clock=SYSTEM_CLOCK)
    assert staff.seats_by_shifts(desk.admin, now=monday) == 1
    staff.add_shifts("north-agent", ["mon"], "16:00", "17:00", "Asia/Bangkok", by=desk.admin, clock=SYSTEM_CLOCK)
    assert staff.seats_by_shifts(desk.admin, now=monday) == 2


def test_the_same_shift_twice_is_one_and_too_many_are_refused(desk: Desk) -> None:
    for _twice in range(2):
        staff.add_shifts(LEAD, ["sat-mon"], "09:00", "18:00", "Asia/Manila", by=desk.admin, clock=SYSTEM_CLOCK)
    assert sorted(Shift.objects.values_list("weekday", flat=True)) == [0, 5, 6]
    assert verbs() == ["team.shift_add"]
    for hour in range(5):
        staff.add_shifts(
            LEAD, ["mon-sun"], f"{hour:02d}:00", f"{hour:02d}:30", "Asia/Manila", by=desk.admin, clock=SYSTEM_CLOCK
        )
    with pytest.raises(Refused) as refused:
        staff.add_shifts(LEAD, ["mon-sun"], "20:00", "21:00", "Asia/Manila", by=desk.admin, clock=SYSTEM_CLOCK)
    assert refused.value.code == "shift_too_many"
    assert Shift.objects.count() == 38


@pytest.mark.parametrize(
    ("days", "starts", "ends", "zone", "code"),
    [
        (["funday"], "09:00", "18:00", "Asia/Manila", "shift_days_unknown"),
        ([], "09:00", "18:00", "Asia/Manila", "shift_days_unknown"),
        (["mon-"], "09:00", "18:00", "Asia/Manila", "shift_days_unknown"),
        (["mon"], "9 o'clock", "18:00", "Asia/Manila", "shift_time_unreadable"),
        (["mon"], "09:00", "24:00", "Asia/Manila", "shift_time_unreadable"),
        (["mon"], "09:00", "09:00", "Asia/Manila", "shift_without_length"),
        (["mon"], "09:00", "18:00", "Mars/Olympus", "shift_zone_unknown"),
        (["mon"], "09:00", "18:00", "../etc", "shift_zone_unknown"),
    ],
)
def test_a_shift_that_makes_no_sense_is_named(
    desk: Desk, days: list[str], starts: str, ends: str, zone: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        staff.add_shifts(LEAD, days, starts, ends, zone, by=desk.admin, clock=SYSTEM_CLOCK)
    assert refused.value.code == code
    assert Shift.objects.count() == 0


def test_a_member_added_the_old_way_is_the_same_member(desk: Desk) -> None:
    add_member(AddMember(username="old", role="agent"), by=desk.admin, clock=SYSTEM_CLOCK)
    staff.add(AddMember(username="old", role="agent", languages=["id"]), by=desk.admin, clock=SYSTEM_CLOCK)
    assert member("old").languages == ["id"]
    assert verbs() == ["team.languages"]
