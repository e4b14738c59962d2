"""The pages of ratios: one of a company over its years, and one of a ratio over companies."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from analysis.models import MetricSet, MetricValue
from analysis.models.ratios import PLACES
from analysis.ratios.calculate import calculate_as_of
from analysis.ratios.exports import to_csv, to_workbook
from analysis.ratios.load import books_of, current_statements
from analysis.ratios.peers import peers_of
from analysis.ratios.sheet import RatioCell, RatioRow, RatioSheet, sheet_of
from companies.models import Company, choices
from engine.errors import EngineError
from engine.kinds import CompiledView, ReportingPeriod, SectorTemplate
from engine.ratios.calculate import parts_of
from engine.ratios.reference import in_words
from engine.ratios.registry import load_registry
from extraction.models import Fact
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import may_start, permission_to_start
from jobs.states import Trigger

TASK = "calculate_financial_metrics"
# Groups whose values are told part by part.
TAKEN_APART = ("scores", "du_pont")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

may_view = permission_required("analysis.view_metricvalue", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor chose to see. Words that mean nothing fall back to the usual choice."""

    view: CompiledView
    as_of: date | None
    all_lines: bool
    cell: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        asked = request.GET
        as_of = _date(asked.get("as_of", ""))
        view = CompiledView.LATEST
        if asked.get("view") in list(CompiledView):
            view = CompiledView(asked["view"])
        if view is CompiledView.AS_OF and as_of is None:
            view = CompiledView.LATEST
        is_as_of = view is CompiledView.AS_OF
        return cls(view, as_of if is_as_of else None, asked.get("lines") == "all", asked.get("cell", ""))


@dataclass(frozen=True, slots=True)
class Shown:
    """The ratios of a choice; `kept` is None for a view as of a day."""

    values: tuple[MetricValue, ...]
    currency: str
    warnings: tuple[str, ...]
    kept: MetricSet | None = None


@dataclass(frozen=True, slots=True)
class OperandLine:
    """A figure a ratio was worked out from, and where it leads. A fact that is gone leads nowhere."""

    label: str
    end: str
    value: str
    facts: tuple[Fact, ...]
    price: dict[str, Any] | None
    is_gone: bool


@may_view
def company_ratios(request: HttpRequest, slug: str) -> HttpResponse:
    """All ratios of a company, and beside them what stands behind the one that the address names."""
    company = get_object_or_404(Company, slug=slug)
    choice = Choice.of(request)
    shown = _shown(company, choice)
    sheet = sheet_of(shown.values, shown.currency, only_filled=not choice.all_lines)
    chosen = sheet.cell(choice.cell)
    context = {
        **admin.site.each_context(request),
        "title": f"{company}: ratios",
        "company": company,
        "choice": choice,
        "shown": shown,
        "sheet": sheet,
        "hidden": 0 if choice.all_lines else len({one.code for one in shown.values}) - _count(sheet),
        "chosen": _behind(*chosen) if chosen else None,
        "parts": _parts(company, choice, *chosen) if chosen else [],
        "is_compiled": bool(current_statements(company, CompiledView.LATEST)),
        "is_stale": shown.kept is not None and _is_stale(company, shown.kept),
        "running": TaskRun.objects.unfinished().about(company).filter(task=TASK).first(),
        "may_start": may_start(request.user, TASK),
    }
    return render(request, "admin/analysis/ratios.html", context)


