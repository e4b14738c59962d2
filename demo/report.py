"""The demo company's publications as specifications: words from `prose.yaml`, figures from
`company.yaml`. Nothing is drawn here."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demo import figures
from demo.figures import AnnualReport
from demo.spec import (
    Block,
    Column,
    Contents,
    Cover,
    Design,
    Line,
    NumberStyle,
    Prose,
    ReportSpec,
    Statement,
    Table,
)
from engine.kinds import RowKind, StatementKind

INCOME, BALANCE, CASH = (
    StatementKind.INCOME_STATEMENT,
    StatementKind.BALANCE_SHEET,
    StatementKind.CASH_FLOW_STATEMENT,
)
NUMBERS = NumberStyle()

DESIGNS = {
    "classic": Design(
        font="Times-Roman",
        bold="Times-Bold",
        italic="Times-Italic",
        heading_font="Times-Bold",
        size=10,
        row_height=14.2,
        accent=(0.36, 0.11, 0.14),
        title_style="centred",
        column_width=70,
        margin=62,
    ),
    "noted": Design(accent=(0.07, 0.28, 0.42), note_column=True, column_width=78, row_height=13.2),
    "modern": Design(
        accent=(0.0, 0.38, 0.37),
        note_column=True,
        column_width=74,
        title_style="band",
        shaded=True,
        size=8.8,
        row_height=13.0,
        margin=52,
    ),
}
_OLD_TITLES = (
    "Consolidated income statement",
    "Consolidated balance sheet",
    "Consolidated cash flow statement",
)
TITLES = {
    "classic": _OLD_TITLES,
    "noted": _OLD_TITLES,
    "modern": (
        "Consolidated income statement",
        "Consolidated statement of financial position",
        "Consolidated statement of cash flows",
    ),
}


@cache
def prose() -> dict[str, Any]:
    """The words as they are in the data file."""
    loaded: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("prose.yaml").read_text(encoding="utf-8")
    )
    return loaded


def company() -> dict[str, Any]:
    """The company's name, seat and people."""
    found: dict[str, Any] = figures.data()["company"]
    return found


def annual_report(report: AnnualReport) -> ReportSpec:
    """An annual report from cover to the parent company's balance sheet."""
    name = company()["name"]
    return ReportSpec(
        name=report.name,
        company=name,
        title=f"Annual Report {report.year}",
        language="en",
        currency="EUR",
        design=DESIGNS[report.design],
        numbers=NUMBERS,
        footer=f"{name}  |  Annual Report {report.year}",
        blocks=(
            Cover(
                f"Annual Report {report.year}",
                f"for the year ended 30 June {report.year}",
                "Instruments that are checked",
            ),
            Contents("Contents"),
            *_front(report),
            *statements(report),
            _changes_in_equity(report),
            *_notes(report),
            _parent_balance_sheet(report),
        ),
    )


# Figures in words


def _figure(report: AnnualReport, kind: StatementKind, key: str, year: int | None = None) -> Decimal:
    year = report.year if year is None else year
    return figures.value(kind, key, year, restated=_restated(report, year), scale=report.scale)


def _restated(report: AnnualReport, year: int) -> bool:
    return year < report.year and year in figures.data()["restated"]


def _in_words(number: Decimal) -> str:
    return f"€{abs(number) / 1_000_000:.1f} million"


