"""Annual reports whose every figure is known, across layouts, locales and scales.

`generate` invents the figures of a small industrial group from a seed (all statements articulate),
typesets a report around them and returns what is printed, in the shape of the truth files of real
reports, so that one scorer serves both.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demo.spec import (
    UNIT_NAMES,
    Column,
    Contents,
    Cover,
    Design,
    Line,
    NumberStyle,
    PrintedStatement,
    Prose,
    ReportSpec,
    Statement,
    Table,
)
from demo.typeset import typeset
from engine.kinds import RowKind, Scope, StatementKind

KINDS = tuple(StatementKind)
BALANCE = StatementKind.BALANCE_SHEET
SCALES = (1, 1_000, 1_000_000)
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv")
ASSETS = ("goodwill", "intangibles", "ppe", "dta", "inventories", "receivables", "other_ca")
LIABILITIES = ("lt_debt", "pensions", "payables", "st_debt", "provisions")


# What each line of the invented statements is.
CONCEPTS: dict[StatementKind, dict[str, str]] = {
    StatementKind.INCOME_STATEMENT: {
        "revenue": "is.revenue",
        "cost_of_sales": "is.cost_of_sales",
        "gross_profit": "is.gross_profit",
        "selling": "is.selling",
        "admin": "is.admin",
        "rnd": "is.rnd",
        "other_op": "is.other_op",
        "operating_profit": "is.operating_profit",
        "finance_income": "is.finance_income",
        "finance_costs": "is.finance_costs",
        "pbt": "is.pbt",
        "tax": "is.tax",
        "net_income": "is.net_income",
        "owners": "is.ni_owners",
        "nci": "is.ni_nci",
        "eps": "is.eps_basic",
    },
    BALANCE: {
        "goodwill": "bs.goodwill",
        "intangibles": "bs.intangibles",
        "ppe": "bs.ppe",
        "dta": "bs.dta",
        "total_nca": "bs.total_nca",
        "inventories": "bs.inventories",
        "receivables": "bs.receivables",
        "other_ca": "bs.other_ca",
        "cash": "bs.cash",
        "total_ca": "bs.total_ca",
        "total_assets": "bs.total_assets",
        "share_capital": "bs.share_capital",
        "retained": "bs.retained",
        "nci": "bs.nci",
        "total_equity": "bs.total_equity",
        "lt_debt": "bs.lt_debt",
        "pensions": "bs.pensions",
        "total_ncl": "bs.total_ncl",
        "payables": "bs.payables",
        "st_debt": "bs.st_debt",
        "provisions": "bs.provisions_cur",
        "total_cl": "bs.total_cl",
        "total_liab": "bs.total_liab",
        "total_el": "bs.total_el",
    },
    StatementKind.CASH_FLOW_STATEMENT: {
        "profit": "cf.start",
        "da": "cf.da",
        "d_inventories": "cf.d_inventories",
        "d_receivables": "cf.d_receivables",
        "d_payables": "cf.d_payables",
        "cfo": "cf.cfo",
        "capex": "cf.capex_ppe",
        "disposals": "cf.disposals",
        "acquisitions": "cf.acquisitions",
        "cfi": "cf.cfi",
        "debt_issued": "cf.debt_issued",
        "debt_repaid": "cf.debt_repaid",
        "dividends": "cf.dividends",
        "cff": "cf.cff",
        "net_change": "cf.net_change",
        "cash_open": "cf.cash_open",
        "cash_close": "cf.cash_close",
    },
}

PLAIN = Design()
TIGHT = Design(row_height=11.0, size=8.0)
VERA = Design(font="Vera", bold="Vera-Bold", italic="Vera-Italic", heading_font="Vera-Bold", size=8)
TIMES = Design(
    font="Times-Roman",
    bold="Times-Bold",
    italic="Times-Italic",
    heading_font="Times-Bold",
    size=10,
    title_style="centred",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is peculiar about a report's pages. The defaults are the plain case."""

    why: str
    design: Design = PLAIN
    negative: str = "brackets"
    nil: str = "–"
    notes: bool = False
    with_parent: bool = False
    oldest_first: bool = False
    landscape: bool = False
    shared_page: bool = False
    tail: int = 0
    blank_page: bool = False
    titled_continuation: bool = False
    unlabelled: bool = False
    years_only: bool = False
    weeks: bool = False
    side_by_side: bool = False
    positive_costs: bool = False
    last_day: tuple[int, int] = (12, 31)


