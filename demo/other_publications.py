"""What the demo company publishes beside its annual reports: a half-year report, a presentation and a
sustainability report. None of them may be taken for an annual report."""

from datetime import date
from decimal import Decimal

from demo import figures
from demo.report import (
    BALANCE,
    CASH,
    DESIGNS,
    INCOME,
    NUMBERS,
    TITLES,
    company,
    prose,
)
from demo.spec import Column, Cover, Design, Line, Prose, ReportSpec, Statement, Table
from engine.kinds import RowKind, StatementKind

MILLION = 1_000_000
SLIDE = Design(
    page=(842.0, 474.0),
    accent=(0.0, 0.38, 0.37),
    title_style="band",
    size=13,
    row_height=22,
    column_width=110,
)
WORDING_OF_A_HALF = {
    "Profit for the year": "Profit for the period",
    "Cash and cash equivalents at beginning of year": "Cash and cash equivalents at beginning of period",
    "Cash and cash equivalents at end of year": "Cash and cash equivalents at end of period",
}


def half_year_report() -> ReportSpec:
    """The condensed interim report for the six months to 31 December 2024."""
    name = company()["name"]
    return ReportSpec(
        name="half-year-report-2025",
        company=name,
        title="Half-year Report 2025",
        language="en",
        currency="EUR",
        design=DESIGNS["modern"],
        numbers=NUMBERS,
        footer=f"{name}  |  Half-year Report 2025",
        blocks=(
            Cover("Half-year Report 2025", "for the six months ended 31 December 2024", "Unaudited"),
            Prose("Interim management report", _interim_words()),
            *(_interim_statement(kind, title) for kind, title in _interim_titles()),
            Prose("Notes to the condensed interim financial statements", _interim_notes()),
        ),
    )


def _interim_titles() -> tuple[tuple[StatementKind, str], ...]:
    pairs = zip(StatementKind, TITLES["modern"], strict=True)
    return tuple((kind, title.replace("Consolidated", "Condensed consolidated")) for kind, title in pairs)


def _half(kind: StatementKind, key: str, period: str) -> str:
    return f"€{abs(figures.value(kind, key, period)) / MILLION:.1f} million"


def _interim_words() -> tuple[str, ...]:
    return (
        f"Revenue for the six months to 31 December 2024 was {_half(INCOME, 'revenue', '2025H1')}, after "
        f"{_half(INCOME, 'revenue', '2024H1')} in the same half of the year before. Operating profit came to "
        f"{_half(INCOME, 'operating_profit', '2025H1')} and profit for the period to "
        f"{_half(INCOME, 'net_income', '2025H1')}.",
        "The second half of our year is usually the stronger one, since many laboratories spend their "
        "budgets in the spring. The Board expects revenue for the year between 475 and 490 million euro.",
        "The interim figures have been neither audited nor reviewed by the auditor.",
    )


def _interim_notes() -> tuple[str, ...]:
    return (
        "# 1 Basis of preparation",
        "These condensed statements follow IAS 34 Interim Financial Reporting and should be read together "
        "with the annual report for the year ended 30 June 2024. The accounting policies are the same.",
        "# 2 Seasonality",
        "About forty-eight per cent of a year's revenue falls into its first half.",
    )


def _interim_statement(kind: StatementKind, title: str) -> Statement:
    balance = kind is BALANCE
    periods: tuple[int | str, ...] = ("2025H1", 2024) if balance else ("2025H1", "2024H1")
    columns = (
        _interim_column(date(2024, 12, 31), balance=balance),
        _interim_column(date(2024, 6, 30) if balance else date(2023, 12, 31), balance=balance),
    )
    return Statement(
        kind=kind,
        title=title,
        subtitle="at 31 December 2024" if balance else "for the six months ended 31 December 2024",
        columns=columns,
        lines=tuple(_interim_lines(kind, periods)),
        scale=MILLION,
        unit_text="All amounts in millions of euro; unaudited",
        decimals=1,
        note_heading="",
    )


def _interim_column(end: date, *, balance: bool) -> Column:
    day = (f"{end.day} {end:%B}", str(end.year), "€m")
    if balance:
        return Column(day, None, end)
    return Column(("Six months to", *day), date(end.year, 7, 1), end)


