"""The forms in which sources and files give prices, and what is read out of each."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.prices import ActionKind
from market.models import PriceProvider, ProviderKind
from market.providers.base import Answer, GivenAction, GivenBar, ProviderFailed, Question
from market.providers.chain import source_of
from market.providers.http import symbol_of
from market.providers.tables import Layout, read_csv, read_json
from tests.http import LocalSite
from tests.market.made import a_provider

D = Decimal
NEW_YORK = ZoneInfo("America/New_York")
JUNE_3, JUNE_4 = date(2024, 6, 3), date(2024, 6, 4)


def closes(answer: Answer) -> list[tuple[date, Decimal]]:
    return [(bar.day, bar.close) for bar in answer.bars]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Date,Close\n2024-06-03,11.5\n", D("11.5")),
        ("\ufeffdate;close\r\n2024-06-03;11,5\r\n", D("11.5")),
        ("Datum;Schluss\n03.06.2024;1.111,5\n", D("1111.5")),
        ("Datum\tSchlusskurs\n03.06.2024\t11,5\n", D("11.5")),
        ("Date,Value\n2024-06-03,1\n", None),
        ('Date,"Price"\n"Jun 03, 2024","1,111.50"\n', D("1111.5")),
        ("timestamp,open,high,low,close,volume\n20240603,1,2,1,1.5,10\n", D("1.5")),
        ("日付,終値\n2024/06/03,1500\n", D(1500)),
        ("date;close\n2024-06-03;11.5\n", D("11.5")),
    ],
)
def test_columns_are_found_by_their_names_in_several_languages(text: str, expected: Decimal | None) -> None:
    if expected is None:
        with pytest.raises(
            ProviderFailed, match=r"No column with the close was found; the columns are: Date"
        ):
            read_csv(text, NEW_YORK)
    else:
        assert closes(read_csv(text, NEW_YORK)) == [(JUNE_3, expected)]


def test_all_fields_of_a_line_and_what_is_not_given() -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-06-03,10,12,9,11,7.77,1000\n"
    text += "2024-06-04,,,-,11,7,n/a\n"
    assert read_csv(text, NEW_YORK).bars == (
        GivenBar(JUNE_3, D(11), D(10), D(12), D(9), D(1000)),
        GivenBar(JUNE_4, D(11)),
    )


def test_splits_and_dividends_stand_in_their_columns() -> None:
    text = (
        "Date,Close,Dividends,Stock Splits\n2024-06-03,11,0.0,0.0\n2024-06-04,11,0.25,4\n2024-06-05,,0.5,1\n"
    )
    answer = read_csv(text, NEW_YORK)
    assert answer.actions == (
        GivenAction(ActionKind.SPLIT, JUNE_4, D(4)),
        GivenAction(ActionKind.DIVIDEND, JUNE_4, D("0.25")),
        GivenAction(ActionKind.DIVIDEND, date(2024, 6, 5), D("0.5")),
    )
    assert (len(answer.bars), answer.unread) == (2, ())


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    answer = read_csv("Date,Close\nyesterday,11\n2024-06-03,12\n2024-06-04,\n", NEW_YORK)
    assert closes(answer) == [(JUNE_3, D(12))]
    assert [(line.number, line.reason) for line in answer.unread] == [
        (2, "'yesterday' is no day"),
        (4, "it has no closing price"),
    ]


@pytest.mark.parametrize(
    ("day", "other"), [("06/03/2024", "05/31/2024"), ("03/06/2024", "31/05/2024"), ("3/6/2024", "31/5/2024")]
)
def test_days_with_slashes_are_read_as_the_file_shows_that_they_are_meant(day: str, other: str) -> None:
    answer = read_csv(f"Date,Close/Last\n{day},$11.50\n{other},$11.00\n", NEW_YORK)
    assert closes(answer) == [(JUNE_3, D("11.5")), (date(2024, 5, 31), D(11))]


def test_days_with_slashes_that_may_be_either_are_not_guessed() -> None:
    answer = read_csv("Date,Close\n06/03/2024,11\n06/04/2024,11\n", NEW_YORK)
    assert answer.bars == ()
    assert "may put the month or the day first" in answer.unread[0].reason


def test_a_point_among_commas_is_not_guessed() -> None:
    answer = read_csv("Date;Close\n2024-06-03;11,5\n2024-06-04;12.55\n", NEW_YORK)
    assert closes(answer) == [(JUNE_3, D("11.5"))]
    assert "has a point where the other numbers of the file have a comma" in answer.unread[0].reason


@pytest.mark.parametrize(
    "text",
    [
        '[{"date": "2024-06-03", "close": 11.10}]',
        '{"2024-06-03": {"close": "11.10"}}',
        '{"date": ["2024-06-03"], "close": [11.10]}',
        '[{"t": 1717444800, "c": 11.1}]',
        '[{"t": 1717444800000, "c": 11.1}]',
        '[{"date": "2024-06-03T20:00:00Z", "close": 11.1}]',
        '[{"date": "2024-06-04T02:00:00+00:00", "close": 11.1}]',
        '[{"date": 20240603, "close": 11.1}]',
    ],
)
def test_json_in_its_usual_shapes(text: str) -> None:
    """Numbers are exact, and a moment becomes the day of the exchange."""
    assert closes(read_json(text, NEW_YORK)) == [(JUNE_3, D("11.1"))]


def test_rows_deep_in_json_are_found_by_the_way_that_is_told() -> None:
    layout = Layout.told({"rows": "chart.result.0.days", "day": "d", "close": "last_price"})
    text = '{"chart": {"result": [{"days": [{"d": "2024-06-03", "last_price": 5}]}]}}'
    assert closes(read_json(text, NEW_YORK, layout)) == [(JUNE_3, D(5))]
    with pytest.raises(ProviderFailed, match="The answer has no “chart”"):
        read_json('{"charts": []}', NEW_YORK, layout)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"date": "2024-06-03", "close": NaN}]', "wrong_body"),
        ("[" * 100_000, "wrong_body"),
        ("7", "wrong_columns"),
        ('{"date": ["2024-06-03"], "close": [1, 2]}', "wrong_columns"),
        ('[{"date": "2024-06-03"}]', "wrong_columns"),
    ],
)
def test_json_that_is_no_table_of_prices(text: str, code: str) -> None:
    with pytest.raises(ProviderFailed) as failure:
        read_json(text, NEW_YORK)
    assert failure.value.code == code


def test_a_column_that_is_told_and_not_there_is_named() -> None:
    with pytest.raises(
        ProviderFailed, match=r"No column with the volume was found; the columns are: Date, Close"
    ):
        read_csv("Date,Close\n2024-06-03,1\n", NEW_YORK, Layout.told({"volume": "Turnover"}))
    with pytest.raises(ProviderFailed, match="name cloze; known are close, day"):
        Layout.told({"cloze": "Close"})


# ------------------------------------------------------------------------------- the named forms


def question(symbol: str = "NWD", first: date = JUNE_3) -> Question:
    return Question(symbol, first, JUNE_4, NEW_YORK, datetime(2024, 6, 4, 22, tzinfo=UTC))


def asked(site: LocalSite, kind: ProviderKind, body: bytes, **fields: object) -> Answer:
    site.add("/NWD", body, content_type="application/json")
    return source_of(a_provider(kind.value, kind, address=site.url("/{symbol}"), **fields)).prices(question())


ALPHA = b"""{"Meta Data": {"2. Symbol": "NWD"}, "Time Series (Daily)": {
 "2024-06-04": {"1. open": "12.0", "2. high": "13.0", "3. low": "11.0", "4. close": "12.5",
   "5. adjusted close": "3.1", "6. volume": "900",
   "7. dividend amount": "0.2500", "8. split coefficient": "2.0"},
 "2024-06-03": {"1. open": "10.0", "2. high": "12.0", "3. low": "9.0", "4. close": "11.0",
   "5. adjusted close": "3.0", "6. volume": "1000",
   "7. dividend amount": "0.0000", "8. split coefficient": "1.0"},
 "2024-05-31": {"1. open": "9.0", "2. high": "9.0", "3. low": "9.0", "4. close": "9.0", "6. volume": "1"}}}"""


@pytest.mark.django_db
def test_alpha_vantage_gives_what_was_asked_of_all_it_sends(site: LocalSite) -> None:
    answer = asked(site, ProviderKind.ALPHA_VANTAGE, ALPHA)
    assert sorted(answer.bars, key=lambda bar: bar.day) == [
        GivenBar(JUNE_3, D(11), D(10), D(12), D(9), D(1000)),
        GivenBar(JUNE_4, D("12.5"), D(12), D(13), D(11), D(900)),
    ]
    assert answer.actions == (
        GivenAction(ActionKind.SPLIT, JUNE_4, D(2)),
        GivenAction(ActionKind.DIVIDEND, JUNE_4, D("0.25")),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"Error Message": "Invalid API call."}', "unknown_symbol"),
        (b'{"Note": "Thank you for using us! 5 calls per minute."}', "quota_exhausted"),
        (b'{"Information": "25 requests per day."}', "quota_exhausted"),
        (b'{"Something": "else"}', "wrong_columns"),
        (b"<html>", "wrong_body"),
    ],
)
def test_alpha_vantage_says_errors_with_status_200(site: LocalSite, body: bytes, code: str) -> None:
    with pytest.raises(ProviderFailed) as failure:
        asked(site, ProviderKind.ALPHA_VANTAGE, body)
    assert failure.value.code == code


@pytest.mark.django_db
def test_stooq_gives_csv_and_says_in_words_that_there_is_nothing(site: LocalSite) -> None:
    source = source_of(
        a_provider("stooq", ProviderKind.STOOQ, address=site.url("/?s={symbol}&d1={first_compact}"))
    )
    path = "/?s=NWD&d1=20240603"
    site.add(path, b"Date,Open,High,Low,Close,Volume\n2024-06-03,10,12,9,11,1000\n", content_type="text/csv")
    assert source.prices(question()).bars == (GivenBar(JUNE_3, D(11), D(10), D(12), D(9), D(1000)),)
    for body, code in (
        (b"No data", "unknown_symbol"),
        (b"Exceeded the daily hits limit", "quota_exhausted"),
        (b"<!DOCTYPE html><title>One moment</title>", "wrong_body"),
    ):
        site.add(path, body, content_type="text/csv")
        with pytest.raises(ProviderFailed) as failure:
            source.prices(question())
        assert failure.value.code == code


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "columns", "sentence"),
    [
        ("/{symbol}?to={until}", {}, "has the placeholders until; known are"),
        ("/{symbol}", {"format": "xml"}, "The format of this source is xml"),
        ("/{symbol}", {"clos": "c"}, "name clos; known are"),
    ],
)
def test_a_source_that_is_set_up_wrongly_says_how(
    site: LocalSite, address: str, columns: dict, sentence: str
) -> None:
    provider = a_provider("one", ProviderKind.TEMPLATE, address=site.url(address), columns=columns)
    with pytest.raises(ProviderFailed, match=sentence) as failure:
        source_of(provider).prices(question())
    assert (failure.value.code, failure.value.counts, site.paths()) == ("misconfigured", False, [])


@pytest.mark.django_db
def test_an_address_inside_the_network_is_not_asked(site: LocalSite, settings: object) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = frozenset()  # type: ignore[attr-defined]
    provider = a_provider("one", ProviderKind.TEMPLATE, address=site.url("/{symbol}"))
    with pytest.raises(ProviderFailed) as failure:
        source_of(provider).prices(question())
    assert (failure.value.code, site.paths()) == ("blocked_address", [])


def test_a_share_is_called_as_its_source_calls_it() -> None:
    provider = PriceProvider(code="stooq", symbol_form="{ticker_lower}.us")
    assert symbol_of(provider, "AZN", "XNYS", {}) == "azn.us"
    assert symbol_of(provider, "AZN", "XLON", {"stooq": "azn.uk", "other": "x"}) == "azn.uk"


# --------------------------------------------------------------------------------------- yfinance

FAKE = '''
"""A stand-in with the shape of the package's answers."""
import pandas

