"""The sheets beside the statements: what this is, what was restated, what is missing, and from where."""

from collections.abc import Container, Iterable, Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from companies.models import Company
from engine import edited_workbook
from engine.kinds import GapReason, RowKind, StatementKind
from extraction.exports.content import (
    STATEMENT_NAMES,
    Export,
    document_link,
    proof_link,
    statements_link,
)  # fmt: skip
from extraction.exports.safe_text import plain
from extraction.exports.workbook.layout import NO_LABEL, footer, unit_words, view_words, write_text
from extraction.exports.workbook.statement_sheet import PlacedCell, StatementSheet
from extraction.exports.workbook.styles import (
    BLUE,
    DAY,
    GREEN,
    GREY,
    HEADING,
    LEGEND,
    Content,
    Styles,
    height_of,
)
from extraction.models import Restatement
from extraction.table.presentation import GAP_TEXTS, RowView, TableView

ABOUT, RESTATEMENTS, GAPS, SOURCES = "About", "Restatements", "Gaps", "Sources"
CELLS, CELLS_COLUMNS = edited_workbook.SHEET, edited_workbook.COLUMNS
EXPORTED, NOW, CONTENT = 6, 7, 5  # columns of the hidden sheet

HOW_TO_READ = (
    "Each figure is linked to the page it was printed on: click it. Its note names the report, the page, "
    "the printed text and when it was published.",
    "Figures are contributions: income, inflows, assets, liabilities and equity are positive, expenses and "
    "outflows stand in brackets. So every total is a plain sum of its lines.",
    "A total is a formula only where the formula gives exactly the printed figure. Where the sum of the "
    "lines is off by rounding, the printed figure stays and its check shows the difference.",
    "The checks below each statement recalculate while you work: change a figure, and the totals follow and "
    "the checks turn red. Fold out the rows below them for the totals as printed.",
    "Lines without a standard name are the company's own; they stand behind the line they are printed "
    "after. The note of a label names its row and its other wordings.",
    "Blue figures may be changed: upload the changed workbook under Questions, and each of them becomes a "
    "proposed correction with the page it was printed on. Black, violet and green ones follow from others.",
    "Do not rename the sheets or delete the hidden sheet Cells before you upload a changed workbook: it "
    "follows each figure, also when rows are moved.",
)


class Sheet:
    """A sheet written from top to bottom."""

    def __init__(
        self, sheet: Worksheet, styles: Styles, company: Company, title: str, widths: Sequence[float]
    ) -> None:
        self.sheet = sheet
        self.styles = styles
        self.row = 0
        self.widths = widths
        self._texts: list[tuple[str, float]] = []
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(footer(company.name, title))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)

    def title(self, text: str, below: str = "") -> None:
        self.sheet.set_row(0, 24)
        write_text(self.sheet, 0, 0, text, self.styles, font_size=16, bold=True, font_color=GREEN)
        self.sheet.write_string(1, 0, below, self.styles.subtitle)
        self.row = 3

    def headings(self, *names: str, numbers: Container[int] = ()) -> None:
        """The names of the columns, to the right over those of numbers."""
        for column, name in enumerate(names):
            style = self.styles.of(HEADING, align="right") if column in numbers else self.styles.of(HEADING)
            self.sheet.write_string(self.row, column, name, style)
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)
        self.sheet.repeat_rows(self.row - 1)

    def text(self, column: int, text: str, **look: object) -> None:
        write_text(self.sheet, self.row, column, text, self.styles, text_wrap=True, valign="top", **look)
        self._texts.append((plain(text), self.widths[column]))

    def link(self, column: int, address: str, text: str) -> None:
        style = self.styles.of(text_wrap=True, valign="top", font_color=BLUE)
        self.sheet.write_url(self.row, column, address, style, plain(text))
        self._texts.append((plain(text), self.widths[column]))

    def next(self) -> None:
        """Go on to the next row, and make this one as high as its texts need."""
        self.sheet.set_row(self.row, height_of(*self._texts))
        self._texts = []
        self.row += 1