LAYOUTS: dict[str, Layout] = {
    "plain": Layout("the usual page"),
    "note_column": Layout(
        "numbers of notes beside the figures", replace(TIMES, note_column=True), notes=True
    ),
    "group_and_company": Layout("four columns, two of them the parent's", with_parent=True),
    "oldest_first": Layout("columns run from the oldest year on", oldest_first=True, last_day=(9, 30)),
    "landscape": Layout("statements on pages that lie on their side", landscape=True),
    "two_on_one_page": Layout("the second statement begins in mid-page", TIGHT, shared_page=True),
    "short_continuation": Layout("one to three lines on the next page, without title or headings", tail=1),
    "titled_continuation": Layout("it goes on under a repeated title", tail=9, titled_continuation=True),
    "blank_between": Layout("an empty page inside", tail=6, blank_page=True, titled_continuation=True),
    "unlabelled_totals": Layout("totals without a caption", unlabelled=True),
    "dot_leaders": Layout(
        "dots lead to the figures, the minus stands behind them",
        replace(TIMES, dot_leaders=True),
        negative="trailing",
        nil="-",
    ),
    "true_minus": Layout("U+2212 in an embedded font", VERA, negative="true_minus", nil="—"),
    "hyphen_minus": Layout("a hyphen as minus, costs unsigned", negative="minus", positive_costs=True),
    "narrow_labels": Layout("labels wrap over several lines", Design(label_width=104.0)),
    "years_only": Layout("columns are headed by years alone", years_only=True),
    "weeks": Layout("a year of 53 weeks after one of 52", Design(column_width=116), weeks=True),
    "side_by_side": Layout("assets beside equity and liabilities", TIGHT, side_by_side=True),
    "letter_spaced": Layout("titles with spaced letters", Design(title_style="letter_spaced")),
    "small_caps": Layout("titles in small capitals", Design(title_style="small_caps"), last_day=(6, 30)),
    "currency_signs": Layout(
        "a currency sign beside the first figure and the totals",
        Design(currency_sign="¤", page=(612.0, 792.0)),
        nil="—",
        last_day=(3, 31),
    ),
    "tinted": Layout("a tinted column and a note column", Design(shaded=True, note_column=True), notes=True),
}
SIGNS = {"GBP": "£", "EUR": "€", "CHF": "Fr", "SEK": "kr"}


@dataclass(frozen=True, slots=True)
class SyntheticReport:
    """A report and what is printed in it. `truth` has the shape of the truth files."""

    name: str
    pdf: bytes
    truth: dict[str, Any]


@cache
def vocabulary() -> dict[str, Any]:
    """Locales, words and lines as the data file has them."""
    path = Path(__file__).with_name("locales.yaml")
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def locales() -> tuple[str, ...]:
    """The locales there are words for."""
    return tuple(vocabulary()["locales"])


def every(seed: int = 0) -> Iterator[tuple[str, str, int, int]]:
    """Arguments for `generate` that cover each layout in each locale and scale once."""
    for layout in LAYOUTS:
        for locale in locales():
            for scale in SCALES:
                yield layout, locale, scale, seed


def generate(layout: str, locale: str, scale: int, seed: int = 0) -> SyntheticReport:
    """One report. The same arguments give the same report.

    Raises KeyError for a layout or locale that does not exist.
    """
    maker = _Maker(LAYOUTS[layout], locale, scale, f"{layout}/{locale}/{scale}/{seed}")
    spec = maker.report()
    made = typeset(spec)
    name = f"{layout}-{locale}-{UNIT_NAMES[scale]}-{seed}"
    return SyntheticReport(
        name,
        made.pdf,
        {
            "doc_id": name,
            "company": spec.company,
            "company_key": layout,
            "doc_type": "synthetic",
            "pdf_pages": made.pages,
            "currency": spec.currency,
            "statements": {statement.kind.value: truth_of(statement) for statement in made.statements},
        },
    )


