"""What stands below a statement: its checks, what they compare with, and what could not be tested."""

from decimal import Decimal

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from engine.compiling.formulas import CheckRow, Formulas, SumCheck
from extraction.exports.workbook.layout import FIRST_COLUMN, LABEL_WIDTH, STATUS_PLACE, Layout
from extraction.exports.workbook.styles import CHECK_NUMBERS, GREY, OFF, WELL, Styles, height_of

# A difference is zero to six decimals; what is allowed is compared with a little room for the binary
# fractions of spreadsheets.
ROOM = "0.0000001"


class CheckBlock:
    """The checks of one statement. `status` is the sentence above the table as it was exported."""

    def __init__(self, sheet: Worksheet, styles: Styles, layout: Layout, formulas: Formulas) -> None:
        self.sheet = sheet
        self.styles = styles
        self.layout = layout
        self.formulas = formulas
        self.status = "No sum of printed lines could be tested."

    def write(self, first: int) -> None:
        """The checks, and below them, folded away, what they compare with and what rounding allows."""
        rows = self.formulas.checks
        if not rows:
            self.sheet.write_string(*STATUS_PLACE, self.status, self.styles.subtitle)
            self._untested(first)
            return
        self._section(first, "Checks: the lines of a total less the total as printed")
        differences = first + 1
        folded = differences + len(rows) + 1
        allowed, printed = folded, folded + len(rows)
        for n, row in enumerate(rows):
            self._row(row, differences + n, allowed + n, printed + n)
        grey = self.styles.of(font_color=GREY, italic=True)
        self.sheet.set_row(folded - 1, None, None, {"collapsed": True})
        self.sheet.write_string(
            folded - 1, 0, "Totals as printed and what rounding allows: unfold on the left", grey
        )
        self._mark(self._area(differences), self._area(allowed))
        self._untested(printed + len(rows) + 1)

    def _area(self, first: int) -> tuple[int, int, int, int]:
        """The cells of a block of as many rows as there are checks."""
        return first, FIRST_COLUMN, first + len(self.formulas.checks) - 1, self.layout.last_column

    def _row(self, row: CheckRow, difference: int, allowed: int, printed: int) -> None:
        grey = self.styles.of(font_color=GREY, indent=1)
        fold = {"level": 1, "hidden": True}
        label = self.layout.labels[row.total] if row.total else _sentence(row.says)
        self.sheet.write_string(difference, 0, label, self.styles.of(indent=1, text_wrap=True))
        self.sheet.set_row(difference, height_of((label, LABEL_WIDTH - 2)))
        self.sheet.set_row(allowed, None, None, fold)
        self.sheet.set_row(printed, None, None, fold)
        self.sheet.write_string(allowed, 0, f"Rounding allows: {label}", grey)
        self.sheet.write_string(printed, 0, f"As printed: {label}", grey)
        numbers = self.styles.of(num_format=CHECK_NUMBERS, align="right", **WELL)
        plain_numbers = self.styles.of(font_color=GREY, num_format="#,##0.0##_);(#,##0.0##)")
        factor = self.layout.table.unit.factor
        for period, check in enumerate(row.checks):
            if check is None:
                continue
            column = FIRST_COLUMN + period
            off = round(float(check.difference / factor), 6)
            formula = self._difference(check, period, xl_rowcol_to_cell(printed, column))
            self.sheet.write_formula(difference, column, formula, numbers, off)
            self.sheet.write_number(allowed, column, float(check.allowed / factor), plain_numbers)
            reported = float(self._reported(check, period) / factor)
            self.sheet.write_number(printed, column, reported, plain_numbers)

    def _difference(self, check: SumCheck, period: int, printed: str) -> str:
        """The formula of a check. A total that is itself this sum is held against what is printed; one
        that is not, against its cell, so that a change of either shows."""
        formula = self.formulas.cells.get((check.total, period))
        is_this_sum = formula is not None and formula.terms == check.terms
        right = printed if is_this_sum else self.layout.cell(check.total, period)
        return f"=ROUND({self.layout.added(check.terms, period)}-{right},6)"

    def _reported(self, check: SumCheck, period: int) -> Decimal:
        row = next(row for row in self.layout.table.rows if row.key == check.total)
        return row.cells[period].value or Decimal(0)

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
        checks = [check for row in self.formulas.checks for check in row.checks if check is not None]
        well, failing = f"All {len(checks)} checks hold.", sum(not check.holds for check in checks)
        badly = f" of {len(checks)} checks off beyond rounding: see below."
        self.status = f"{failing}{badly}" if failing else well
        sentence = f'=IF({count}=0,"{well}",{count}&"{badly}")'
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


def _sentence(says: str) -> str:
    return says[:1].upper() + says[1:]
