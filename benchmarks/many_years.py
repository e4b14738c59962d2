"""One invented company whose reports change in every way that comparisons over years must survive.

Ten annual reports cover eleven years and a transition period. On the way the company renames lines
(of the standard and of its own), has a year of 53 weeks, moves the end of its year from December to
June, restates a year, moves a figure between two lines, prints millions instead of thousands, and
reports in German at last. Every figure is a whole hundred thousand, so that thousands and millions say
the same.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from benchmarks.synthetic import BALANCE, CONCEPTS, LANGUAGES, Figures, invent, vocabulary
from demo.spec import Block, Column, Cover, Design, Line, NumberStyle, Prose, ReportSpec, Statement
from demo.typeset import typeset
from engine.kinds import RowKind, StatementKind

INCOME = StatementKind.INCOME_STATEMENT
CASH_FLOW = StatementKind.CASH_FLOW_STATEMENT
STEP = Decimal(100)  # thousand: what the company rounds its books to
UNTIL_PUBLISHED = timedelta(days=70)

# First and last day of each period, oldest first. The calendar runs in weeks until the year's end moves.
PERIODS = (
    (date(2012, 12, 30), date(2013, 12, 28)),
    (date(2013, 12, 29), date(2014, 12, 27)),
    (date(2014, 12, 28), date(2016, 1, 2)),  # 53 weeks
    (date(2016, 1, 3), date(2016, 12, 31)),
    (date(2017, 1, 1), date(2017, 12, 30)),
    (date(2017, 12, 31), date(2018, 6, 30)),  # the transition
    (date(2018, 7, 1), date(2019, 6, 30)),
    (date(2019, 7, 1), date(2020, 6, 30)),
    (date(2020, 7, 1), date(2021, 6, 30)),
    (date(2021, 7, 1), date(2022, 6, 30)),
    (date(2022, 7, 1), date(2023, 6, 30)),
)
IN_MILLIONS_FROM = date(2021, 6, 30)
IN_GERMAN_FROM = date(2022, 6, 30)

# The wording from the report on, by the end of its year. Keys are those of the vocabulary, and of the
# company's own lines.
RENAMED: dict[tuple[StatementKind, str], dict[date, str]] = {
    (INCOME, "selling"): {PERIODS[4][1]: "Bringing goods to market"},
    (INCOME, "preopening"): {
        PERIODS[0][1]: "Workshop start-up",
        PERIODS[3][1]: "Preopening expenses",
        IN_GERMAN_FROM: "Aufwendungen vor Eröffnung",
    },
    (BALANCE, "inventories"): {PERIODS[0][1]: "Stocks", PERIODS[2][1]: "Inventories"},
    (BALANCE, "payables"): {PERIODS[0][1]: "Creditors", PERIODS[1][1]: "Trade and other payables"},
    (CASH_FLOW, "capex"): {PERIODS[6][1]: "Additions to property, plant and equipment"},
}
OWN_LINE = "preopening"
OWN_KEY = "company:aufwendungen-vor-eroffnung"  # the newest wording

# What the report on the following year gives for the year to June 2019: revenue and cost of sales are
# shown gross, and a part of administrative expenses has moved to selling expenses.
RESTATED_YEAR = PERIODS[6][1]
RESTATED: dict[str, Decimal] = {
    "revenue": Decimal(5500),
    "cost_of_sales": Decimal(-5500),
    "selling": Decimal(-1200),
    "admin": Decimal(1200),
}


@dataclass(frozen=True, slots=True)
class YearReport:
    """One annual report: its file, and what it gives for each line and period, in whole euro with
    contribution sign. `per_share` figures are in euro."""

    name: str
    pdf: bytes
    period_end: date
    published: date
    figures: Mapping[tuple[StatementKind, str, date], Decimal]


def concept_of(kind: StatementKind, key: str) -> str:
    """The row a line belongs to: its concept, or the key of the company's own row."""
    return OWN_KEY if key == OWN_LINE else CONCEPTS[kind][key]


@cache
def reports() -> tuple[YearReport, ...]:
    """The ten reports, oldest first, always the same."""
    return tuple(_report(n) for n in range(1, len(PERIODS)))


@cache
def _books() -> tuple[dict[StatementKind, Figures], ...]:
    """The figures of every period as first published, oldest first, in thousands."""
    dice = random.Random("many years")  # noqa: S311
    found = invent(dice, len(PERIODS), STEP)[::-1]
    for year in found:
        own = -dice.randint(201, 899) * STEP
        year[INCOME][OWN_LINE] = own
        year[INCOME]["admin"] -= own
    return tuple(found)


