"""The SEC: which reports a filer has filed since the last visit, and its tagged facts where there are any."""

from django.conf import settings

from companies.models import Company
from engine.errors import EngineError
from engine.limits import Limits
from engine.sandbox import filings_safely, tagged_safely
from engine.xbrl.publications import KINDS_OF_FORMS, publications
from extraction.external.asking import SourceFailed, ask, must_have_contact, taken_in
from extraction.external.collected import Collected, Errand
from extraction.store.tagged import store_publication

# Besides those of KINDS_OF_FORMS, the form of foreign issuers for whatever comes between their years.
_FORMS = frozenset(KINDS_OF_FORMS) | {"6-K"}


def collect(errand: Errand) -> Collected:
    """Every company with a CIK. Raises SourceFailed where nobody has said who asks."""
    collected = Collected()
    companies = Company.objects.filter(is_active=True).exclude(cik="").order_by("pk")
    if errand.company is not None:
        companies = companies.filter(pk=errand.company.pk)
    if not companies:
        collected.nothing_to_ask = "No company has a CIK. Enter it on the page of a company."
        return collected
    must_have_contact(errand.source)
    for company in companies:
        errand.report("asking_sources", 0, 0, f"{errand.source.name}: {company}")
        try:
            _follow(errand, company, collected)
        except (SourceFailed, EngineError) as failure:
            if collected.fail(company.name, failure):
                break
    return collected


def _follow(errand: Errand, company: Company, collected: Collected) -> None:
    """The list of filings is small and asked for first; the file of all facts only where it has grown."""
    cik, source = company.cik.zfill(10), errand.source
    listed = ask(source, f"{source.base_url}/submissions/CIK{cik}.json", again=errand.full)
    collected.asked += 1
    if listed.body is None:
        return
    limits = Limits(**settings.READING_LIMITS)
    wanted = {
        filing.accession
        for filing in filings_safely(listed.body, limits)
        if filing.is_tagged and filing.form.removesuffix("/A") in _FORMS
    }
    known = set(source.reports.filter(company=company).values_list("accession", flat=True))
    if wanted <= known and not errand.full:
        with errand.storing():
            taken_in(source, listed)
        return
    facts = ask(source, f"{source.base_url}/api/xbrl/companyfacts/CIK{cik}.json", again=errand.full)
    collected.asked += 1
    if facts.body is None:
        return
    reading = tagged_safely(facts.body, limits)
    with errand.storing():
        for publication in publications(reading):
            if publication.form.removesuffix("/A") in _FORMS:
                _, counts = store_publication(
                    company, source, publication, address=facts.address, left_out=reading.left_out
                )
                collected.add(company, counts)
        taken_in(source, listed)
        taken_in(source, facts)
