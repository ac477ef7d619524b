"""Counting: the market's own calendar and wall time, holidays, month ends, zones, and the time of day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rulebook.kit import at

from seawall.kernel.markets import Market
from seawall.rulebook.calendars import add_working_days, holiday_name, is_working_day, zone_in, zones_of
from seawall.rulebook.deadlines import deadline
from seawall.rulebook.schema import ClockSpec
from seawall.rulebook.words import ClockKind, Event, Unit, Weekday

WEEKEND = (Weekday.SAT, Weekday.SUN)
SUNDAY = (Weekday.SUN,)


def spec(amount: int, unit: Unit = Unit.WORKING_DAYS, **more: object) -> ClockSpec:
    given = {"kind": ClockKind.SHIP_BY, "anchor": Event.PAID, "amount": amount, "unit": unit, "weekend": WEEKEND}
    return ClockSpec.model_validate({**given, **more})


def breach(how: ClockSpec, market: Market, anchor: str, zone: ZoneInfo | None = None) -> str:
    """When it breaches, in wall time."""
    found = deadline(how, at(market, anchor, zone), market, zone or market.zone, 12)
    return f"{found.breach_at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("market", "day", "name"),
    [
        (Market.VN, "2026-02-17", "Lunar New Year"),
        (Market.VN, "2026-04-30", "Liberation Day"),
        (Market.TH, "2026-04-14", "Songkran"),
        (Market.TH, "2026-12-10", "Constitution Day"),
        (Market.ID, "2026-03-21", "Eid al-Fitr"),
        (Market.ID, "2026-08-17", "Independence Day"),
        (Market.MY, "2026-02-18", "Chinese New Year"),
        (Market.MY, "2026-08-31", "National Day"),
        (Market.SG, "2026-11-09", "Diwali"),
        (Market.SG, "2026-08-10", "National Day"),
        (Market.PH, "2026-11-30", "Bonifacio Day"),
        (Market.PH, "2026-03-20", "Eid al-Fitr"),
    ],
)
def test_public_holidays_of_the_six_markets(market: Market, day: str, name: str) -> None:
    assert name in holiday_name(market, date.fromisoformat(day))
    assert not is_working_day(market, date.fromisoformat(day), ())


@pytest.mark.parametrize(
    ("market", "start", "amount", "due"),
    [
        (Market.VN, "2026-02-13", 1, "2026-02-23"),  # Tet takes Monday to Friday
        (Market.VN, "2026-04-29", 1, "2026-05-04"),  # 30 April and 1 May, then the weekend
        (Market.TH, "2026-04-10", 1, "2026-04-16"),  # Songkran, Monday to Wednesday
        (Market.TH, "2026-12-04", 2, "2026-12-09"),  # the King's birthday on a Saturday, in lieu on Monday
        (Market.ID, "2026-03-18", 1, "2026-03-20"),  # Nyepi; the day of collective leave counts
        (Market.ID, "2026-03-20", 1, "2026-03-23"),  # Eid falls on the weekend; collective leave after it counts
        (Market.MY, "2026-02-16", 1, "2026-02-19"),  # two days of Chinese New Year
        (Market.MY, "2026-08-28", 1, "2026-09-01"),  # National Day, over the end of the month
        (Market.SG, "2026-05-29", 1, "2026-06-02"),  # Vesak Day on a Sunday, observed on Monday
        (Market.SG, "2026-02-16", 2, "2026-02-20"),
        (Market.PH, "2026-11-27", 1, "2026-12-01"),  # Bonifacio Day
        (Market.PH, "2026-12-29", 1, "2027-01-04"),  # Rizal Day, New Year's Eve, New Year, the weekend
        (Market.MY, "2026-11-25", 0, "2026-11-25"),
    ],
)
def test_working_days_leave_out_weekends_and_the_markets_holidays(
    market: Market, start: str, amount: int, due: str
) -> None:
    assert add_working_days(market, date.fromisoformat(start), amount, WEEKEND) == date.fromisoformat(due)
    assert breach(spec(amount), market, f"{start} 15:30") == f"{due} 15:30"


def test_the_same_days_differ_by_market() -> None:
    start = date(2026, 11, 27)
    due = {market: add_working_days(market, start, 1, WEEKEND) for market in (Market.PH, Market.MY, Market.SG)}
    assert due == {Market.PH: date(2026, 12, 1), Market.MY: date(2026, 11, 30), Market.SG: date(2026, 11, 30)}


def test_where_saturdays_count_the_deadline_is_earlier() -> None:
    assert breach(spec(1), Market.SG, "2026-11-27 10:00") == "2026-11-30 10:00"
    assert breach(spec(1, weekend=SUNDAY), Market.SG, "2026-11-27 10:00") == "2026-11-28 10:00"


def test_a_holiday_whose_date_is_an_estimate_does_not_put_a_deadline_off() -> None:
    """Eid of coming years may shift by a day: counted as working days, the deadline comes out early, never late."""
    estimated = [
        date(2030, 1, 1) + timedelta(days=n)
        for n in range(365)
        if "Eid" in holiday_name(Market.ID, date(2030, 1, 1) + timedelta(days=n))
    ]
    assert estimated == []
    assert holiday_name(Market.ID, date(2030, 8, 17)) == "Independence Day"


@pytest.mark.parametrize(
    ("anchor", "amount", "due"),
    [
        ("2026-01-31 08:00", 1, "2026-02-01 08:00"),
        ("2026-02-28 08:00", 1, "2026-03-01 08:00"),
        ("2028-02-28 08:00", 1, "2028-02-29 08:00"),
        ("2026-12-31 23:59", 1, "2027-01-01 23:59"),
        ("2026-01-20 08:00", 40, "2026-03-01 08:00"),
    ],
)
def test_calendar_days_over_the_ends_of_months(anchor: str, amount: int, due: str) -> None:
    assert breach(spec(amount, Unit.DAYS), Market.TH, anchor) == due


def test_hours_are_hours_whatever_the_day() -> None:
    assert breach(spec(24, Unit.HOURS), Market.TH, "2026-04-12 21:10") == "2026-04-13 21:10"


CUT = {"cut_off": time(14), "until": time(23, 59), "weekend": SUNDAY}


@pytest.mark.parametrize(
    ("anchor", "amount", "due"),
    [
        ("2026-11-25 13:59", 0, "2026-11-25 23:59"),  # Wednesday, before the cut-off
        ("2026-11-25 14:00", 0, "2026-11-26 23:59"),
        ("2026-11-28 14:00", 0, "2026-11-30 23:59"),  # Saturday afternoon: Sunday is no working day
        ("2026-11-29 09:00", 0, "2026-11-30 23:59"),
        ("2026-04-11 15:00", 0, "2026-04-16 23:59"),  # Saturday before Songkran
        ("2026-04-13 09:00", 1, "2026-04-17 23:59"),
        ("2026-11-25 13:59", 2, "2026-11-27 23:59"),
    ],
)
def test_a_cut_off_decides_which_day_is_the_first(anchor: str, amount: int, due: str) -> None:
    assert breach(spec(amount, **CUT), Market.TH, anchor) == due


def test_the_cut_off_is_by_the_clock_on_the_markets_wall() -> None:
    """06:30 UTC on a Wednesday: 13:30 in Thailand and 14:30 in Malaysia."""
    instant = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
    due = {
        market: deadline(spec(0, **CUT), instant, market, market.zone, 12).breach_at
        for market in (Market.TH, Market.MY)
    }
    assert due[Market.TH].isoformat() == "2026-11-25T23:59:00+07:00"
    assert due[Market.MY].isoformat() == "2026-11-26T23:59:00+08:00"


def test_an_evening_in_utc_is_the_next_day_in_the_market() -> None:
    found = deadline(spec(1), datetime(2026, 11, 26, 18, tzinfo=UTC), Market.MY, Market.MY.zone, 12)
    assert found.breach_at.isoformat() == "2026-11-30T02:00:00+08:00"  # Friday there: the next working day is Monday


def test_indonesia_keeps_three_times() -> None:
    assert [zone.key for zone in zones_of(Market.ID)] == ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
    assert [zone.key for zone in zones_of(Market.TH)] == ["Asia/Bangkok"]
    instant = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
    days = [
        deadline(spec(1, Unit.DAYS, until=time(23, 59)), instant, Market.ID, zone, 12).breach_at
        for zone in zones_of(Market.ID)
    ]
    assert [f"{day:%m-%d %H:%M%z}" for day in days] == ["11-26 23:59+0700", "11-26 23:59+0800", "11-27 23:59+0900"]


@pytest.mark.parametrize(
    ("province", "zone"),
    [
        ("DKI JAKARTA", "Asia/Jakarta"), ("Bali", "Asia/Makassar"), ("Sulawesi  Selatan", "Asia/Makassar"),
        ("PAPUA BARAT", "Asia/Jayapura"), ("West-Papua", "Asia/Jayapura"), ("", "Asia/Jakarta"),
        ("Somewhere", "Asia/Jakarta"),
    ],
)  # fmt: skip
def test_the_buyers_zone_is_read_off_the_province(province: str, zone: str) -> None:
    assert zone_in(Market.ID, province).key == zone
    assert zone_in(Market.PH, province).key == "Asia/Manila"


def test_the_warning_comes_before_the_breach_and_never_before_the_start() -> None:
    anchor = at(Market.TH, "2026-11-25 10:00")
    early = deadline(spec(2, Unit.HOURS), anchor, Market.TH, Market.TH.zone, 12)
    assert early.warn_at == early.started_at == anchor
    usual = deadline(spec(24, Unit.HOURS), anchor, Market.TH, Market.TH.zone, 12)
    assert usual.breach_at - usual.warn_at == timedelta(hours=12)
    own = deadline(spec(24, Unit.HOURS, warn_before_hours=1), anchor, Market.TH, Market.TH.zone, 12)
    assert own.breach_at - own.warn_at == timedelta(hours=1)
    seed = deadline(spec(7, Unit.DAYS, warn_after=5), anchor, Market.TH, Market.TH.zone, 12)
    assert (seed.warn_at - anchor, seed.breach_at - anchor) == (timedelta(days=5), timedelta(days=7))


def test_a_clock_without_a_figure_cannot_be_counted() -> None:
    unknown = ClockSpec(kind=ClockKind.CONFIRM, anchor=Event.DELIVERED, unit=Unit.DAYS)
    with pytest.raises(ValueError, match="nobody knows"):
        deadline(unknown, at(Market.TH, "2026-11-25 10:00"), Market.TH, Market.TH.zone, 12)


MARKETS = st.sampled_from([Market.ID, Market.MY, Market.PH, Market.SG, Market.TH, Market.VN])
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=200, deadline=None)
@given(market=MARKETS, anchor=INSTANTS, amount=st.integers(0, 15), warn=st.integers(0, 400), unit=st.sampled_from(Unit))
def test_a_deadline_never_comes_before_its_start_nor_its_warning_after_it(
    market: Market, anchor: datetime, amount: int, warn: int, unit: Unit
) -> None:
    found = deadline(spec(amount, unit), anchor, market, market.zone, warn)
    assert found.started_at == anchor
    assert found.started_at <= found.warn_at <= found.breach_at
    assert found.breach_at.utcoffset() == found.started_at.utcoffset()


@settings(max_examples=200, deadline=None)
@given(market=MARKETS, anchor=INSTANTS, amount=st.integers(1, 10))
def test_leaving_out_fewer_days_never_makes_a_deadline_later(market: Market, anchor: datetime, amount: int) -> None:
    ends = [
        deadline(how, anchor, market, market.zone, 0).breach_at
        for how in (spec(amount, Unit.DAYS), spec(amount, weekend=SUNDAY), spec(amount, weekend=WEEKEND))
    ]
    assert ends == sorted(ends)
    assert all(is_working_day(market, end.date(), SUNDAY) for end in ends[1:])
