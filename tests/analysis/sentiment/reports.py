"""Reports whose tone is known, without a file being read."""

from collections.abc import Sequence
from datetime import date

from documents.models import Document
from tests.documents.texts import document_with_text

GOOD = [
    "Operating profit rose to EUR 12.4 mn from EUR 9.1 mn in the year before.",
    "Net sales increased by 8 % to EUR 120 mn, and demand was strong.",
    "The company won an order worth EUR 25 mn from a German customer.",
]
BAD = [
    "Operating profit fell to EUR 3.2 mn from EUR 9.1 mn in the year before.",
    "The plant in the north will be closed and 120 jobs will be lost.",
    "Net sales decreased by 14 %, because demand was weak in all markets.",
]
DULL = [
    "The head office of the company is located in the old harbour.",
    "The annual general meeting will be held on the twelfth of April.",
]


def report(name: str, year: int, *pages: Sequence[str]) -> Document:
    """A company's annual report of a year; each page has these sentences."""
    text = document_with_text(name, [" ".join(page) for page in pages], year=year)
    Document.objects.filter(pk=text.document_id).update(period_end=date(year, 12, 31))
    type(text).objects.filter(pk=text.pk).update(language="en")
    return Document.objects.get(pk=text.document_id)
