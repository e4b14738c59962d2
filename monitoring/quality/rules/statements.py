"""What can be wrong with statements: incomplete, empty, not adding up, unknown lines, open questions."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet

from engine.kinds import CheckOutcome, DocumentKind, MappingMethod, RowKind
from extraction.models import (
    CompiledStatement,
    ExtractionRun,
    ExtractionStatus,
    ReviewItem,
    ReviewState,
    StatementTable,
)
from monitoring.quality.rule import Examined, Found, Rule, Scope, rule

_NAMED = 3  # of many places, in a sentence


def _readings(scope: Scope) -> QuerySet[ExtractionRun]:
    """The readings in force of documents that count."""
    current = ExtractionRun.objects.filter(
        is_current=True,
        version=F("version__document__current_version"),
        version__document__duplicate_of__isnull=True,
    )
    return scope.limited(current, "version__document__company").select_related("version__document")


def _tables(scope: Scope) -> QuerySet[StatementTable]:
    return StatementTable.objects.filter(run__in=_readings(scope)).select_related("run__version__document")


def _about(table: StatementTable, detail: str) -> Found:
    document = table.run.version.document
    scope = table.get_scope_display().lower()
    return Found(
        document,
        f"{table.get_statement_display()} ({scope}): {detail}",
        document.company_id,
        f"{table.statement} {table.scope}",
    )


@rule("reading_incomplete")
def readings_are_complete(rule: Rule, scope: Scope) -> Examined:
    annual = _readings(scope).filter(version__document__document_type=DocumentKind.ANNUAL_REPORT.value)
    found = [
        Found(run.version.document, _incomplete(run), run.version.document.company_id)
        for run in annual.exclude(status=ExtractionStatus.SUCCEEDED).order_by("pk")
    ]
    return Examined(annual.count(), found)


def _incomplete(run: ExtractionRun) -> str:
    return f"{run.get_status_display()}. {run.error_message}".strip()


@rule("statement_without_lines")
def statements_have_lines(rule: Rule, scope: Scope) -> Examined:
    tables = _tables(scope)
    found = [
        _about(table, "It was found, and no line of it was read.")
        for table in tables.filter(rows__isnull=True).order_by("pk")
    ]
    return Examined(tables.count(), found)


@rule("identity_fails")
def figures_add_up(rule: Rule, scope: Scope) -> Examined:
    tables = _tables(scope)
    failing = tables.annotate(
        failing=Count("checks", filter=Q(checks__outcome=CheckOutcome.FAILS.value))
    ).filter(failing__gt=0)
    found = []
    for table in failing.prefetch_related("checks").order_by("pk"):
        faults = [check for check in table.checks.all() if check.outcome == CheckOutcome.FAILS]
        said = " ".join(check.explanation or f"{check.identity} fails." for check in faults[:_NAMED])
        more = f" And {len(faults) - _NAMED} more." if len(faults) > _NAMED else ""
        found.append(_about(table, f"{said}{more}"))
    return Examined(tables.count(), found)


@rule("lines_unmapped")
def lines_are_known(rule: Rule, scope: Scope) -> Examined:
    tables = _tables(scope)
    figures = ~Q(rows__kind=RowKind.HEADING.value)
    counted = tables.annotate(
        lines=Count("rows", filter=figures),
        unknown=Count("rows", filter=figures & Q(rows__mapping_method=MappingMethod.UNMAPPED.value)),
    ).filter(lines__gte=rule.numbers["least_lines"], unknown__gte=F("lines") * rule.numbers["share"])
    found = [
        _about(table, f"Of {table.lines} lines nobody knows what {table.unknown} are.")
        for table in counted.order_by("pk")
    ]
    return Examined(tables.count(), found)


@rule("question_old")
def questions_are_answered(rule: Rule, scope: Scope) -> Examined:
    open_ = scope.limited(ReviewItem.objects.filter(state=ReviewState.OPEN), "company")
    old = open_.filter(created_at__lt=scope.before(days=rule.numbers["days"])).select_related("document")
    found = [
        Found(item, f"Asked {item.created_at:%Y-%m-%d}: {item.reason}", item.company_id)
        for item in old.order_by("pk")
    ]
    return Examined(open_.count(), found)


def _compiled(scope: Scope) -> QuerySet[CompiledStatement]:
    current = CompiledStatement.objects.filter(is_current=True)
    return scope.limited(current, "company").select_related("company")


@rule("compile_outdated")
def compiled_years_are_up_to_date(rule: Rule, scope: Scope) -> Examined:
    """Figures that a later reading has replaced long enough ago."""
    compiled = _compiled(scope)
    replaced = Q(rows__cells__fact__superseded_at__lt=scope.before(hours=rule.numbers["hours"]))
    counted = compiled.annotate(replaced=Count("rows__cells", filter=replaced)).filter(replaced__gt=0)
    found = [
        _of_compiled(statement, f"{statement.replaced} of its figures have been read again since.")
        for statement in counted.order_by("pk")
    ]
    return Examined(compiled.count(), found)


@rule("compiled_identity_fails")
def compiled_years_add_up(rule: Rule, scope: Scope) -> Examined:
    compiled = list(_compiled(scope).order_by("pk"))
    found = []
    for statement in compiled:
        faults = [check for check in statement.checks if check["outcome"] == CheckOutcome.FAILS]
        if faults:
            found.append(_of_compiled(statement, _said(faults)))
    return Examined(len(compiled), found)


def _said(faults: list[dict[str, Any]]) -> str:
    ends = sorted({fault["period_end"] for fault in faults}, reverse=True)
    return f"{len(faults)} sums fail, in the periods that end {', '.join(ends)}. {faults[0]['explanation']}"


def _of_compiled(statement: CompiledStatement, detail: str) -> Found:
    # A statement's versions come and go; what is found stays with the company.
    kinds = (statement.statement, statement.view, statement.period, statement.scope)
    words = f"{statement.get_statement_display()}, {statement.get_view_display().lower()}"
    return Found(statement.company, f"{words}: {detail}", statement.company_id, " ".join(kinds))
