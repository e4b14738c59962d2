"""The companies that come along."""

import pytest

from companies.models import Company
from companies.seed import seed_companies

pytestmark = pytest.mark.django_db


def test_six_companies_with_their_peculiarities() -> None:
    seeded = seed_companies()
    assert seeded.created == (
        "AstraZeneca PLC",
        "SAP SE",
        "Siemens AG",
        "ASML Holding N.V.",
        "Unilever PLC",
        "Allianz SE",
    )
    companies = {company.slug: company for company in Company.objects.all()}
    assert companies["astrazeneca"].reporting_currency == "USD"
    assert (companies["siemens"].fiscal_year_end_month, companies["siemens"].fiscal_year_end_day) == (9, 30)
    assert (companies["asml"].framework, companies["asml"].other_framework) == ("us_gaap", "ifrs")
    assert companies["allianz"].sector_template == "insurer"
    assert companies["unilever"].listings_text == "ULVR (XLON), UNA (XAMS), UL (XNYS)"
    assert companies["sap"].primary_listing.exchange.timezone == "Europe/Berlin"


def test_every_code_and_address_is_well_formed() -> None:
    seed_companies()
    for company in Company.objects.all():
        company.full_clean()
        assert company.investor_relations_url.startswith("https://")
        assert company.listings.filter(is_primary=True).count() == 1


def test_seeding_again_changes_nothing_that_people_edited() -> None:
    seed_companies()
    Company.objects.filter(slug="sap").update(name="SAP, edited")
    again = seed_companies()
    assert again.created == ()
    assert Company.objects.get(slug="sap").name == "SAP, edited"
    assert Company.objects.count() == 6
