"""What came in and what was made of it: documents, readings, compiled years, restatements, questions."""

from decimal import Decimal

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from documents.models import Document, DocumentVersion
from engine.kinds import CheckOutcome, RestatementKind
from extraction.amounts import change_in_percent, pair_in_words
from extraction.models import (
    CompiledStatement,
    Correction,
    ExtractionRun,
    ExtractionStatus,
    Fact,
    Restatement,
    ReviewItem,
    ReviewKind,
    ReviewState,
    ValidationResult,
)
from monitoring.reports.figures import bars, count_tile, share_of, share_tile
from monitoring.reports.paper import Block, Cell, Grid, Heading, Section, Tile, Tiles, Tone
from monitoring.reports.window import Window

LISTED = 15


def documents(window: Window) -> Section:
    """Reports found and read, and the figures that came of them."""
    tiles = (
        _counted("documents", "New documents", Document.objects.all(), "created_at", window),
        _counted("files", "Files fetched", DocumentVersion.objects.all(), "fetched_at", window),
        _counted("readings", "Readings", ExtractionRun.objects.all(), "created_at", window),
        _counted(
            "incomplete_readings",
            "Readings not complete",
            ExtractionRun.objects.exclude(status=ExtractionStatus.SUCCEEDED),
            "created_at",
            window,
            Tone.WARN,
        ),
        _counted("facts", "Figures read", Fact.objects.all(), "created_at", window),
        _counted("compiled", "Versions compiled", CompiledStatement.objects.all(), "compiled_at", window),
        _counted("restatements", "Restatements found", _restatements(), "found_at", window, Tone.WARN),
    )
    blocks: list[Block] = [Tiles(tiles)]
    parts = [
        (label, [_between(Fact.objects.all(), "created_at", since, until)])
        for label, since, until in window.parts()
    ]
    if chart := bars("Figures read", [("good", "figures")], parts):
        blocks.append(chart)
    blocks += [_new_documents(window), _found_restatements(window)]
    return Section("documents", "Documents and statements", tuple(blocks))


def questions(window: Window) -> Section:
    """What the checks say, and what waits for people."""
    checked = ValidationResult.objects.filter(
        table__run__created_at__gte=window.since, table__run__created_at__lt=window.until
    )
    before = window.before
    checked_before = ValidationResult.objects.filter(
        table__run__created_at__gte=before.since, table__run__created_at__lt=before.until
    )
    open_at_end, open_before = _open_at(window.until), _open_at(window.since)
    tiles = (
        _of_checks(
            "checks_hold", "Identities that hold", checked, checked_before, CheckOutcome.HOLDS, window
        ),
        _of_checks(
            "checks_fail",
            "Identities that fail",
            checked,
            checked_before,
            CheckOutcome.FAILS,
            window,
            Tone.BAD,
        ),
        share_tile(
            "hold_share", "Share that hold", _holding(checked), _holding(checked_before), window=window
        ),
        _counted("asked", "Questions asked", ReviewItem.objects.all(), "created_at", window),
        _counted(
            "answered",
            "Questions answered",
            ReviewItem.objects.exclude(decided_at=None),
            "decided_at",
            window,
        ),
        count_tile(
            "open",
            "Open at the end",
            open_at_end.count(),
            open_before.count(),
            window=window,
            tone=Tone.WARN if open_at_end.exists() else Tone.GOOD,
            address=reverse("review:queue"),
        ),
        _counted("corrections", "Corrections made", Correction.objects.all(), "created_at", window),
    )
    kinds = sorted(
        ((kind, open_at_end.filter(kind=kind).count()) for kind in ReviewKind), key=lambda item: -item[1]
    )
    rows = tuple(
        (Cell(str(kind.label), f"{reverse('review:queue')}?kind={kind.value}"), Cell(f"{count:,}"))
        for kind, count in kinds
        if count
    )
    headings = (Heading("Question"), Heading("Open", True))
    return Section(
        "questions",
        "Checks and questions",
        (Tiles(tiles), Grid("Open at the end, by kind", headings, rows, "No question is open.")),
    )