def _facts(report: AnnualReport) -> dict[str, str]:
    keys = {
        INCOME: "revenue cost_of_sales gross_profit rnd operating_profit tax net_income owners",
        BALANCE: "cash goodwill",
        CASH: "cfo capex capdemo dividends",
    }
    facts = {
        key: _in_words(_figure(report, kind, key)) for kind, names in keys.items() for key in names.split()
    }
    before = _figure(report, INCOME, "revenue", report.year - 1)
    growth = (_figure(report, INCOME, "revenue") / before - 1) * 100
    direction = "up" if growth > 0 else "down"
    finance = _figure(report, INCOME, "finance_income") + _figure(report, INCOME, "finance_costs")
    overheads = _figure(report, INCOME, "distribution") + _figure(report, INCOME, "admin")
    facts |= {
        "change": f"{direction} {abs(growth):.1f} per cent",
        "eps": f"€{_figure(report, INCOME, 'eps_basic')}",
        "overheads": _in_words(overheads),
        "finance": _in_words(finance),
        "year": str(report.year),
        "company": company()["name"],
        "titles": ", ".join(title.lower() for title in TITLES[report.design]),
    }
    words = prose()["years"][report.year]
    facts |= {name: text.format(**facts) for name, text in words.items()}
    second = prose()["second_note"]
    which = "restated" if any(_restated(report, year) for year in report.years) else "plain"
    facts |= {"second_note": second[which], "second_note_text": second[f"{which}_text"]}
    return facts


def _filled(paragraphs: Iterable[str], facts: dict[str, str]) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.format(**facts).split()) for paragraph in paragraphs)


# Front half


def _front(report: AnnualReport) -> tuple[Block, ...]:
    facts, words = _facts(report), prose()
    people = company()
    signed = _day_before(report.published)
    return (
        Prose("The Group at a glance", _filled([words["business"]], facts)),
        _summary(report),
        Prose(
            "Chair's letter",
            _filled(words["chair"], facts),
            signature=(people["chair"], "Chair of the Board"),
        ),
        Prose("Management report", _filled(words["review"], facts)),
        _segments(report, "Revenue by division"),
        Prose("Principal risks", _filled(words["risks"], facts)),
        Prose("Corporate governance", _filled(words["governance"], facts)),
        Prose(
            "Independent auditor's report",
            _filled(words["audit"], facts),
            signature=(people["auditor"], f"Dublin, {signed}"),
        ),
    )


def _day_before(day: date) -> str:
    before = day - timedelta(days=2)
    return f"{before.day} {before:%B %Y}"


def _summary(report: AnnualReport) -> Table:
    """A summary of up to five years: it looks like an income statement and is none."""
    years = tuple(year for year in range(report.year, report.year - 5, -1) if year >= 2016)
    rows = (
        ("Revenue", INCOME, "revenue", RowKind.LINE),
        ("Operating profit", INCOME, "operating_profit", RowKind.LINE),
        ("Profit before tax", INCOME, "pbt", RowKind.LINE),
        ("Profit for the year", INCOME, "net_income", RowKind.LINE),
        ("Earnings per share, basic (€)", INCOME, "eps_basic", RowKind.PER_SHARE),
        ("Total assets", BALANCE, "total_assets", RowKind.LINE),
        ("Total equity", BALANCE, "total_equity", RowKind.LINE),
        ("Net cash from operating activities", CASH, "cfo", RowKind.LINE),
    )
    count = {3: "Three", 4: "Four", 5: "Five"}[len(years)]
    return Table(
        title=f"{count}-year summary",
        columns=tuple(Column((str(year), _unit(report))) for year in years),
        lines=tuple(
            Line(
                label,
                tuple(
                    _figure(report, kind, key, year)
                    if row is RowKind.PER_SHARE
                    else _step(_figure(report, kind, key, year), report)
                    for year in years
                ),
                row,
                decimals=2 if row is RowKind.PER_SHARE else None,
            )
            for label, kind, key, row in rows
        ),
        decimals=_decimals(report),
    )


def _step(number: Decimal, report: AnnualReport) -> Decimal:
    """A figure in the printed unit, rounded to what the report shows."""
    exponent = Decimal(1).scaleb(-_decimals(report))
    return (number / report.scale).quantize(exponent, ROUND_HALF_UP)


def _decimals(report: AnnualReport) -> int:
    return 0 if report.scale == 1000 else 1


def _unit(report: AnnualReport) -> str:
    return "€'000" if report.scale == 1000 else "€m"


