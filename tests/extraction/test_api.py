"""The doors over HTTP: who may start what, and what is answered."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from knox.models import AuthToken
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from companies.models import Company
from config.queues import TASK_ROUTES
from documents.models import Document
from extraction.api.serializers import CompiledTableSerializer, table_fields
from extraction.compile import compile_company
from extraction.models import CompiledStatement
from extraction.store import store_reading
from extraction.table.find import Wanted, table_of
from jobs.models import TaskRun
from jobs.permissions import permission_to_start, sync_permissions
from tests.extraction.made import a_company, a_document, a_reading
from tests.http import small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    """May start work on companies and documents, upload, and look at figures; is no superuser."""
    sync_permissions()
    person = User.objects.create_user("olga")
    names = [
        *(permission_to_start(task).partition(".")[2] for task in TASK_ROUTES), "add_document",
        "view_fact", "view_restatement", "view_compiledstatement", "view_extractionrun",
    ]  # fmt: skip
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    return person


@pytest.fixture
def api(operator: User) -> APIClient:
    """Signed in by token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AuthToken.objects.create(operator)[1]}")
    return client


@pytest.mark.parametrize(
    ("verb", "task"),
    [
        ("extract", "extract_company_financial_data"),
        ("scrape", "scrape_investor_relations"),
        ("recompile", "recompile_company_statements"),
        ("process-documents", "process_all_documents"),
    ],
)
def test_work_on_a_company_is_launched(api: APIClient, operator: User, verb: str, task: str) -> None:
    company = a_company()
    response = api.post(f"/api/v1/tasks/companies/{company.pk}/{verb}")
    assert response.status_code == 202
    run = TaskRun.objects.get()
    assert response.json()["task_id"] == str(run.pk)
    assert response.json()["status"] == "PENDING"
    assert response["Location"].endswith(f"/api/v1/tasks/{run.pk}")
    assert (run.task, run.subject, run.requested_by, run.trigger) == (task, company, operator, "api")
    assert run.arguments == {"company_id": company.pk}


@pytest.mark.parametrize(
    ("verb", "task"),
    [
        ("process", "extraction.process_document"),
        ("download", "download_pdf"),
        ("classify", "classify_document"),
        ("extract", "extract_financial_statements"),
    ],
)
def test_work_on_a_document_is_launched(api: APIClient, verb: str, task: str) -> None:
    document = a_document(a_company(), 2024)
    response = api.post(f"/api/v1/tasks/documents/{document.pk}/{verb}?force=1")
    assert response.status_code == 202
    run = TaskRun.objects.get()
    assert (run.task, run.subject) == (task, document)
    assert run.arguments == {"document_id": document.pk, "force": True}


def test_the_same_work_twice_gives_the_run_that_is_under_way(api: APIClient) -> None:
    company = a_company()
    first = api.post(f"/api/v1/tasks/companies/{company.pk}/extract")
    second = api.post(f"/api/v1/tasks/companies/{company.pk}/extract")
    assert second.status_code == 409
    assert second.json()["task_id"] == first.json()["task_id"]
    assert TaskRun.objects.count() == 1


@pytest.mark.parametrize("path", ["companies/999/extract", "documents/999/process"])
def test_what_is_not_there_is_not_found(api: APIClient, path: str) -> None:
    assert api.post(f"/api/v1/tasks/{path}").status_code == 404
    assert TaskRun.objects.count() == 0


def test_looking_does_not_allow_starting(api: APIClient, operator: User) -> None:
    operator.user_permissions.clear()
    company = a_company()
    assert api.post(f"/api/v1/tasks/companies/{company.pk}/extract").status_code == 403
    assert TaskRun.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/companies/",
        "/api/v1/documents/",
        "/api/v1/extractions/",
        "/api/v1/facts/",
        "/api/v1/restatements/",
        "/api/v1/compiled-statements/",
        "/api/v1/tasks",
        "/api/schema/",
    ],
)
def test_strangers_see_nothing(path: str) -> None:
    assert APIClient().get(path).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/documents/?company=x",
        "/api/v1/documents/?company=99999999999999999999",
        "/api/v1/documents/?type=nonsense",
        "/api/v1/facts/?company=-1",
        "/api/v1/compiled-statements/?view=nonsense",
    ],
)
def test_filters_that_mean_nothing_are_named(api: APIClient, path: str) -> None:
    response = api.get(path)
    assert response.status_code == 400
    name = path.partition("?")[2].partition("=")[0]
    assert name in response.json()


