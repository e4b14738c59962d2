"""The page of forecasts, the lists, and the doors that have forecasts made."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from analysis.evaluating import evaluate_forecasts
from analysis.forecasting import Subject, make_forecast
from jobs.models import TaskRun
from tests.analysis.made import NOON, a_walk, add_prices, priced, returning
from tests.market.made import an_instrument

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("stella"))
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_share_that_was_never_forecast(client: Client) -> None:
    share = an_instrument("NWD")
    page = text_of(client, reverse("forecasts:price", args=[share.pk]))
    assert "Nothing has been forecast yet" in page
    assert f'action="/admin/forecasts/price/{share.pk}/start/"' in page


def test_too_little_history_is_said(client: Client) -> None:
    share = priced("NEW", a_walk(20))
    make_forecast(Subject(instrument=share), at=NOON)
    page = text_of(client, reverse("forecasts:price", args=[share.pk]))
    assert "122 points are needed to look 60 ahead; there are 20." in page
    assert "tf-forecast-data" in page


def test_the_fan_with_earlier_forecasts_and_their_calibration(client: Client) -> None:
    share = priced("NWD", returning(200))
    source = share.bars.first().provider
    make_forecast(Subject(instrument=share), at=datetime(2024, 6, 1, tzinfo=UTC), horizons=[1, 2, 3])
    later = [
        (date(2024, 6, 3), Decimal("50.5")),
        (date(2024, 6, 4), Decimal(90)),
        (date(2024, 6, 5), Decimal(50)),
    ]
    add_prices(share, source, later)
    evaluate_forecasts(Subject(instrument=share), at=datetime(2024, 6, 6, tzinfo=UTC))
    make_forecast(Subject(instrument=share), at=datetime(2024, 6, 6, tzinfo=UTC), horizons=[1])
    answer = client.get(reverse("forecasts:price", args=[share.pk]))
    chart, calibration = answer.context["chart"], answer.context["calibration"]
    assert len(chart["known"]) == 203
    assert chart["ahead"] == ["2024-06-06"]
    assert chart["known"][-1] == {"day": "2024-06-05", "value": "50.000000"}
    assert [row["day"] for row in chart["fan"]] == ["2024-06-05", "2024-06-06"]
    assert [(row["day"], row["inside"]) for row in chart["earlier"]] == [
        ("2024-06-05", True), ("2024-06-04", False), ("2024-06-03", True),
    ]  # fmt: skip
    # The price of 90 lay above every bound.
    assert [row["level"] for row in calibration] == [2.5, 10, 50, 90, 97.5]
    assert (calibration[0]["seen"], calibration[4]["seen"], calibration[0]["count"]) == (0.0, 66.7, 3)
    page = " ".join(answer.content.decode().split())
    assert "Earlier forecasts and what came" in page
    assert "<td>2024-06-04</td><td>2024-06-01</td>" in page


def test_the_count_of_queries_does_not_grow(client: Client) -> None:
    share = priced("NWD", a_walk(60))
    address = reverse("forecasts:price", args=[share.pk])
    counts = []
    for horizons in ([1], [1, 2, 3, 4, 5], [2, 3]):
        make_forecast(Subject(instrument=share), at=NOON, horizons=horizons)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_the_lists_lead_to_the_page(client: Client) -> None:
    share = priced("WLK", a_walk(60))
    run = make_forecast(Subject(instrument=share), at=NOON, horizons=[1]).run
    page = text_of(client, reverse("admin:analysis_forecastrun_changelist"))
    assert "nothing beats it" in page
    assert f'href="/admin/forecasts/price/{share.pk}/"' in page
    assert "2024-06-03" in text_of(
        client, reverse("admin:analysis_forecastrun_change", args=[run.pk])
    ).replace("June 3, 2024", "2024-06-03")
    assert client.get(reverse("admin:analysis_forecastevaluation_changelist")).status_code == 200


def test_a_button_starts_the_work_once(client: Client) -> None:
    share = an_instrument("NWD")
    for _ in range(2):
        client.post(reverse("forecasts:start", args=[share.pk]))
    (run,) = TaskRun.objects.filter(task="generate_stock_forecast")
    assert run.arguments == {"instrument_id": share.pk}


def test_who_may_not_look_is_turned_away() -> None:
    share = an_instrument("NWD")
    client = Client()
    client.force_login(User.objects.create_user("otto", is_staff=True))
    assert client.get(reverse("forecasts:price", args=[share.pk])).status_code == 403
    assert client.post(reverse("forecasts:start", args=[share.pk])).status_code == 403
    assert TaskRun.objects.count() == 0


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("rest"))
    return client


def test_a_forecast_is_asked_for_by_ticker(api: APIClient) -> None:
    share = an_instrument("NWD")
    answer = api.post(
        "/api/background-tasks/forecast/generate", {"ticker": "nwd", "horizons": [5, 1]}, format="json"
    )
    assert answer.status_code == 202
    run = TaskRun.objects.get(pk=answer.data["task_id"])
    assert run.arguments == {"instrument_id": share.pk, "horizons": [1, 5]}
    an_instrument("NWD", mic="XETR")
    unclear = api.post("/api/background-tasks/forecast/generate", {"ticker": "NWD"}, format="json")
    assert (unclear.status_code, unclear.data) == (
        400, {"exchange": "Several exchanges have this ticker: XETR, XNYS. Name one."},
    )  # fmt: skip
    named = api.post(
        "/api/background-tasks/forecast/generate", {"ticker": "NWD", "exchange": "XETR"}, format="json"
    )
    assert named.status_code == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"ticker": "XXX"}, 404),
        ({"instrument": 999}, 404),
        ({"ticker": "NWD", "instrument": 1}, 400),
        ({"ticker": "NWD", "horizons": [0]}, 400),
        ({"ticker": "NWD", "horizons": [261]}, 400),
        ({"ticker": "NWD", "horizons": list(range(1, 22))}, 400),
    ],
)
def test_what_cannot_be_forecast_is_refused(api: APIClient, body: dict[str, object], status: int) -> None:
    an_instrument("NWD")
    assert api.post("/api/background-tasks/forecast/generate", body, format="json").status_code == status
    assert TaskRun.objects.count() == 0


def test_forecasts_are_handed_out_with_their_points(api: APIClient) -> None:
    share = priced("WLK", a_walk(60))
    make_forecast(Subject(instrument=share), at=NOON, horizons=[1, 2])
    answer = api.get(f"/api/v1/forecasts/?instrument={share.pk}")
    (found,) = answer.data["results"]
    assert (found["method"], found["claims_skill"], found["data_until"]) == (
        "random_walk",
        False,
        "2024-05-31",
    )
    assert [(point["horizon"], point["target_date"]) for point in found["points"]] == [
        (1, "2024-06-03"), (2, "2024-06-04"),
    ]  # fmt: skip
    assert api.get("/api/v1/forecasts/?instrument=999").data["results"] == []
