"""The index of filings.xbrl.org: the tagged annual reports of an issuer by its LEI."""

from urllib.parse import quote, urljoin

from django.conf import settings

from companies.models import Company
from engine.errors import EngineError
from engine.limits import Limits
from engine.sandbox import filings_safely, tagged_safely
from engine.xbrl.publications import publications
from engine.xbrl.values import ListedFiling
from extraction.external.asking import SourceFailed, ask, taken_in
from extraction.external.collected import Collected, Errand
from extraction.store.tagged import store_publication

_MOST_FILINGS = 100  # of one issuer, newest first; ESEF began in 2020


def collect(errand: Errand) -> Collected:
    """Every company with an LEI."""
    collected = Collected()
    companies = Company.objects.filter(is_active=True, lei__gt="").order_by("pk")
    if errand.company is not None:
        companies = companies.filter(pk=errand.company.pk)
    if not companies:
        collected.nothing_to_ask = "No company has an LEI. Enter it on the page of a company."
        return collected
    for company in companies:
        errand.report("asking_sources", 0, 0, f"{errand.source.name}: {company}")
        try:
            _follow(errand, company, collected)
        except (SourceFailed, EngineError) as failure:
            if collected.fail(company.name, failure):
                break
    return collected


def _follow(errand: Errand, company: Company, collected: Collected) -> None:
    """Each filing that is not known yet, by its facts as JSON or, without those, by its package."""
    source = errand.source
    listed = ask(
        source,
        f"{source.base_url}/api/filings?filter%5Bentity.identifier%5D={quote(company.lei or '')}"
        f"&sort=-period_end&page%5Bsize%5D={_MOST_FILINGS}",
        again=errand.full,
    )
    collected.asked += 1
    if listed.body is None:
        return
    filings = filings_safely(listed.body, Limits(**settings.READING_LIMITS))
    known = set(source.reports.filter(company=company).values_list("accession", flat=True))
    ended = False
    for filing in filings:
        if not filing.is_tagged or (filing.accession in known and not errand.full):
            continue
        try:
            _take(errand, company, filing, collected)
        except (SourceFailed, EngineError) as failure:
            ended = True
            if collected.fail(f"{company.name}, {filing.accession}", failure):
                break
    if not ended:  # otherwise the list is looked at again, for what is missing
        with errand.storing():
            taken_in(source, listed)


def _take(errand: Errand, company: Company, filing: ListedFiling, collected: Collected) -> None:
    source = errand.source
    # The index is not trusted with where else to go: its addresses are paths on its own host.
    address = urljoin(f"{source.base_url}/", filing.facts_address or filing.package_address)
    if not address.startswith(f"{source.base_url}/"):
        raise SourceFailed(
            "foreign_address",
            f"The index names {address[:200]}, which is not on its own host. It is not asked.",
        )
    answered = ask(source, address, again=True)
    collected.asked += 1
    reading = tagged_safely(answered.body or b"", Limits(**settings.READING_LIMITS))
    if reading.entity and reading.entity != company.lei:
        raise SourceFailed(
            "other_entity", f"The report is of {reading.entity}, not of {company.lei}. It is not taken in."
        )
    found = publications(reading)
    if not found:
        raise SourceFailed("no_figures", f"Nothing in {address} is tagged with an element known here.")
    with errand.storing():
        for publication in found:
            _, counts = store_publication(
                company, source, publication, accession=filing.accession, form=filing.form,
                filed_on=filing.filed_on, address=address, left_out=reading.left_out,
            )  # fmt: skip
            collected.add(company, counts)