def test_a_pdf_is_uploaded_once(api: APIClient, files: Path) -> None:
    company = a_company()
    body = {"company": company.pk, "file": SimpleUploadedFile("../../AR 2024.pdf", small_pdf("Northwind"))}
    response = api.post("/api/v1/documents/", body)
    assert response.status_code == 201, response.content
    document = Document.objects.get()
    assert (document.title, document.status, document.uploaded_by.username) == (
        "AR 2024.pdf",
        "downloaded",
        "olga",
    )
    again = {"company": company.pk, "file": SimpleUploadedFile("other.pdf", small_pdf("Northwind"))}
    response = api.post("/api/v1/documents/", again)
    assert (response.status_code, response.json()["id"]) == (200, document.pk)
    file = api.get(f"/api/v1/documents/{document.pk}/file/")
    assert b"".join(file.streaming_content) == small_pdf("Northwind")
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


def test_what_is_no_pdf_is_refused_and_nothing_is_kept(api: APIClient, files: Path) -> None:
    company = a_company()
    body = {"company": company.pk, "file": SimpleUploadedFile("ar.pdf", b"<html>Sign in</html>")}
    response = api.post("/api/v1/documents/", body)
    assert response.status_code == 400
    assert "a web page" in response.json()["file"][0]
    assert Document.objects.count() == 0
    assert not files.exists()


def test_compiled_years_come_with_exact_strings(api: APIClient) -> None:
    company: Company = a_company()
    document = a_document(company, 2024)
    lines = [
        ("Revenue", "is.revenue", 1, ["1,200.5", None]),
        ("Income tax", "is.tax", -1, ["50.0", "40.0"]),
    ]
    reading = a_reading([2024, 2023], lines)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    listed = api.get(f"/api/v1/compiled-statements/?company={company.pk}&view=latest").json()["results"]
    assert [entry["statement"] for entry in listed] == ["income_statement"]
    detail = api.get(f"/api/v1/compiled-statements/{listed[0]['id']}/").json()
    revenue = next(row for row in detail["rows"] if row["concept"] == "is.revenue")
    assert revenue["cells"][0]["value"] == "1200500000.000000"
    assert (revenue["cells"][1]["value"], revenue["cells"][1]["gap"]) == (None, "not_disclosed")
    fact = api.get(f"/api/v1/facts/{revenue['cells'][0]['fact']}/").json()
    assert (fact["text"], fact["page"], fact["value"]) == ("1,200.5", 7, "1200500000.000000")
    csv = api.get(f"/api/v1/compiled-statements/{listed[0]['id']}/?format=csv").content.decode()
    assert "is.revenue,Revenue" in csv
    as_json = api.get(f"/api/v1/compiled-statements/{listed[0]['id']}/?format=provenance").json()
    [statement] = as_json["statements"]
    cell = next(row for row in statement["rows"] if row["key"] == "is.revenue")["cells"][0]
    assert (cell["value"], cell["source"]["printed"], cell["source"]["page"]) == ("1200500000", "1,200.5", 7)
    workbook = api.get(f"/api/v1/compiled-statements/{listed[0]['id']}/?format=xlsx")
    assert workbook.content.startswith(b"PK")
    name = "northwind-income_statement-latest.xlsx"
    assert workbook["Content-Disposition"] == f'attachment; filename="{name}"'
    refused = api.get(f"/api/v1/compiled-statements/{listed[0]['id']}/?format=pdf")
    assert refused.status_code == 404


def test_a_table_is_answered_as_the_schema_says(api: APIClient) -> None:
    company: Company = a_company()
    lines = [
        ("Revenue", "is.revenue", 1, ["1,200.5", None]),
        ("Gross profit", "is.gross_profit", 1, ["700.0", "600.0"]),
    ]
    for year in (2023, 2024):
        reading = a_reading([year, year - 1], lines)
        store_reading(a_document(company, year).current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    stored = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    answered = api.get(f"/api/v1/compiled-statements/{stored.pk}/").json()
    # The view leaves the serializer out, which declares the fields: it would turn each into itself.
    fields = table_fields(table_of(stored, Wanted()))
    declared = JSONRenderer().render(CompiledTableSerializer(fields).data)
    assert answered == json.loads(declared)
    figures = {row["concept"]: [cell["value"] for cell in row["cells"]] for row in answered["rows"]}
    assert figures["is.gross_profit"] == ["700000000.000000", "600000000.000000", "600000000.000000"]


def test_a_company_is_found_by_its_ticker(api: APIClient) -> None:
    from companies.seed import seed_companies

    seed_companies()
    response = api.get("/api/v1/companies/ticker/azn/")
    assert (response.status_code, response.json()["slug"]) == (200, "astrazeneca")
    assert api.get("/api/v1/companies/ticker/none/").status_code == 404
