"""`python -m demo.build`: typesets every publication of the demo company and writes down its truth.

Writes `demo/reports/*.pdf`, `demo/truth.json` (each printed figure of each statement) and
`demo/site/files.json` (which address serves which file). Needs reportlab; the site does not.
"""

import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from demo import figures, other_publications, report
from demo.spec import PrintedItem, PrintedStatement, ReportSpec, Typeset
from demo.typeset import typeset
from engine.kinds import DocumentKind, RowKind

HERE = Path(__file__).parent
REPORTS = HERE / "reports"
TRUTH = HERE / "truth.json"
FILES = HERE / "site" / "files.json"
# One report is served from an address that says nothing about it, as some sites do.
OPAQUE = {"annual-report-2021": "/static-files/5d0c7b1e-93a4-4f0b-8a6e-2b7c41f0d9a3"}
_SUSTAINABILITY = DocumentKind.SUSTAINABILITY_REPORT
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Publication:
    """A document to be made. `fiscal_year` is the year it is about."""

    spec: ReportSpec
    kind: DocumentKind
    fiscal_year: int
    period_end: date
    published: date

    @property
    def file(self) -> str:
        return f"{self.spec.name}.pdf"

    @property
    def address(self) -> str:
        folder = "annual-reports" if self.kind is DocumentKind.ANNUAL_REPORT else "publications"
        return OPAQUE.get(self.spec.name, f"/media/{folder}/{self.published.year}/{self.file}")


def publications() -> Iterator[Publication]:
    """Everything the company has published, annual reports first."""
    for annual in figures.reports():
        yield Publication(
            report.annual_report(annual),
            DocumentKind.ANNUAL_REPORT,
            annual.year,
            date(annual.year, 6, 30),
            annual.published,
        )
    others = (
        (other_publications.half_year_report, DocumentKind.HALF_YEAR_REPORT, "2024-12-31", "2025-02-20"),
        (other_publications.presentation, DocumentKind.INVESTOR_PRESENTATION, "2025-06-30", "2025-09-18"),
        (other_publications.sustainability_report, _SUSTAINABILITY, "2025-06-30", "2025-10-09"),
    )
    for make, kind, end, published in others:
        yield Publication(make(), kind, 2025, date.fromisoformat(end), date.fromisoformat(published))


def fingerprint(pdf: bytes) -> str:
    """A hash of a PDF that does not depend on how well the local zlib packs: each stream is
    unpacked, lengths and byte offsets are left out."""
    digest = hashlib.sha256()
    for stream in STREAM.findall(pdf):
        try:
            digest.update(zlib.decompress(stream))
        except zlib.error:
            digest.update(stream)
    for line in STREAM.sub(b"", pdf).split(b"startxref")[0].split(b"\n"):
        if b"/Length" not in line and not re.fullmatch(rb"\d{10} \d{5} [nf] ?", line.strip()):
            digest.update(line)
    return digest.hexdigest()


def truth(publication: Publication, made: Typeset) -> dict[str, Any]:
    """What is printed in a publication, ready for JSON."""
    return {
        "file": publication.file,
        "title": publication.spec.title,
        "kind": publication.kind.value,
        "fiscal_year": publication.fiscal_year,
        "period_end": publication.period_end.isoformat(),
        "published": publication.published.isoformat(),
        "address": publication.address,
        "currency": publication.spec.currency,
        "pages": made.pages,
        "sha256": hashlib.sha256(made.pdf).hexdigest(),
        "fingerprint": fingerprint(made.pdf),
        "statements": [_statement(statement) for statement in made.statements],
    }


def _statement(statement: PrintedStatement) -> dict[str, Any]:
    return {
        "kind": statement.kind.value,
        "pages": list(statement.pages),
        "scale": statement.scale,
        "cells": [cell for item in statement.items for cell in _cells(statement, item)],
    }


def _cells(statement: PrintedStatement, item: PrintedItem) -> Iterator[dict[str, Any]]:
    scale = 1 if item.kind is RowKind.PER_SHARE else statement.scale
    for column, value, printed in zip(statement.columns, item.values, item.printed, strict=True):
        if value is None or column.end is None:
            continue
        yield {
            "key": item.key,
            "label": item.label,
            "section": item.section,
            "period_start": column.start.isoformat() if column.start else None,
            "period_end": column.end.isoformat(),
            "restated": column.restated,
            "printed": printed,
            "value": _plain(value * scale),
            "page": item.page,
        }


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _one_figure_per_line(everything: dict[str, Any]) -> str:
    """JSON in which a changed figure is a changed line, and no line is longer than need be."""
    text = json.dumps(everything, ensure_ascii=False, indent=1)
    return re.sub(r"\{\s+(\"key\": [^{}]*?)\s+\}", lambda cell: _on_one_line(cell[1]), text) + "\n"


def _on_one_line(fields: str) -> str:
    return "{" + re.sub(r"\n\s+", " ", fields) + "}"


def build(reports: Path = REPORTS, truth_file: Path = TRUTH, files: Path = FILES) -> dict[str, Any]:
    """Writes everything and returns the truth."""
    reports.mkdir(parents=True, exist_ok=True)
    found, served = [], {}
    for publication in publications():
        made = typeset(publication.spec)
        (reports / publication.file).write_bytes(made.pdf)
        found.append(truth(publication, made))
        served[publication.address] = f"reports/{publication.file}"
    everything = {"company": report.company()["name"], "publications": found}
    truth_file.write_text(_one_figure_per_line(everything), encoding="utf-8")
    files.parent.mkdir(parents=True, exist_ok=True)
    files.write_text(json.dumps(served, indent=1) + "\n", encoding="utf-8")
    return everything


def main() -> int:
    for publication in build()["publications"]:
        cells = sum(len(statement["cells"]) for statement in publication["statements"])
        sys.stdout.write(f"{publication['file']:34} {publication['pages']:3} pages {cells:5} figures\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
