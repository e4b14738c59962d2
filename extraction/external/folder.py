"""Tagged reports and files of rates that people put into the drop folder.

Reports lie in the folder named like their company, beside the PDFs; a file of the European Central Bank's
rates may lie in any of them or in the folder `rates`.
"""

import hashlib
import time
from pathlib import Path

from django.conf import settings

from companies.models import Company
from companies.rates import keep_ecb_rates
from documents.intake import QUIET_SECONDS, RATES, TAGGED_SUFFIXES, opened, put_aside, whole_files
from engine.errors import EngineError, NotFound
from engine.limits import Limits
from engine.sandbox import rates_safely, tagged_safely
from engine.xbrl.publications import publications
from extraction.external.asking import SourceFailed
from extraction.external.collected import Collected, Errand
from extraction.store.tagged import store_publication

_RATES_SUFFIXES = frozenset({".xml", ".csv"})


def collect(errand: Errand) -> Collected:
    """What lies there and nobody is still writing. What was taken moves to `.taken`, what cannot be used to
    `.refused` with the reason beside it."""
    collected = Collected()
    folder = Path(settings.DROP_DIR)
    quiet_since = time.time() - QUIET_SECONDS
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if place.name.startswith(".") or not place.is_dir() or place.is_symlink():
            continue
        is_rates = place.name == RATES
        company = None if is_rates else Company.objects.filter(slug=place.name).first()
        if (company is None and not is_rates) or (errand.company is not None and company != errand.company):
            continue
        suffixes = _RATES_SUFFIXES if is_rates else TAGGED_SUFFIXES
        for path in whole_files(place, quiet_since):
            if path.suffix.lower() in suffixes:
                collected.asked += 1
                _take(errand, company, path, folder, collected)
    if not collected.asked:
        collected.nothing_to_ask = "Nothing for this source lies in the drop folder."
    return collected


def _take(errand: Errand, company: Company | None, path: Path, folder: Path, collected: Collected) -> None:
    reasons: list[str] = []
    try:
        with opened(path) as file:
            data = file.read(settings.DOWNLOAD_MAX_BYTES + 1)
        if len(data) > settings.DOWNLOAD_MAX_BYTES:
            raise SourceFailed(
                "too_large", f"The file is larger than {settings.DOWNLOAD_MAX_BYTES >> 20:,} MB."
            )
        if company is None:
            _take_rates(errand, data, collected)
        else:
            _take_report(errand, company, path.name, data, collected)
    except (SourceFailed, EngineError) as failure:
        collected.fail(f"{path.parent.name}/{path.name}", failure)
        reasons = [f"{path.name}: {failure.message}\n"]
    # What was stored is committed before the file is moved: a file taken twice changes nothing, one that
    # was moved and not stored would be lost.
    errand.report("asking_sources", 0, 0, path.name)
    put_aside(path, folder, reasons)


def _take_rates(errand: Errand, data: bytes, collected: Collected) -> None:
    rates = rates_safely(data, Limits(**settings.READING_LIMITS))
    with errand.storing():
        kept = keep_ecb_rates(rates)
    collected.new += kept.new
    collected.unchanged += kept.rates - kept.new


def _take_report(errand: Errand, company: Company, name: str, data: bytes, collected: Collected) -> None:
    reading = tagged_safely(data, Limits(**settings.READING_LIMITS))
    known = {company.lei, company.cik.zfill(10)} - {None, "0" * 10, ""}
    if reading.entity and known and reading.entity not in known:
        raise SourceFailed(
            "other_entity",
            f"The report is of {reading.entity}, not of {company}. Put it into the folder of its company, or"
            " correct the company's LEI or CIK.",
        )
    found = publications(reading)
    if not found:
        raise NotFound("Nothing in the file is tagged with an element known here.", code="no_figures")
    # The same file again is the same publication, whatever it is called.
    accession = hashlib.sha256(data).hexdigest()
    with errand.storing():
        for publication in found:
            _, counts = store_publication(
                company, errand.source, publication, accession=accession, form=reading.form,
                address=name, left_out=reading.left_out,
            )  # fmt: skip
            collected.add(company, counts)