def truth_of(statement: PrintedStatement) -> dict[str, Any]:
    """A typeset statement in the shape of the truth files."""
    return {
        "pages": list(statement.pages),
        "unit": UNIT_NAMES[statement.scale],
        "unit_text": statement.unit_text,
        "unit_source": "stated",
        "periods": [column.end.isoformat() if column.end else None for column in statement.columns],
        "period_starts": [column.start.isoformat() if column.start else None for column in statement.columns],
        "scopes": [column.scope.value for column in statement.columns],
        "fiscal_year_headings": [str(_year(column)) for column in statement.columns],
        "items": [
            {
                "key": item.key,
                "label": item.label,
                "section": item.section,
                "values": [None if value is None else float(value) for value in item.values],
                "printed": list(item.printed),
                "page": item.page,
            }
            for item in statement.items
        ],
    }


def _year(column: Column) -> int:
    if column.end is None:
        raise ValueError("a column of a statement has a date")
    return (column.end - timedelta(days=7)).year


Figures = dict[str, Decimal]


def invent(dice: random.Random, years: int, step: Decimal) -> list[dict[StatementKind, Figures]]:
    """Statements of consecutive years, the newest first, in multiples of `step`. Every total is the
    sum of its parts, assets equal equity and liabilities, and cash moves as the cash flow says."""
    balance = _opening(dice, step)
    found: list[dict[StatementKind, Figures]] = []
    for _ in range(years):
        statements = _next_year(dice, balance, step)
        balance = statements[BALANCE]
        found.insert(0, statements)
    return found


def _opening(dice: random.Random, step: Decimal) -> Figures:
    sheet = {
        key: _draw(dice, 400, 4000, step) for key in (*ASSETS, *LIABILITIES, "cash", "share_capital", "nci")
    }
    return _balanced(sheet)


def _draw(dice: random.Random, low: int, high: int, step: Decimal) -> Decimal:
    return dice.randint(low * 10, high * 10) * step


def _balanced(sheet: Figures) -> Figures:
    """Adds the totals; retained earnings take what is left."""
    sheet["total_nca"] = sheet["goodwill"] + sheet["intangibles"] + sheet["ppe"] + sheet["dta"]
    sheet["total_ca"] = sheet["inventories"] + sheet["receivables"] + sheet["other_ca"] + sheet["cash"]
    sheet["total_assets"] = sheet["total_nca"] + sheet["total_ca"]
    sheet["total_ncl"] = sheet["lt_debt"] + sheet["pensions"]
    sheet["total_cl"] = sheet["payables"] + sheet["st_debt"] + sheet["provisions"]
    sheet["total_liab"] = sheet["total_ncl"] + sheet["total_cl"]
    sheet["total_equity"] = sheet["total_assets"] - sheet["total_liab"]
    sheet["retained"] = sheet["total_equity"] - sheet["share_capital"] - sheet["nci"]
    sheet["total_el"] = sheet["total_assets"]
    return sheet


