"""Companies, documents and readings made by hand, so that the tests know every figure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from companies.models import Company
from documents.models import (
    Document,
    DocumentStatus,
    DocumentVersion,
    PublicationDateSource,
    VersionSource,
)
from engine.kinds import (
    CellState,
    DocumentKind,
    MappingMethod,
    PeriodKind,
    RowKind,
    Scope,
    StatementKind,
)
from engine.statement import (
    Abstention,
    Cell,
    Column,
    Reading,
    Row,
    RowMapping,
    RowSign,
    StatementReading,
    StatementTable,
    Survey,
)
from engine.values import Box, Evidence, Period, Unit
from extraction.store import store_reading

BOX = Box(100, 100, 150, 110)

# label, concept, sign, printed figures (None is a blank cell, "–" a printed dash)
Line = tuple[str, str | None, int, Sequence[str | None]]


def a_company(slug: str = "northwind", **fields: object) -> Company:
    return Company.objects.create(name=slug.capitalize(), slug=slug, **fields)


def a_document(company: Company, year: int, **fields: object) -> Document:
    """An annual report with a version whose file nobody opens."""
    document = Document.objects.create(
        company=company,
        title=f"Annual report {year}",
        document_type=DocumentKind.ANNUAL_REPORT,
        fiscal_year=year,
        period_end=date(year, 12, 31),
        status=DocumentStatus.CLASSIFIED,
        **fields,
    )
    version = DocumentVersion.objects.create(
        document=document,
        sha256=f"{document.pk:064d}",
        size=1,
        storage_name="nowhere",
        source=VersionSource.UPLOAD,
    )
    document.current_version = version
    document.save()
    return document


def a_reading(
    years: Sequence[int],
    lines: Sequence[Line],
    *,
    statement: StatementKind = StatementKind.INCOME_STATEMENT,
    scale: int | None = 1_000_000,
    currency: str | None = "EUR",
) -> Reading:
    """A reading of one statement; the other two are not there."""
    columns = tuple(_column(year, statement, Unit(currency, scale)) for year in years)
    rows = tuple(_row(label, figures) for label, _, _, figures in lines)
    table = StatementTable(
        kind=statement,
        scope=Scope.CONSOLIDATED,
        title="Income statement",
        pages=(7,),
        unit=Unit(currency, scale),
        unit_evidence=Evidence(7, BOX, "EUR million"),
        columns=columns,
        rows=rows,
        score=20.0,
    )
    read = StatementReading(
        table=table,
        mappings=tuple(
            RowMapping(concept, MappingMethod.EXACT_SYNONYM if concept else MappingMethod.UNMAPPED, 0.99, "")
            for _, concept, _, _ in lines
        ),
        signs=tuple(RowSign(sign, "natural_sign") for _, _, sign, _ in lines),
        checks=(),
        confidences=tuple(0.97 for _ in lines),
    )
    missing = [kind for kind in StatementKind if kind is not statement]
    return Reading(
        survey=Survey("0" * 64, 1, 20, False, False, 1.0, "", "", ()),
        statements=(read,),
        abstentions=tuple(
            Abstention(kind, "statement_not_found", "No page looks like it.", ()) for kind in missing
        ),
        warnings=(),
        engine_version="test",
    )


def _column(year: int, statement: StatementKind, unit: Unit) -> Column:
    if statement is StatementKind.BALANCE_SHEET:
        period = Period(PeriodKind.INSTANT, None, date(year, 12, 31))
    else:
        period = Period(PeriodKind.DURATION, date(year, 1, 1), date(year, 12, 31))
    return Column(str(year), period, unit, Scope.CONSOLIDATED, False, BOX)


def _row(label: str, figures: Sequence[str | None]) -> Row:
    return Row(
        label=label,
        section="",
        level=0,
        kind=RowKind.LINE,
        cells=tuple(None if text is None else _cell(text) for text in figures),
        note="",
        page=7,
        box=BOX,
    )


def _cell(text: str) -> Cell:
    if text == "–":
        return Cell(text, CellState.NIL, Decimal(0), 0, 7, BOX)
    if text == "n/a":
        return Cell(text, CellState.TEXT, None, 0, 7, BOX)
    digits = text.replace(",", "")
    negative = digits.startswith("(")
    number = Decimal(digits.strip("()"))
    return Cell(text, CellState.VALUE, -number if negative else number, -number.as_tuple().exponent, 7, BOX)


def a_company_that_restated(slug: str) -> Company:
    """A company with reports of 2023 and 2024, the second of which restates the first one's revenue."""
    company = a_company(slug)
    for year, figures in ((2023, ["990", "900"]), (2024, ["1,200", "1,100"])):
        document = a_document(
            company,
            year,
            published_on=date(year + 1, 3, 1),
            published_on_source=PublicationDateSource.PERSON,
        )
        reading = a_reading([year, year - 1], [("Revenue", "is.revenue", 1, figures)])
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    return company