def write_restatements(sheet: Worksheet, styles: Styles, export: Export) -> None:
    """Each figure that two reports give differently, with both."""
    page = Sheet(sheet, styles, export.company, RESTATEMENTS, (19, 12, 36, 12, 12, 12, 10, 16, 26, 26, 60))
    page.title("Restatements", "Figures that a later report gives differently. Click a figure for its page.")
    page.headings(
        "Statement", "Period", "Row", "First given", "Later given", "Change", "Change %", "Class",
        "First given in", "Later given in", "What is known",
        numbers=range(3, 7),
    )  # fmt: skip
    tables = {table.statement: table for table in export.tables}
    for restatement in export.restatements:
        _restatement(page, restatement, tables[StatementKind(restatement.statement)])
        page.next()
    if not export.restatements:
        page.text(0, "None was found.")
    sheet.autofilter(3, 0, max(page.row - 1, 3), 10)


def _restatement(page: Sheet, restatement: Restatement, table: TableView) -> None:
    sheet, styles, row = page.sheet, page.styles, page.row
    kinds = {line.key: line.kind for line in table.rows}
    per_share = kinds.get(restatement.row_key) is RowKind.PER_SHARE
    factor = 1 if per_share else table.unit.factor
    places = "#,##0.00" if per_share else "#,##0" + (".0" if table.digits else "")
    number = styles.of(num_format=f"{places}_);({places});0_)", valign="top")
    page.text(0, STATEMENT_NAMES[table.statement])
    sheet.write_datetime(
        row, 1, restatement.period_end, styles.of(num_format=DAY, align="left", valign="top")
    )
    page.text(2, restatement.label)
    for column, fact, value in (
        (3, restatement.old_fact, restatement.old_value),
        (4, restatement.new_fact, restatement.new_value),
    ):
        sheet.write_url(row, column, proof_link(fact.pk), number, "·", "Show it on its page")
        sheet.write_number(row, column, float(value / factor), number)
        place = f"{fact.document}, page {fact.observation.page}"
        page.link(column + 5, document_link(fact.document), place)
    change = restatement.new_value - restatement.old_value
    cells = [xl_rowcol_to_cell(row, column) for column in (3, 4)]
    sheet.write_formula(row, 5, f"={cells[1]}-{cells[0]}", number, float(change / factor))
    share = float(change / abs(restatement.old_value)) if restatement.old_value else ""
    sheet.write_formula(
        row,
        6,
        f'=IF({cells[0]}=0,"",({cells[1]}-{cells[0]})/ABS({cells[0]}))',
        styles.of(num_format="0.0%_);(0.0%)", valign="top"),
        share,
    )
    page.text(7, restatement.get_kind_display(), indent=1)
    page.text(10, restatement.explanation)


def write_gaps(sheet: Worksheet, styles: Styles, export: Export) -> None:
    """Each line's empty years by reason."""
    page = Sheet(sheet, styles, export.company, GAPS, (18, 46, 22, 60, 10, 52))
    page.title("Gaps", "Where a cell is empty, and why. Lines that no report prints in any year come last.")
    page.headings("Statement", "Row", "Reason", "Years", "Count", "What it means")
    gaps = [gap for table in export.tables for row in table.rows for gap in _gaps_of(row, table)]
    for table, row, reason, years in sorted(gaps, key=lambda gap: not gap[1].has_figures):
        page.text(0, STATEMENT_NAMES[table.statement])
        page.text(1, row.label or NO_LABEL)
        page.text(2, reason.value.replace("_", " ").capitalize())
        page.text(3, "All years" if len(years) == len(table.columns) else ", ".join(years))
        sheet.write_number(page.row, 4, len(years), styles.of(valign="top", align="left"))
        page.text(5, GAP_TEXTS[reason])
        page.next()
    if not gaps:
        page.text(0, "There is none.")
    sheet.autofilter(3, 0, max(page.row - 1, 3), 5)


