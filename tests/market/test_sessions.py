"""When New York, Frankfurt, London and Tokyo trade: holidays, half days, clock changes, the break at noon."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from market.sessions import HOURS_OF, Phase, UnknownCalendar, calendar_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def phase(mic: str, text: str) -> Phase:
    return calendar_of(mic, at(text)).phase(at(text))


@pytest.mark.parametrize(
    ("mic", "opens", "closes"),
    [
        # The clocks of America go forward on 10 March 2024, those of Europe on the 31st.
        ("XNYS", "2024-03-08 14:30", "2024-03-08 21:00"),
        ("XNYS", "2024-03-11 13:30", "2024-03-11 20:00"),
        ("XLON", "2024-03-28 08:00", "2024-03-28 16:30"),
        ("XLON", "2024-04-02 07:00", "2024-04-02 15:30"),
        ("XETR", "2024-03-28 08:00", "2024-03-28 16:30"),
        ("XETR", "2024-04-02 07:00", "2024-04-02 15:30"),
        # They go back on 27 October in Europe and on 3 November in America.
        ("XETR", "2024-10-28 08:00", "2024-10-28 16:30"),
        ("XNYS", "2024-11-01 13:30", "2024-11-01 20:00"),
        ("XNYS", "2024-11-04 14:30", "2024-11-04 21:00"),
        # Tokyo has no summer time and trades half an hour longer since 5 November 2024.
        ("XTKS", "2024-11-01 00:00", "2024-11-01 06:00"),
        ("XTKS", "2024-11-05 00:00", "2024-11-05 06:30"),
        # Half days
        ("XNYS", "2024-11-29 14:30", "2024-11-29 18:00"),
        ("XNYS", "2024-12-24 14:30", "2024-12-24 18:00"),
        ("XLON", "2024-12-24 08:00", "2024-12-24 12:30"),
        ("XETR", "2024-12-30 08:00", "2024-12-30 13:00"),
    ],
)
def test_a_session_is_open_from_its_first_minute_up_to_its_last(mic: str, opens: str, closes: str) -> None:
    session = calendar_of(mic, at(opens)).session(at(opens).date())
    assert session is not None
    assert (session.opens, session.closes) == (at(opens), at(closes))
    calendar, second = calendar_of(mic, at(opens)), timedelta(seconds=1)
    assert [calendar.phase(moment) for moment in (at(opens) - second, at(opens))] == [
        Phase.CLOSED,
        Phase.OPEN,
    ]
    assert [calendar.phase(moment) for moment in (at(closes) - second, at(closes))] == [
        Phase.OPEN,
        Phase.CLOSED,
    ]


@pytest.mark.parametrize(
    ("mic", "day"),
    [
        ("XNYS", "2024-07-04"),  # Independence Day
        ("XNYS", "2024-11-28"),  # Thanksgiving
        ("XNYS", "2025-01-09"),  # mourning for a president, in no rule
        ("XLON", "2024-05-27"),  # Spring bank holiday
        ("XLON", "2024-08-26"),  # Summer bank holiday
        ("XETR", "2024-05-01"),  # Labour Day
        ("XETR", "2024-12-24"),  # Christmas Eve, a half day in London
        ("XTKS", "2024-11-04"),  # Culture Day, observed
        ("XTKS", "2024-12-31"),
        ("XETR", "2024-11-23"),  # a Saturday
        ("XNYS", "2024-11-24"),  # a Sunday
    ],
)
def test_a_holiday_is_closed_at_every_hour(mic: str, day: str) -> None:
    calendar = calendar_of(mic, at(day))
    assert calendar.session(date.fromisoformat(day)) is None
    hours = [at(day) + timedelta(minutes=30 * half) for half in range(6, 48)]
    assert {calendar.phase(hour) for hour in hours} == {Phase.CLOSED}


def test_the_labour_day_of_frankfurt_is_a_session_in_new_york() -> None:
    assert (phase("XETR", "2024-05-01 14:00"), phase("XNYS", "2024-05-01 14:00")) == (
        Phase.CLOSED,
        Phase.OPEN,
    )


def test_tokyo_is_closed_at_noon() -> None:
    times = ("02:29", "02:30", "03:29", "03:30", "06:29", "06:30")
    found = [phase("XTKS", f"2024-11-05 {time}") for time in times]
    assert found == [Phase.OPEN, Phase.CLOSED, Phase.CLOSED, Phase.OPEN, Phase.OPEN, Phase.CLOSED]


def test_prices_settle_from_twenty_minutes_to_two_hours_after_the_close() -> None:
    times = ("18:00", "18:19", "18:20", "19:59", "20:00")
    found = [phase("XNYS", f"2024-11-29 {time}") for time in times]
    assert found == [Phase.CLOSED, Phase.CLOSED, Phase.SETTLING, Phase.SETTLING, Phase.CLOSED]


def test_the_next_session_is_known_over_a_long_weekend() -> None:
    calendar = calendar_of("XLON", at("2024-12-24 13:00"))
    assert calendar.next_open(at("2024-12-24 13:00")) == at("2024-12-27 08:00")
    started = calendar.started(at("2024-12-26 10:00"))
    assert started is not None
    assert started.day == date(2024, 12, 24)


def test_the_days_of_trading_leave_out_weekends_and_holidays() -> None:
    days = calendar_of("XNYS", at("2024-12-01")).days(date(2024, 11, 27), date(2024, 12, 2))
    assert days == [date(2024, 11, 27), date(2024, 11, 29), date(2024, 12, 2)]


def test_segments_trade_by_the_hours_of_their_exchange() -> None:
    assert phase("XNAS", "2024-11-29 17:59") == phase("XNGS", "2024-11-29 17:59") == Phase.OPEN
    assert phase("XETA", "2024-11-29 08:00") == Phase.OPEN


def test_every_segment_leads_to_a_calendar() -> None:
    names = {mic: calendar_of(mic, at("2024-06-03")).session(date(2024, 6, 3)) for mic in HOURS_OF}
    assert [mic for mic, session in names.items() if session is None] == []


def test_an_exchange_without_a_calendar_says_so() -> None:
    with pytest.raises(UnknownCalendar, match="No trading calendar is known for the exchange XTST"):
        calendar_of("XTST", at("2024-06-03"))


def test_calendars_cost_nothing_until_they_are_asked_for() -> None:
    code = "import sys, market.sessions; print(sorted({'pandas', 'exchange_calendars'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