@may_view
def export_ratios(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """The ratios of the same choice as a file."""
    company = get_object_or_404(Company, slug=slug)
    choice = Choice.of(request)
    shown = _shown(company, choice)
    if not shown.values:
        raise Http404("There are no ratios of this choice yet.")
    name = f"{company.slug}-ratios-{choice.as_of or choice.view}.{extension}"
    if extension == "csv":
        response = HttpResponse(to_csv(shown.values, shown.currency), content_type="text/csv; charset=utf-8")
    else:
        sheet = sheet_of(shown.values, shown.currency)
        response = HttpResponse(to_workbook(str(company), sheet, shown.currency), content_type=WORKBOOK)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@permission_required(permission_to_start(TASK), raise_exception=True)
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the ratios of a company worked out in both kept views and come back."""
    company = get_object_or_404(Company, slug=slug)
    launched = [
        launch(
            TASK,
            subject=company,
            by=request.user,
            trigger=Trigger.ADMIN,
            company_id=company.pk,
            view=view.value,
        )
        for view in (CompiledView.LATEST, CompiledView.ORIGINAL)
    ]
    is_new = any(one.is_new for one in launched)
    messages.success(request, "The work has begun." if is_new else "It is under way already.")
    return redirect("ratios:company", slug)


@may_view
def peers(request: HttpRequest) -> HttpResponse:
    """One ratio of one year over all companies."""
    registry = load_registry()
    code = request.GET.get("code", "")
    ratio = registry.ratios.get(code, registry.ratios["return_on_equity"])
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    sector = request.GET.get("sector", "")
    found = peers_of(ratio, year, sector if sector in list(SectorTemplate) else "")
    context = {
        **admin.site.each_context(request),
        "title": f"{ratio.label} of companies",
        "ratio": ratio,
        "formula": in_words(ratio.tree),
        "groups": [
            (label, [one for one in registry.ratios.values() if one.group == group])
            for group, label in registry.groups.items()
        ],
        "sectors": choices(SectorTemplate),
        "sector": sector,
        "found": found,
    }
    return render(request, "admin/analysis/ratio_peers.html", context)


def _shown(company: Company, choice: Choice) -> Shown:
    if choice.as_of is not None:
        try:
            found = calculate_as_of(company, choice.as_of)
        except EngineError as error:
            return Shown((), "", (error.message,))
        return Shown(found.values, found.currency, found.warnings)
    kept = MetricSet.objects.filter(company=company, view=choice.view).first()
    if kept is None:
        return Shown((), "", ())
    return Shown(tuple(kept.values.all()), kept.currency, tuple(kept.warnings), kept)


def _parts(company: Company, choice: Choice, row: RatioRow, cell: RatioCell) -> list[tuple[str, str, str]]:
    """The points of a score or the factors of a product: sign, words and value. Nothing where the figures
    are others by now than those that the value was worked out from."""
    value = cell.value.value
    if row.ratio.group not in TAKEN_APART or value is None:
        return []
    parts = parts_of(
        row.ratio.code, cell.value.period_end, books_of(company, choice.view, choice.as_of).figures
    )
    known = [(part.symbol, part.tree, part.value) for part in parts if part.value is not None]
    if not parts or len(known) < len(parts):
        return []
    whole = Decimal(1) if parts[0].symbol == "*" else Decimal(0)
    for symbol, _, number in known:
        whole = whole * number if symbol == "*" else whole + (-number if symbol == "-" else number)
    if abs(whole - value) > Decimal(1).scaleb(2 - PLACES):
        return []
    signs = {"*": "×", "-": "−", "+": "+"}
    return [
        (signs[symbol] if place or symbol == "-" else "", in_words(tree), f"{number:,.3f}".replace("-", "−"))
        for place, (symbol, tree, number) in enumerate(known)
    ]


def _behind(row: RatioRow, cell: RatioCell) -> dict[str, Any]:
    """What the panel shows of one cell. One query for the facts of all operands."""
    operands = cell.value.operands
    facts = Fact.objects.select_related("document").in_bulk({pk for one in operands for pk in one["facts"]})
    lines = [
        OperandLine(
            label=one["label"],
            end=one["end"],
            value=one["value"],
            facts=tuple(facts[pk] for pk in one["facts"] if pk in facts),
            price=one.get("price"),
            is_gone=any(pk not in facts for pk in one["facts"]),
        )
        for one in operands
    ]
    conditions = [in_words(tree) for _, tree in row.ratio.above_zero]
    return {"row": row, "cell": cell, "operands": lines, "conditions": conditions}


def _count(sheet: RatioSheet) -> int:
    return sum(len(group.rows) for group in sheet.groups)


def _is_stale(company: Company, kept: MetricSet) -> bool:
    current = company.compiled_statements.filter(
        is_current=True, view=kept.view, period=ReportingPeriod.FULL_YEAR
    )
    newest = current.aggregate(at=Max("compiled_at"))["at"]
    return newest is not None and newest > kept.checked_at


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return min(day, timezone.localdate())