def _segments(report: AnnualReport, title: str) -> Table:
    years = report.years[:2]
    shares = (("Laboratory instruments", Decimal("0.42")), ("Process instruments", Decimal("0.35")))
    parts: list[Line] = []
    totals = [_step(_figure(report, INCOME, "revenue", year), report) for year in years]
    exponent = Decimal(1).scaleb(-_decimals(report))
    for label, share in shares:
        parts.append(Line(label, tuple((total * share).quantize(exponent) for total in totals)))
    rest = tuple(
        total - sum((line.values[index] or Decimal(0) for line in parts), Decimal(0))
        for index, total in enumerate(totals)
    )
    return Table(
        title=title,
        columns=tuple(Column((str(year), _unit(report))) for year in years),
        lines=(*parts, Line("Field instruments", rest), Line("Revenue", tuple(totals), RowKind.SUBTOTAL)),
        decimals=_decimals(report),
    )


# Statements


def statements(report: AnnualReport) -> tuple[Statement, ...]:
    """The three primary statements of the group as the report prints them."""
    footnote = "The notes form an integral part of these consolidated financial statements."
    changed = " The figures of 2022 are restated, see note 2." if report.year == 2023 else ""
    subtitles = (
        f"for the year ended 30 June {report.year}",
        f"at 30 June {report.year}",
        f"for the year ended 30 June {report.year}",
    )
    return tuple(
        Statement(
            kind=kind,
            title=title,
            subtitle=subtitle,
            columns=tuple(_column(report, kind, year) for year in report.years),
            lines=tuple(_lines(report, kind)),
            scale=report.scale,
            unit_text=_unit_text(report),
            decimals=_decimals(report),
            footnote=footnote + changed,
            note_heading="Note",
        )
        for kind, title, subtitle in zip(StatementKind, TITLES[report.design], subtitles, strict=True)
    )


def _unit_text(report: AnnualReport) -> str:
    if report.design == "classic":
        return ""
    return "All amounts in thousands of euro" if report.scale == 1000 else "All amounts in millions of euro"


def _column(report: AnnualReport, kind: StatementKind, year: int) -> Column:
    restated = _restated(report, year)
    end = date(year, 6, 30)
    start = None if kind is BALANCE else date(year - 1, 7, 1)
    unit = _unit(report)
    heading: tuple[str, ...] = (str(year), unit)
    if report.design == "noted":
        heading = ("30 June" if kind is BALANCE else "Year ended", *heading)
        heading = heading if kind is BALANCE else ("Year ended", f"30 June {year}", unit)
    if restated:
        heading = ("Restated", *heading)
    return Column(heading, start, end, restated=restated)


def _lines(report: AnnualReport, kind: StatementKind) -> Iterable[Line]:
    for line in figures.lines(kind):
        if line.since > report.year:
            continue
        label = line.label(report.year)
        if line.kind is RowKind.HEADING:
            yield Line(label, kind=RowKind.HEADING, level=line.level)
            continue
        values = tuple(_printed(report, kind, line, year) for year in report.years)
        if any(values) or line.kind is not RowKind.LINE:
            yield Line(
                label,
                values,
                line.kind,
                line.level,
                line.note,
                2 if line.kind is RowKind.PER_SHARE else None,
                line.key,
            )


def _printed(report: AnnualReport, kind: StatementKind, line: figures.LineOfStatement, year: int) -> Decimal:
    number = _figure(report, kind, line.key, year)
    return number if line.kind is RowKind.PER_SHARE else number / report.scale


