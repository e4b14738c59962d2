"""Every way in which a source fails, and the named state in which it ends. The sources are web servers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from market.breaker import close, may_ask, pause_after
from market.collect import Collected, collect
from market.models import (
    BreakerState,
    CorporateAction,
    FindingKind,
    Instrument,
    PriceBar,
    PriceBasis,
    PriceFinding,
    PriceProvider,
    ProviderKind,
    ProviderRun,
    ProviderState,
    RunOutcome,
)
from market.series import adjusted_series
from tests.http import LocalSite
from tests.market.made import a_bar, a_provider, an_instrument

pytestmark = pytest.mark.django_db

D = Decimal
GOOD = b"Date,Open,High,Low,Close,Volume\n2024-06-03,10,12,9,11,1000\n2024-06-04,11,12,10,11.5,900\n"
GOOD += b"2024-06-05,11.5,12,11,12,800\n2024-06-06,12,13,11.5,12.5,700\n"
PAGE = b"<!doctype html><html><body>Please prove that you are human</body></html>"


@pytest.fixture
def share() -> Instrument:
    return an_instrument()


def a_source(site: LocalSite, code: str = "one", **fields: object) -> PriceProvider:
    fields = {"kind": ProviderKind.TEMPLATE, "address": site.url(f"/{code}/{{symbol}}"), **fields}
    return a_provider(code, **fields)  # type: ignore[arg-type]


def rows(*lines: str) -> bytes:
    return ("Date,Open,High,Low,Close,Volume\n" + "\n".join(lines)).encode()


def closes(share: Instrument) -> dict[int, Decimal]:
    """The current prices by the day of June."""
    bars = PriceBar.objects.filter(instrument=share, is_current=True).order_by("day")
    return {bar.day.day: bar.close for bar in bars}


def findings(share: Instrument) -> dict[tuple[str, int], str]:
    return {
        (one.kind, one.day.day): one.detail
        for one in PriceFinding.objects.filter(instrument=share, resolved_at__isnull=True)
    }


def test_it_works(site: LocalSite, share: Instrument, evening: datetime) -> None:
    site.add("/one/NWD", GOOD, content_type="text/csv")
    result = collect(share, [a_source(site)], at=evening)
    assert closes(share) == {3: D(11), 4: D("11.5"), 5: D(12), 6: D("12.5")}
    run = ProviderRun.objects.get()
    assert (run.outcome, run.new, run.corrected, run.refused, run.gaps) == (RunOutcome.UPDATED, 4, 0, 0, 0)
    assert (run.first_day, run.last_day) == (date(2024, 6, 3), date(2024, 6, 6))
    assert result.outcome is RunOutcome.UPDATED
    share.refresh_from_db()
    assert (share.checked_at, share.updated_at) == (evening, evening)
    bar = PriceBar.objects.get(day=date(2024, 6, 5))
    assert (bar.open, bar.high, bar.low, bar.volume) == (D("11.5"), D(12), D(11), D(800))
    assert (bar.revision, bar.is_final, bar.fetched_at, bar.run) == (1, True, evening, run)
    assert findings(share) == {}


def test_asking_again_changes_nothing(site: LocalSite, share: Instrument, evening: datetime) -> None:
    site.add("/one/NWD", GOOD, content_type="text/csv")
    source = a_source(site)
    collect(share, [source], at=evening)
    before = list(PriceBar.objects.order_by("pk").values())
    again = collect(share, [source], at=evening + timedelta(minutes=5))
    assert list(PriceBar.objects.order_by("pk").values()) == before
    assert again.stored is not None
    assert (again.outcome, again.stored.unchanged, again.stored.new) == (RunOutcome.UNCHANGED, 4, 0)
    share.refresh_from_db()
    assert (share.checked_at, share.updated_at) == (evening + timedelta(minutes=5), evening)


@pytest.mark.parametrize(
    ("answer", "code", "counts"),
    [
        ({"status": 429}, "rate_limited", True),
        ({"status": 500}, "http_5xx", True),
        ({"status": 404}, "not_found", False),
        ({"status": 403}, "blocked_by_site", True),
        ({"body": PAGE}, "wrong_body", True),
        ({"body": PAGE, "content_type": "text/csv"}, "wrong_body", True),
        ({"body": b"%PDF-1.7 prices", "content_type": "text/csv"}, "wrong_body", True),
        ({"body": b"\xff\xfe\x00\x01Date", "content_type": "text/csv; charset=utf-8"}, "wrong_body", True),
        ({"body": b'{"prices": [', "content_type": "application/json"}, "wrong_body", True),
        ({"body": b'{"error": "no"}', "content_type": "application/json"}, "wrong_columns", True),
        ({"body": b"Day,Value\n2024-06-03,11\n", "content_type": "text/csv"}, "wrong_columns", True),
        ({"body": b"", "content_type": "text/csv"}, "wrong_columns", True),
        ({"body": b"Date,Close\n", "content_type": "text/csv"}, "no_prices", False),
        ({"body": b"[]", "content_type": "application/json"}, "no_prices", False),
        ({"body": GOOD, "length": 5000, "content_type": "text/csv"}, "wrong_length", True),
    ],
)
def test_an_answer_without_prices_is_a_failure_by_name(
    site: LocalSite, share: Instrument, evening: datetime, answer: dict, code: str, counts: bool
) -> None:
    site.add("/one/NWD", **answer)
    source = a_source(site)
    result = collect(share, [source], at=evening)
    assert (result.outcome, result.provider, result.stored) == (RunOutcome.FAILED, None, None)
    run = ProviderRun.objects.get()
    assert (run.outcome, run.code) == (RunOutcome.FAILED, code)
    assert result.failures == (run.message,)
    source.refresh_from_db()
    assert (source.state.last_failure_code, source.state.failures) == (code, int(counts))
    assert not PriceBar.objects.exists()
    share.refresh_from_db()
    assert share.checked_at is None


def test_the_next_source_stands_in(site: LocalSite, share: Instrument, evening: datetime) -> None:
    site.add("/one/NWD", PAGE)
    site.add("/two/NWD", GOOD, content_type="text/csv")
    first, second = a_source(site, "one", priority=1), a_source(site, "two", priority=2)
    result = collect(share, [first, second], at=evening)
    assert (result.provider, len(result.failures)) == (second, 1)
    runs = list(ProviderRun.objects.order_by("pk").values_list("provider__code", "outcome"))
    assert runs == [("one", "failed"), ("two", "updated")]
    assert closes(share)[6] == D("12.5")


def test_a_source_that_asks_for_a_pause_gets_it_and_is_tried_by_one_caller(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", status=429, headers=(("Retry-After", "600"),))
    source = a_source(site)
    collect(share, [source], at=evening)
    state = ProviderState.objects.get()
    assert (state.breaker, state.retry_at) == (BreakerState.OPEN, evening + timedelta(seconds=600))
    asked = len(site.paths())
    left_alone = collect(share, [source], at=evening + timedelta(seconds=599))
    assert (left_alone.failures, len(site.paths())) == (("One is left alone for now.",), asked)
    later = evening + timedelta(seconds=600)
    assert (may_ask(source, later), may_ask(source, later)) == (True, False)
    state.refresh_from_db()
    assert state.breaker == BreakerState.HALF_OPEN


def test_a_success_after_the_pause_closes_the_breaker(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", status=429, headers=(("Retry-After", "600"),))
    source = a_source(site)
    collect(share, [source], at=evening)
    site.add("/one/NWD", GOOD, content_type="text/csv")
    collect(share, [source], at=evening + timedelta(seconds=601))
    state = ProviderState.objects.get()
    assert (state.breaker, state.failures, state.retry_at) == (BreakerState.CLOSED, 0, None)
    assert len(closes(share)) == 4


def test_three_failures_in_a_row_open_the_breaker_and_a_failed_trial_doubles_the_pause(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", PAGE)
    source = a_source(site)
    for turn in range(3):
        collect(share, [source], at=evening + timedelta(minutes=turn))
    state = ProviderState.objects.get()
    opened = evening + timedelta(minutes=2)
    assert (state.breaker, state.failures, state.retry_at) == ("open", 3, opened + timedelta(minutes=2))
    collect(share, [source], at=opened + timedelta(minutes=3))
    state.refresh_from_db()
    assert (state.breaker, state.failures) == ("open", 4)
    assert state.retry_at == opened + timedelta(minutes=3 + 4)
    assert len(site.paths()) == 4
    close(source, by=None)
    assert may_ask(source, opened + timedelta(minutes=4))


def test_pauses_double_up_to_six_hours_and_last_as_long_as_asked() -> None:
    minutes = [pause_after(failures).total_seconds() / 60 for failures in (1, 3, 4, 5, 10, 60)]
    assert minutes == [2, 2, 4, 8, 256, 360]
    assert pause_after(1, asked=3600) == timedelta(hours=1)
    assert pause_after(1, asked=10**9) == timedelta(days=1)


def test_a_share_that_a_source_does_not_know_is_asked_for_once_a_day(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", b"No data", content_type="text/plain")
    source = a_source(site, kind=ProviderKind.STOOQ)
    assert collect(share, [source], at=evening).failures[0].startswith("One has nothing for NWD.")
    again = collect(share, [source], at=evening + timedelta(hours=1))
    assert (again.failures, len(site.paths())) == (("One did not know the share when asked last.",), 1)
    collect(share, [source], at=evening + timedelta(hours=21))
    assert len(site.paths()) == 2
    assert source.state.breaker == BreakerState.CLOSED


@pytest.mark.parametrize(
    ("line", "kind", "day"),
    [
        ("2024-06-04,11,12,10,-11.5,900", FindingKind.NOT_POSITIVE, 4),
        ("2024-06-04,11,12,0,11.5,900", FindingKind.NOT_POSITIVE, 4),
        ("2024-06-07,11,12,10,11.5,900", FindingKind.FUTURE_DAY, 7),
        ("2034-06-04,11,12,10,11.5,900", FindingKind.FUTURE_DAY, 4),
        ("2024-06-04,11,11.4,10,11.5,900", FindingKind.CONTRADICTORY, 4),
        ("2024-06-04,9,12,10,11.5,900", FindingKind.CONTRADICTORY, 4),
        ("2024-06-04,11,12,10,11.5,-1", FindingKind.CONTRADICTORY, 4),
        ("2024-06-04,11,12,10,eleven,900", FindingKind.UNREADABLE, 6),
        ("2024-06-04,11,12,10,NaN,900", FindingKind.UNREADABLE, 6),
        ("2024-13-04,11,12,10,11.5,900", FindingKind.UNREADABLE, 6),
        ("2024-06-04,11,12,10,1e30,900", FindingKind.UNREADABLE, 4),
        ("2024-06-03,11,12,10,11.5,900", FindingKind.DUPLICATE, 3),
        ("2024-06-01,11,12,10,11.5,900", FindingKind.NO_SESSION, 1),
    ],
)
def test_a_price_that_cannot_be_is_left_out_and_told(
    site: LocalSite, share: Instrument, evening: datetime, line: str, kind: FindingKind, day: int
) -> None:
    others = ["2024-06-03,10,12,9,11,1000", "2024-06-05,11.5,12,11,12,800", "2024-06-06,12,13,11.5,12.5,700"]
    site.add("/one/NWD", rows(*others, line), content_type="text/csv")
    result = collect(share, [a_source(site)], at=evening)
    run = ProviderRun.objects.get()
    refused = 2 if kind is FindingKind.DUPLICATE else 1
    assert (result.outcome, run.code, run.refused) == (RunOutcome.PARTIAL, "prices_refused", refused)
    assert (kind.value, day) in findings(share)
    kept = {5: D(12), 6: D("12.5")}
    assert closes(share) == (kept if kind is FindingKind.DUPLICATE else {3: D(11), **kept})


def test_prices_of_a_moving_session_are_future_before_it_opens(site: LocalSite, share: Instrument) -> None:
    site.add("/one/NWD", GOOD, content_type="text/csv")
    before_the_bell = datetime(2024, 6, 6, 13, 29, tzinfo=UTC)
    collect(share, [a_source(site)], at=before_the_bell)
    assert sorted(closes(share)) == [3, 4, 5]
    assert list(findings(share)) == [("future_day", 6)]


def test_a_good_price_resolves_what_was_refused(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    source = a_source(site)
    site.add("/one/NWD", GOOD.replace(b",11.5,900", b",-11.5,900"), content_type="text/csv")
    collect(share, [source], at=evening)
    assert set(findings(share)) == {("not_positive", 4), ("gap", 4)}
    site.add("/one/NWD", GOOD, content_type="text/csv")
    collect(share, [source], at=evening + timedelta(minutes=5))
    assert findings(share) == {}
    assert PriceFinding.objects.filter(resolved_at__isnull=False).count() == 2


def test_when_nothing_can_be_believed_the_next_source_is_asked(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", rows("2024-06-04,1,1,1,-1,1"), content_type="text/csv")
    site.add("/two/NWD", GOOD, content_type="text/csv")
    first, second = a_source(site, "one", priority=1), a_source(site, "two", priority=2)
    result = collect(share, [first, second], at=evening)
    assert (result.provider, result.failures) == (second, ("Nothing that One gave can be used.",))
    assert ProviderRun.objects.get(provider=first).outcome == RunOutcome.FAILED


def test_the_same_day_twice_in_the_same_words_is_one_price(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", GOOD + b"2024-06-04,11,12,10,11.5,900\n", content_type="text/csv")
    assert collect(share, [a_source(site)], at=evening).outcome is RunOutcome.UPDATED
    assert closes(share)[4] == D("11.5")


def test_a_missing_session_is_a_gap_and_a_weekend_is_none(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    site.add("/one/NWD", rows("2024-05-31,9,9,9,9,1", "2024-06-04,11,12,10,11,900"), content_type="text/csv")
    collect(share, [a_source(site)], at=evening)
    assert set(findings(share)) == {("gap", 3), ("gap", 5), ("gap", 6)}
    assert ProviderRun.objects.get().gaps == 3


def test_a_price_of_another_source_fills_a_gap(site: LocalSite, share: Instrument, evening: datetime) -> None:
    site.add("/one/NWD", GOOD.replace(b"2024-06-04,11,12,10,11.5,900\n", b""), content_type="text/csv")
    a_bar(share, a_provider("files"), date(2024, 6, 4), "11")
    collect(share, [a_source(site)], at=evening)
    assert findings(share) == {}


def test_a_corrected_price_is_kept_beside_the_first(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    source = a_source(site)
    site.add("/one/NWD", GOOD, content_type="text/csv")
    collect(share, [source], at=evening)
    site.add("/one/NWD", GOOD.replace(b"11,12,10,11.5,900", b"11,12,10,11.25,950"), content_type="text/csv")
    later = evening + timedelta(hours=1)
    result = collect(share, [source], at=later)
    assert result.stored is not None
    assert (result.outcome, result.stored.corrected, result.stored.new) == (RunOutcome.UPDATED, 1, 0)
    bars = PriceBar.objects.filter(day=date(2024, 6, 4)).order_by("revision")
    told = [(bar.revision, bar.close, bar.volume, bar.is_current, bar.fetched_at) for bar in bars]
    assert told == [(1, D("11.5"), D(900), False, evening), (2, D("11.25"), D(950), True, later)]
    assert [bar.close for bar in adjusted_series(share)] == [D(11), D("11.25"), D(12), D("12.5")]
    assert [bar.close for bar in adjusted_series(share, known_at=evening)][1] == D("11.5")


def test_what_a_source_no_longer_says_is_no_correction(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    source = a_source(site)
    site.add("/one/NWD", GOOD, content_type="text/csv")
    collect(share, [source], at=evening)
    site.add("/one/NWD", b"Date,Close\n2024-06-04,11.5\n", content_type="text/csv")
    collect(share, [source], at=evening)
    assert PriceBar.objects.filter(revision=2).count() == 0
    assert PriceBar.objects.get(day=date(2024, 6, 4)).high == D(12)


def test_a_price_of_a_session_that_goes_on_is_written_over_until_it_is_final(
    site: LocalSite, share: Instrument
) -> None:
    source = a_source(site)
    moments = {"15:00": "12.1", "18:00": "12.3", "20:10": "12.4", "20:20": "12.5"}
    seen = []
    for time, close_ in moments.items():
        body = GOOD.replace(b"12,13,11.5,12.5,700", f"12,13,11.5,{close_},700".encode())
        site.add("/one/NWD", body, content_type="text/csv")
        collect(share, [source], at=datetime.fromisoformat(f"2024-06-06 {time}+00:00"))
        bar = PriceBar.objects.get(day=date(2024, 6, 6))
        seen.append((str(bar.close.normalize()), bar.revision, bar.is_final))
    assert seen == [("12.1", 1, False), ("12.3", 1, False), ("12.4", 1, False), ("12.5", 1, True)]


def test_a_split_of_a_source_of_traded_prices(site: LocalSite, share: Instrument, evening: datetime) -> None:
    body = b"Date,Close,Volume,Dividends,Stock Splits\n2024-06-03,100,10,0,0\n2024-06-04,99,10,1,0\n"
    site.add("/one/NWD", body + b"2024-06-05,50,20,0,2\n2024-06-06,51,20,0,0\n", content_type="text/csv")
    collect(share, [a_source(site)], at=evening)
    actions = list(CorporateAction.objects.order_by("ex_date").values_list("kind", "value"))
    assert actions == [("dividend", D(1)), ("split", D(2))]
    assert closes(share) == {3: D(100), 4: D(99), 5: D(50), 6: D(51)}
    assert [bar.close for bar in adjusted_series(share)] == [D("49.5"), D("49.5"), D(50), D(51)]
    assert findings(share) == {}


def test_a_jump_that_nobody_explains_is_told(site: LocalSite, share: Instrument, evening: datetime) -> None:
    site.add(
        "/one/NWD",
        b"Date,Close\n2024-06-03,100\n2024-06-04,99\n2024-06-05,49.7\n2024-06-06,50\n",
        content_type="text/csv",
    )
    collect(share, [a_source(site)], at=evening)
    assert list(findings(share)) == [("jump", 5)]
    assert "near a split of 2 for 1" in findings(share)["jump", 5]


def test_a_split_day_of_a_source_that_divides_rewrites_nothing(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    source = a_source(site, basis=PriceBasis.SPLITS)
    before = b"Date,Close,Dividends,Stock Splits\n2024-06-03,100,0,0\n2024-06-04,99,1,0\n"
    site.add("/one/NWD", before, content_type="text/csv")
    collect(share, [source], at=datetime(2024, 6, 4, 22, tzinfo=UTC))
    # The next day two shares are one of before, and the source has divided all that was.
    after = (
        b"Date,Close,Dividends,Stock Splits\n2024-06-03,50,0,0\n2024-06-04,49.5,0.5,0\n2024-06-05,50,0,2\n"
    )
    site.add("/one/NWD", after, content_type="text/csv")
    collect(share, [source], at=datetime(2024, 6, 5, 22, tzinfo=UTC))
    assert PriceBar.objects.filter(revision=2).count() == 0
    assert closes(share) == {3: D(100), 4: D(99), 5: D(50)}
    assert [bar.close for bar in adjusted_series(share)] == [D("49.5"), D("49.5"), D(50)]
    assert CorporateAction.objects.get(kind="dividend").value == D(1)
    assert findings(share) == {}


def test_a_past_that_is_divided_without_a_word_is_told_and_both_are_kept(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    source = a_source(site, basis=PriceBasis.SPLITS)
    site.add(
        "/one/NWD", b"Date,Close\n2024-06-03,100\n2024-06-04,99\n2024-06-05,98\n", content_type="text/csv"
    )
    collect(share, [source], at=datetime(2024, 6, 5, 22, tzinfo=UTC))
    site.add(
        "/one/NWD",
        b"Date,Close\n2024-06-03,50\n2024-06-04,49.5\n2024-06-05,49\n2024-06-06,49\n",
        content_type="text/csv",
    )
    collect(share, [source], at=evening)
    assert list(findings(share)) == [("rescaled", 3)]
    assert "divided by 2" in findings(share)["rescaled", 3]
    assert PriceBar.objects.filter(day=date(2024, 6, 3)).count() == 2
    assert closes(share)[3] == D(50)


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        ("2024-06-04,11,150,0", "A dividend of 150 is no less than the close of 11 before it."),
        ("2024-06-04,11,-1,0", "A dividend of -1 is none."),
        ("2024-06-04,11,0,5000", "A split of 5000 for one old share is beyond all that is known."),
    ],
)
def test_an_action_that_cannot_be_is_left_out_and_told(
    site: LocalSite, share: Instrument, evening: datetime, action: str, detail: str
) -> None:
    head = "Date,Close,Dividends,Stock Splits\n2024-06-03,11,0,0\n"
    site.add("/one/NWD", f"{head}{action}\n".encode(), content_type="text/csv")
    collect(share, [a_source(site)], at=evening)
    assert findings(share)["impossible_action", 4] == detail
    assert not CorporateAction.objects.exists()
    assert closes(share) == {3: D(11), 4: D(11)}


def test_an_action_given_differently_stays_as_it_was_first(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    CorporateAction.objects.create(instrument=share, kind="split", ex_date=date(2024, 6, 4), value=D(2))
    body = b"Date,Close,Stock Splits\n2024-06-03,30,0\n2024-06-04,10,3\n"
    site.add("/one/NWD", body, content_type="text/csv")
    collect(share, [a_source(site)], at=evening)
    assert CorporateAction.objects.get().value == D(2)
    assert findings(share)["action_differs", 4] == "One gives 3; 2 is kept."


def test_a_source_is_asked_from_some_days_before_the_last_final_price_on(
    site: LocalSite, share: Instrument, evening: datetime
) -> None:
    source = a_source(site, address=site.url("/one?s={symbol}&from={first}&to={last_compact}"))
    collect(share, [source], at=evening)
    a_bar(share, source, date(2024, 6, 4), "11")
    collect(share, [source], at=evening)
    collect(share, [source], at=evening, since=date(2020, 1, 1))
    assert site.paths() == [
        "/one?s=NWD&from=2014-06-06&to=20240606",
        "/one?s=NWD&from=2024-05-25&to=20240606",
        "/one?s=NWD&from=2020-01-01&to=20240606",
    ]


def test_a_key_is_taken_from_the_environment_and_told_nobody(
    site: LocalSite, share: Instrument, evening: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"address": site.url("/one?s={symbol}&k={key}"), "key_variable": "MARKET_KEY_ONE"}
    source = a_source(site, **fields)
    missing: Collected = collect(share, [source], at=evening)
    assert missing.failures[0].startswith("One needs a key, and the environment variable MARKET_KEY_ONE")
    assert (site.paths(), source.state.failures) == ([], 0)
    monkeypatch.setenv("MARKET_KEY_ONE", "s3cret&key")
    site.redirect("/one?s=NWD&k=s3cret%26key", "/one?s=NWD&k=s3cret%26key")
    failed = collect(share, [source], at=evening)
    assert site.paths() == ["/one?s=NWD&k=s3cret%26key"]
    assert "s3cret" not in " ".join(failed.failures)
    assert ProviderRun.objects.filter(message__contains="s3cret").count() == 0
    assert source.state.breaker == BreakerState.CLOSED