def _next_year(dice: random.Random, before: Figures, step: Decimal) -> dict[StatementKind, Figures]:
    income = _income(dice, step)
    cash: Figures = {"profit": income["net_income"], "da": _draw(dice, 100, 300, step)}
    sheet = dict(before)
    for key, flow, sign in (
        ("inventories", "d_inventories", -1),
        ("receivables", "d_receivables", -1),
        ("payables", "d_payables", 1),
    ):
        change = dice.choice((-1, 1)) * _draw(dice, 5, 90, step)
        sheet[key] += change
        cash[flow] = sign * change
    cash["cfo"] = sum(cash.values(), Decimal(0))
    cash["capex"] = -_draw(dice, 150, 400, step)
    cash["disposals"] = _draw(dice, 1, 30, step)
    cash["acquisitions"] = Decimal(0) if dice.random() < 0.5 else -_draw(dice, 20, 200, step)
    cash["cfi"] = cash["capex"] + cash["disposals"] + cash["acquisitions"]
    cash["debt_issued"] = Decimal(0) if dice.random() < 0.4 else _draw(dice, 50, 300, step)
    cash["debt_repaid"] = -_draw(dice, 20, 120, step)
    cash["dividends"] = -_draw(dice, 20, 150, step)
    cash["cff"] = cash["debt_issued"] + cash["debt_repaid"] + cash["dividends"]
    cash["net_change"] = cash["cfo"] + cash["cfi"] + cash["cff"]
    cash["cash_open"] = before["cash"]
    cash["cash_close"] = cash["cash_open"] + cash["net_change"]
    sheet["cash"] = cash["cash_close"]
    sheet["ppe"] -= cash["capex"] + cash["disposals"] + cash["da"]
    sheet["goodwill"] -= cash["acquisitions"]
    sheet["lt_debt"] += cash["debt_issued"] + cash["debt_repaid"]
    sheet["nci"] += income["nci"]
    return {
        StatementKind.INCOME_STATEMENT: income,
        BALANCE: _balanced(sheet),
        StatementKind.CASH_FLOW_STATEMENT: cash,
    }


def _income(dice: random.Random, step: Decimal) -> Figures:
    income: Figures = {"revenue": _draw(dice, 3500, 9000, step)}
    for key, low, high in (
        ("cost_of_sales", 0.5, 0.6),
        ("selling", 0.07, 0.1),
        ("admin", 0.06, 0.09),
        ("rnd", 0.03, 0.06),
    ):
        share = Decimal(dice.uniform(low, high))
        income[key] = -((income["revenue"] * share / step).to_integral_value() * step)
    income["gross_profit"] = income["revenue"] + income["cost_of_sales"]
    income["other_op"] = _draw(dice, 2, 40, step)
    income["operating_profit"] = sum(
        (income[key] for key in ("gross_profit", "selling", "admin", "rnd", "other_op")), Decimal(0)
    )
    income["finance_income"] = Decimal(0) if dice.random() < 0.3 else _draw(dice, 1, 9, step)
    income["finance_costs"] = -_draw(dice, 10, 60, step)
    income["pbt"] = income["operating_profit"] + income["finance_income"] + income["finance_costs"]
    income["tax"] = -((income["pbt"] * Decimal("0.23") / step).to_integral_value() * step)
    income["net_income"] = income["pbt"] + income["tax"]
    income["nci"] = (income["net_income"] * Decimal("0.03") / step).to_integral_value() * step
    income["owners"] = income["net_income"] - income["nci"]
    income["eps"] = Decimal(dice.randint(12, 990)) / 100
    return income


