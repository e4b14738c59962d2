"""Compiled statements as files: CSV, JSON and an Excel workbook, a module per format."""

from extraction.exports.content import Export, export_of
from extraction.exports.csv_file import to_csv
from extraction.exports.json_file import to_json
from extraction.exports.workbook import to_workbook

__all__ = ["Export", "export_of", "to_csv", "to_json", "to_workbook"]
