"""Own pages inside the admin: the table of many years and the proof of one figure."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from companies.models import Company
from engine.errors import Unreadable
from engine.kinds import CompiledView, ReportingPeriod, RestatementKind, StatementKind
from extraction.exports import export_of, to_csv, to_json, to_workbook
from extraction.load import documents_for
from extraction.models import Restatement, ReviewState
from extraction.table.conversion import currencies
from extraction.table.facsimile import page_image
from extraction.table.find import Wanted, table_for
from extraction.table.presentation import DisplayUnit, TableView
from extraction.table.proof import cell_proof, proof_of
from extraction.table.sheet import Links, Sheet, sheet_of
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import permission_to_start
from jobs.states import Trigger

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

may_view = permission_required("extraction.view_compiledstatement", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor chose to see. Words that mean nothing fall back to the usual choice."""

    statement: StatementKind
    view: CompiledView
    as_of: date | None
    unit: DisplayUnit | None
    all_lines: bool
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR
    currency: str = ""
    with_share: bool = False
    with_growth: bool = False
    cell: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        as_of = _date(request.GET.get("as_of", ""))
        view = _member(CompiledView, request.GET.get("view"), CompiledView.LATEST)
        if view is CompiledView.AS_OF and as_of is None:
            view = CompiledView.LATEST
        return cls(
            statement=_member(StatementKind, request.GET.get("statement"), StatementKind.INCOME_STATEMENT),
            view=view,
            as_of=as_of if view is CompiledView.AS_OF else None,
            unit=_member(DisplayUnit, request.GET.get("unit"), None),
            all_lines=request.GET.get("lines") == "all",
            period=_member(ReportingPeriod, request.GET.get("period"), ReportingPeriod.FULL_YEAR),
            currency=_currency(request.GET.get("currency", "")),
            with_share=request.GET.get("share") == "1",
            with_growth=request.GET.get("growth") == "1",
            cell=request.GET.get("cell", ""),
        )

    @property
    def wanted(self) -> Wanted:
        """What makes the table, without which statement it is of."""
        return Wanted(self.view, self.as_of, self.period, self.currency, self.unit)


def _member(kind: type, text: str | None, otherwise: object):
    try:
        return kind(text)
    except ValueError:
        return otherwise


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _currency(text: str) -> str:
    """A code of three letters; anything else leaves the figures in the currency of the reports."""
    return text if len(text) == 3 and text.isascii() and text.isalpha() and text.isupper() else ""


@may_view
def company_statements(request: HttpRequest, slug: str) -> HttpResponse:
    """The compiled table of a company: one statement, years as columns, and beside it the proof of the
    cell that the address names."""
    company = get_object_or_404(Company, slug=slug)
    choice = Choice.of(request)
    found = table_for(company, choice.statement, choice.wanted)
    table = found.view if found else None
    if table is not None and not choice.all_lines:
        table = table.without_empty_lines()
    context = {
        **admin.site.each_context(request),
        "title": f"{company.name}",
        "company": company,
        "choice": choice,
        "table": table,
        "sheet": _sheet(request, company, table, choice) if table else None,
        "cell_proof": cell_proof(table, choice.cell) if table and choice.cell else None,
        "bridges": found.bridges if found else (),
        "changes": found.stored.changes.count() if found and found.stored else None,
        "statements": list(StatementKind),
        "units": list(DisplayUnit),
        "periods": list(ReportingPeriod),
        "currencies": currencies(),
        "documents": documents_for(company, choice.period).count(),
        "running": TaskRun.objects.unfinished().about(company).first(),
        "reviews": company.review_items.filter(state=ReviewState.OPEN).count(),
        "restatements": _restatements(company, choice, table),
    }
    return render(request, "admin/extraction/statements.html", context)


@may_view
def statement_cell(request: HttpRequest, slug: str) -> HttpResponse:
    """What stands behind one cell, as a page of its own or, with `?part=1`, for the panel of the table."""
    company = get_object_or_404(Company, slug=slug)
    choice = Choice.of(request)
    found = table_for(company, choice.statement, choice.wanted)
    proof = cell_proof(found.view, choice.cell) if found else None
    if proof is None:
        raise Http404("This table has no such cell. The company may have been compiled again since.")
    context = {"cell_proof": proof, "company": company, "choice": choice}
    if request.GET.get("part") == "1":
        return render(request, "admin/extraction/cell_proof.html", context)
    title = f"{proof.row.label or 'Line without a label'}, {proof.column.heading}"
    context |= {**admin.site.each_context(request), "title": title}
    return render(request, "admin/extraction/cell.html", context)


