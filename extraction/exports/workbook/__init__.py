"""An Excel workbook that is alive: formulas, checks, notes and links."""

from extraction.exports.workbook.book import to_workbook

__all__ = ["to_workbook"]
