"""The first page: what it says, to whom, and how many questions it asks."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as NoCache

from companies.models import Company
from companies.seed import seed_companies
from extraction.compile import compile_company
from extraction.models import ReviewItem
from extraction.store import store_reading
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from monitoring import overview
from monitoring.charts import stacked_bars
from monitoring.first_steps import first_steps
from tests.extraction.made import a_company, a_company_that_restated, a_document, a_reading

pytestmark = pytest.mark.django_db
TASK = "recompile_company_statements"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def ended(state: State, *, days_ago: int = 0, code: str = "", message: str = "", company: int = 0) -> TaskRun:
    """A run that ended so many days ago."""
    run = launch(TASK, company_id=company, force=True).run
    moment = timezone.now() - timedelta(days=days_ago)
    TaskRun.objects.filter(pk=run.pk).update(
        state=state,
        queued_at=moment,
        started_at=moment,
        finished_at=moment,
        error_code=code,
        error_message=message,
    )
    return TaskRun.objects.get(pk=run.pk)


def viewer(client: Client, *permissions: str) -> Client:
    person = User.objects.create_user("vera", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(person)
    return client


def test_it_works_on_an_empty_installation(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert "There is no company of your own yet" in page
    for sentence in (
        "There is no company yet.",
        "No question is open.",
        "Nothing is running.",
        "No run has ended yet.",
        "Nothing has failed in the last 7 days.",
        "None has been found.",
        "No report is known yet.",
    ):
        assert sentence in page


def test_the_companies_that_come_along_are_not_ones_own(admin_client: Client) -> None:
    seed_companies()
    assert Company.objects.count() == 6
    assert "There is no company of your own yet" in admin_client.get("/admin/").content.decode()
    a_company("northwind")
    assert "There is no company of your own yet" not in admin_client.get("/admin/").content.decode()


def test_amounts_are_written_for_people(admin_client: Client) -> None:
    compile_company(a_company_that_restated("eastwind"))
    page = admin_client.get("/admin/").content.decode()
    assert "EUR 0.99 billion" in page
    assert "EUR 1.10 billion" in page
    assert "(+11.1 %)" in page
    assert "990,000,000" not in page


def test_failures_are_grouped_by_what_went_wrong(admin_client: Client) -> None:
    for number in range(3):
        ended(State.FAILED, code="blocked", message="The site refuses programs.", company=number)
    ended(State.DEAD, code="worker_lost", message="Every worker died of it.", company=9)
    ended(State.FAILED, days_ago=8, code="old", message="Long ago.", company=10)
    found = overview.failures()
    assert [(failure.code, failure.count) for failure in found] == [("worker_lost", 1), ("blocked", 3)]
    page = admin_client.get("/admin/").content.decode()
    assert "The site refuses programs." in page
    assert "3 times" in page
    assert "Long ago." not in page


def test_the_days_count_how_runs_ended() -> None:
    for state, days_ago in (
        (State.SUCCEEDED, 0),
        (State.SUCCEEDED, 0),
        (State.PARTIAL, 1),
        (State.CANCELLED, 1),
        (State.DEAD, 13),
        (State.FAILED, 14),
    ):
        ended(state, days_ago=days_ago, company=days_ago * 10 + len(state))
    days = overview.days()
    assert [day.counts for day in (days[0], days[-2], days[-1])] == [(0, 0, 0, 1), (0, 1, 1, 0), (2, 0, 0, 0)]
    assert (len(days), sum(day.total for day in days)) == (14, 5)


def test_bars_are_as_high_as_what_they_count() -> None:
    drawn = stacked_bars(
        [("Mon", (3, 1)), ("Tue", (0, 2)), ("Wed", (0, 0))], [("good", "Good"), ("bad", "Bad")]
    )
    assert (drawn.width, drawn.height, drawn.highest) == (60, 100, 4)
    places = [[(piece.fill, piece.y, piece.height) for piece in bar.pieces] for bar in drawn.bars]
    assert places == [[("good", 25.0, 75.0), ("bad", 0.0, 25.0)], [("bad", 50.0, 50.0)], []]


def test_questions_are_counted_by_kind(admin_client: Client) -> None:
    company = a_company()
    for number, kind in enumerate(["unit_missing", "unit_missing", "identity_fails"]):
        ReviewItem.objects.create(
            company=company, kind=kind, reason=f"Reason {number}", fingerprint=str(number)
        )
    ReviewItem.objects.create(company=company, kind="unread", fingerprint="x", state="accepted")
    kinds, newest = overview.open_questions()
    assert [(kind, count) for kind, _, count in kinds] == [("unit_missing", 2), ("identity_fails", 1)]
    assert [item.reason for item in newest] == ["Reason 2", "Reason 1", "Reason 0"]
    assert "Reason 1" in admin_client.get("/admin/").content.decode()


def test_as_many_questions_for_many_companies(
    admin_client: Client,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    compile_company(a_company_that_restated("eastwind"))
    ended(State.FAILED)
    launch(TASK, company_id=1)
    admin_client.get("/admin/")
    cache.clear()
    with django_assert_num_queries(17):
        admin_client.get("/admin/")
    for name in ("alder", "birch", "cedar", "dogwood"):
        compile_company(a_company_that_restated(name))
        ended(State.FAILED, company=len(name))
        launch(TASK, company_id=100 + len(name))
    cache.clear()
    with django_assert_num_queries(17):
        admin_client.get("/admin/")


def test_people_see_what_they_may_see_and_no_more(client: Client) -> None:
    compile_company(a_company_that_restated("eastwind"))
    ended(State.FAILED, message="The site refuses programs.")
    page = viewer(client, "view_company").get("/admin/").content.decode()
    assert "1</strong><span>company</span>" in page
    for hidden in ("Newest restatements", "Failed, and why", "Under way", "Newest reports", "Ten years by"):
        assert hidden not in page
    assert client.get("/admin/overview/live/").status_code == 403


def test_what_runs_is_asked_for_again_and_again(admin_client: Client) -> None:
    company = a_company()
    run = launch("scrape_investor_relations", subject=company, company_id=company.pk).run
    part = admin_client.get("/admin/overview/live/").content.decode()
    assert f"/admin/jobs/taskrun/{run.pk}/change/" in part
    assert "<html" not in part
    TaskRun.objects.filter(pk=run.pk).update(state=State.SUCCEEDED, finished_at=timezone.now())
    assert "Nothing is running." in admin_client.get("/admin/overview/live/").content.decode()


def test_health_is_said_part_by_part_and_asked_once(admin_client: Client, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("jobs.broker._closed_until", float("inf"))
    page = admin_client.get("/admin/overview/health/").content.decode()
    assert "Something is not done." in page
    assert "The database answers." in page
    assert "The broker does not answer." in page
    monkeypatch.setattr(overview, "examine", lambda: pytest.fail("It was asked a second time."))
    assert admin_client.get("/admin/overview/health/").status_code == 200


def test_a_cache_that_is_away_takes_nothing_from_the_page(admin_client: Client, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def away(*arguments: object, **named: object) -> None:
        raise NoCache("No such file or directory.")

    ended(State.SUCCEEDED)
    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "set", away)
    assert admin_client.get("/admin/").status_code == 200
    assert overview.days()[-1].counts == (1, 0, 0, 0)


def test_the_first_steps_know_what_is_done(admin_client: Client) -> None:
    def done() -> dict[str, bool]:
        return {step.title: step.done for step in first_steps()}

    assert set(done().values()) == {False}
    assert "Look at a finished table" not in done()
    company = a_company_that_restated("eastwind")
    launch(TASK, subject=company, company_id=company.pk)
    compile_company(company)
    assert [title for title, is_done in done().items() if not is_done] == ["Answer what only a person can"]
    page = admin_client.get("/admin/overview/first-steps/").content.decode()
    assert 'href="/admin/statements/eastwind/"' in page


def test_the_first_steps_offer_no_button_without_the_right(client: Client) -> None:
    page = viewer(client).get("/admin/overview/first-steps/").content.decode()
    assert "/admin/companies/company/add/" not in page
    assert page.count("Somebody with more rights has to do this.") == 5


def test_strangers_sign_in_first(client: Client) -> None:
    for part in ("live", "health", "first-steps"):
        assert client.get(f"/admin/overview/{part}/").status_code == 302


def test_of_the_newest_restatements_the_largest_stand_first() -> None:
    for name, factor in (("alder", "1,101"), ("birch", "9,000"), ("cedar", "1,150")):
        company = a_company(name)
        for year, figures in ((2023, ["1,100", "900"]), (2024, ["1,200", factor])):
            document = a_document(
                company, year, published_on=date(year + 1, 3, 1), published_on_source="person"
            )
            reading = a_reading([year, year - 1], [("Revenue", "is.revenue", 1, figures)])
            store_reading(document.current_version, reading, options_digest="d", task_run=None)
        compile_company(company)
    shown = [(one.restatement.company.slug, one.change) for one in overview.newest_restatements()]
    # One unit of the last digit is rounding, which is no news.
    assert shown == [("birch", "+718.2 %"), ("cedar", "+4.5 %")]


def test_the_newest_reports_are_those_found_last() -> None:
    company = a_company()
    for year in range(2015, 2025):
        a_document(company, year)
    assert [report.fiscal_year for report in overview.newest_reports()] == [
        2024,
        2023,
        2022,
        2021,
        2020,
        2019,
    ]
