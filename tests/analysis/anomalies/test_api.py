"""Anomalies over HTTP."""

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from analysis.anomalies.detect import detect_in_statements
from analysis.models import Anomaly
from jobs.models import TaskRun
from tests.analysis.anomalies.made import a_company_of_ten_years
from tests.analysis.anomalies.test_statements import HALVED, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(get_user_model().objects.create_superuser("stella"))
    return client


def test_anomalies_are_listed_and_decided(client: APIClient) -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    detect_in_statements(company, at=NOON)
    listed = client.get("/api/v1/anomalies/", {"company": company.pk, "metric": "operating_margin"}).json()
    (margin,) = listed["results"]
    assert (margin["window_end"], margin["state"], margin["note"]) == ("2020-12-31", "open", "")
    assert client.get("/api/v1/anomalies/", {"from": "2021-01-01"}).json()["count"] == 1
    address = f"/api/v1/anomalies/{margin['id']}/decide/"
    refused = client.post(address, {"state": "explained"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_decision")
    assert Anomaly.objects.get(pk=margin["id"]).state == "open"
    done = client.post(address, {"state": "explained", "note": "The plant burnt."}, format="json").json()
    assert (done["state"], done["note"]) == ("explained", "The plant burnt.")
    # The first decision stands.
    again = client.post(address, {"state": "rejected"}, format="json").json()
    assert (again["state"], again["note"]) == ("explained", "The plant burnt.")
    assert client.post("/api/v1/anomalies/0/decide/", {"state": "rejected"}).status_code == 404


def test_searches_are_started_with_what_was_asked_for(client: APIClient) -> None:
    company = a_company_of_ten_years()
    base = "/api/background-tasks/anomaly/"
    asked = {"company_id": company.pk, "metrics": ["operating_margin"]}
    assert client.post(f"{base}detect", asked, format="json").status_code == 202
    assert TaskRun.objects.get(task="detect_metric_anomalies").arguments == {
        "company_id": company.pk, "metrics": ["operating_margin"],
    }  # fmt: skip
    assert client.post(f"{base}detect", {"metrics": ["net_margin"]}, format="json").status_code == 400
    short = client.post(f"{base}detect-patterns", {"data_window": 59}, format="json")
    assert (short.status_code, list(short.json())) == (400, ["data_window"])
    assert client.post(f"{base}systemic-risk", {"company_ids": [2, 1]}, format="json").status_code == 202
    assert TaskRun.objects.get(task="systemic_risk_analysis").arguments == {"company_ids": [1, 2]}