def _changes_in_equity(report: AnnualReport) -> Table:
    """The statement of changes in equity: years as rows, so no table of periods."""
    year, before = report.year, report.year - 1

    def opening(key: str) -> Decimal:
        return _figure(report, BALANCE, key, before) / report.scale

    def flow(kind: StatementKind, key: str) -> Decimal:
        return _figure(report, kind, key) / report.scale

    def extra(key: str) -> Decimal:
        return figures.supplement(key, year) / report.scale

    zero = Decimal(0)
    capital = opening("share_capital") + opening("share_premium")
    others = (opening(key) for key in ("treasury", "translation", "retained", "nci"))
    rows = (
        (
            f"At 1 July {before}",
            (capital, *others),
        ),
        ("Profit for the year", (zero, zero, zero, flow(INCOME, "owners"), flow(INCOME, "nci"))),
        ("Exchange differences", (zero, zero, extra("translation_oci"), zero, zero)),
        ("Remeasurement of pensions", (zero, zero, zero, extra("remeasurement"), zero)),
        ("Share-based payments", (zero, zero, zero, flow(CASH, "sbp"), zero)),
        ("Purchase of treasury shares", (zero, flow(CASH, "buyback"), zero, zero, zero)),
        ("Dividends", (zero, zero, zero, flow(CASH, "dividends"), flow(CASH, "dividends_nci"))),
    )
    lines = [Line(label, (*values, sum(values, zero)), RowKind.LINE) for label, values in rows]
    totals = tuple(sum((line.values[index] or zero for line in lines), zero) for index in range(6))
    names = (("Share", "capital*"), ("Treasury", "shares"), ("Trans-", "lation"), ("Retained", "earnings"))
    return Table(
        title="Consolidated statement of changes in equity",
        columns=tuple(Column(name) for name in (*names, ("Minority", "interests"), ("Total", "equity"))),
        lines=(*lines, Line(f"At 30 June {year}", totals, RowKind.TOTAL)),
        decimals=_decimals(report),
        intro=(f"for the year ended 30 June {year}, {_unit(report)}. * Share capital and share premium.",),
        listed=True,
        new_page=True,
    )


# Notes


def _notes(report: AnnualReport) -> tuple[Block, ...]:
    facts, words = _facts(report), prose()
    paragraphs = list(words["policies"])
    place = paragraphs.index("{second_note}") + 1
    paragraphs.insert(place, "{second_note_text}")
    return (
        Prose("Notes to the consolidated financial statements", _filled(paragraphs, facts)),
        _segments(report, "4 Segment reporting"),
        _charges(report),
        _finance(report),
        _taxation(report),
        _earnings(report),
        _borrowings(report),
        Prose(
            "26 Events after the reporting period",
            (f"No event after 30 June {report.year} requires disclosure.",),
            listed=False,
            continues=True,
        ),
    )


def _note_table(report: AnnualReport, title: str, rows: Iterable[Line], intro: tuple[str, ...] = ()) -> Table:
    years = report.years[:2]
    return Table(
        title=title,
        columns=tuple(Column((str(year), _unit(report))) for year in years),
        lines=tuple(rows),
        decimals=_decimals(report),
        intro=intro,
    )


def _sum(label: str, lines: list[Line]) -> Line:
    count = len(lines[0].values)
    totals = tuple(
        sum((line.values[index] or Decimal(0) for line in lines), Decimal(0)) for index in range(count)
    )
    return Line(label, totals, RowKind.SUBTOTAL)


def _extra(report: AnnualReport, key: str) -> tuple[Decimal, ...]:
    return tuple(_step(figures.supplement(key, year), report) for year in report.years[:2])


def _charges(report: AnnualReport) -> Table:
    amortisation = tuple(
        value - (Decimal("0.2") if _restated(report, year) else 0)
        for value, year in zip(_extra(report, "amortisation"), report.years[:2], strict=True)
    )
    lines = [
        Line("Depreciation of property, plant and equipment", _extra(report, "dep_ppe")),
        Line("Amortisation of intangible assets", amortisation),
        Line("Depreciation of demonstration instruments", _extra(report, "dep_demo")),
    ]
    if report.year >= 2020:
        lines.append(Line("Depreciation of right-of-use assets", _extra(report, "dep_rou")))
    return _note_table(
        report,
        "5 Operating profit",
        [*lines, _sum("Depreciation and amortisation", lines)],
        ("Operating profit is stated after charging:",),
    )


def _finance(report: AnnualReport) -> Table:
    lines = [
        Line(label, tuple(_step(_figure(report, INCOME, key, year), report) for year in report.years[:2]))
        for label, key in (
            ("Interest income on deposits", "finance_income"),
            ("Interest on borrowings and leases", "finance_costs"),
        )
    ]
    return _note_table(report, "8 Finance income and costs", [*lines, _sum("Net finance costs", lines)])