class _Maker:
    """Puts invented figures into the words of a locale and the shape of a layout."""

    def __init__(self, layout: Layout, locale: str, scale: int, seed: str) -> None:
        self.layout = layout
        self.locale = vocabulary()["locales"][locale]
        self.words = vocabulary()["words"][self.locale["language"]]
        self.scale = scale
        self.dice = random.Random(seed)  # noqa: S311
        self.decimals = 1 if scale == 1_000_000 else 0
        step = Decimal("0.1") if self.decimals else Decimal(1 if scale == 1000 else 37)
        self.group = invent(self.dice, 5, step)
        self.parent = invent(self.dice, 2, step)
        self.ends = self._ends()

    def _ends(self) -> tuple[date, date]:
        if self.layout.weeks:
            return date(2021, 1, 2), date(2019, 12, 28)
        month, day = self.layout.last_day
        year = self.dice.randint(2016, 2024)
        return date(year, month, day), date(year - 1, month, day)

    def report(self) -> ReportSpec:
        words, newest = self.words, self.ends[0]
        year = (newest - timedelta(days=7)).year
        title = f"{words['report']} {year}"
        return ReportSpec(
            name=title,
            company=self.locale["company"],
            title=title,
            language=self.locale["language"],
            currency=self.locale["currency"],
            design=self._design(),
            numbers=NumberStyle(*self.locale["numbers"], self.layout.negative, self.layout.nil),
            footer=f"{self.locale['company']}   {title}",
            blocks=(
                Cover(title, words["duration"].format(date=self._date(newest))),
                Contents(words["contents"]),
                Prose(words["letter"], (words["prose"],) * 3),
                self._summary(),
                *(self._statement(index, kind) for index, kind in enumerate(KINDS)),
                Prose(words["notes"], (words["prose"],) * 2),
                self._note_table(),
                self._parent_balance_sheet(),
            ),
        )

    def _design(self) -> Design:
        design = self.layout.design
        sign = SIGNS[self.locale["currency"]] if design.currency_sign else ""
        width = max(74.0, design.column_width) if self.scale == 1 else design.column_width
        return replace(design, currency_sign=sign, column_width=width)

    def _date(self, day: date) -> str:
        month = self.words["months"][day.month - 1]
        return str(self.words["date"].format(day=day.day, month=month, year=day.year))

    def _unit_text(self) -> str:
        currency = self.words["currencies"][self.locale["currency"]]
        text = str(self.words["units"][self.scale].format(currency=currency))
        return text.replace("d'francs", "de francs").replace("d'livres", "de livres")

    def _statement(self, index: int, kind: StatementKind) -> Statement:
        layout = self.layout
        lines = tuple(self._lines(kind, index))
        split = self._split(lines) if kind is BALANCE and layout.side_by_side else 0
        tail = self.dice.randint(1, 3) if layout.tail == 1 else layout.tail
        return Statement(
            kind=kind,
            title=self.words["titles"][index],
            subtitle=self._subtitle(kind),
            columns=self._columns(kind),
            lines=lines,
            scale=self.scale,
            unit_text=self._unit_text(),
            decimals=self.decimals,
            break_before=tail if kind is not StatementKind.INCOME_STATEMENT else 0,
            blank_page=layout.blank_page,
            continued=self.words["continued"] if layout.titled_continuation else "",
            split_at=split,
            landscape=layout.landscape or bool(split),
            new_page=not (layout.shared_page and kind is BALANCE),
            note_heading=self.words["note"] if layout.notes else "",
        )

    @staticmethod
    def _split(lines: tuple[Line, ...]) -> int:
        """Equity begins the right half: the third heading."""
        headings = [index for index, line in enumerate(lines) if line.kind is RowKind.HEADING]
        return headings[2]

    def _subtitle(self, kind: StatementKind) -> str:
        if self.layout.years_only or self.layout.weeks:
            return ""
        form = self.words["instant" if kind is BALANCE else "duration"]
        return str(form.format(date=self._date(self.ends[0])))

    def _columns(self, kind: StatementKind) -> tuple[Column, ...]:
        scopes = (Scope.CONSOLIDATED, Scope.PARENT) if self.layout.with_parent else (Scope.CONSOLIDATED,)
        return tuple(self._column(kind, end, scope) for scope in scopes for end in self._ordered(self.ends))

    def _ordered(self, newest_first: tuple[Any, ...]) -> tuple[Any, ...]:
        return newest_first[::-1] if self.layout.oldest_first else newest_first

    def _column(self, kind: StatementKind, end: date, scope: Scope) -> Column:
        group = ""
        if self.layout.with_parent:
            group = self.words["group" if scope is Scope.CONSOLIDATED else "parent_column"]
        start = None if kind is BALANCE else self._start(end)
        return Column(self._heading(kind, end), start, end, group, scope)

    def _start(self, end: date) -> date:
        if self.layout.weeks:
            return end - timedelta(days=(53 if end == self.ends[0] else 52) * 7 - 1)
        following = end + timedelta(days=1)
        return following.replace(year=following.year - 1)

    def _heading(self, kind: StatementKind, end: date) -> tuple[str, ...]:
        if self.layout.weeks and kind is not BALANCE:
            weeks = 53 if end == self.ends[0] else 52
            phrase = self.words["weeks"].format(weeks=weeks, date="|")
            return (*(part.strip() for part in phrase.split("|") if part), *self._day_and_year(end))
        if self.layout.weeks:
            return self._day_and_year(end)
        return (str(end.year),)

    def _day_and_year(self, end: date) -> tuple[str, ...]:
        text = self._date(end)
        return text.removesuffix(str(end.year)).strip(), str(end.year)

    def _lines(self, kind: StatementKind, index: int) -> Iterator[Line]:
        word = 2 + LANGUAGES.index(self.locale["language"])
        for number, entry in enumerate(vocabulary()["lines"][kind.value]):
            key, row = entry[0], RowKind(entry[1])
            label = entry[word]
            if row is RowKind.HEADING:
                yield Line(label, kind=row)
                continue
            if self.layout.unlabelled and key in ("total_assets", "total_el"):
                label = ""
            yield Line(
                label,
                self._values(kind, key),
                row,
                level=1 if row is RowKind.LINE and kind is BALANCE else 0,
                note=str(index * 7 + number + 3) if self.layout.notes and row is RowKind.LINE else "",
                decimals=2 if row is RowKind.PER_SHARE else None,
                key=key,
            )

    def _values(self, kind: StatementKind, key: str) -> tuple[Decimal | None, ...]:
        found: tuple[Decimal | None, ...] = self._ordered(
            tuple(self._signed(year[kind][key], kind) for year in self.group[:2])
        )
        if not self.layout.with_parent:
            return found
        if key in ("nci", "eps"):
            return (*found, None, None)
        return (*found, *self._ordered(tuple(year[kind][key] for year in self.parent)))

    def _signed(self, number: Decimal, kind: StatementKind) -> Decimal:
        costs_bare = self.layout.positive_costs and kind is StatementKind.INCOME_STATEMENT
        return abs(number) if costs_bare else number

    # What must not be taken for a statement

    def _summary(self) -> Table:
        income = StatementKind.INCOME_STATEMENT
        years = range(self.ends[0].year, self.ends[0].year - 5, -1)
        labels = {line.key: line.label for kind in KINDS for line in self._lines(kind, 0) if line.key}
        rows = (
            (income, "revenue"),
            (income, "operating_profit"),
            (income, "net_income"),
            (BALANCE, "total_equity"),
        )
        return Table(
            self.words["summary"],
            tuple(Column((str(year),)) for year in years),
            tuple(Line(labels[key], tuple(year[kind][key] for year in self.group)) for kind, key in rows),
            self.decimals,
            new_page=True,
            listed=True,
        )

    def _note_table(self) -> Table:
        entries = vocabulary()["lines"][BALANCE.value]
        word = 2 + LANGUAGES.index(self.locale["language"])
        label = {entry[0]: entry[word] for entry in entries}
        debts = tuple(year[BALANCE]["lt_debt"] for year in self.group[:2])
        return Table(
            f"7 {label['lt_debt']}",
            tuple(Column((str(end.year),)) for end in self.ends),
            (Line(label["lt_debt"], debts), Line("Total", debts, RowKind.SUBTOTAL)),
            self.decimals,
        )

    def _parent_balance_sheet(self) -> Statement:
        word = 2 + LANGUAGES.index(self.locale["language"])
        wanted = {"ppe", "receivables", "cash", "total_assets", "share_capital", "total_equity", "total_liab"}
        lines = tuple(
            Line(entry[word], tuple(year[BALANCE][entry[0]] for year in self.parent), RowKind(entry[1]))
            for entry in vocabulary()["lines"][BALANCE.value]
            if entry[0] in wanted
        )
        return Statement(
            kind=BALANCE,
            title=self.words["parent"],
            subtitle=self.words["instant"].format(date=self._date(self.ends[0])),
            columns=tuple(Column((str(end.year),), None, end, scope=Scope.PARENT) for end in self.ends),
            lines=lines,
            scale=self.scale,
            unit_text=self._unit_text(),
            decimals=self.decimals,
            counted=False,
            note_heading="",
        )
