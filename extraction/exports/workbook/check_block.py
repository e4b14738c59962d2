"""What stands below a statement: its checks, what they compare with, and what could not be tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from engine.compiling.crossings import CrossCheck, CrossRow, Place
from engine.compiling.formulas import CheckRow, Formulas, SumCheck
from engine.kinds import StatementKind
from extraction.exports.content import STATEMENT_NAMES
from extraction.exports.workbook.layout import FIRST_COLUMN, LABEL_WIDTH, STATUS_PLACE, Layout
from extraction.exports.workbook.styles import CHECK_NUMBERS, GREY, OFF, WELL, Styles, height_of

# A difference is zero to six decimals; what is allowed is compared with a little room for the binary
# fractions of spreadsheets.
ROOM = "0.0000001"


@dataclass(frozen=True, slots=True)
class _Tested:
    """One check in one column: a sum or cell `left`, held against a cell or, where it is None, against
    the total as printed."""

    left: str
    right: str | None
    printed: Decimal | None
    difference: Decimal
    allowed: Decimal
    holds: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """One check over all columns."""

    label: str
    cells: tuple[_Tested | None, ...]


class CheckBlock:
    """The checks of one statement. `status` is the sentence above the table as it was exported."""

    def __init__(
        self,
        sheet: Worksheet,
        styles: Styles,
        layouts: Mapping[StatementKind, Layout],
        statement: StatementKind,
        formulas: Formulas,
        crossings: Sequence[CrossRow],
    ) -> None:
        self.sheet = sheet
        self.styles = styles
        self.layouts = layouts
        self.layout = layouts[statement]
        self.formulas = formulas
        crossing = [row for row in crossings if row.statement is statement]
        self.lines = [*map(self._line, formulas.checks), *map(self._crossing, crossing)]
        self.status = self._status()

    def write(self, first: int) -> None:
        """The checks, and below them, folded away, what they compare with and what rounding allows."""
        if not self.lines:
            self.sheet.write_string(*STATUS_PLACE, self.status, self.styles.subtitle)
            self._untested(first)
            return
        self._section(first, "Checks: the lines of a total less the total as printed, side less side")
        differences = first + 1
        folded = differences + len(self.lines) + 1
        allowed, printed = folded, folded + len(self.lines)
        for n, line in enumerate(self.lines):
            self._row(line, differences + n, allowed + n, printed + n)
        grey = self.styles.of(font_color=GREY, italic=True)
        self.sheet.set_row(folded - 1, None, None, {"collapsed": True})
        self.sheet.write_string(
            folded - 1, 0, "Totals as printed and what rounding allows: unfold on the left", grey
        )
        self._mark(self._area(differences), self._area(allowed))
        self._untested(printed + len(self.lines) + 1)

    # What is tested

    def _line(self, row: CheckRow) -> _Line:
        label = self.layout.labels[row.total] if row.total else _sentence(row.says)
        cells = (self._tested(check, period) if check else None for period, check in enumerate(row.checks))
        return _Line(label, tuple(cells))

    def _tested(self, check: SumCheck, period: int) -> _Tested:
        """A total that is itself this sum is held against what is printed; one that is not, against its
        cell, so that a change of either shows."""
        formula = self.formulas.cells.get((check.total, period))
        is_this_sum = formula is not None and formula.terms == check.terms
        row = next(row for row in self.layout.table.rows if row.key == check.total)
        return _Tested(
            left=self.layout.added(check.terms, period),
            right=None if is_this_sum else self.layout.cell(check.total, period),
            printed=row.cells[period].value,
            difference=check.difference,
            allowed=check.allowed,
            holds=check.holds,
        )

    def _crossing(self, row: CrossRow) -> _Line:
        cells = (self._crossed(check) if check else None for check in row.checks)
        return _Line(_sentence(row.says), tuple(cells))

    def _crossed(self, check: CrossCheck) -> _Tested:
        return _Tested(
            left=self._address(check.left),
            right=self._address(check.right),
            printed=None,
            difference=check.difference,
            allowed=check.allowed,
            holds=check.holds,
        )

    def _address(self, place: Place) -> str:
        layout = self.layouts[place.statement]
        cell = layout.cell(place.key, place.period)
        return cell if layout is self.layout else f"'{STATEMENT_NAMES[place.statement]}'!{cell}"

    # How it is written

    def _area(self, first: int) -> tuple[int, int, int, int]:
        """The cells of a block of as many rows as there are checks."""
        return first, FIRST_COLUMN, first + len(self.lines) - 1, self.layout.last_column

    def _row(self, line: _Line, difference: int, allowed: int, printed: int) -> None:
        grey = self.styles.of(font_color=GREY, indent=1)
        self.sheet.write_string(difference, 0, line.label, self.styles.of(indent=1, text_wrap=True))
        self.sheet.set_row(difference, height_of((line.label, LABEL_WIDTH - 2)))
        for row, words in ((allowed, "Rounding allows"), (printed, "As printed")):
            self.sheet.set_row(row, None, None, {"level": 1, "hidden": True})
            self.sheet.write_string(row, 0, f"{words}: {line.label}", grey)
        numbers = self.styles.of(num_format=CHECK_NUMBERS, align="right", **WELL)
        plain_numbers = self.styles.of(font_color=GREY, num_format="#,##0.0##_);(#,##0.0##)")
        factor = self.layout.table.unit.factor
        for column, tested in enumerate(line.cells, start=FIRST_COLUMN):
            if tested is None:
                continue
            right = tested.right or xl_rowcol_to_cell(printed, column)
            off = round(float(tested.difference / factor), 6)
            self.sheet.write_formula(difference, column, f"=ROUND({tested.left}-{right},6)", numbers, off)
            self.sheet.write_number(allowed, column, float(tested.allowed / factor), plain_numbers)
            if tested.printed is not None:
                self.sheet.write_number(printed, column, float(tested.printed / factor), plain_numbers)

    def _status(self) -> str:
        tested = [cell for line in self.lines for cell in line.cells if cell is not None]
        if not tested:
            return "No sum of printed lines could be tested."
        failing = sum(not cell.holds for cell in tested)
        return f"{failing}{_badly(len(tested))}" if failing else _well(len(tested))

    def _mark(self, differences: tuple[int, int, int, int], allowed: tuple[int, int, int, int]) -> None:
        """Red for what is off, there and in the sentence above the table; grey for what is rounding."""
        off, grey = self.styles.only(OFF), self.styles.only({"font_color": GREY})
        difference, limit = xl_rowcol_to_cell(*differences[:2]), xl_rowcol_to_cell(*allowed[:2])
        for criteria, look in (
            (f"=ABS({difference})>{limit}+{ROOM}", off),
            (f"=ABS({difference})>0", grey),
        ):
            condition = {"type": "formula", "criteria": criteria, "format": look, "stop_if_true": True}
            self.sheet.conditional_format(*differences, condition)
        count = f"SUMPRODUCT(--(ABS({xl_range(*differences)})>{xl_range(*allowed)}+{ROOM}))"
        checks = sum(cell is not None for line in self.lines for cell in line.cells)
        sentence = f'=IF({count}=0,"{_well(checks)}",{count}&"{_badly(checks)}")'
        self.sheet.write_formula(*STATUS_PLACE, sentence, self.styles.of(bold=True, **WELL), self.status)
        condition = {"type": "formula", "criteria": f"={count}>0", "format": off}
        self.sheet.conditional_format(*STATUS_PLACE, *STATUS_PLACE, condition)

    def _untested(self, first: int) -> None:
        """The totals that nothing could be held against, named: silence would look like success."""
        untested = self.formulas.untested
        if not untested:
            return
        self._section(first, "Totals that could not be recalculated: no sum of printed lines gives them")
        for n, (key, periods) in enumerate(untested.items(), start=first + 1):
            years = ", ".join(self.layout.table.columns[period].heading for period in periods)
            self.sheet.write_string(n, 0, self.layout.labels[key], self.styles.of(indent=1))
            self.sheet.write_string(n, 1, years, self.styles.subtitle)

    def _section(self, row: int, title: str) -> None:
        for column in range(self.layout.last_column + 1):
            self.sheet.write_blank(row, column, None, self.styles.section)
        self.sheet.write_string(row, 0, title, self.styles.section)


def _well(checks: int) -> str:
    return f"All {checks} checks hold."


def _badly(checks: int) -> str:
    return f" of {checks} checks off beyond rounding: see below."


def _sentence(says: str) -> str:
    return says[:1].upper() + says[1:]
