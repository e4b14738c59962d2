"""Where things stand on the sheet of a statement, and sums in the words of a spreadsheet."""

from collections.abc import Mapping, Sequence

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from engine.compiling.additions import Terms
from engine.kinds import RowKind, StatementKind
from extraction.exports.safe_text import looks_like_formula, plain
from extraction.exports.workbook.styles import Styles
from extraction.table.presentation import DisplayUnit, TableView

FIRST_ROW = 6  # of the statement itself; titles and headings stand above it
FIRST_COLUMN = 1
STATUS_PLACE = (2, 0)
LABEL_WIDTH, FIGURE_WIDTH = 54, 12.5
NO_LABEL = "(no label)"
SHORTEST_LIST = 3  # cells that are added by SUM rather than by plus signs
SIGN_WORDS: Mapping[StatementKind, str] = {
    StatementKind.INCOME_STATEMENT: "Expenses in brackets. Periods end on",
    StatementKind.BALANCE_SHEET: "Deductions in brackets. Balances on",
    StatementKind.CASH_FLOW_STATEMENT: "Outflows in brackets. Periods end on",
}


class Layout:
    """The places of a table's rows and columns. Rows without a figure in any year have none."""

    def __init__(self, table: TableView) -> None:
        self.table = table.without_empty_lines()
        self.row_of = {row.key: FIRST_ROW + number for number, row in enumerate(self.table.rows)}
        self.labels = {row.key: plain(row.label) or NO_LABEL for row in table.rows}

    @property
    def last_column(self) -> int:
        return FIRST_COLUMN + len(self.table.columns) - 1

    @property
    def below(self) -> int:
        """The first row under the statement."""
        return FIRST_ROW + len(self.table.rows)

    def cell(self, key: str, period: int) -> str:
        """The address of a row's cell in a period, such as B7."""
        return xl_rowcol_to_cell(self.row_of[key], FIRST_COLUMN + period)

    def added(self, terms: Terms, period: int) -> str:
        """A sum as a spreadsheet writes it, with ranges where rows stand together."""
        column = FIRST_COLUMN + period
        added = sorted(self.row_of[key] for key, weight in terms if weight > 0)
        parts = [
            xl_rowcol_to_cell(first, column) if first == last else xl_range(first, column, last, column)
            for first, last in _runs(added)
        ]
        is_list = any(":" in part for part in parts) or len(parts) >= SHORTEST_LIST
        total = f"SUM({','.join(parts)})" if is_list else "+".join(parts)
        return total + "".join(f"-{self.cell(key, period)}" for key, weight in terms if weight < 0)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as first and last."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def write_text(sheet: Worksheet, row: int, column: int, text: str, styles: Styles, **look: object) -> None:
    """A text from a document: always a text to a spreadsheet program, also after it is edited."""
    cleaned = plain(text)
    quoted = {"quote_prefix": True} if looks_like_formula(cleaned) else {}
    sheet.write_string(row, column, cleaned, styles.of(look, quoted))


def footer(name: str, title: str) -> str:
    """A footer with the company's name, the sheet's and the page. An ampersand begins a command there, and
    digits behind a size would be part of it."""
    return f"&L&8 {plain(name)[:80].replace('&', '&&')}&C&8 {title}&R&8 &P / &N"


def unit_words(table: TableView) -> str:
    """ "USD millions, except per share"."""
    currency = table.currency or "Currency not known"
    unit = "" if table.unit is DisplayUnit.UNITS else f" {table.unit.value}"
    per_share = any(row.kind is RowKind.PER_SHARE for row in table.rows)
    converted = f", converted from {table.converted_from}" if table.converted_from else ""
    return f"{currency}{unit}{', except per share' if per_share else ''}{converted}"


def view_words(table: TableView) -> str:
    """Which publication of a figure the table shows."""
    if table.as_of is not None:
        return f"as known on {table.as_of:%-d %B %Y}"
    return {
        "latest": "latest: each figure from the newest report that gives it",
        "original": "original: each figure from the first report that gave it",
    }[table.view.value]