def _counted(
    code: str, label: str, rows: QuerySet[Model], field: str, window: Window, tone: Tone = Tone.PLAIN
) -> Tile:
    now = _between(rows, field, window.since, window.until)
    before = _between(rows, field, window.before.since, window.before.until)
    return count_tile(code, label, now, before, window=window, tone=tone if now else Tone.PLAIN)


def _between(rows: QuerySet[Model], field: str, since: object, until: object) -> int:
    return rows.filter(**{f"{field}__gte": since, f"{field}__lt": until}).count()


def _of_checks(
    code: str,
    label: str,
    now: QuerySet[ValidationResult],
    before: QuerySet[ValidationResult],
    outcome: CheckOutcome,
    window: Window,
    tone: Tone = Tone.PLAIN,
) -> Tile:
    count = now.filter(outcome=outcome).count()
    was = before.filter(outcome=outcome).count()
    return count_tile(code, label, count, was, window=window, tone=tone if count else Tone.PLAIN)


def _holding(checked: QuerySet[ValidationResult]) -> Decimal | None:
    holds = checked.filter(outcome=CheckOutcome.HOLDS).count()
    return share_of(holds, holds + checked.filter(outcome=CheckOutcome.FAILS).count())


def _open_at(moment: object) -> QuerySet[ReviewItem]:
    """Asked before the moment and not answered by then."""
    still = Q(state=ReviewState.OPEN) | Q(decided_at__gte=moment)
    return ReviewItem.objects.filter(still, created_at__lt=moment)


def _new_documents(window: Window) -> Grid:
    found = Document.objects.filter(created_at__gte=window.since, created_at__lt=window.until)
    rows = tuple(
        (
            Cell(
                document.company.name, reverse("admin:companies_company_change", args=[document.company_id])
            ),
            Cell(str(document), document.get_absolute_url()),
            Cell(document.get_document_type_display()),
            Cell(str(document.fiscal_year or "–")),
            Cell(document.get_status_display()),
        )
        for document in found.select_related("company").order_by("company__name", "-fiscal_year", "pk")[
            :LISTED
        ]
    )
    headings = tuple(map(Heading, ("Company", "Document", "Kind", "Year", "State")))
    return Grid(
        "New documents",
        headings,
        rows,
        "No document came in.",
        max(found.count() - LISTED, 0),
        reverse("admin:documents_document_changelist"),
    )


def _restatements() -> QuerySet[Restatement]:
    return Restatement.objects.exclude(kind=RestatementKind.ROUNDING)


def _found_restatements(window: Window) -> Grid:
    found = _restatements().filter(found_at__gte=window.since, found_at__lt=window.until)
    ordered = found.select_related("company", "new_fact").order_by(
        "company__name", "-period_end", "statement", "label", "pk"
    )
    rows = []
    for one in ordered[:LISTED]:
        old, new = pair_in_words(one.old_value, one.new_value, one.new_fact.currency, one.new_fact.row_kind)
        rows.append(
            (
                Cell(one.company.name),
                Cell(one.label),
                Cell(f"{one.period_end:%Y-%m-%d}"),
                Cell(old, _proof(one.old_fact_id)),
                Cell(new, _proof(one.new_fact_id)),
                Cell(change_in_percent(one.old_value, one.new_value)),
            )
        )
    headings = (
        Heading("Company"),
        Heading("Line"),
        Heading("Period"),
        Heading("Was", True),
        Heading("Is", True),
        Heading("Change", True),
    )
    return Grid(
        "Restatements",
        headings,
        tuple(rows),
        "No figure was restated.",
        max(found.count() - LISTED, 0),
        reverse("admin:extraction_restatement_changelist"),
    )


def _proof(fact_id: int) -> str:
    return reverse("extraction:proof", args=[fact_id])