def _figure(report: int, period: int, kind: StatementKind, key: str) -> Decimal:
    """What the report on a period gives for a line and a period, in thousands."""
    restated = kind is INCOME and PERIODS[period][1] == RESTATED_YEAR and report > period
    return _books()[period][kind][key] + (RESTATED.get(key, Decimal(0)) if restated else Decimal(0))


def _report(n: int) -> YearReport:
    end = PERIODS[n][1]
    maker = _Maker(n)
    made = typeset(maker.spec())
    figures = {
        (kind, key, PERIODS[period][1]): _figure(n, period, kind, key) * (1 if key == "eps" else 1000)
        for kind in StatementKind
        for period in (n, n - 1)
        for key in (*CONCEPTS[kind], *((OWN_LINE,) if kind is INCOME else ()))
    }
    return YearReport(f"report-{end.year}-{end.month:02d}", made.pdf, end, end + UNTIL_PUBLISHED, figures)


class _Maker:
    """The words and the shape of one report."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.end = PERIODS[n][1]
        german = self.end >= IN_GERMAN_FROM
        self.locale = vocabulary()["locales"]["de" if german else "en"]
        self.words = vocabulary()["words"][self.locale["language"]]
        self.scale = 1_000_000 if self.end >= IN_MILLIONS_FROM else 1000

    def spec(self) -> ReportSpec:
        words = self.words
        title = f"{words['report']} {self.end.year}"
        blocks: tuple[Block, ...] = (
            Cover(title, words["duration"].format(date=self._date(self.end))),
            Prose(words["letter"], (words["prose"],) * 3),
            *(self._statement(index, kind) for index, kind in enumerate(StatementKind)),
            Prose(words["notes"], (words["prose"],) * 2),
        )
        return ReportSpec(
            name=title,
            company="Wrenfold Workshops SE",
            title=title,
            language=self.locale["language"],
            currency="EUR",
            design=Design(column_width=116),
            numbers=NumberStyle(*self.locale["numbers"]),
            blocks=blocks,
            footer=f"Wrenfold Workshops SE   {title}",
        )

    def _date(self, day: date) -> str:
        month = self.words["months"][day.month - 1]
        return str(self.words["date"].format(day=day.day, month=month, year=day.year))

    def _statement(self, index: int, kind: StatementKind) -> Statement:
        currency = self.words["currencies"]["EUR"]
        return Statement(
            kind=kind,
            title=self.words["titles"][index],
            columns=tuple(self._column(kind, period) for period in (self.n, self.n - 1)),
            lines=tuple(self._lines(kind)),
            scale=self.scale,
            unit_text=self.words["units"][self.scale].format(currency=currency),
            decimals=1 if self.scale == 1_000_000 else 0,
        )

    def _column(self, kind: StatementKind, period: int) -> Column:
        start, end = PERIODS[period]
        restated = kind is INCOME and self.n > period and end == RESTATED_YEAR
        head: tuple[str, ...] = (self._date(end),)
        if kind is not BALANCE:
            head = (self._length(start, end), *head)
        if restated:
            head = ("Restated", *head)
        return Column(head, None if kind is BALANCE else start, end, restated=restated)

    def _length(self, start: date, end: date) -> str:
        days = (end - start).days + 1
        if days < 300:
            return "Six months ended"
        if end.month == 6:
            return "Year ended" if self.locale["language"] == "en" else "Geschäftsjahr bis"
        return f"{days // 7} weeks ended"

    def _lines(self, kind: StatementKind) -> Iterator[Line]:
        word = 2 + LANGUAGES.index(self.locale["language"])
        for entry in vocabulary()["lines"][kind.value]:
            yield self._line(kind, entry[0], RowKind(entry[1]), entry[word])
            if kind is INCOME and entry[0] == "admin":
                yield self._line(kind, OWN_LINE, RowKind.LINE, "")

    def _line(self, kind: StatementKind, key: str, row: RowKind, label: str) -> Line:
        if row is RowKind.HEADING:
            return Line(label, kind=row)
        scale = 1 if row is RowKind.PER_SHARE else self.scale // 1000
        return Line(
            self._label(kind, key, label),
            tuple(_figure(self.n, period, kind, key) / scale for period in (self.n, self.n - 1)),
            row,
            level=1 if row is RowKind.LINE and kind is BALANCE else 0,
            decimals=2 if row is RowKind.PER_SHARE else None,
            key=key,
        )

    def _label(self, kind: StatementKind, key: str, label: str) -> str:
        names = RENAMED.get((kind, key), {})
        german = self.locale["language"] != "en"
        fitting = [
            name for since, name in names.items() if since <= self.end and (since >= IN_GERMAN_FROM) == german
        ]
        return fitting[-1] if fitting else label
