"""Prices by the clock over New York, Frankfurt, London and Tokyo: holidays, half days, clock changes.

The hours are written down by hand, not taken from the calendars that the system asks. Every half hour
of a day the schedule knocks; a web server plays the source and remembers who was asked for.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State, Trigger
from market.models import Instrument, PriceBar, ProviderKind, ProviderRun
from tests.http import LocalSite, Reply, Request
from tests.market.made import ZONES, a_provider, an_instrument

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

SHARES = {"XNYS": "NEWY", "XETR": "FRAN", "XLON": "LOND", "XTKS": "TOKY"}
NOON_BREAK = ("02:30", "03:30")
CLOSED = None

# In UTC. America is on winter time from 3 November to 10 March, Europe from 27 October to 31 March.
HOURS: dict[str, dict[str, tuple[str, str] | None]] = {
    # America has summer time already, Europe has not.
    "2024-03-11": {
        "XNYS": ("13:30", "20:00"),
        "XETR": ("08:00", "16:30"),
        "XLON": ("08:00", "16:30"),
        "XTKS": ("00:00", "06:00"),
    },
    # Culture Day in Tokyo; America has gone back to winter time the day before.
    "2024-11-04": {
        "XNYS": ("14:30", "21:00"),
        "XETR": ("08:00", "16:30"),
        "XLON": ("08:00", "16:30"),
        "XTKS": CLOSED,
    },
    # Thanksgiving, and the half day that follows; Tokyo closes at half past six now.
    "2024-11-28": {
        "XNYS": CLOSED,
        "XETR": ("08:00", "16:30"),
        "XLON": ("08:00", "16:30"),
        "XTKS": ("00:00", "06:30"),
    },
    "2024-11-29": {
        "XNYS": ("14:30", "18:00"),
        "XETR": ("08:00", "16:30"),
        "XLON": ("08:00", "16:30"),
        "XTKS": ("00:00", "06:30"),
    },
    # Christmas Eve: half a day in New York and London, none in Frankfurt.
    "2024-12-24": {
        "XNYS": ("14:30", "18:00"),
        "XETR": CLOSED,
        "XLON": ("08:00", "12:30"),
        "XTKS": ("00:00", "06:30"),
    },
    # A Saturday
    "2024-11-30": {"XNYS": CLOSED, "XETR": CLOSED, "XLON": CLOSED, "XTKS": CLOSED},
    # Labour Day in Frankfurt, summer time everywhere
    "2024-05-01": {
        "XNYS": ("13:30", "20:00"),
        "XETR": CLOSED,
        "XLON": ("07:00", "15:30"),
        "XTKS": ("00:00", "06:00"),
    },
}


def at(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), UTC)


def expected(day: str, mic: str) -> list[str]:
    """The half hours at which the source has to be asked: all of the session, and the first one from
    twenty minutes after its end on, when the last prices are out."""
    hours = HOURS[day][mic]
    if hours is None:
        return []
    opens, closes = at(day, hours[0]), at(day, hours[1])
    half_hours = [at(day, "00:00") + timedelta(minutes=30 * place) for place in range(48)]
    trading = [moment for moment in half_hours if opens <= moment < closes]
    if mic == "XTKS":
        pause = (at(day, NOON_BREAK[0]), at(day, NOON_BREAK[1]))
        trading = [moment for moment in trading if not pause[0] <= moment < pause[1]]
    last = next(moment for moment in half_hours if moment >= closes + timedelta(minutes=20))
    return [f"{moment:%H:%M}" for moment in (*trading, last)]


def mic_of(request: Request) -> str:
    return request.path[1:5]


@pytest.fixture
def source(settings: object) -> Iterator[LocalSite]:
    """It has a price of the day that it is at the exchange."""
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]

        def answer(request: Request) -> Reply:
            today = datetime.now(ZoneInfo(ZONES[mic_of(request)])).date()
            return Reply(f"Date,Close\n{today},10\n".encode(), content_type="text/csv")

        for mic, ticker in SHARES.items():
            site.add_answer(f"/{mic}.{ticker}", answer)
        yield site


@pytest.fixture
def shares(source: LocalSite) -> dict[str, Instrument]:
    address = source.url("/{symbol}")
    a_provider("one", ProviderKind.TEMPLATE, address=address, symbol_form="{mic}.{ticker}")
    return {mic: an_instrument(ticker, mic) for mic, ticker in SHARES.items()}


def knock(moment: datetime) -> TaskRun:
    """The schedule's run at a moment."""
    with time_machine.travel(moment):
        run = launch("update_market_data", trigger=Trigger.SCHEDULE).run
        execute(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("day", HOURS)
def test_sources_are_asked_while_an_exchange_trades_and_once_when_it_has_closed(
    day: str, source: LocalSite, shares: dict[str, Instrument]
) -> None:
    asked: dict[str, list[str]] = {mic: [] for mic in SHARES}
    states = set()
    for place in range(48):
        moment = at(day, "00:00") + timedelta(minutes=30 * place)
        before = len(source.requests)
        states.add(knock(moment).state)
        for request in source.requests[before:]:
            asked[mic_of(request)].append(f"{moment:%H:%M}")
    assert asked == {mic: expected(day, mic) for mic in SHARES}
    opened = {mic for mic, hours in HOURS[day].items() if hours}
    assert states == ({State.SUCCEEDED, State.SKIPPED} if opened else {State.SKIPPED})
    final = PriceBar.objects.filter(is_final=True, revision=1)
    told = set(final.values_list("instrument__listing__exchange__mic", "day"))
    assert told == {(mic, date.fromisoformat(day)) for mic in opened}
    assert PriceBar.objects.count() == len(opened)
    assert ProviderRun.objects.count() == sum(len(times) for times in asked.values())


def test_while_all_are_closed_the_run_says_when_the_next_one_opens(
    source: LocalSite, shares: dict[str, Instrument]
) -> None:
    run = knock(at("2024-11-30", "12:00"))
    assert (run.state, run.error_code) == (State.SKIPPED, "exchanges_closed")
    assert run.message == "No exchange trades now. The next one opens at 2024-12-02 00:00 UTC."
    assert (run.result["total"], run.result["skipped_closed"]) == (4, 4)
    assert source.requests == []


def test_a_forced_update_asks_though_all_are_closed(source: LocalSite, shares: dict[str, Instrument]) -> None:
    with time_machine.travel(at("2024-11-30", "12:00")):
        run = launch("update_market_data", force=True, tickers=["newy", "gone"]).run
        execute(run.pk)
    run.refresh_from_db()
    assert [request.path for request in source.requests] == ["/XNYS.NEWY"]
    assert (run.result["total"], run.result["unknown_tickers"]) == (1, ["GONE"])
