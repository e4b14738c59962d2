"""The calendar of coverage: what is missing, what helps, and starting that from the page."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from companies.models import Company
from documents.models import Document
from engine.coverage import Expectation, ReportState, part_of_year
from engine.kinds import DocumentKind
from extraction.coverage.calendar import Remedy, calendar_of
from extraction.models import ExtractionRun, ReviewItem
from jobs.models import TaskRun
from tests.extraction.made import a_company, a_document
from tests.extraction.test_coverage import read

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 1)


@pytest.fixture
def company() -> Company:
    """Reports of 2020 to 2024 in every state there is; that of 2019 and those before are missing."""
    company = a_company(investor_relations_url="https://northwind.example/ir")
    verified, asked, partly = (a_document(company, year) for year in (2024, 2023, 2022))
    a_document(company, 2021)
    Document.objects.create(
        company=company,
        fiscal_year=2020,
        document_type="annual_report",
        url="https://northwind.example/2020.pdf",
        failure_message="The site answered 404.",
    )
    for document, status in ((verified, "succeeded"), (asked, "succeeded"), (partly, "partial")):
        read(document, status)
    ReviewItem.objects.create(company=company, document=asked, kind="document_type", fingerprint="x")
    return company


@pytest.fixture
def client_of(client: Client):  # type: ignore[no-untyped-def]
    def signed_in(*permissions: str) -> Client:
        person = User.objects.create_user("vera", is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(person)
        return client

    return signed_in


def test_each_hole_says_why_and_what_helps(company: Company) -> None:
    (row,) = calendar_of([company], today=TODAY).rows
    found = {
        entry.expected.fiscal_year: (entry.state, entry.says, entry.remedies)
        for entry in row.entries
        if entry.expected.fiscal_year >= 2019
    }
    assert found == {
        2025: (ReportState.EXPECTED, "Expected about 30 April 2026.", ()),
        2024: (ReportState.VERIFIED, "All three statements were read, and nothing is open about them.", ()),
        2023: (ReportState.READ, "Questions are open.", (Remedy.ANSWER, Remedy.LOOK)),
        2022: (ReportState.READ, "Not all three statements were read.", (Remedy.LOOK, Remedy.EXTRACT)),
        2021: (
            ReportState.DOWNLOADED,
            "Its file is here and no statement was read from it.",
            (Remedy.PROCESS, Remedy.LOOK),
        ),
        2020: (ReportState.FOUND, "The site answered 404.", (Remedy.PROCESS, Remedy.UPLOAD)),
        2019: (
            ReportState.LATE,
            "It should have come about 29 April 2020 and was not found.",
            (Remedy.SEARCH, Remedy.UPLOAD),
        ),
    }
    assert (row.verified, row.read) == (0.1, 0.3)
    assert row.next_publication is not None
    assert row.next_publication.expected.fiscal_year == 2025
    assert [entry.expected.fiscal_year for entry in row.late] == [2019, 2018, 2017, 2016, 2015]


def test_companies_nobody_has_searched_for_count_for_nothing(company: Company) -> None:
    unknown = a_company("eastwind")
    calendar = calendar_of([company, unknown], today=TODAY)
    assert [(state.value, count) for state, _, count in calendar.annual] == [
        ("verified", 1),
        ("read", 2),
        ("downloaded", 1),
        ("found", 1),
        ("late", 5),
    ]
    assert calendar.searched == 1


def test_without_a_site_the_address_is_what_is_missing() -> None:
    (row,) = calendar_of([a_company()], today=TODAY).rows
    assert {entry.remedies for entry in row.late} == {(Remedy.ADDRESS, Remedy.UPLOAD)}


def test_an_interim_report_is_read_by_what_reads_interim_reports(company: Company) -> None:
    Document.objects.create(
        company=company, fiscal_year=2025, document_type="half_year_report", period_end=date(2025, 6, 30)
    )
    (row,) = calendar_of([company], kinds=[DocumentKind.HALF_YEAR_REPORT], today=TODAY).rows
    assert [(entry.part, entry.remedies) for entry in row.entries][-1] == (
        "H1",
        (Remedy.INTERIM, Remedy.UPLOAD),
    )


@pytest.mark.parametrize(
    ("kind", "end", "part"),
    [
        (DocumentKind.ANNUAL_REPORT, date(2025, 6, 30), "FY"),
        (DocumentKind.HALF_YEAR_REPORT, date(2024, 12, 31), "H1"),
        (DocumentKind.QUARTERLY_REPORT, date(2024, 9, 30), "Q1"),
        (DocumentKind.QUARTERLY_REPORT, date(2024, 12, 31), "Q2"),
        (DocumentKind.QUARTERLY_REPORT, date(2025, 3, 31), "Q3"),
        (DocumentKind.QUARTERLY_REPORT, date(2025, 6, 30), "Q4"),
    ],
)
def test_the_part_of_a_fiscal_year_that_ends_in_june(kind: DocumentKind, end: date, part: str) -> None:
    report = Expectation(kind, 2025, end, end, ReportState.EXPECTED)
    assert part_of_year(report, (6, 30)) == part


def test_the_page_of_all_companies_asks_as_much_for_many_as_for_one(
    company: Company,
    client_of,  # type: ignore[no-untyped-def]
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    client = client_of("view_extractionrun")
    client.get("/admin/coverage/")
    with django_assert_num_queries(7):
        page = client.get("/admin/coverage/").content.decode()
    assert "Northwind, FY 2024: " in page
    for number in range(30):
        a_document(a_company(f"company-{number}"), 2024)
    with django_assert_num_queries(7):
        assert client.get("/admin/coverage/?kind=all").status_code == 200


def test_companies_are_found_by_name_and_fifty_are_on_a_page(company: Company, client_of) -> None:  # type: ignore[no-untyped-def]
    client = client_of("view_extractionrun")
    for number in range(55):
        a_company(f"company-{number:02}")
    first, second = (client.get(f"/admin/coverage/?page={page}").content.decode() for page in (1, 2))
    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (50, 6)
    assert "Page 1 of 2, 56 companies" in first
    assert client.get("/admin/coverage/?q=north").content.decode().count('<th scope="row">') == 1
    assert "No company is called “nobody”" in client.get("/admin/coverage/?q=nobody").content.decode()


def test_the_page_of_a_company_offers_only_what_this_person_may(company: Company, client_of) -> None:  # type: ignore[no-untyped-def]
    client = client_of("view_extractionrun")
    page = client.get("/admin/coverage/northwind/").content.decode()
    assert "5 reports should have come by now and were not found." in page
    assert "Search the site" not in page
    assert "Process it" not in page


def test_a_hole_is_closed_by_one_click(company: Company, admin_client: Client) -> None:
    page = admin_client.get("/admin/coverage/northwind/").content.decode()
    assert f'action="/admin/companies/company/{company.pk}/act/"' in page
    missing = Document.objects.get(fiscal_year=2020)
    answer = admin_client.post(
        f"/admin/documents/document/{missing.pk}/act/",
        {"action": "process", "next": "/admin/coverage/northwind/"},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/admin/coverage/northwind/")
    assert (TaskRun.objects.get().task, TaskRun.objects.get().subject) == (
        "extraction.process_document",
        missing,
    )


@pytest.mark.parametrize("after", ["", "https://evil.example/", "//evil.example/"])
def test_an_action_leads_nowhere_else(company: Company, admin_client: Client, after: str) -> None:
    answer = admin_client.post(
        f"/admin/companies/company/{company.pk}/act/", {"action": "scrape", "next": after}
    )
    assert answer["Location"] == f"/admin/companies/company/{company.pk}/change/"


def test_an_action_somebody_may_not_use_changes_nothing(company: Company, client_of) -> None:  # type: ignore[no-untyped-def]
    address = f"/admin/companies/company/{company.pk}/act/"
    client = client_of("view_company", "view_extractionrun")
    assert client.post(address, {"action": "scrape"}).status_code == 403
    assert client.get(address).status_code == 405
    assert TaskRun.objects.count() == 0


def test_deleting_is_no_action_of_a_page(company: Company, admin_client: Client) -> None:
    address = f"/admin/companies/company/{company.pk}/act/"
    assert admin_client.post(address, {"action": "delete_selected"}).status_code == 403
    assert admin_client.post("/admin/companies/company/9999/act/", {"action": "scrape"}).status_code == 404
    assert Company.objects.filter(pk=company.pk).exists()


def test_strangers_and_people_without_the_right_see_no_calendar(company: Company, client: Client) -> None:
    assert client.get("/admin/coverage/").status_code == 302
    client.force_login(User.objects.create_user("sam", is_staff=True))
    assert client.get("/admin/coverage/").status_code == 403
    assert client.get("/admin/coverage/northwind/").status_code == 403


def test_the_api_gives_the_same(company: Company, admin_client: Client) -> None:
    answer = admin_client.get(f"/api/v1/companies/{company.pk}/coverage/?years=3").json()
    newest = max(report["fiscal_year"] for report in answer["reports"] if report["state"] == "verified")
    (report,) = [one for one in answer["reports"] if one["fiscal_year"] == newest]
    document = Document.objects.get(fiscal_year=2024)
    assert report == {
        "kind": "annual_report",
        "part": "FY",
        "fiscal_year": 2024,
        "period_end": "2024-12-31",
        "expected_on": "2025-04-30",
        "state": "verified",
        "document": document.pk,
        "says": "All three statements were read, and nothing is open about them.",
        "remedies": [],
    }
    assert answer["company"] == company.pk
    assert answer["next_publication"]["state"] == "expected"


@pytest.mark.parametrize("query", ["years=0", "years=31", "years=x", "year=3"])
def test_the_api_refuses_by_name(company: Company, admin_client: Client, query: str) -> None:
    answer = admin_client.get(f"/api/v1/companies/{company.pk}/coverage/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [query.split("=")[0]]


def test_of_several_readings_only_the_current_one_counts(company: Company) -> None:
    document = Document.objects.get(fiscal_year=2024)
    ExtractionRun.objects.filter(version__document=document).update(is_current=False)
    (row,) = calendar_of([company], today=TODAY).rows
    states = {entry.expected.fiscal_year: entry.state for entry in row.entries}
    assert states[2024] is ReportState.DOWNLOADED
