"""The chart of a share: its prices, what happened, and what is said where there is nothing."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from analysis.models import Anomaly, AnomalyKind, AnomalyState
from companies.models import ExchangeRate
from engine.kinds import Severity
from extraction.compile import compile_company
from jobs.models import TaskRun
from market.models import Instrument
from tests.extraction.made import a_company_that_restated
from tests.market.made import a_bar, a_provider, an_instrument

pytestmark = pytest.mark.django_db

D = Decimal
NOON = datetime(2024, 6, 6, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():  # type: ignore[no-untyped-def]
    with time_machine.travel(datetime(2024, 6, 6, 22, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def olivia(client: Client) -> Any:
    person = get_user_model().objects.create_user("olivia", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


@pytest.fixture
def share() -> Instrument:
    share = an_instrument("LON", "XLON", "GBP", quote_factor=D("0.01"))
    source = a_provider()
    for day, close in ((3, "1000"), (4, "505"), (5, "510"), (6, "520")):
        a_bar(share, source, date(2024, 6, day), close)
    share.actions.create(kind="split", ex_date=date(2024, 6, 4), value=D(2))
    share.actions.create(kind="dividend", ex_date=date(2024, 6, 5), value=D(5))
    return share


def drawn(client: Client, address: str) -> dict[str, Any]:
    page = client.get(address).content.decode()
    found = re.search(r'<script id="tf-price-data" type="application/json">(.*?)</script>', page)
    assert found is not None, page
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_line_is_adjusted_in_the_currency_of_the_listing(
    client: Client, olivia: Any, share: Instrument
) -> None:
    data = drawn(client, f"/admin/prices/{share.pk}/")
    assert data["days"] == ["2024-06-03", "2024-06-04", "2024-06-05", "2024-06-06"]
    assert data["closes"] == ["4.9505", "5.0000", "5.1000", "5.2000"]
    assert data["currency"] == "GBP"
    splits = drawn(client, f"/admin/prices/{share.pk}/?prices=splits")
    assert splits["closes"] == ["5.0000", "5.0500", "5.1000", "5.2000"]
    traded = drawn(client, f"/admin/prices/{share.pk}/?prices=none")
    assert traded["closes"] == ["10.0000", "5.0500", "5.1000", "5.2000"]


def test_another_currency_needs_rates_and_says_where_they_are_missing(
    client: Client, olivia: Any, share: Instrument
) -> None:
    ExchangeRate.objects.create(currency="GBP", day=date(2024, 6, 5), rate=D("0.5"), source="ECB")
    data = drawn(client, f"/admin/prices/{share.pk}/?currency=EUR&prices=none")
    assert (data["days"], data["closes"]) == (["2024-06-05", "2024-06-06"], ["10.2000", "10.4000"])
    page = client.get(f"/admin/prices/{share.pk}/?currency=EUR").content.decode()
    assert "Some days are not shown in EUR. There is no rate from GBP to EUR of 2024-06-03." in page
    nowhere = client.get(f"/admin/prices/{share.pk}/?currency=JPY").content.decode()
    assert "No price can be shown this way" in nowhere


def test_a_dividend_that_cannot_be_is_said_and_left_out(
    client: Client, olivia: Any, share: Instrument
) -> None:
    share.actions.filter(kind="dividend").update(value=D(5000))
    page = client.get(f"/admin/prices/{share.pk}/").content.decode()
    assert "The dividend of 5000.000000 on 2024-06-05 is no less than the price of" in page
    assert drawn(client, f"/admin/prices/{share.pk}/")["closes"][0] == "5.0000"


def test_reports_and_restatements_lie_on_the_next_day_of_trading(
    client: Client, olivia: Any, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    company = a_company_that_restated("eastwind")
    compile_company(company)
    share = an_instrument("EAST")
    share.listing.company = company
    share.listing.save()
    published = sorted(
        {day for day in company.documents.values_list("published_on", flat=True) if day is not None}
    )
    source = a_provider()
    for day in published:
        a_bar(share, source, day + timedelta(days=2), "10")
    data = drawn(client, f"/admin/prices/{share.pk}/?span=all&prices=none")
    told = [(event["kind"], event["day"], event["place"]) for event in data["events"]]
    later = [(day, place) for place, day in enumerate(published)]
    assert ("Restatement", published[-1].isoformat(), len(published) - 1) in told
    assert [one for one in told if one[0] == "Report"] == [
        ("Report", day.isoformat(), place) for day, place in reversed(later) if place
    ]
    with django_assert_max_num_queries(30):
        client.get(f"/admin/prices/{share.pk}/")


def test_an_anomaly_stands_beside_the_prices_until_somebody_rejects_it(
    client: Client, olivia: Any, share: Instrument
) -> None:
    found = Anomaly.objects.create(
        company=share.listing.company, instrument=share, kind=AnomalyKind.VOLUME_SPIKE, label="Volume",
        window_start=date(2024, 6, 5), window_end=date(2024, 6, 5), statistic=9, threshold=6,
        severity=Severity.LOW, explanation="", first_found_at=NOON, last_found_at=NOON, engine_version="1",
    )  # fmt: skip

    def shown() -> list[tuple[str, str, str]]:
        events = drawn(client, f"/admin/prices/{share.pk}/")["events"]
        return [(one["day"], one["words"], one["url"]) for one in events if one["kind"] == "Anomaly"]

    assert shown() == [("2024-06-05", "Volume", found.get_absolute_url())]
    found.state, found.decided_at = AnomalyState.REJECTED, NOON
    found.save()
    assert shown() == []


def test_without_prices_the_page_says_what_to_do(client: Client, olivia: Any) -> None:
    share = an_instrument()
    page = client.get(f"/admin/prices/{share.pk}/").content.decode()
    assert "There are no prices yet" in page
    assert f'href="/admin/market/instrument/file/?instrument={share.pk}"' in page


def test_the_button_starts_an_update_and_comes_back(client: Client, olivia: Any, share: Instrument) -> None:
    address = f"/admin/prices/{share.pk}/?span=all"
    page = client.get(address).content.decode()
    assert f'action="/admin/market/instrument/{share.pk}/act/"' in page
    answer = client.post(f"/admin/market/instrument/{share.pk}/act/", {"action": "update", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    run = TaskRun.objects.get()
    assert (run.task, run.arguments["instrument_id"]) == ("update_market_data", share.pk)
    assert "Work is under way for this share" in client.get(address).content.decode()


def test_the_chart_leads_to_the_forecasts_and_starts_one(
    client: Client, olivia: Any, share: Instrument
) -> None:
    address = f"/admin/prices/{share.pk}/"
    page = client.get(address).content.decode()
    assert f'<a href="/admin/forecasts/price/{share.pk}/">Forecasts</a>' in page
    assert "Forecast the price" in page
    started = client.post(f"/admin/forecasts/price/{share.pk}/start/")
    assert started.headers["Location"] == f"/admin/forecasts/price/{share.pk}/"
    run = TaskRun.objects.get(task="generate_stock_forecast")
    assert (run.arguments, run.requested_by) == ({"instrument_id": share.pk}, olivia)
    # What is under way is not offered once more.
    assert "Forecast the price" not in client.get(address).content.decode()
    assert f'href="/admin/prices/{share.pk}/"' in client.get(started.headers["Location"]).content.decode()


def test_who_may_see_prices_alone_is_not_offered_forecasts(client: Client, share: Instrument) -> None:
    person = get_user_model().objects.create_user("petra", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_pricebar"))
    client.force_login(person)
    page = client.get(f"/admin/prices/{share.pk}/").content.decode()
    assert "/admin/forecasts/" not in page
    assert "Forecast the price" not in page


def test_words_that_mean_nothing_fall_back(client: Client, olivia: Any, share: Instrument) -> None:
    data = drawn(client, f"/admin/prices/{share.pk}/?prices=x&span=y&currency=%3Cb%3E")
    assert len(data["closes"]) == 4


def test_prices_are_for_those_who_may_see_them(client: Client, share: Instrument) -> None:
    client.force_login(get_user_model().objects.create_user("vera", is_staff=True))
    assert client.get(f"/admin/prices/{share.pk}/").status_code == 403
