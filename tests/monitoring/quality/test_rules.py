"""Each rule finds what was planted for it, and nothing beside it."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from companies.models import Company, ExchangeRate
from documents.models import CrawlOutcome, CrawlRun, Document, DocumentStatus, DocumentVersion
from documents.upload import accept_upload
from engine.kinds import CheckOutcome, DocumentKind, StatementKind
from extraction.compile import compile_company
from extraction.models import (
    CompiledStatement,
    ExtractionRun,
    Fact,
    Restatement,
    ReviewItem,
    ReviewState,
    StatementTable,
    ValidationResult,
)
from extraction.store import store_reading
from market.models import FindingKind, PriceFinding
from market.sessions import calendar_of
from monitoring.models import DataType, FileCheck, FileState, QualityFinding
from monitoring.quality.check import check_quality
from monitoring.quality.files import read_files_again
from monitoring.quality.rule import Examined, Scope, looks, rules
from tests.extraction.made import a_company, a_company_that_restated, a_document, a_reading
from tests.http import small_pdf
from tests.market.made import a_bar, a_provider, an_instrument

pytestmark = pytest.mark.usefixtures("both_databases")
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def examined(code: str, *, company: Company | None = None, at: datetime = NOW) -> Examined:
    return looks()[code](rules()[code], Scope(at, company))


def details(code: str, *, company: Company | None = None, at: datetime = NOW) -> list[str]:
    return [one.detail for one in examined(code, company=company, at=at).found]


def a_read_company(slug: str, years: dict[int, list[str]], *, lines: str = "Revenue") -> Company:
    """A company whose reports give one line, of the year and the one before, and are compiled."""
    company = a_company(slug)
    for year, figures in years.items():
        document = a_document(company, year)
        reading = a_reading([year, year - 1], [(lines, "is.revenue", 1, figures)])
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    return company


def test_every_rule_has_a_function_and_words() -> None:
    assert set(looks()) == set(rules())
    assert {rule.data_type for rule in rules().values()} == set(DataType)
    assert [code for code, rule in rules().items() if not (rule.title and rule.why and rule.remedy)] == []


@pytest.mark.parametrize("code", sorted(rules()))
def test_no_rule_finds_anything_where_nothing_is(code: str) -> None:
    seen = examined(code)
    assert (seen.checked, list(seen.found)) == (0, [])


# Documents


def test_a_company_without_any_report_has_one_finding_and_one_with_reports_a_finding_each() -> None:
    a_company("southwind")
    northwind = a_company("northwind")
    for year in range(2016, 2026):
        if year != 2021:
            a_document(northwind, year)
    found = examined("report_missing").found
    assert sorted((one.subject.slug, one.place) for one in found) == [
        ("northwind", "annual_report 2021-12-31"),
        ("southwind", "none"),
    ]
    assert [one.place for one in examined("report_missing", company=northwind).found] == [
        "annual_report 2021-12-31"
    ]


def test_a_report_that_waits_longer_than_a_week_is_told_with_why() -> None:
    company = a_company()
    old, new, read = (a_document(company, year) for year in (2022, 2023, 2024))
    Document.objects.filter(pk__in=[old.pk, read.pk]).update(created_at=NOW - timedelta(days=8))
    Document.objects.filter(pk=new.pk).update(created_at=NOW - timedelta(days=6))
    Document.objects.filter(pk=read.pk).update(status=DocumentStatus.EXTRACTED)
    Document.objects.filter(pk=old.pk).update(
        status=DocumentStatus.FAILED, failure_message="The site refuses programs."
    )
    seen = examined("report_not_read")
    assert (seen.checked, [one.subject for one in seen.found]) == (3, [old])
    assert seen.found[0].detail == "Failed since 2026-06-07. The site refuses programs."


def test_a_document_that_lost_its_file_is_told() -> None:
    company = a_company()
    lost, kept = a_document(company, 2023), a_document(company, 2024)
    Document.objects.filter(pk=lost.pk).update(current_version=None)
    seen = examined("document_without_file")
    assert (seen.checked, [one.subject for one in seen.found]) == (2, [lost])
    assert kept.current_version is not None


def test_the_same_file_under_two_documents_of_one_company_is_told_once() -> None:
    company = a_company()
    first, second = a_document(company, 2023), a_document(company, 2024)
    other = a_document(a_company("southwind"), 2024)
    DocumentVersion.objects.filter(document__in=[first, second, other]).update(sha256="a" * 64)
    assert [one.subject for one in examined("file_duplicate").found] == [second]
    Document.objects.filter(pk=second.pk).update(duplicate_of=first)
    assert details("file_duplicate") == []


def test_a_file_changed_or_gone_on_disk_is_told_until_it_is_back(files: Path) -> None:
    company = a_company()
    names = ["whole", "changed", "gone"]
    documents = {
        name: accept_upload(company, io.BytesIO(small_pdf(f"Report {name}")), f"{name}.pdf").document
        for name in names
    }
    versions = {name: document.current_version for name, document in documents.items()}
    content = default_storage.open(versions["changed"].storage_name).read()
    Path(default_storage.path(versions["changed"].storage_name)).write_bytes(content[:-1] + b"x")
    Path(default_storage.path(versions["gone"].storage_name)).unlink()
    seen = examined("file_damaged")
    assert seen.checked == 3
    assert {one.subject for one in seen.found} == {documents["changed"], documents["gone"]}
    states = dict(FileCheck.objects.values_list("version_id", "state"))
    assert states == {
        versions["whole"].pk: FileState.SAME,
        versions["changed"].pk: FileState.CHANGED,
        versions["gone"].pk: FileState.GONE,
    }
    Path(default_storage.path(versions["changed"].storage_name)).write_bytes(content)
    again = examined("file_damaged", at=NOW + timedelta(days=1))
    assert [one.subject for one in again.found] == [documents["gone"]]


def test_files_are_read_in_turns_and_the_rest_is_said(files: Path) -> None:
    company = a_company()
    for number in range(5):
        accept_upload(company, io.BytesIO(small_pdf(f"Report {number}")), f"{number}.pdf")
    versions = DocumentVersion.objects.all()
    assert read_files_again(versions, at=NOW, most_files=2, most_bytes=10**9) == 2
    assert read_files_again(versions, at=NOW, most_files=9, most_bytes=1) == 1
    assert FileCheck.objects.count() == 3
    # Those that were never read come before those that were.
    assert read_files_again(versions, at=NOW + timedelta(days=1), most_files=2, most_bytes=10**9) == 2
    assert FileCheck.objects.count() == 5


def test_a_site_without_a_visit_that_worked_is_told() -> None:
    late, fresh, new = (a_company(slug, investor_relations_url="https://x.test/") for slug in "abc")
    a_company("without-a-site")
    Company.objects.filter(pk__in=[late.pk, fresh.pk]).update(created_at=NOW - timedelta(days=400))
    Company.objects.filter(pk=new.pk).update(created_at=NOW - timedelta(days=1))
    for company, outcome in ((late, CrawlOutcome.BLOCKED), (fresh, CrawlOutcome.PARTIAL)):
        CrawlRun.objects.create(company=company, start_url="https://x.test/", outcome=outcome,
                                finished_at=NOW - timedelta(days=3))  # fmt: skip
    seen = examined("site_not_visited")
    assert (seen.checked, [one.subject for one in seen.found]) == (3, [late])


def test_a_document_of_unknown_kind_is_told() -> None:
    company = a_company()
    known, unknown = a_document(company, 2023), a_document(company, 2024)
    Document.objects.filter(pk=unknown.pk).update(document_type=DocumentKind.UNKNOWN)
    assert [one.subject for one in examined("kind_unknown").found] == [unknown]
    assert known.document_type == DocumentKind.ANNUAL_REPORT


# Statements


def test_a_report_with_one_statement_of_three_is_incomplete_and_adds_nothing_else() -> None:
    company = a_read_company("northwind", {2024: ["1,200", "1,100"]})
    assert details("reading_incomplete") == ["Some statements."]
    ExtractionRun.objects.update(status="succeeded")
    assert details("reading_incomplete", company=company) == []


def test_a_statement_without_lines_is_told() -> None:
    a_read_company("northwind", {2024: ["1,200", "1,100"]})
    assert details("statement_without_lines") == []
    run = ExtractionRun.objects.get()
    StatementTable.objects.create(run=run, statement=StatementKind.BALANCE_SHEET, scope="consolidated",
                                  pages=[8], score=1.0, read_by="geometry")  # fmt: skip
    assert details("statement_without_lines") == [
        "Balance sheet (consolidated): It was found, and no line of it was read."
    ]


def test_failing_sums_of_a_report_are_one_finding() -> None:
    a_read_company("northwind", {2024: ["1,200", "1,100"]})
    table = StatementTable.objects.get()
    for column, outcome in enumerate((CheckOutcome.FAILS, CheckOutcome.HOLDS, CheckOutcome.FAILS)):
        ValidationResult.objects.create(table=table, identity="IS1", column_ordinal=column, outcome=outcome,
                                        explanation=f"Column {column} is off.")  # fmt: skip
    seen = examined("identity_fails")
    assert (seen.checked, [one.detail for one in seen.found]) == (
        1,
        ["Income statement (consolidated): Column 0 is off. Column 2 is off."],
    )


def test_a_statement_of_lines_nobody_knows_is_told_from_a_third_on() -> None:
    company = a_company()
    for year, unknown in ((2023, 2), (2024, 3)):
        concepts = [None] * unknown + ["is.revenue", "is.cogs", "is.gross_profit", "is.rnd"][: 6 - unknown]
        concepts += ["is.sga"] * (6 - len(concepts))
        lines = [(f"Line {n}", concept, 1, ["1"]) for n, concept in enumerate(concepts)]
        document = a_document(company, year)
        store_reading(document.current_version, a_reading([year], lines), options_digest="d", task_run=None)
    assert details("lines_unmapped") == [
        "Income statement (consolidated): Of 6 lines nobody knows what 3 are."
    ]


def test_only_questions_that_have_waited_long_are_told() -> None:
    a_read_company("northwind", {2024: ["1,200", "1,100"]})
    questions = list(ReviewItem.objects.order_by("pk"))
    assert len(questions) >= 2
    ReviewItem.objects.update(created_at=NOW - timedelta(days=40))
    ReviewItem.objects.exclude(pk=questions[0].pk).update(created_at=NOW - timedelta(days=10))
    seen = examined("question_old")
    assert (seen.checked, [one.subject for one in seen.found]) == (len(questions), [questions[0]])
    ReviewItem.objects.update(state=ReviewState.ACCEPTED)
    assert examined("question_old").checked == 0


def test_compiled_years_with_replaced_figures_are_told_after_a_day() -> None:
    company = a_read_company("northwind", {2024: ["1,200", "1,100"]})
    assert details("compile_outdated") == []
    Fact.objects.update(superseded_at=NOW - timedelta(hours=30))
    words = ["Income statement, latest: 2 of its figures have been read again since."]
    latest = [one for one in details("compile_outdated", company=company) if "latest" in one]
    assert latest == words
    Fact.objects.update(superseded_at=NOW - timedelta(hours=3))
    assert details("compile_outdated") == []


def test_compiled_years_that_do_not_add_up_are_told() -> None:
    a_read_company("northwind", {2024: ["1,200", "1,100"]})
    statement = CompiledStatement.objects.filter(view="latest").get()
    statement.checks = [
        {"identity": "IS1", "period_end": f"{year}-12-31", "outcome": outcome, "explanation": "Off by 1."}
        for year, outcome in ((2023, "fails"), (2024, "holds"))
    ]
    statement.save()
    assert details("compiled_identity_fails") == [
        "Income statement, latest: 1 sums fail, in the periods that end 2023-12-31. Off by 1."
    ]


# Figures


def test_a_figure_in_force_of_an_old_reading_is_told() -> None:
    a_read_company("northwind", {2024: ["1,200", "1,100"]})
    assert (examined("fact_misplaced").checked, details("fact_misplaced")) == (2, [])
    ExtractionRun.objects.update(is_current=False)
    assert len(details("fact_misplaced")) == 2


def test_one_line_with_two_values_is_told_once_with_the_newer_figure() -> None:
    company = a_company()
    lines = [("Revenue", "is.revenue", 1, ["100"]), ("Revenue", None, 1, ["90"]), ("Tax", None, 1, ["5"])]
    document = a_document(company, 2024)
    store_reading(document.current_version, a_reading([2024], lines), options_digest="d", task_run=None)
    found = examined("fact_contradicted").found
    assert [(one.detail, one.subject.value) for one in found] == [
        ("Revenue for 2024-12-31 is given with 2 values.", Decimal(90_000_000))
    ]


def test_unread_and_unconfirmed_figures_are_counted_by_document() -> None:
    a_read_company("northwind", {2024: ["1,200", "1,100"]})
    assert details("figure_unread") == details("confidence_low") == []
    fact = Fact.objects.order_by("pk").first()
    Fact.objects.filter(pk=fact.pk).update(state="not_read", value=None, confidence=0.4)
    assert details("figure_unread") == ["1 of 2 printed figures were not read."]
    assert details("confidence_low") == ["Nothing confirms 1 of 2 figures."]


def test_a_lost_unit_is_told_with_its_figure_and_growth_is_not() -> None:
    a_read_company("northwind", {2022: ["1,200", "1,100"], 2024: ["1.3", "1,250"]})
    a_read_company("southwind", {2022: ["1,200", "1,100"], 2024: ["90,000", "3,000"]})
    found = examined("scale_jump").found
    assert [(one.subject.value, one.detail) for one in found] == [
        (Decimal(1_300_000), "Revenue of 2024-12-31 is 962 times smaller than that of 2023-12-31.")
    ]
    assert examined("scale_jump").checked == 2


def test_a_restatement_that_looks_like_an_error_is_told() -> None:
    compile_company(a_company_that_restated("eastwind"))
    assert (examined("restatement_suspect").checked, details("restatement_suspect")) == (1, [])
    Restatement.objects.update(kind="suspected_error")
    assert len(details("restatement_suspect")) == 1


def test_growth_that_stands_out_is_told_and_a_restated_one_is_set_aside() -> None:
    figures = [1000, 1030, 1062, 1095, 1127, 1163, 1197, 1236, 4700, 4840]
    years = {2015 + n: [f"{figures[n]:,}", f"{figures[n - 1]:,}"] for n in range(1, len(figures))}
    company = a_read_company("northwind", years)
    seen = examined("figure_stands_out")
    assert seen.checked == 1
    assert [one.subject.period_end for one in seen.found] == [date(2023, 12, 31)]
    assert seen.found[0].detail.startswith("Revenue changed by +280 % in the year to 2023-12-31")
    for cell in (
        CompiledStatement.objects.get(company=company, view="latest")
        .rows.get(concept="is.revenue")
        .cells.all()
    ):
        cell.restated = cell.period_end.year == 2023
        cell.save()
    assert details("figure_stands_out") == []


# Prices


def test_a_session_without_a_price_and_prices_that_stopped_are_told() -> None:
    at = datetime(2024, 6, 28, 12, tzinfo=UTC)
    share, provider = an_instrument(), a_provider()
    sessions = calendar_of("XNYS", at).days(date(2024, 6, 3), date(2024, 6, 20))
    for day in sessions:
        if day not in (date(2024, 6, 5), date(2024, 6, 12)):
            a_bar(share, provider, day, "10")
    assert details("price_gap", at=at) == ["2 of its sessions have no price: 2024-06-05, 2024-06-12."]
    assert details("price_stale", at=at) == ["The last price is of 2024-06-20, 5 sessions ago."]
    assert details("price_stale", at=datetime(2024, 6, 25, 23, tzinfo=UTC)) == []


def test_a_share_of_an_unknown_exchange_is_not_judged_and_that_is_said() -> None:
    share = an_instrument(mic="XTST", currency="")
    a_bar(share, a_provider(), date(2024, 6, 3), "10")
    seen = examined("price_gap")
    assert (seen.checked, seen.not_judged) == (0, ("No trading calendar is known for XTST.",))
    assert details("price_without_currency") == ["Its listing names no currency."]


def test_open_doubts_about_prices_are_one_finding_for_each_share() -> None:
    share, provider = an_instrument(), a_provider()
    for day, kind, resolved in (
        (1, FindingKind.JUMP, None), (2, FindingKind.JUMP, None), (3, FindingKind.RESCALED, None),
        (4, FindingKind.DUPLICATE, NOW), (5, FindingKind.GAP, None),
    ):  # fmt: skip
        PriceFinding.objects.create(instrument=share, provider=provider, kind=kind, day=date(2024, 6, day),
                                    detail="", resolved_at=resolved)  # fmt: skip
    assert details("price_doubted") == [
        "Jump like a split that nobody tells of: 2; Past prices rescaled like after a split: 1."
    ]


# Rates


def test_faults_of_rates_are_told_by_currency() -> None:
    a_company("northwind", reporting_currency="USD")
    a_company("southwind", reporting_currency="AED")
    a_company("westwind", reporting_currency="EUR")
    for day, rate in ((1, "1.10"), (2, "1.11"), (12, "1.12"), (13, "11.2"), (14, "1.12")):
        ExchangeRate.objects.create(currency="USD", day=date(2026, 5, day), rate=Decimal(rate), source="ECB")
    assert details("rate_gap") == ["USD: Nothing lies between the rates of 2026-05-02 to 2026-05-12."]
    assert details("rate_stale") == ["USD: The newest rate is of 2026-05-14."]
    assert details("rate_stale", at=datetime(2026, 5, 20, tzinfo=UTC)) == []
    assert details("rate_missing") == ["AED: It has no rates."]
    assert details("rate_jump") == [
        "USD: 1.12 on 2026-05-12, 11.2 on 2026-05-13.",
        "USD: 11.2 on 2026-05-13, 1.12 on 2026-05-14.",
    ]
    assert examined("rate_jump").at_fault == 1


def test_the_whole_check_sees_a_planted_fault_of_each_kind() -> None:
    """All rules together, at today's clock, over a company with a lost unit."""
    a_read_company("northwind", {2022: ["1,200", "1,100"], 2024: ["1.3", "1,250"]})
    check_quality(at=timezone.now())
    assert QualityFinding.objects.filter(rule="scale_jump").count() == 1
