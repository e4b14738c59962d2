"""One statement on one sheet: its rows, its formulas and its notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from engine.compiling.additions import TOTALS
from engine.compiling.formulas import Formula, Formulas
from engine.kinds import GapReason, RowKind, StatementKind
from extraction.exports.content import STATEMENT_NAMES, Export, proof_link
from extraction.exports.safe_text import plain
from extraction.exports.workbook.check_block import CheckBlock
from extraction.exports.workbook.layout import (
    FIGURE_WIDTH,
    FIRST_COLUMN,
    FIRST_ROW,
    LABEL_WIDTH,
    SIGN_WORDS,
    Layout,
    footer,
    unit_words,
    view_words,
    write_text,
)  # fmt: skip
from extraction.exports.workbook.notes import Notes, write_note
from extraction.exports.workbook.styles import (
    CONTENT_LOOKS,
    DAY,
    GREEN,
    GREY,
    LOW_CONFIDENCE,
    MISSING,
    PAPER,
    RESTATED,
    RULE,
    Content,
    Styles,
    height_of,
)  # fmt: skip
from extraction.table.figures import ColumnView
from extraction.table.presentation import CellView, RowView, TableView

DEEPEST_INDENT = 15
QUIET_GAPS = (GapReason.NOT_DISCLOSED, GapReason.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell of a statement and where it stands, so that a changed workbook can be matched to it."""

    address: str
    row: RowView
    column: ColumnView
    cell: CellView
    content: Content
    shown: Decimal | None
    factor: int