class YFRateLimitError(Exception): ...
class YFPricesMissingError(Exception): ...

class Ticker:
    def __init__(self, symbol): self.symbol = symbol
    def history(self, start, end, interval, auto_adjust, actions, raise_errors):
        assert (start, end, interval, auto_adjust, actions, raise_errors) == (
            "2024-06-03", "2024-06-05", "1d", False, True, True)
        if self.symbol == "MANY": raise YFRateLimitError()
        if self.symbol == "GONE": raise YFPricesMissingError()
        if self.symbol == "CUT": raise OSError("reset")
        nan = float("nan")
        index = pandas.DatetimeIndex(["2024-06-03", "2024-06-04"], tz="America/New_York")
        return pandas.DataFrame({
            "Open": [10.1, nan], "High": [12.0, nan], "Low": [9.0, nan], "Close": [11.123456789, nan],
            "Adj Close": [3.0, nan], "Volume": [1000, 0], "Dividends": [0.0, 0.25],
            "Stock Splits": [0.0, 2.0],
        }, index=index)
'''


@pytest.fixture
def yfinance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "yfinance.py").write_text(FAKE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "yfinance", raising=False)


def yahoo(symbol: str) -> Answer:
    return source_of(PriceProvider(code="yahoo", kind=ProviderKind.YFINANCE)).prices(question(symbol))


def test_yahoo_says_what_to_install() -> None:
    with pytest.raises(ProviderFailed, match=r"Install requirements-yahoo\.txt") as failure:
        yahoo("NWD")
    assert (failure.value.code, failure.value.counts) == ("not_installed", False)


def test_yahoo_gives_prices_splits_and_dividends(yfinance: None) -> None:
    answer = yahoo("NWD")
    assert answer.bars == (GivenBar(JUNE_3, D("11.123457"), D("10.1"), D(12), D(9), D(1000)),)
    assert answer.actions == (
        GivenAction(ActionKind.DIVIDEND, JUNE_4, D("0.25")),
        GivenAction(ActionKind.SPLIT, JUNE_4, D(2)),
    )


@pytest.mark.parametrize(
    ("symbol", "code"), [("MANY", "rate_limited"), ("GONE", "unknown_symbol"), ("CUT", "connection_failed")]
)
def test_yahoo_fails_by_name(yfinance: None, symbol: str, code: str) -> None:
    with pytest.raises(ProviderFailed) as failure:
        yahoo(symbol)
    assert failure.value.code == code