def _sheet(request: HttpRequest, company: Company, table: TableView, choice: Choice) -> Sheet:
    """The table with what was asked for beside its figures."""
    income = None
    if choice.with_share and choice.statement is StatementKind.CASH_FLOW_STATEMENT:
        income = _table(company, StatementKind.INCOME_STATEMENT, choice)
    return sheet_of(
        table,
        Links.of(company, request.GET),
        with_share=choice.with_share,
        with_growth=choice.with_growth,
        income=income,
    )


def _restatements(company: Company, choice: Choice, table: TableView | None) -> list[Restatement]:
    """Those of the periods that are shown, as far as they were known on the day of the view."""
    if table is None:
        return []
    found = company.restatements.filter(
        statement=choice.statement,
        old_fact__superseded_at__isnull=True,
        new_fact__superseded_at__isnull=True,
        period_end__in=[column.period_end for column in table.columns],
    ).exclude(kind=RestatementKind.ROUNDING)
    found = found.select_related("new_fact")
    if choice.as_of is not None:
        found = found.filter(new_fact__published_on__lte=choice.as_of)
    shown = {(column.period.start, column.period.end) for column in table.columns}
    return [one for one in found[:200] if (one.period_start, one.period_end) in shown][:50]


@may_view
def export_statements(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """The chosen statement as CSV, or all three as JSON or as a workbook."""
    company = get_object_or_404(Company, slug=slug)
    choice = Choice.of(request)
    name = slugify(f"{company.slug} {choice.statement.value if extension == 'csv' else 'statements'}")
    if extension == "csv":
        table = _table(company, choice.statement, choice)
        if table is None:
            raise Http404("Nothing has been compiled for this statement yet.")
        # The mark tells spreadsheet programs that the letters are UTF-8.
        return _attachment(to_csv(table).encode("utf-8-sig"), f"{name}.csv", "text/csv; charset=utf-8")
    tables = [table for kind in StatementKind if (table := _table(company, kind, choice)) is not None]
    if not tables:
        raise Http404("Nothing has been compiled for this company yet.")
    export = export_of(tables)
    if extension == "json":
        return _attachment(to_json(export).encode(), f"{name}.json", "application/json")
    return _attachment(to_workbook(export), f"{name}.xlsx", WORKBOOK)


@require_POST
@permission_required(permission_to_start("extract_company_financial_data"), raise_exception=True)
def start_extraction(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the whole work done for a company, and go back to its table."""
    company = get_object_or_404(Company, slug=slug)
    return _started(request, company, "extract_company_financial_data")


@require_POST
@permission_required(permission_to_start("process_all_documents"), raise_exception=True)
def start_interim(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the known reports of quarters and half-years read as well, and go back to the table."""
    company = get_object_or_404(Company, slug=slug)
    return _started(request, company, "process_all_documents", interim=True)


def _started(request: HttpRequest, company: Company, task: str, **arguments: Any) -> HttpResponse:
    launched = launch(
        task,
        subject=company,
        by=request.user,
        trigger=Trigger.ADMIN,
        company_id=company.pk,
        **arguments,
    )
    messages.success(request, "The work has begun." if launched.is_new else "It is under way already.")
    return redirect("extraction:statements", slug=company.slug)


def _attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(company: Company, statement: StatementKind, choice: Choice) -> TableView | None:
    found = table_for(company, statement, choice.wanted)
    return found.view if found else None


@may_view
def fact_proof(request: HttpRequest, fact_id: int) -> HttpResponse:
    """One figure on the page it was printed on, with everything that speaks for or against it."""
    proof = proof_of(fact_id)
    if proof is None:
        raise Http404("This figure is not there. Its report may have been read again since.")
    context = {**admin.site.each_context(request), "title": proof.title, "proof": proof}
    return render(request, "admin/extraction/proof.html", context)


@may_view
def document_page_image(request: HttpRequest, version_id: int, number: int) -> HttpResponse:
    """A page of a stored file as a picture, with a figure marked if `?figure=` names one; with `&part=1`
    only the bands in which something is marked."""
    figure = request.GET.get("figure", "")
    fact_id = int(figure) if figure.isdecimal() else None
    only_marked = request.GET.get("part") == "1"
    try:
        image = page_image(version_id, number, fact_id=fact_id, only_marked=only_marked)
    except Unreadable as error:
        return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
    except FileNotFoundError:
        said = "The stored file is gone. Download the report again, or upload it."
        return HttpResponse(said, status=410, content_type="text/plain; charset=utf-8")
    if image is None:
        raise Http404("This page is not there.")
    response = HttpResponse(image, content_type="image/png")
    # A page of a content-addressed file never changes.
    response["Cache-Control"] = "private, max-age=604800, immutable"
    return response
