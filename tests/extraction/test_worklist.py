"""Which documents of a company are worth the work."""

import pytest

from documents.models import Document
from extraction.worklist import worth_processing
from tests.extraction.made import a_company, a_document

pytestmark = pytest.mark.django_db


def test_ten_years_count_back_from_the_newest_report() -> None:
    company = a_company()
    for year in (2005, 2006, 2014, 2015):
        a_document(company, year)
    assert [document.fiscal_year for document in worth_processing(company, 10)] == [2006, 2014, 2015]


def test_a_report_without_a_year_may_be_one() -> None:
    company = a_company()
    a_document(company, 2024)
    Document.objects.create(company=company, title="Report", document_type="unknown")
    assert [document.fiscal_year for document in worth_processing(company, 10)] == [None, 2024]


def test_other_kinds_duplicates_and_ignored_ones_are_left_out() -> None:
    company = a_company()
    kept = a_document(company, 2024)
    a_document(company, 2024, duplicate_of=kept)
    for fields in ({"document_type": "half_year_report"}, {"status": "ignored"}):
        document = a_document(company, 2023)
        Document.objects.filter(pk=document.pk).update(**fields)
    assert worth_processing(company) == [kept]


def test_every_document_is_worked_on_however_many_there_are() -> None:
    company = a_company()
    Document.objects.bulk_create(
        Document(company=company, document_type="annual_report", fiscal_year=2000 + n % 20, title=str(n))
        for n in range(250)
    )
    assert len(worth_processing(company)) == 250
