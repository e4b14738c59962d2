"""What the page of a company shows above its form: coverage, newest figures, reports, work, questions."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django_celery_beat.models import PeriodicTask

from companies.models import Company
from documents.models import CrawlRun, Document
from engine.kinds import CompiledView, ReportingPeriod, Scope, StatementKind
from extraction.amounts import change_in_percent, in_words
from extraction.coverage.calendar import Calendar, CompanyCalendar, calendar_of
from extraction.models import CompiledCell, CompiledRow, CompiledStatement, ReviewItem, ReviewState
from jobs.models import TaskRun
from jobs.schedules import task_of

SHOWN = 8
VISITS_SHOWN = 3
# What is asked first about any company, in the order of the statements.
HEADLINES = (
    *("is.revenue", "is.operating_profit", "is.net_income", "is.eps_diluted"),
    *("bs.total_assets", "bs.total_equity", "cf.cfo"),
)
# Work that starts by itself for every company.
FOR_ALL = frozenset({"rescrape_companies", "check_known_files", "scan_restatements"})


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure of the newest year with what it was a year before, as people say them."""

    label: str
    year: int
    amount: str
    change: str
    fact_id: int | None


@dataclass(frozen=True, slots=True)
class YearsOf:
    """A compiled statement: how many years it has and which."""

    compiled: CompiledStatement
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Planned:
    """Work that starts by itself: the schedule, what it starts, and when."""

    schedule: PeriodicTask
    task: str
    when: str


@dataclass(frozen=True, slots=True)
class CompanyPage:
    company: Company
    calendar: Calendar
    headlines: tuple[Headline, ...]
    statements: tuple[YearsOf, ...]
    documents: tuple[Document, ...]
    document_count: int
    questions: tuple[ReviewItem, ...]
    question_count: int
    runs: tuple[TaskRun, ...]
    visits: tuple[CrawlRun, ...]
    planned: tuple[Planned, ...]

    @property
    def row(self) -> CompanyCalendar:
        return self.calendar.rows[0]


def company_page(company: Company) -> CompanyPage:
    """As many questions to the database for a company with many reports as for one with few."""
    compiled = _compiled(company)
    documents = company.documents.not_duplicates().order_by("-fiscal_year", "document_type", "-pk")
    questions = company.review_items.filter(state=ReviewState.OPEN)
    return CompanyPage(
        company=company,
        calendar=calendar_of([company]),
        headlines=_headlines(compiled),
        statements=tuple(_view(one) for one in compiled if one.periods),
        documents=tuple(documents[:SHOWN]),
        document_count=documents.count(),
        questions=tuple(questions.select_related("document").order_by("-created_at", "-pk")[:SHOWN]),
        question_count=questions.count(),
        runs=tuple(TaskRun.objects.about(company).order_by("-queued_at")[:SHOWN]),
        visits=tuple(company.crawl_runs.order_by("-started_at")[:VISITS_SHOWN]),
        planned=_planned(company),
    )


def _compiled(company: Company) -> list[CompiledStatement]:
    """The current statements of full years, in the order of the kinds."""
    rows = Prefetch(
        "rows",
        CompiledRow.objects.filter(concept__in=HEADLINES).prefetch_related(
            Prefetch("cells", CompiledCell.objects.filter(ordinal__lt=2), to_attr="newest_cells")
        ),
        to_attr="headline_rows",
    )
    found = company.compiled_statements.filter(
        is_current=True,
        view=CompiledView.LATEST,
        period=ReportingPeriod.FULL_YEAR,
        scope=Scope.CONSOLIDATED,
    ).prefetch_related(rows)
    order = list(StatementKind)
    return sorted(found, key=lambda one: order.index(StatementKind(one.statement)))


def _headlines(compiled: list[CompiledStatement]) -> tuple[Headline, ...]:
    by_concept = {
        row.concept: (statement, row)
        for statement in compiled
        for row in statement.headline_rows  # type: ignore[attr-defined]  # prefetched
    }
    found = (_headline(*by_concept[concept]) for concept in HEADLINES if concept in by_concept)
    return tuple(headline for headline in found if headline is not None)


def _headline(statement: CompiledStatement, row: CompiledRow) -> Headline | None:
    prefetched: list[CompiledCell] = row.newest_cells  # type: ignore[attr-defined]
    cells = {cell.ordinal: cell for cell in prefetched}
    newest, before = cells.get(0), cells.get(1)
    if newest is None or newest.value is None:
        return None
    return Headline(
        label=row.label,
        year=newest.period_end.year,
        amount=in_words(newest.value, statement.currency, row.kind),
        change=change_in_percent(before.value, newest.value) if before and before.value is not None else "",
        fact_id=newest.fact_id,
    )


def _view(compiled: CompiledStatement) -> YearsOf:
    years = [period.end.year for period in compiled.columns]
    return YearsOf(compiled, min(years), max(years))


def _planned(company: Company) -> tuple[Planned, ...]:
    entries = PeriodicTask.objects.filter(enabled=True).select_related("interval", "crontab").order_by("name")
    found = []
    for entry in entries:
        task, arguments = task_of(entry)
        of_all = task in FOR_ALL and company.is_active
        if of_all or arguments.get("company_id") == company.pk:
            found.append(Planned(entry, task, _when(entry)))
    return tuple(found)


def _when(entry: PeriodicTask) -> str:
    """ "every 5 minutes", "At 03:00, only on Saturday"."""
    return str(entry.crontab.human_readable if entry.crontab else entry.interval or "once")
