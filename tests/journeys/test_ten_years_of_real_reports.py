"""From an investor-relations site with real reports to the figures of each year."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from companies.models import Company
from documents.models import Document
from extraction.models import CompiledCell, CompiledStatement
from jobs.launch import launch
from jobs.states import State
from tests.conftest import ROOT, STATE
from tests.http import LocalSite
from tests.journeys.waiting import wait_until_finished
from tests.processes import RunningWorker

pytestmark = [pytest.mark.samples, pytest.mark.timeout(900)]

YEARS = range(2015, 2023)
# The truth's names of the lines and the concepts under which the compiled statements keep them.
LINES = {
    ("income_statement", "revenue"): "is.revenue",
    ("income_statement", "net_income"): "is.net_income",
    ("balance_sheet", "total_assets"): "bs.total_assets",
    ("cash_flow_statement", "cfo"): "cf.cfo",
}


@pytest.fixture
def site(samples: Path) -> Iterator[LocalSite]:
    """An investor-relations page that lists eight annual reports."""
    links = []
    with LocalSite() as site:
        for year in YEARS:
            body = (samples / "reports" / f"COSTCO_{year}_10K.pdf").read_bytes()
            site.add(f"/files/{year}-annual-report.pdf", body, content_type="application/pdf")
            links.append(
                f'<li>{year} <a href="/files/{year}-annual-report.pdf">Annual report {year}</a></li>'
            )
        site.add("/investors/", f"<h1>Annual reports</h1><ul>{''.join(links)}</ul>".encode())
        yield site


def newest_truth(samples: Path) -> dict[tuple[str, str], Decimal]:
    """Concept and period end to the figure, in dollars, that the newest report gives."""
    figures = {}
    for year in YEARS:
        truth = json.loads((samples / "truth" / f"COSTCO_{year}_10K.json").read_text())
        for (statement, key), concept in LINES.items():
            entry = truth["statements"][statement]["key_items"][key]
            for end, value in zip(truth["statements"][statement]["periods"], entry["values"], strict=True):
                figures[concept, end] = Decimal(str(value)) * 1_000_000
    return figures


def test_every_year_has_the_figures_of_the_newest_report(
    site: LocalSite, samples: Path, transactional_db: None, broker: str, files: Path
) -> None:
    company = Company.objects.create(
        name="Costco",
        slug="costco",
        investor_relations_url=site.url("/investors/"),
        fiscal_year_end_month=8,
        fiscal_year_end_day=31,
    )
    with RunningWorker.start(
        ROOT,
        STATE,
        database=f"sqlite:///{STATE / 'test.sqlite3'}",
        files=files,
        TENFOLD_ALLOWED_PRIVATE_HOSTS=site.pair,
    ) as worker:
        launched = launch("extract_company_financial_data", subject=company, company_id=company.pk)
        run = wait_until_finished(launched.run, worker, seconds=600)
    assert run.state == State.SUCCEEDED, (run.result, run.error_message)
    assert Document.objects.filter(company=company, status="extracted").count() == 8
    read = {
        (cell.row.concept, cell.period_end.isoformat()): cell.value
        for cell in CompiledCell.objects.filter(
            row__compiled__company=company,
            row__compiled__is_current=True,
            row__compiled__view="latest",
            row__concept__in=LINES.values(),
            value__isnull=False,
        ).select_related("row")
    }
    expected = newest_truth(samples)
    assert {key: read.get(key) for key in expected} == expected
    # A few by hand, so that the test does not rest on its own reading of the truth alone.
    assert read["is.revenue", "2022-08-28"] == Decimal("226954000000")
    assert read["is.revenue", "2013-09-01"] == Decimal("105156000000")
    assert read["bs.total_assets", "2022-08-28"] == Decimal("64166000000")
    income = CompiledStatement.objects.get(
        company=company, statement="income_statement", view="latest", is_current=True
    )
    assert [date.fromisoformat(period["end"]).year for period in income.periods] == list(
        range(2022, 2012, -1)
    )
