"""The list and the page of anomalies, for people."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis.anomalies.detect import detect_in_statements
from analysis.anomalies.patterns import search_prices
from analysis.models import Anomaly
from tests.analysis.anomalies.made import a_company_of_ten_years
from tests.analysis.anomalies.test_prices import a_share_with_a_spike
from tests.analysis.anomalies.test_statements import HALVED, NOON
from tests.analysis.made import NOON as THEN
from tests.people import in_role

pytestmark = pytest.mark.django_db
LIST = "/admin/analysis/anomaly/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(in_role(role))
    return client


@pytest.fixture
def margin() -> Anomaly:
    detect_in_statements(a_company_of_ten_years(revenue=HALVED), at=NOON)
    return Anomaly.objects.get(metric="operating_margin")


def test_the_list_shows_what_is_found_in_a_constant_number_of_queries(margin: Anomaly) -> None:
    client = signed_in("analyst")
    client.get(LIST)
    with CaptureQueriesContext(connection) as of_three:
        page = client.get(LIST)
    assert page.context["cl"].result_list[0].label == "Growth of Revenue"
    assert margin.get_absolute_url() in page.content.decode()
    Anomaly.objects.filter(pk=margin.pk).update(gone_at=NOON)
    with CaptureQueriesContext(connection) as of_two:
        assert client.get(LIST).context["cl"].result_count == 2
    assert len(of_two) == len(of_three)
    assert client.get(LIST, {"found": "gone"}).context["cl"].result_count == 1
    assert client.get(LIST, {"found": "all"}).context["cl"].result_count == 3


def test_the_page_has_the_reason_the_series_and_the_facts(margin: Anomaly) -> None:
    page = signed_in("viewer").get(margin.get_absolute_url())
    text = page.content.decode()
    assert margin.explanation.split(";")[0] in text
    points = page.context["chart"]["points"]
    assert (len(points), [point["at"] for point in points if point["marked"]]) == (10, ["2020-12-31"])
    assert {fact.concept for fact in page.context["facts"]} == {"is.revenue", "is.operating_profit"}
    assert text.count("/admin/statements/figures/") == 2
    # Who may only look is offered no decision.
    assert "/decide/" not in text


def test_a_spike_is_shown_among_the_days_around_it() -> None:
    share = a_share_with_a_spike()
    (spike,) = search_prices(share, at=THEN).kept.anomalies
    chart = signed_in("viewer").get(spike.get_absolute_url()).context["chart"]
    assert [point["at"] for point in chart["points"] if point["marked"]] == [str(spike.window_end)]
    assert chart["label"] == "Shares traded"


def test_a_decision_is_taken_on_the_page(margin: Anomaly) -> None:
    client = signed_in("analyst")
    address = f"{margin.get_absolute_url()}decide/"
    answer = client.post(address, {"state": "explained", "note": ""}, follow=True)
    assert "Say what explains it" in answer.content.decode()
    client.post(address, {"state": "explained", "note": "The plant burnt."})
    margin.refresh_from_db()
    assert (margin.state, margin.note, margin.decided_by.username) == (
        "explained", "The plant burnt.", "analyst",
    )  # fmt: skip
    again = client.post(address, {"state": "rejected"}, follow=True)
    assert "Somebody decided before." in again.content.decode()
    client.post(address, {"state": "open"})
    margin.refresh_from_db()
    assert (margin.state, margin.decided_at) == ("open", None)
    assert signed_in("viewer").post(address, {"state": "rejected"}).status_code == 403


def test_several_are_decided_from_the_list(margin: Anomaly) -> None:
    chosen = list(Anomaly.objects.values_list("pk", flat=True))
    client = signed_in("analyst")
    done = client.post(LIST, {"action": "reject", "_selected_action": chosen}, follow=True)
    assert "3 anomalies decided." in done.content.decode()
    assert set(Anomaly.objects.values_list("state", flat=True)) == {"rejected"}
    again = client.post(LIST, {"action": "confirm", "_selected_action": chosen}, follow=True)
    assert "0 anomalies decided. 3 stood so already" in again.content.decode()
    assert set(Anomaly.objects.values_list("state", flat=True)) == {"rejected"}


def test_the_page_of_the_company_names_what_is_open(margin: Anomaly) -> None:
    address = f"/admin/companies/company/{margin.company_id}/change/"
    client = signed_in("analyst")
    assert margin.get_absolute_url() in client.get(address).content.decode()
    Anomaly.objects.all().delete()
    assert "Nothing is open." in client.get(address).content.decode()
