"""Real filings, where they are at hand: kind, year and last day of each."""

import json
from datetime import date, timedelta

import pypdfium2
import pytest

from engine.classify.document import classify
from engine.classify.evidence import DocumentClues
from engine.kinds import DocumentKind as Kind
from tests.conftest import SAMPLES

pytestmark = pytest.mark.samples

KINDS = {
    "10-K": Kind.ANNUAL_REPORT,
    "20-F": Kind.ANNUAL_REPORT,
    "annual report": Kind.ANNUAL_REPORT,
    "10-Q": Kind.QUARTERLY_REPORT,
    "8-K": Kind.OTHER,
    "earnings release": Kind.RESULTS_RELEASE,
}


def classified(path):
    document = pypdfium2.PdfDocument(path)
    try:
        pages = tuple(
            document[number].get_textpage().get_text_range() for number in range(min(8, len(document)))
        )
        return classify(DocumentClues(first_pages=pages, page_count=len(document)))
    finally:
        document.close()


def test_the_kind_of_every_typed_filing():
    lines = (SAMPLES / "truth" / "document_types.jsonl").read_text(encoding="utf-8").splitlines()
    filings = [json.loads(line) for line in lines]
    wrong = []
    for filing in filings:
        got = classified(SAMPLES / filing["file"])
        if got.kind is not KINDS[filing["doc_type"]]:
            wrong.append((filing["file"], got.kind))
    assert (len(filings), wrong) == (25, [])


def test_kind_and_period_of_every_tenth_report():
    """All of them are measured by the benchmark; these keep the tests quick."""
    paths = sorted((SAMPLES / "reports").glob("*.pdf"))[::10]
    wrong = []
    for path in paths:
        truth = json.loads((SAMPLES / "truth" / f"{path.stem}.json").read_text(encoding="utf-8"))
        statements = truth["statements"].values()
        end = date.fromisoformat(max(day for statement in statements for day in statement["periods"] if day))
        got = classified(path)
        year = (end - timedelta(days=7)).year
        if (got.kind, got.period_end, got.fiscal_year) != (Kind.ANNUAL_REPORT, end, year):
            wrong.append((path.name, got.kind, got.period_end))
    assert (len(paths), wrong) == (8, [])