def _gaps_of(row: RowView, table: TableView) -> list[tuple[TableView, RowView, GapReason, list[str]]]:
    if row.kind is RowKind.HEADING:
        return []
    years: dict[GapReason, list[str]] = {}
    for cell, column in zip(row.cells, table.columns, strict=True):
        if cell.gap:
            years.setdefault(GapReason(cell.gap), []).append(column.heading)
    return [(table, row, reason, headings) for reason, headings in years.items()]


def write_sources(sheet: Worksheet, styles: Styles, export: Export) -> None:
    """The reports the figures were read from, newest first."""
    page = Sheet(sheet, styles, export.company, SOURCES, (44, 7, 12, 12, 26, 8, 9, 9, 44, 70))
    page.title("Sources", "The reports that figures stand from. The hash names the very file that was read.")
    page.headings(
        "Report", "Year", "Period end", "Published", "Known from", "Pages", "Figures", "Engine",
        "Address", "SHA-256 of the file",
    )  # fmt: skip
    for source in export.sources:
        document = source.document
        page.link(0, document_link(document), str(document))
        if document.fiscal_year is not None:
            sheet.write_number(page.row, 1, document.fiscal_year, styles.of(align="left", valign="top"))
        day = styles.of(num_format=DAY, align="left", valign="top")
        if document.period_end is not None:
            sheet.write_datetime(page.row, 2, document.period_end, day)
        if document.published_on is not None:
            sheet.write_datetime(page.row, 3, document.published_on, day)
        page.text(4, document.get_published_on_source_display())
        for column, number in ((5, source.page_count), (6, source.figures)):
            if number is not None:
                sheet.write_number(page.row, column, number, styles.of(align="left", valign="top"))
        page.text(7, source.engine_version)
        page.text(8, document.url or source.original_name)
        page.text(9, source.sha256)
        page.next()


def write_about(
    sheet: Worksheet, styles: Styles, export: Export, statements: Sequence[StatementSheet], cells: int
) -> None:
    """What the workbook is, how it was made and how to read it."""
    company, first = export.company, export.tables[0]
    page = Sheet(sheet, styles, company, ABOUT, (30, 22, 12, 40, 70))
    page.title(company.name, "Financial statements read from the company's own reports")
    facts = [
        ("Listed as", company.listings_text),
        ("LEI", company.lei or ""),
        ("Framework", company.get_framework_display()),
        ("View", view_words(first)),
        ("Amounts in", unit_words(first)),
        ("Made by", f"Tenfold, engine {first.compilation.engine_version}"),
    ]
    for name, value in facts:
        if value:
            page.text(0, name, font_color=GREY)
            write_text(sheet, page.row, 1, value, styles)
            page.row += 1
    page.text(0, "Tables online", font_color=GREY)
    sheet.write_url(page.row, 1, statements_link(company), styles.of(font_color=BLUE))
    page.row += 1
    page.text(0, "Figures changed since", font_color=GREY)
    sheet.write_formula(page.row, 1, _changed(cells), styles.of(align="left"), 0)
    page.row += 2
    _statements(page, statements)
    _legend(page)
    _sentences(page, "How to read it", HOW_TO_READ)
    warnings = [warning for table in export.tables for warning in table.warnings]
    if warnings:
        _sentences(page, "To know beforehand", list(dict.fromkeys(warnings)))


def _changed(cells: int) -> str:
    """How many figures that are no formulas differ from what was exported."""

    def column(number: int) -> str:
        letter = xl_rowcol_to_cell(0, number)[:-1]
        return f"{CELLS}!${letter}$2:${letter}${cells + 1}"

    kept = "*".join(f'({column(CONTENT)}<>"{content}")' for content in (Content.CALCULATED, Content.DERIVED))
    return f"=SUMPRODUCT({kept}*({column(EXPORTED)}<>{column(NOW)}))"


