"""The note on a new report: what is new, gone, restated and moved, each figure with its proof; written once
after the compile, sent to those who asked."""

from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from companies.models import Company
from documents.models import Document, PublicationDateSource
from documents.text import store_text
from engine.text.reading import text_to_reading
from extraction.compile import compile_company
from extraction.models import Fact
from extraction.store import store_reading
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import UNFINISHED
from monitoring.models import DeltaNote, ReportMail, ReportSubscription
from monitoring.reports.delta.compare import Comparison, newest_report, report_before
from monitoring.reports.delta.make import paper_on
from monitoring.reports.paper import Grid, Moves, Paper, Quotes, Text
from tests.extraction.made import Line, a_company, a_document, a_reading

pytestmark = pytest.mark.django_db

OLD: list[Line] = [
    ("Revenue", "is.revenue", 1, ["990", "900"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["(400)", "(380)"]),
    ("Restructuring of Leeds", None, 1, ["(30)", "–"]),
    ("Net profit", "is.net_income", 1, ["560", "520"]),
]
NEW: list[Line] = [
    ("Revenue", "is.revenue", 1, ["1,200", "1,100"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["(500)", "(400)"]),
    ("Income from a sale of land", None, 1, ["45", "–"]),
    ("Net profit", "is.net_income", 1, ["745", "560"]),
]


def a_report(company: Company, year: int, lines: list[Line]) -> Document:
    document = a_document(
        company,
        year,
        published_on=date(year + 1, 3, 1),
        published_on_source=PublicationDateSource.PERSON,
    )
    store_reading(
        document.current_version, a_reading([year, year - 1], lines), options_digest="d", task_run=None
    )
    return document


@pytest.fixture
def company() -> Company:
    company = a_company()
    a_report(company, 2023, OLD)
    compile_company(company)
    a_report(company, 2024, NEW)
    compile_company(company)
    return company


def reports_of(company: Company) -> tuple[Document, Document]:
    document = newest_report(company)
    assert document is not None
    before = report_before(document)
    assert before is not None
    return document, before


def paper_of(company: Company) -> Paper:
    return paper_on(*reports_of(company))


def rows_of(paper: Paper, section: str, title: str = "") -> list[list[str]]:
    blocks = next(one.blocks for one in paper.sections if one.code == section)
    grid = next(block for block in blocks if isinstance(block, Grid) and block.title == title)
    return [[cell.text for cell in row] for row in grid.rows]


def test_new_gone_restated_and_moved_lines(company: Company) -> None:
    document, before = reports_of(company)
    assert (document.fiscal_year, before.fiscal_year) == (2024, 2023)
    paper = paper_of(company)
    assert rows_of(paper, "lines", "Printed for the first time") == [
        ["Income statement", "Income from a sale of land", "2024-12-31", "EUR 45.0 million"]
    ]
    assert rows_of(paper, "lines", "In the last report and not in this one") == [
        ["Income statement", "Restructuring of Leeds", "2023-12-31", "EUR -30.0 million"]
    ]
    assert [row[:5] for row in rows_of(paper, "restated")] == [
        ["Revenue", "2023-12-31", "EUR 0.99 billion", "EUR 1.10 billion", "+11.1 %"]
    ]
    assert ["Income statement", "Net profit", "EUR 560 million", "EUR 745 million", "+33.0 %"] in rows_of(
        paper, "moved"
    )
    figures = paper.figures()["glance"]
    assert {code: figure["value"] for code, figure in figures.items() if code != "table_changes"} == {
        "new_lines": "1",
        "gone_lines": "1",
        "restated": "1",
        "anomalies": "0",
    }
    moves = next(block for block in paper.sections[0].blocks if isinstance(block, Moves))
    assert [(one.label, one.text, Decimal(one.share or 0)) for one in moves.moves] == [
        ("Revenue", "EUR 1.20 billion, from EUR 1.10 billion (+9.1 %)", Decimal("0.090909")),
        ("Net profit", "EUR 745 million, from EUR 560 million (+33.0 %)", Decimal("0.330357")),
    ]


def test_every_figure_leads_to_the_fact_that_says_it(company: Company, admin_client: Client) -> None:
    paper = paper_of(company)
    addresses = {
        cell.address
        for section in paper.sections
        for block in section.blocks
        if isinstance(block, Grid)
        for row in block.rows
        for cell in row
        if "/figures/" in cell.address
    }
    restated = Fact.objects.get(
        document__fiscal_year=2023, concept="is.revenue", period_end=date(2023, 12, 31)
    )
    assert f"/admin/statements/figures/{restated.pk}/" in addresses
    assert {admin_client.get(address).status_code for address in addresses} == {200}


def test_a_later_report_does_not_change_the_note_on_an_earlier_one(company: Company) -> None:
    document, before = reports_of(company)
    first = paper_on(document, before)
    a_report(company, 2025, [("Revenue", "is.revenue", 1, ["1,300", "1,200"])])
    compile_company(company)
    assert Comparison(document, before).new_rows()[0][1].label == "Income from a sale of land"
    kept = [section for section in paper_on(document, before).sections if section.code in ("moved", "lines")]
    assert kept == [section for section in first.sections if section.code in ("moved", "lines")]


def test_with_nothing_before_it_says_so_and_invents_nothing() -> None:
    company = a_company()
    document = a_report(company, 2024, NEW)
    compile_company(company)
    assert report_before(document) is None
    paper = paper_on(document, None)
    assert [section.title for section in paper.sections] == ["Nothing to compare with", "Tone"]
    (text,) = paper.sections[0].blocks
    assert isinstance(text, Text)
    assert text.text.startswith("No earlier annual report of Northwind has been read")


def texts(document: Document, *sentences: str) -> None:
    assert document.current_version is not None
    page = "SIGNIFICANT ACCOUNTING POLICIES\n\n" + " ".join(sentences)
    store_text(document.current_version, text_to_reading((page,)))


def test_policies_are_quoted_with_their_pages(company: Company) -> None:
    document, before = reports_of(company)
    policies = next(one for one in paper_on(document, before).sections if one.code == "policies")
    (missing,) = policies.blocks
    assert isinstance(missing, Text)
    assert "has not been read" in missing.text
    same = "Inventories are stated at the lower of cost and net realisable value at all times."
    texts(before, same, "Leases of vehicles are expensed evenly over the whole of their term.")
    texts(document, same, "A right-of-use asset is recognised at the start of every lease of the group.")
    policies = next(one for one in paper_on(document, before).sections if one.code == "policies")
    quoted = {
        block.title: [(quote.text, quote.mark.value) for quote in block.quotes]
        for block in policies.blocks
        if isinstance(block, Quotes)
    }
    assert quoted == {
        "New": [("A right-of-use asset is recognised at the start of every lease of the group.", "new")],
        "Gone": [("Leases of vehicles are expensed evenly over the whole of their term.", "gone")],
        "Reworded": [],
    }


def finish(run: TaskRun) -> TaskRun:
    """Run it with all its parts, as workers do."""
    for _ in range(4):
        execute(run.pk)
        for child in TaskRun.objects.filter(parent=run, state__in=UNFINISHED):
            TaskRun.objects.filter(pk=child.pk).update(not_before=None, attempt=child.max_attempts - 1)
            execute(child.pk)
        run.refresh_from_db()
        if run.is_finished:
            break
    return run


def test_it_follows_a_compile_and_is_written_and_sent_once(settings) -> None:  # type: ignore[no-untyped-def]
    settings.MAIL_IS_SET_UP = True
    company, other = a_company(), a_company("southwind")
    a_report(company, 2023, OLD)
    a_report(company, 2024, NEW)
    for name, companies in (("All", []), ("Mine", [company]), ("Other", [other])):
        row = ReportSubscription.objects.create(name=name, kind="delta_note", recipients="a@example.org")
        row.companies.set(companies)
    compiled = launch("compile_company_statements", subject=company, company_id=company.pk).run
    execute(compiled.pk)
    run = finish(TaskRun.objects.get(task="write_delta_note"))
    assert run.state in ("succeeded", "partial"), run.error_message
    note = DeltaNote.objects.get()
    assert (note.document.fiscal_year, note.before.fiscal_year, note.version) == (2024, 2023, 1)
    assert run.result["figures"]["glance"]["restated"] == {"value": "1", "before": None}
    assert sorted(ReportMail.objects.values_list("subscription__name", flat=True)) == ["All", "Mine"]
    with default_storage.open(note.pdf_file, "rb") as file:
        pages = pypdfium2.PdfDocument(file.read())
    said = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())
    for words in (
        "Northwind, 2024",
        "Restructuring of Leeds",
        "EUR 1.10 billion",
        "Income from a sale of land",
    ):
        assert words in said, words
    again = finish(launch("write_delta_note", company_id=company.pk).run)
    assert (again.state, again.error_code, DeltaNote.objects.count()) == ("skipped", "unchanged", 1)
    forced = finish(launch("write_delta_note", company_id=company.pk, force=True).run)
    assert (forced.state, forced.error_code, ReportMail.objects.count()) == ("skipped", "unchanged", 2)


def test_a_compile_without_a_change_asks_for_no_note(company: Company) -> None:
    TaskRun.objects.all().delete()
    run = launch("compile_company_statements", company_id=company.pk).run
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == "skipped"
    assert not TaskRun.objects.filter(task="write_delta_note").exists()


def test_what_cannot_be_noted_is_refused() -> None:
    for arguments, code in (
        ({"company_id": 999}, "company_not_found"),
        ({"company_id": a_company().pk}, "no_report_read"),
    ):
        run = launch("write_delta_note", **arguments).run
        execute(run.pk)
        run.refresh_from_db()
        assert (run.state, run.error_code) == ("skipped", code)


def test_pages_lead_to_it(company: Company, admin_client: Client) -> None:
    from monitoring.reports.store import store_note

    document, before = reports_of(company)
    note = store_note(document, before, paper_on(document, before), at=timezone.now(), task_run=None).row
    page = admin_client.get(note.get_absolute_url())
    assert page.status_code == 200
    assert "Restructuring of Leeds" in page.content.decode()
    for address in (
        f"/admin/companies/company/{company.pk}/change/",
        f"/admin/documents/document/{document.pk}/change/",
    ):
        assert note.get_absolute_url() in admin_client.get(address).content.decode()
    listed = admin_client.get("/admin/monitoring/deltanote/").content.decode()
    assert note.get_absolute_url() in listed