class StatementSheet:
    """Writes a statement. `placed` has its cells once it is written."""

    def __init__(
        self,
        sheet: Worksheet,
        styles: Styles,
        statement: StatementKind,
        layouts: Mapping[StatementKind, Layout],
        export: Export,
    ) -> None:
        self.sheet = sheet
        self.styles = styles
        self.name = STATEMENT_NAMES[statement]
        self.layout = layouts[statement]
        self.table = self.layout.table
        self.formulas: Formulas = export.formulas[statement]
        self.notes = Notes(self.layout, export.restatements)
        self.checks = CheckBlock(sheet, styles, layouts, statement, self.formulas, export.crossings)
        self.placed: list[PlacedCell] = []

    def write(self) -> None:
        self._prepare()
        self._headings()
        for row in self.table.rows:
            self._row(row)
        self.checks.write(self.layout.below + 1)

    # Above the statement

    def _prepare(self) -> None:
        sheet = self.sheet
        sheet.hide_gridlines(2)
        sheet.freeze_panes(FIRST_ROW, FIRST_COLUMN)
        sheet.set_column(0, 0, LABEL_WIDTH)
        sheet.set_column(FIRST_COLUMN, self.layout.last_column, FIGURE_WIDTH)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(FIRST_ROW - 2, FIRST_ROW - 1)
        sheet.set_footer(footer(self.table.company.name, self.name))
        sheet.outline_settings(symbols_below=False)
        # Sums of some lines of many, and of other lines in other years, are meant: no warning triangles.
        everywhere = xl_range(0, 0, self.layout.below + 200, self.layout.last_column)
        sheet.ignore_errors({"formula_range": everywhere, "formula_differs": everywhere})

    def _headings(self) -> None:
        table, styles = self.table, self.styles
        write_text(self.sheet, 0, 0, table.company.name, styles, font_size=16, bold=True, font_color=GREEN)
        self.sheet.set_row(0, 24)
        self.sheet.write_string(1, 0, f"{self.name} · {view_words(table)}", styles.subtitle)
        heading = styles.of(bold=True, bg_color=PAPER, align="right", top=1, top_color=RULE)
        under = styles.of(font_color=GREY, bg_color=PAPER, align="right", bottom=1, bottom_color=RULE)
        self.sheet.write_string(
            FIRST_ROW - 2, 0, unit_words(table), styles.of(bold=True, bg_color=PAPER, top=1, top_color=RULE)
        )
        self.sheet.write_string(
            FIRST_ROW - 1,
            0,
            SIGN_WORDS[table.statement],
            styles.of(font_color=GREY, bg_color=PAPER, bottom=1, bottom_color=RULE),
        )
        day = styles.of(
            font_color=GREY, bg_color=PAPER, align="right", bottom=1, bottom_color=RULE, num_format=DAY
        )
        for number, column in enumerate(table.columns, start=FIRST_COLUMN):
            self.sheet.write_string(FIRST_ROW - 2, number, column.heading, heading)
            self.sheet.write_blank(FIRST_ROW - 1, number, None, under)
            self.sheet.write_datetime(FIRST_ROW - 1, number, column.period_end, day)

    # The statement

    def _row(self, row: RowView) -> None:
        number = self.layout.row_of[row.key]
        is_total = row.kind in TOTALS or self._is_mostly_calculated(row)
        strong = is_total or row.kind is RowKind.HEADING
        rule = {"top": 1, "top_color": RULE} if is_total else {}
        look = {"bold": strong, "indent": min(row.level, DEEPEST_INDENT), "text_wrap": True, **rule}
        label = self.layout.labels[row.key]
        write_text(self.sheet, number, 0, label, self.styles, **look)
        self.sheet.set_row(number, height_of((plain(label), LABEL_WIDTH - 2 * row.level - 3 * strong)))
        write_note(self.sheet, number, 0, self.notes.of_row(row))
        if row.kind is RowKind.HEADING:
            return
        places = _places(row, self.table)
        for period, cell in enumerate(row.cells):
            self._cell(row, period, cell, {"bold": strong, **rule, "num_format": places})

    def _is_mostly_calculated(self, row: RowView) -> bool:
        """Whether a line is a total here that the taxonomy calls none, such as revenue of several kinds."""
        calculated = sum((row.key, period) in self.formulas.cells for period in range(len(row.cells)))
        return 2 * calculated > sum(cell.value is not None for cell in row.cells)

    def _cell(self, row: RowView, period: int, cell: CellView, look: dict[str, object]) -> None:
        place = self.layout.row_of[row.key], FIRST_COLUMN + period
        formula = self.formulas.cells.get((row.key, period))
        factor = 1 if row.kind is RowKind.PER_SHARE else self.table.unit.factor
        content = _content(cell, formula)
        shown = formula.value if formula else cell.value
        style = self.styles.of(look, CONTENT_LOOKS[content], _marks(cell))
        if cell.fact is not None:
            self.sheet.write_url(*place, proof_link(cell.fact.pk), style, "·", "Show it on its page")
        if shown is None:
            self.sheet.write_blank(*place, None, style)
        elif formula is not None:
            added = f"={self.layout.added(formula.terms, period)}"
            self.sheet.write_formula(*place, added, style, float(shown / factor))
        else:
            self.sheet.write_number(*place, float(shown / factor), style)
        if shown is not None:
            write_note(self.sheet, *place, self.notes.of_cell(row, period, cell, content))
        self.placed.append(
            PlacedCell(
                xl_rowcol_to_cell(*place),
                row,
                self.table.columns[period],
                cell,
                content,
                None if shown is None else shown / factor,
                factor,
            )
        )


def _content(cell: CellView, formula: Formula | None) -> Content:
    if cell.value is None:
        return Content.GAP
    if cell.converted:
        return Content.CONVERTED
    if cell.formula:
        return Content.DERIVED
    return Content.CALCULATED if formula else Content.REPORTED


def _marks(cell: CellView) -> Mapping[str, object]:
    if cell.low_confidence:
        return LOW_CONFIDENCE
    if cell.restated:
        return RESTATED
    if cell.gap and GapReason(cell.gap) not in QUIET_GAPS:
        return MISSING
    return {}


def _places(row: RowView, table: TableView) -> str:
    digits = table.digits
    if row.kind is RowKind.PER_SHARE:
        printed = [cell.fact.decimals for cell in row.cells if cell.fact is not None and not cell.nil]
        digits = max(2, min(4, max(printed, default=2)))
    number = "#,##0" + ("." + "0" * digits if digits else "")
    return f'{number}_);({number});"–"_)'