def _statements(page: Sheet, statements: Sequence[StatementSheet]) -> None:
    sheet, styles = page.sheet, page.styles
    for column, name in enumerate(("Statement", "Years", "Version", "Checks", "Content hash")):
        sheet.write_string(page.row, column, name, styles.of(HEADING))
    page.row += 1
    for statement in statements:
        table = statement.table
        headings = [column.heading for column in table.columns]
        sheet.write_url(
            page.row, 0, f"internal:'{statement.name}'!A1", styles.of(font_color=BLUE), statement.name
        )
        page.text(1, f"{headings[-1]} to {headings[0]}" if headings else "")
        version = f"{table.version}" if table.version is not None else "not kept"
        page.text(2, version)
        sheet.write_formula(page.row, 3, f"='{statement.name}'!A3", styles.text, statement.checks.status)
        page.text(4, table.compilation.content_hash, font_color=GREY, font_size=8)
        page.row += 1
    page.row += 1


def _legend(page: Sheet) -> None:
    page.sheet.write_string(page.row, 0, "Legend", page.styles.section)
    page.sheet.write_blank(page.row, 1, None, page.styles.section)
    page.row += 1
    for entry in LEGEND:
        style = page.styles.of({"align": "right", "num_format": "#,##0"}, entry.look)
        if entry.sample == "":
            page.sheet.write_blank(page.row, 0, None, style)
        elif isinstance(entry.sample, str):
            page.sheet.write_string(page.row, 0, entry.sample, style)
        else:
            page.sheet.write_number(page.row, 0, entry.sample, style)
        page.sheet.write_string(page.row, 1, entry.says, page.styles.of(indent=1))
        page.row += 1
    page.row += 1


def _sentences(page: Sheet, title: str, sentences: Iterable[str]) -> None:
    page.sheet.write_string(page.row, 0, title, page.styles.section)
    page.sheet.write_blank(page.row, 1, None, page.styles.section)
    page.row += 1
    for sentence in sentences:
        cleaned = plain(sentence)
        page.sheet.merge_range(page.row, 0, page.row, 4, "", page.styles.text)
        write_text(page.sheet, page.row, 0, cleaned, page.styles, text_wrap=True, valign="top")
        page.sheet.set_row(page.row, height_of((cleaned, sum(page.widths))) + 2)
        page.row += 1
    page.row += 1


def write_cells(book: Workbook, sheet: Worksheet, statements: Sequence[StatementSheet]) -> int:
    """The identity of every cell: statement version, row and period. `now` follows the cell, also where
    rows were put in or moved. Returns how many cells there are."""
    for column, name in enumerate(CELLS_COLUMNS):
        sheet.write_string(0, column, name)
    placed = [(statement, cell) for statement in statements for cell in statement.placed]
    for row, (statement, cell) in enumerate(placed, start=1):
        _cell(sheet, row, statement, cell)
    sheet.hide()
    return len(placed)


def _cell(sheet: Worksheet, row: int, statement: StatementSheet, placed: PlacedCell) -> None:
    period = placed.column.period
    compilation = statement.table.compilation
    reference = f"'{statement.name}'!{placed.address}"
    texts = {
        0: statement.name,
        1: plain(placed.row.key),
        2: period.kind.value,
        3: period.start.isoformat() if period.start else "",
        4: period.end.isoformat(),
        CONTENT: placed.content.value,
        12: compilation.content_hash,
    }
    for column, text in texts.items():
        sheet.write_string(row, column, text)
    shown: float | str = "" if placed.shown is None else float(placed.shown)
    if placed.shown is not None:
        sheet.write_number(row, EXPORTED, float(placed.shown))
    sheet.write_formula(row, NOW, f'=IF(ISBLANK({reference}),"",{reference})', None, shown)
    numbers = {
        8: placed.factor,
        9: placed.cell.fact_id,
        10: compilation.statement_id,
        11: compilation.version,
    }
    for column, number in numbers.items():
        if number is not None:
            sheet.write_number(row, column, number)
