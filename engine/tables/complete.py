"""What one statement leaves unsaid: periods and units from the other statements and the report's words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from engine.classify.dates import period_clues
from engine.kinds import PeriodKind
from engine.statement import StatementTable
from engine.tables.header import DayOfYear, period_of
from engine.tables.read import TableReading, with_unit
from engine.tables.units import document_currency, says_whole_units, scale_in, states_unit
from engine.values import Unit

FIRST_PAGES_READ = 12  # of the report, for the day its year ends
PAGES_BEFORE, PAGES_AFTER = 6, 12  # and around the statements: the auditor's report, the first notes
LEAST_WHOLE_TOTAL = 100_000  # a company whose largest figure is smaller hardly reports in whole units
MONTHS_OF = {"year": 12, "half": 6, "nine_months": 9, "quarter": 3}


def completed(tables: Sequence[TableReading], texts: Sequence[str]) -> tuple[list[TableReading], list[str]]:
    """The tables with the periods and units that one statement leaves to another or to the report's
    own words, and a sentence for each that was not stated by the statement itself."""
    dated, warnings = _with_days([_with_periods(entry, tables) for entry in tables], texts)
    dated = [_with_lengths(entry) for entry in dated]
    whole, unit_warnings = _with_units(dated, texts)
    return whole, [*warnings, *unit_warnings]


def _with_periods(entry: TableReading, tables: Sequence[TableReading]) -> TableReading:
    """Columns headed by a year alone take month and day from the other statements."""
    if all(column.period is not None for column in entry.table.columns):
        return entry
    days: dict[int, DayOfYear] = {}
    for other in tables:
        for heading in other.headings:
            if heading.year is not None and heading.day is not None:
                days.setdefault(heading.year, heading.day)
    common = next(iter(days.values())) if days and len(set(days.values())) == 1 and len(days) > 1 else None
    ends: list[date | None] = []
    for heading in entry.headings:
        if heading.day is None and heading.year is not None:
            heading.day = days.get(heading.year, common)
        ends.append(heading.day.in_year(heading.year) if heading.day and heading.year else None)
    columns = []
    for column, heading, end in zip(entry.table.columns, entry.headings, ends, strict=True):
        older = next((e for e in ends if e and end and 350 <= (end - e).days <= 380), None)
        period = column.period or period_of(heading, entry.table.kind, older)
        columns.append(replace(column, period=period))
    return replace(entry, table=replace(entry.table, columns=tuple(columns)))


def _with_lengths(entry: TableReading) -> TableReading:
    """A length printed once over several columns, such as “52 Weeks Ended”, is that of all that end a
    year after another: each begins on the day after the older one ended. The oldest of them stays open,
    because a year of 52 weeks and one of 53 look alike from their ends."""
    columns = entry.table.columns
    if not any(column.period is not None and column.period.is_full_year for column in columns):
        return entry
    ends = {column.period.end for column in columns if column.period is not None}
    settled = []
    for column, heading in zip(columns, entry.headings, strict=True):
        period = column.period
        unsaid = heading.weeks is None and heading.months is None
        if unsaid and period is not None and period.kind is PeriodKind.DURATION and period.start is None:
            whole = [
                year
                for end in ends
                if end < period.end and (year := replace(period, start=end + timedelta(days=1))).is_full_year
            ]
            period = whole[0] if len(whole) == 1 else period
        settled.append(replace(column, period=period))
    return replace(entry, table=replace(entry.table, columns=tuple(settled)))


def _with_days(tables: Sequence[TableReading], texts: Sequence[str]) -> tuple[list[TableReading], list[str]]:
    """Where no statement names a day, the columns take the end of the year that the report says it
    is about. Only then: a year of 52 or 53 weeks ends on another day every year."""
    headings = [heading for entry in tables for heading in entry.headings]
    years = {heading.year for heading in headings if heading.year is not None}
    if not years or any(heading.day is not None for heading in headings):
        return list(tables), []
    found = _end_said(max(years), tables, texts)
    if found is None:
        return list(tables), []
    end, length, said = found
    for heading in headings:
        heading.day = DayOfYear(end.month, end.day)
        heading.months = heading.months or MONTHS_OF[length]
        if heading.year is not None:
            heading.year += end.year - max(years)
    warning = f"the statements name no day; their years are taken to end as in “{said}”"
    return [_with_periods(entry, tables) for entry in tables], [warning]


def _end_said(
    newest: int, tables: Sequence[TableReading], texts: Sequence[str]
) -> tuple[date, str, str] | None:
    """The day on which the newest year ends, the length of the period that ends then, and the words
    that say so. A year that ends in the first weeks of the next one is called by either."""
    first = min(page for entry in tables for page in entry.table.pages)
    near = [
        *texts[:FIRST_PAGES_READ],
        *texts[max(FIRST_PAGES_READ, first - PAGES_BEFORE) : first + PAGES_AFTER],
    ]
    votes: Counter[tuple[date, str]] = Counter()
    words: dict[tuple[date, str], str] = {}
    for clue in period_clues(near):
        late = clue.end.year == newest + 1 and clue.end.month == 1
        if clue.length in MONTHS_OF and (clue.end.year == newest or late):
            votes[clue.end, clue.length] += 1
            words.setdefault((clue.end, clue.length), clue.text)
    ranked = votes.most_common(2)
    if not ranked or (
        len(ranked) > 1 and ranked[0][1] == ranked[1][1] and ranked[0][0][0] != ranked[1][0][0]
    ):
        return None
    best = ranked[0][0]
    return best[0], best[1], words[best]


def _with_units(tables: list[TableReading], texts: Sequence[str]) -> tuple[list[TableReading], list[str]]:
    warnings: list[str] = []
    scale, stated_in = _shared_scale(tables, texts)
    currency = next((entry.table.unit.currency for entry in tables if entry.table.unit.currency), None)
    if currency is None and tables:
        currency = _currency_of_report(tables, texts)
    completed = []
    for entry in tables:
        unit = Unit(entry.table.unit.currency or currency, entry.table.unit.scale)
        if unit.scale is None and not entry.warnings:
            unit = Unit(unit.currency, scale)
            kind = entry.table.kind.value.replace("_", " ")
            warnings.append(
                f"the {kind} does not state its unit; {stated_in}"
                if scale
                else f"the unit of the {kind} is not stated"
            )
        completed.append(replace(entry, table=with_unit(entry.table, unit)))
    return completed, warnings


def _currency_of_report(tables: Sequence[TableReading], texts: Sequence[str]) -> str | None:
    """The currency the report speaks of at its beginning and around its statements."""
    pages = [page for entry in tables for page in entry.table.pages]
    near = texts[max(0, min(pages) - 8) : max(pages) + 12]
    shown = "\n".join(texts[page - 1] for page in pages)
    return document_currency([*texts[:6], *near], shown)[0]


def _shared_scale(tables: Sequence[TableReading], texts: Sequence[str]) -> tuple[int | None, str]:
    """The scale of statements that state none: of the other statements, of the report's words
    about rounding, or whole units where figures carry a currency sign, are large enough to be whole
    units, and nothing else is said."""
    stated = {entry.table.unit.scale for entry in tables if entry.table.unit.scale is not None}
    if len(stated) == 1:
        return stated.pop(), "taken from the other statements"
    for text in texts:
        for line in text.split("\n"):
            if found := _scale_of_rounding(line):
                return found, f"taken from “{line.strip()[:100]}”"
    signed = any(entry.table.unit.currency or _bears_signs(entry.table) for entry in tables)
    if signed and _largest(tables) >= LEAST_WHOLE_TOTAL:
        return 1, "whole units, since a currency stands by its figures and no scale is named"
    return None, ""


def _scale_of_rounding(line: str) -> int | None:
    lower = line.lower()
    if not any(mark in lower for mark in ("unless otherwise", "nearest", "rounded")) or not states_unit(line):
        return None
    found = scale_in(line)
    if found:
        return found[0]
    return 1 if says_whole_units(line) else None


def _largest(tables: Sequence[TableReading]) -> Decimal:
    numbers = (cell.number for entry in tables for row in entry.table.rows for cell in row.cells if cell)
    return max((abs(number) for number in numbers if number is not None), default=Decimal(0))


def _bears_signs(table: StatementTable) -> bool:
    texts = [cell.text for row in table.rows for cell in row.cells if cell is not None]
    heads = [column.heading for column in table.columns]
    return any(sign in text for text in [*texts, *heads] for sign in "$€£¥")