def _taxation(report: AnnualReport) -> Table:
    deferred = tuple(
        value - (Decimal("0.3") if _restated(report, year) else 0)
        for value, year in zip(_extra(report, "deferred_tax"), report.years[:2], strict=True)
    )
    lines = [Line("Current tax", _extra(report, "current_tax")), Line("Deferred tax", deferred)]
    return _note_table(report, "9 Taxation", [*lines, _sum("Total tax charge", lines)])


def _earnings(report: AnnualReport) -> Table:
    years = report.years[:2]
    owners = tuple(_step(_figure(report, INCOME, "owners", year), report) for year in years)
    shares = {
        key: tuple(figures.supplement(key, year) / 1000 for year in years)
        for key in ("shares_basic", "shares_diluted")
    }
    per_share = {
        key: tuple(_figure(report, INCOME, key, year) for year in years)
        for key in ("eps_basic", "eps_diluted")
    }
    return _note_table(
        report,
        "10 Earnings per share and dividends",
        (
            Line("Profit attributable to owners of the parent", owners),
            Line("Weighted average number of shares (thousands)", shares["shares_basic"], decimals=0),
            Line("Diluted number of shares (thousands)", shares["shares_diluted"], decimals=0),
            Line("Basic earnings per share (€)", per_share["eps_basic"], decimals=2),
            Line("Diluted earnings per share (€)", per_share["eps_diluted"], decimals=2),
        ),
    )


def _borrowings(report: AnnualReport) -> Table:
    lines = [
        Line(label, tuple(_step(_figure(report, BALANCE, key, year), report) for year in report.years[:2]))
        for label, key in (("Due within one year", "borrowings_c"), ("Due after one year", "borrowings_nc"))
    ]
    return _note_table(report, "20 Borrowings", [*lines, _sum("Total borrowings", lines)])


def _parent_balance_sheet(report: AnnualReport) -> Statement:
    """The parent company alone: a balance sheet that is not the group's."""
    years = report.years[:2]
    parent = figures.data()["parent"]

    def at(key: str, sign: int = 1) -> tuple[Decimal, ...]:
        return tuple(_step(Decimal(parent[key][year]) * 1000 * sign, report) for year in years)

    def group(key: str) -> tuple[Decimal, ...]:
        return tuple(_step(_figure(report, BALANCE, key, year), report) for year in years)

    assets = [
        Line("Investments in subsidiaries", at("investments"), level=1),
        Line("Amounts owed by subsidiaries", at("owed_by_subsidiaries"), level=1),
        Line("Cash at bank", at("cash"), level=1),
    ]
    debts = [
        Line("Amounts owed to subsidiaries", at("owed_to_subsidiaries"), level=1),
        Line("Borrowings", at("borrowings"), level=1),
    ]
    capital = [
        Line("Share capital", group("share_capital"), level=1),
        Line("Share premium", group("share_premium"), level=1),
        Line("Treasury shares", group("treasury"), level=1),
    ]
    total = _sum("Total assets", assets)
    owed = _sum("Total liabilities", debts)
    paid = _sum("", capital)
    rest = tuple(
        (a or Decimal(0)) - (b or Decimal(0)) - (c or Decimal(0))
        for a, b, c in zip(total.values, owed.values, paid.values, strict=True)
    )
    capital.append(Line("Profit and loss account", rest, level=1))
    return Statement(
        kind=BALANCE,
        title="Company balance sheet",
        subtitle=f"{company()['name']} (parent company only) at 30 June {report.year}",
        columns=tuple(Column((str(year), _unit(report))) for year in years),
        lines=(
            Line("Assets", kind=RowKind.HEADING),
            *assets,
            total,
            Line("Liabilities", kind=RowKind.HEADING),
            *debts,
            owed,
            Line("Shareholders' funds", kind=RowKind.HEADING),
            *capital,
            _sum("Total shareholders' funds", capital),
            Line("Total equity and liabilities", total.values, RowKind.TOTAL),
        ),
        scale=report.scale,
        unit_text="",
        decimals=_decimals(report),
        counted=False,
    )