def _interim_lines(kind: StatementKind, periods: tuple[int | str, ...]) -> list[Line]:
    found: list[Line] = []
    for line in figures.lines(kind):
        label = WORDING_OF_A_HALF.get(line.label(2025), line.label(2025))
        if line.kind is RowKind.HEADING:
            found.append(Line(label, kind=RowKind.HEADING))
            continue
        per_share = line.kind is RowKind.PER_SHARE
        divisor = Decimal(1 if per_share else MILLION)
        values = tuple(figures.value(kind, line.key, period) / divisor for period in periods)
        if any(values) or line.kind is not RowKind.LINE:
            found.append(
                Line(
                    label,
                    values,
                    line.kind,
                    line.level,
                    decimals=2 if per_share else None,
                    key=line.key,
                )
            )
    return found


def presentation() -> ReportSpec:
    """Slides on the results of 2025: figures, but no statements."""
    name = company()["name"]
    return ReportSpec(
        name="results-presentation-2025",
        company=name,
        title="Full-year results 2025: investor presentation",
        language="en",
        currency="EUR",
        design=SLIDE,
        numbers=NUMBERS,
        footer=f"{name}  |  Results presentation  |  18 September 2025",
        blocks=(
            Cover("Full-year results 2025", "Investor presentation, 18 September 2025"),
            Prose(
                "What we will cover",
                ("Results of the year", "Cash and balance sheet", "Outlook", "Your questions"),
            ),
            Table("Results at a glance", _slide_columns(), _slide_lines(), 1, new_page=True),
            Table("Cash", _slide_columns(), _slide_cash(), 1, new_page=True),
            Prose(
                "Outlook",
                (
                    "Revenue is expected to grow by four to six per cent in the year to June 2026.",
                    "Research and development stays at about nine per cent of revenue.",
                    "Forward-looking statements depend on events that we cannot foresee.",
                ),
            ),
        ),
    )


def _slide_columns() -> tuple[Column, ...]:
    return (Column(("FY25", "€m")), Column(("FY24", "€m")))


def _slide(label: str, kind: StatementKind, key: str) -> Line:
    return Line(label, tuple(figures.value(kind, key, year) / MILLION for year in (2025, 2024)))


def _slide_lines() -> tuple[Line, ...]:
    return (
        _slide("Revenue", INCOME, "revenue"),
        _slide("Gross profit", INCOME, "gross_profit"),
        _slide("Operating profit", INCOME, "operating_profit"),
        _slide("Profit for the year", INCOME, "net_income"),
    )


def _slide_cash() -> tuple[Line, ...]:
    return (
        _slide("Net cash from operating activities", CASH, "cfo"),
        _slide("Capital expenditure", CASH, "capex"),
        _slide("Dividends", CASH, "dividends"),
        _slide("Cash at 30 June", BALANCE, "cash"),
    )


def sustainability_report() -> ReportSpec:
    """A report on energy, people and materials: tables of years that are not about money."""
    name = company()["name"]
    words = prose()["sustainability"]
    split = words.index("# People and safety")
    tonnes = (
        ("Direct emissions (scope 1)", "4812", "5121", "5460"),
        ("Electricity (scope 2)", "6034", "6377", "7012"),
        ("Business travel (scope 3)", "2981", "2744", "2106"),
    )
    lines = [Line(label, tuple(Decimal(value) for value in values)) for label, *values in tonnes]
    totals = tuple(
        sum((line.values[index] or Decimal(0) for line in lines), Decimal(0)) for index in range(3)
    )
    return ReportSpec(
        name="sustainability-report-2025",
        company=name,
        title="Sustainability Report 2025",
        language="en",
        currency="EUR",
        design=DESIGNS["noted"],
        numbers=NUMBERS,
        footer=f"{name}  |  Sustainability Report 2025",
        blocks=(
            Cover(
                "Sustainability Report 2025", "Energy, people and materials", "Instruments that are checked"
            ),
            Prose("Energy", tuple(" ".join(text.split()) for text in words[:split])),
            Table(
                "Emissions in tonnes of carbon dioxide equivalent",
                tuple(Column((year,)) for year in ("2025", "2024", "2023")),
                (*lines, Line("Total", totals, RowKind.SUBTOTAL)),
            ),
            Prose("People and materials", tuple(" ".join(text.split()) for text in words[split:])),
        ),
    )
