"""The figures of a report are those of the rows of its window, as page, file and over HTTP, and it is sent
once to those who asked for it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pypdfium2
import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from documents.models import Document, DocumentVersion
from engine.errors import BadInput
from extraction.compile import compile_company
from extraction.models import CallState, Fact, LlmCall, Restatement
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from monitoring.models import (
    Alert,
    PerformanceSample,
    ReportMail,
    ReportSubscription,
    ReportType,
    SystemReport,
)
from monitoring.reports.paper import Paper, to_json
from monitoring.reports.store import store_report
from monitoring.reports.system.make import paper_about
from monitoring.reports.window import Window, window_asked, window_of
from tests.extraction.made import a_company_that_restated

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
WINDOW = window_of(ReportType.DAILY, DAY)


def ended(
    at: datetime, state: State = State.SUCCEEDED, task: str = "tests.work", **fields: object
) -> TaskRun:
    return TaskRun.objects.create(
        task=task,
        queue="default",
        state=state,
        digest=f"{TaskRun.objects.count()}",
        queued_at=at - timedelta(seconds=30),
        started_at=at - timedelta(seconds=10),
        finished_at=at,
        **fields,
    )


@pytest.fixture
def rows() -> None:
    """A day with known figures, the day before, and rows at both edges that belong to neither."""
    for minute in range(8):
        ended(NOON + timedelta(minutes=minute))
    ended(NOON, State.FAILED, "download_pdf", error_code="not_a_pdf", error_message="It is no PDF.")
    ended(NOON, State.SKIPPED)
    ended(WINDOW.since - timedelta(seconds=1))
    ended(WINDOW.since - timedelta(days=1))
    ended(WINDOW.since - timedelta(days=1, seconds=1))
    ended(WINDOW.until)
    company = a_company_that_restated("eastwind")
    compile_company(company)
    Document.objects.update(created_at=NOON)
    DocumentVersion.objects.update(fetched_at=NOON, size=1_500_000)
    Fact.objects.update(created_at=NOON)
    Restatement.objects.update(found_at=NOON)
    Alert.objects.create(
        type="system", severity=3, fingerprint="a", title="The disk is full", first_at=NOON, last_at=NOON
    )
    call = LlmCall.objects.create(
        key="k", prompt="p", model="m-1", endpoint="e", state=CallState.ANSWERED, cost=Decimal("0.25"),
        input_tokens=900, output_tokens=80,
    )  # fmt: skip
    LlmCall.objects.filter(pk=call.pk).update(finished_at=NOON)
    for at, size in ((WINDOW.since, 1_000_000_000), (WINDOW.until, 1_250_000_000)):
        PerformanceSample.objects.create(
            metric="database_bytes", value=size, since=at - timedelta(minutes=10), at=at
        )


def value(paper: Paper, section: str, code: str) -> tuple[str | None, str | None]:
    figure = paper.figures()[section][code]
    return figure["value"], figure["before"]


def test_figures_are_those_of_the_window_and_the_one_before(rows: None) -> None:
    paper = paper_about(WINDOW)
    assert value(paper, "work", "ended") == ("10", "2")
    assert value(paper, "work", "failed") == ("1", "0")
    assert value(paper, "work", "skipped") == ("1", "0")
    failure_share = value(paper, "work", "failure_share")[0]
    assert failure_share is not None
    assert round(Decimal(failure_share), 4) == Decimal("0.1111")
    assert value(paper, "documents", "documents") == ("2", "0")
    assert value(paper, "documents", "facts") == ("4", "0")
    assert value(paper, "documents", "restatements") == ("1", "0")
    assert value(paper, "alerts", "raised") == ("1", "0")
    assert value(paper, "alerts", "critical") == ("1", "0")
    assert value(paper, "alerts", "unresolved") == ("1", "0")
    assert value(paper, "models", "cost") == ("0.25", "0")
    assert value(paper, "storage", "database_bytes") == ("1250000000", "1000000000")
    assert value(paper, "storage", "file_bytes") == ("3000000", "0")
    assert value(paper, "quality", "score") == (None, None)


def test_the_same_rows_give_the_same_bytes_whenever_it_is_made(rows: None) -> None:
    first = store_report(WINDOW, paper_about(WINDOW), at=NOON, task_run=None)
    ended(WINDOW.until + timedelta(days=3))
    again = store_report(WINDOW, paper_about(WINDOW), at=NOON + timedelta(days=9), task_run=None)
    assert (first.is_new, again.is_new, again.row.pk) == (True, False, first.row.pk)
    ended(NOON)
    changed = store_report(WINDOW, paper_about(WINDOW), at=NOON, task_run=None)
    assert (changed.is_new, changed.row.version) == (True, 2)
    assert SystemReport.objects.count() == 2


def test_the_pdf_and_the_html_file_say_the_figures_of_the_rows(rows: None) -> None:
    report = store_report(WINDOW, paper_about(WINDOW), at=NOON, task_run=None).row
    with default_storage.open(report.pdf_file, "rb") as file:
        document = pypdfium2.PdfDocument(file.read())
    said = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
    with default_storage.open(report.html_file, "rb") as file:
        html = file.read().decode()
    for words in (
        "15 June 2026",
        "8 more than the day before",
        "not_a_pdf",
        "It is no PDF.",
        "The disk is full",
    ):
        assert words in said, words
        assert words in html, words
    for words in (
        "EUR 0.99 billion",
        "EUR 1.10 billion",
        "1.2 GB",
        "$0.2500",
        "250.0 MB more than the day before",
    ):
        assert words in said, words


def test_as_many_questions_for_many_rows_as_for_few(
    rows: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as few:
        paper_about(WINDOW)
    for _ in range(30):
        ended(NOON, State.FAILED, error_code="x")
    a = a_company_that_restated("westwind")
    compile_company(a)
    Document.objects.update(created_at=NOON)
    Restatement.objects.update(found_at=NOON)
    with CaptureQueriesContext(connection) as many:
        paper_about(WINDOW)
    assert len(many) == len(few)


def test_an_empty_window_says_so() -> None:
    paper = paper_about(WINDOW)
    said = str(to_json(paper))
    for words in (
        "No run ended in this time.",
        "No document came in.",
        "Nobody looked at the data",
        "No model was asked.",
    ):
        assert words in said
    assert value(paper, "work", "failure_share") == (None, None)


@pytest.mark.parametrize(
    ("report_type", "day", "since", "until", "title", "before"),
    [
        ("daily", "2026-03-01", "2026-03-01", "2026-03-02", "1 March 2026", "28 February 2026"),
        (
            "weekly",
            "2026-03-01",
            "2026-02-23",
            "2026-03-02",
            "23 February 2026 to 1 March 2026",
            "16 to 22 February 2026",
        ),
        ("monthly", "2026-03-31", "2026-03-01", "2026-04-01", "March 2026", "February 2026"),
        ("monthly", "2026-01-15", "2026-01-01", "2026-02-01", "January 2026", "December 2025"),
    ],
)
def test_windows(report_type: str, day: str, since: str, until: str, title: str, before: str) -> None:
    window = window_asked(report_type, day, now=NOON)
    assert (f"{window.since:%Y-%m-%d}", f"{window.until:%Y-%m-%d}") == (since, until)
    assert (window.title, window.before.title) == (title, before)
    parts = window.parts()
    assert (parts[0][1], parts[-1][2]) == (window.since, window.until)
    assert len(parts) == (24 if report_type == "daily" else (window.until - window.since).days)


def test_without_a_day_it_is_the_last_window_that_is_over() -> None:
    assert window_asked("daily", "", now=NOON).title == "14 June 2026"
    assert window_asked("weekly", "", now=NOON).title == "8 to 14 June 2026"
    assert window_asked("monthly", "", now=NOON).title == "May 2026"


@pytest.mark.parametrize(
    ("report_type", "day", "code"),
    [
        ("daily", "2026-06-15", "window_not_over"),
        ("hourly", "", "unknown_report"),
        ("daily", "soon", "no_day"),
    ],
)
def test_what_cannot_be_reported_is_refused_by_name(report_type: str, day: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        window_asked(report_type, day, now=NOON)
    assert refused.value.code == code


def run_of(**arguments: object) -> TaskRun:
    run = launch("generate_system_report", **arguments).run
    execute(run.pk)
    run.refresh_from_db()
    return run


def test_it_is_sent_once_to_those_who_asked_for_it(settings) -> None:  # type: ignore[no-untyped-def]
    settings.MAIL_IS_SET_UP = True
    for name, kind, is_enabled in (
        ("Desk", "daily", True),
        ("Board", "monthly", True),
        ("Gone", "daily", False),
    ):
        ReportSubscription.objects.create(
            name=name, kind=kind, is_enabled=is_enabled, recipients="a@example.org\nb@example.org"
        )
    run = run_of(report_type="daily", day="2026-06-15")
    assert (run.state, run.result["mails"], run.result["figures"]["work"]["ended"]["value"]) == (
        "succeeded",
        1,
        "0",
    )
    delivery = TaskRun.objects.get(task="deliver_report")
    execute(delivery.pk)
    execute(launch("deliver_report", mail_id=delivery.arguments["mail_id"], force=True).run.pk)
    (sent,) = mail.outbox
    assert (sent.subject, sent.to, sent.bcc) == (
        "[Tenfold] 15 June 2026",
        [],
        ["a@example.org", "b@example.org"],
    )
    assert "Runs ended: 0" in sent.body
    ((name, content, kind),) = sent.attachments
    assert (name, kind, content[:5]) == ("tenfold-daily-2026-06-15.pdf", "application/pdf", b"%PDF-")
    assert ReportMail.objects.get().state == "sent"
    again = run_of(report_type="daily", day="2026-06-15")
    assert (again.state, again.error_code) == ("skipped", "unchanged")
    ended(NOON)
    corrected = run_of(report_type="daily", day="2026-06-15")
    assert (corrected.result["version"], corrected.result["mails"], ReportMail.objects.count()) == (2, 0, 1)


def test_a_mail_that_cannot_be_sent_says_why() -> None:
    ReportSubscription.objects.create(name="Desk", kind="daily", recipients="a@example.org")
    run_of(report_type="daily", day="2026-06-15")
    delivery = TaskRun.objects.get(task="deliver_report")
    execute(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == ("failed", "no_mail_server")
    kept = ReportMail.objects.get()
    assert (kept.state, kept.attempts) == ("failed", 1)
    assert "Set EMAIL_URL" in kept.response


def test_pages_files_and_list(rows: None, admin_client: Client) -> None:
    report = store_report(WINDOW, paper_about(WINDOW), at=NOON, task_run=None).row
    page = admin_client.get(report.get_absolute_url())
    assert page.status_code == 200
    text = page.content.decode()
    for words in ("15 June 2026", "It is no PDF.", "The disk is full", "tf-fill-good"):
        assert words in text
    for extension, kind in (("pdf", "application/pdf"), ("html", "text/html; charset=utf-8")):
        answer = admin_client.get(f"{report.get_absolute_url()}file.{extension}")
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer["Content-Disposition"] == f'attachment; filename="tenfold-daily-2026-06-15.{extension}"'
        assert b"".join(answer.streaming_content)[:5] in (b"%PDF-", b"<!doc")
    listed = admin_client.get("/admin/monitoring/systemreport/").content.decode()
    assert f"{report.get_absolute_url()}file.pdf" in listed
    default_storage.delete(report.pdf_file)
    assert admin_client.get(f"{report.get_absolute_url()}file.pdf").status_code == 404


def test_over_http(rows: None, admin_user) -> None:  # type: ignore[no-untyped-def]
    report = store_report(WINDOW, paper_about(WINDOW), at=NOON, task_run=None).row
    client = APIClient()
    client.force_authenticate(admin_user)
    (told,) = client.get("/api/v1/system-reports/?report_type=daily").json()["results"]
    assert (told["id"], told["figures"]["work"]["ended"]) == (report.pk, {"value": "10", "before": "2"})
    answer = client.get(told["pdf"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert client.get("/api/v1/system-reports/?report_type=weekly").json()["results"] == []
    launched = client.post(
        "/api/background-tasks/monitoring/report", {"report_type": "weekly"}, format="json"
    )
    assert launched.status_code == 202


def test_a_subscription_without_a_valid_address_is_refused() -> None:
    from django.core.exceptions import ValidationError

    for recipients in ("", "nobody"):
        with pytest.raises(ValidationError):
            ReportSubscription(name="n", kind="daily", recipients=recipients).full_clean()


def test_a_window_may_be_any_stretch_of_time(rows: None) -> None:
    hour = Window(ReportType.DAILY, NOON, NOON + timedelta(hours=1))
    assert value(paper_about(hour), "work", "ended") == ("10", "0")
