"""Shares, sources and prices in the admin, and bringing prices from files."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from companies.models import Company, ExchangeRate, Listing
from jobs.models import TaskRun
from market.instruments import ensure_instruments
from market.models import BreakerState, Instrument, PriceBar, PriceFinding, PriceProvider, ProviderState
from tests.market.made import a_bar, a_provider, an_instrument
from tests.people import in_role

pytestmark = pytest.mark.django_db

D = Decimal
EVENING = datetime(2024, 6, 6, 22, 0, tzinfo=UTC)
PRICES = b"Date,Close\n2024-06-03,11\n2024-06-04,-1\n2024-06-05,12\n2024-06-06,12.5\n"


@pytest.fixture(autouse=True)
def now():  # type: ignore[no-untyped-def]
    with time_machine.travel(EVENING, tick=False):
        yield


@pytest.fixture
def olivia(client: Client) -> Any:
    person = get_user_model().objects.create_user("olivia", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def listed(share: Instrument) -> Listing:
    return share.listing


def test_every_valid_listing_of_an_active_company_has_an_instrument_in_its_unit() -> None:
    london = an_instrument("LON", "XLON", "GBP").listing
    sold, idle = an_instrument("OLD").listing, an_instrument("IDLE").listing
    Listing.objects.filter(pk=sold.pk).update(valid_to=date(2024, 1, 1))
    Company.objects.filter(pk=idle.company_id).update(is_active=False)
    Instrument.objects.all().delete()
    assert (ensure_instruments(date(2024, 6, 6)), ensure_instruments(date(2024, 6, 6))) == (1, 0)
    made = Instrument.objects.get()
    assert (made.listing, made.quote_factor) == (london, D("0.01"))


def test_the_list_says_how_old_prices_are(
    client: Client, olivia: Any, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    source = a_provider()
    for ticker, day in (("CUR", date(2024, 6, 6)), ("OLD", date(2024, 6, 4)), ("NEW", None)):
        share = an_instrument(ticker)
        if day:
            a_bar(share, source, day, "10")
    a_bar(an_instrument("PEN", "XLON", "GBP", quote_factor=D("0.01")), source, date(2024, 6, 6), "1234")
    an_instrument("ODD", "XTST")
    page = client.get("/admin/market/instrument/").content.decode()
    for words in ("Up to date", "2 sessions behind", "No prices yet", "12.34 GBP", "10 USD"):
        assert words in page, words
    with django_assert_max_num_queries(12) as few:
        client.get("/admin/market/instrument/")
    for number in range(10):
        a_bar(an_instrument(f"N{number}"), source, date(2024, 6, 6), "10")
    with django_assert_max_num_queries(len(few)):
        client.get("/admin/market/instrument/")


@pytest.mark.parametrize("name", ["pricebar", "pricefinding", "providerrun", "priceprovider"])
def test_lists_cost_the_same_however_long_they_are(
    client: Client, olivia: Any, name: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    def fill(first: int) -> None:
        for number in range(first, first + 3):
            share, source = an_instrument(f"N{number}"), a_provider(f"s{number}")
            ProviderState.objects.create(provider=source)
            a_bar(share, source, date(2024, 6, 6), "10")
            PriceFinding.objects.create(
                instrument=share, provider=source, kind="gap", day=date(2024, 6, 5), detail="x"
            )
            source.runs.create(instrument=share, outcome="unchanged", started_at=EVENING)

    fill(0)
    address = f"/admin/market/{name}/"
    client.get(address)
    with django_assert_max_num_queries(20) as few:
        assert client.get(address).status_code == 200
    fill(3)
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_the_update_starts_a_run_for_each_share_that_is_chosen(client: Client, olivia: Any) -> None:
    share = an_instrument()
    chosen = {"action": "update", "_selected_action": [share.pk]}
    client.post("/admin/market/instrument/", chosen)
    run = TaskRun.objects.get()
    assert (run.task, run.subject_id, run.requested_by) == ("update_market_data", str(share.pk), olivia)
    assert run.arguments["instrument_id"] == share.pk
    assert run.arguments["force"] is True


def test_a_file_is_taken_in_and_what_is_wrong_is_told(client: Client, olivia: Any) -> None:
    share = an_instrument()
    address = "/admin/market/instrument/file/"
    file = SimpleUploadedFile("prices.csv", PRICES)
    answer = client.post(address, {"instrument": share.pk, "file": file, "basis": "as_traded"}, follow=True)
    assert answer.redirect_chain == [(f"/admin/prices/{share.pk}/", 302)]
    said = [str(message) for message in answer.context["messages"]]
    assert said[0] == "3 prices are new, 0 corrected, 0 were known."
    assert said[1].startswith("1 prices were refused, and 1 days of trading have no price.")
    assert set(PriceFinding.objects.values_list("kind", "day")) == {
        ("not_positive", date(2024, 6, 4)),
        ("gap", date(2024, 6, 4)),
    }
    assert PriceProvider.objects.get().code == "files"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00PK", "This is no text in UTF-8."),
        (b"<html><body>no</body></html>", "This is a page for browsers"),
        (b"Day,Value\n1,2\n", "No column with the close was found"),
        (b"Date,Close\n", "What came is in order and holds no prices."),
    ],
)
def test_a_file_that_holds_no_prices_is_refused_with_a_sentence(
    client: Client, olivia: Any, content: bytes, sentence: str
) -> None:
    share = an_instrument()
    sent = {"instrument": share.pk, "file": SimpleUploadedFile("x.csv", content), "basis": "splits"}
    page = client.post("/admin/market/instrument/file/", sent)
    assert sentence in page.content.decode()
    assert not PriceBar.objects.exists()


def test_files_are_brought_by_those_who_may(client: Client) -> None:
    share = an_instrument()
    for role, status in (("viewer", 403), ("operator", 403), ("analyst", 302)):
        client.force_login(in_role(role))
        sent = {"instrument": share.pk, "file": SimpleUploadedFile("x.csv", PRICES), "basis": "as_traded"}
        assert client.post("/admin/market/instrument/file/", sent).status_code == status, role
        assert PriceBar.objects.exists() == (status == 302)


def test_the_command_takes_a_file_for_a_listing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    an_instrument("SAP", "XETR", "EUR")
    file = tmp_path / "prices.csv"
    file.write_bytes(PRICES.replace(b"-1", b"11.5"))
    call_command("import_prices", str(file), "SAP (XETR)")
    assert capsys.readouterr().out == (
        "SAP (XETR): 4 new prices, 0 corrected, 0 known, 0 refused, from 2024-06-03 to 2024-06-06;"
        " 0 days of trading without a price.\n"
    )
    call_command("import_prices", str(file), "SAP (XETR)", "--divided-by-splits")
    assert set(PriceBar.objects.values_list("provider__code", "splits_until")) >= {
        ("files", date(2024, 6, 3)),
        ("files-divided", date(2024, 6, 7)),
    }
    with pytest.raises(CommandError, match=r"No company is listed as SAP \(XLON\)"):
        call_command("import_prices", str(file), "SAP (XLON)")
    with pytest.raises(CommandError, match="Name one listing"):
        call_command("import_prices", str(file), "SAP (XETR, XNYS)")


def test_a_source_that_is_left_alone_is_asked_again_on_a_persons_word(client: Client, olivia: Any) -> None:
    source = a_provider()
    state = ProviderState.objects.create(
        provider=source, breaker=BreakerState.OPEN, failures=4, retry_at=EVENING, last_failure="Too much."
    )
    page = client.get("/admin/market/priceprovider/").content.decode()
    assert "Left alone until 2024-06-06 22:00 UTC" in page
    one = client.get(f"/admin/market/priceprovider/{source.pk}/change/").content.decode()
    assert "Left alone until 2024-06-06 22:00 UTC" in one
    assert "(&#x27;open&#x27;" not in one
    client.post("/admin/market/priceprovider/", {"action": "ask_again", "_selected_action": [source.pk]})
    state.refresh_from_db()
    assert (state.breaker, state.failures, state.retry_at) == (BreakerState.CLOSED, 0, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "https://prices.example.com/"}, "The address needs the placeholder {symbol}."),
        ({"address": "https://prices.example.com/{symbol}?k={key}"}, "name the variable it stands in"),
        ({"key_variable": "SECRET_KEY"}, "Name a variable such as MARKET_KEY_EXAMPLE."),
    ],
)
def test_a_source_that_cannot_be_asked_is_not_saved(
    client: Client, olivia: Any, fields: dict, sentence: str
) -> None:
    sent = {
        "name": "One",
        "code": "one",
        "kind": "template",
        "priority": 50,
        "basis": "as_traded",
        "address": "https://prices.example.com/{symbol}",
        "symbol_form": "{ticker}",
        "columns": "{}",
        **fields,
    }
    page = client.post("/admin/market/priceprovider/add/", sent).content.decode()
    assert sentence in page
    assert not PriceProvider.objects.exists()


def test_settled_findings_are_marked(client: Client, olivia: Any) -> None:
    share, source = an_instrument(), a_provider()
    finding = PriceFinding.objects.create(
        instrument=share, provider=source, kind="gap", day=date(2024, 6, 5), detail="x"
    )
    client.post("/admin/market/pricefinding/", {"action": "resolve", "_selected_action": [finding.pk]})
    finding.refresh_from_db()
    assert finding.resolved_at == EVENING


# -------------------------------------------------------------------------------------------- API


def test_prices_over_http_are_adjusted_converted_and_exact(client: Client, olivia: Any) -> None:
    share = an_instrument("LON", "XLON", "GBP", quote_factor=D("0.01"))
    source = a_provider()
    a_bar(share, source, date(2024, 6, 3), "1000", high=D(1100), volume=D(50))
    a_bar(share, source, date(2024, 6, 4), "505", volume=D(70))
    share.actions.create(kind="split", ex_date=date(2024, 6, 4), value=D(2))
    body = client.get(f"/api/v1/prices/?instrument={share.pk}").json()
    assert (body["currency"], body["adjusted"], body["missing"]) == ("GBP", "all", "")
    assert body["prices"] == [
        {
            "day": "2024-06-03",
            "open": None,
            "high": "5.500000",
            "low": None,
            "close": "5.000000",
            "volume": "100.0000",
        },
        {
            "day": "2024-06-04",
            "open": None,
            "high": None,
            "low": None,
            "close": "5.050000",
            "volume": "70.0000",
        },
    ]
    ExchangeRate.objects.create(currency="GBP", day=date(2024, 6, 4), rate=D("0.8"), source="ECB")
    euro = client.get(f"/api/v1/prices/?instrument={share.pk}&currency=eur&adjusted=none").json()
    assert [(one["day"], one["close"]) for one in euro["prices"]] == [("2024-06-04", "6.312500")]
    assert euro["missing"].startswith("There is no rate from GBP to EUR of 2024-06-03.")


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?instrument=x", 400), ("?instrument=999", 404), ("?instrument=1&adjust=all", 400)],
)
def test_what_cannot_be_asked_for_is_refused(client: Client, olivia: Any, query: str, status: int) -> None:
    assert client.get(f"/api/v1/prices/{query}").status_code == status


def test_shares_over_http(client: Client, olivia: Any) -> None:
    share = an_instrument("SAP", "XETR", "EUR")
    an_instrument("NWD")
    share.actions.create(kind="dividend", ex_date=date(2024, 5, 16), value=D("2.2"))
    body = client.get("/api/v1/instruments/?ticker=sap&exchange=XETR").json()
    assert [one["id"] for one in body["results"]] == [share.pk]
    one = body["results"][0]
    assert (one["ticker"], one["exchange"], one["currency"]) == ("SAP", "XETR", "EUR")
    assert one["actions"] == [{"kind": "dividend", "ex_date": "2024-05-16", "value": "2.200000"}]


def test_the_update_over_http_launches_with_what_was_said(client: Client, olivia: Any) -> None:
    sent = {"tickers": ["SAP", "AZN"], "since": "2020-01-01"}
    answer = client.post(
        "/api/background-tasks/data/update-market?force=1", sent, content_type="application/json"
    )
    assert answer.status_code == 202
    run = TaskRun.objects.get(pk=answer.json()["task_id"])
    assert run.arguments == {"tickers": ["AZN", "SAP"], "since": "2020-01-01", "force": True}
