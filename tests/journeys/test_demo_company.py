"""The main job on the bundled demo company, through broker and worker, down to every figure."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from companies.models import Company
from companies.seed import seed_companies
from demo import build
from demo.serve import server
from documents.models import Document
from engine.kinds import StatementKind
from extraction.exports import export_of
from extraction.models import CompiledCell, Restatement
from extraction.table.find import Wanted, table_for
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.conftest import ROOT, STATE
from tests.journeys.waiting import wait_until_finished
from tests.processes import RunningWorker

pytestmark = pytest.mark.timeout(600)

REPORTS = [
    publication
    for publication in json.loads(build.TRUTH.read_text(encoding="utf-8"))["publications"]
    if publication["kind"] == "annual_report"
]
Key = tuple[str, str]  # statement and the key of a line


@pytest.fixture
def site() -> Iterator[str]:
    """Host and port of the demo's investor-relations site."""
    running = server()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join(5)


def printed() -> dict[tuple[object, ...], str]:
    """Where and how a figure is printed, to the key of its line."""
    places = {}
    for report in REPORTS:
        for statement in report["statements"]:
            for cell in statement["cells"]:
                place = (
                    report["sha256"],
                    statement["kind"],
                    cell["page"],
                    cell["label"],
                    cell["section"].rstrip(":"),
                    cell["period_end"],
                )
                places[place] = cell["key"]
    return places


def newest_figures() -> dict[Key, dict[str, Decimal]]:
    """Each line's figure of each year as the newest report gives it."""
    figures: dict[Key, dict[str, Decimal]] = defaultdict(dict)
    for report in sorted(REPORTS, key=lambda report: report["fiscal_year"]):
        for statement in report["statements"]:
            for cell in statement["cells"]:
                figures[statement["kind"], cell["key"]][cell["period_end"]] = Decimal(cell["value"])
    return dict(figures)


def compiled_figures(company: Company) -> dict[Key, dict[str, Decimal]]:
    """The same out of the compiled statements; every row must hold one line of the truth only."""
    keys = printed()
    figures: dict[Key, dict[str, Decimal]] = defaultdict(dict)
    rows: dict[Key, set[int]] = defaultdict(set)
    cells = CompiledCell.objects.filter(
        row__compiled__company=company,
        row__compiled__is_current=True,
        row__compiled__view="latest",
        fact__isnull=False,
    ).select_related("row__compiled", "fact__observation__row__table__run__version")
    for cell in cells:
        observation = cell.fact.observation
        row = observation.row
        place = (
            row.table.run.version.sha256,
            row.table.statement,
            observation.page,
            row.label,
            row.section.rstrip(":"),
            cell.fact.period_end.isoformat(),
        )
        key = (row.table.statement, keys[place])
        figures[key][cell.period_end.isoformat()] = cell.value
        rows[key].add(cell.row_id)
    assert {key: len(found) for key, found in rows.items() if len(found) > 1} == {}
    assert len({row for found in rows.values() for row in found}) == len(rows)
    return dict(figures)


def test_the_first_start_ends_with_ten_years(
    site: str, transactional_db: None, broker: str, files: Path
) -> None:
    seed_companies(ROOT / "demo" / "seed.yaml")
    company = Company.objects.get(slug="harrowmere")
    company.investor_relations_url = f"http://{site}/investors/"
    company.save()
    with RunningWorker.start(
        ROOT,
        STATE,
        database=f"sqlite:///{STATE / 'test.sqlite3'}",
        files=files,
        TENFOLD_ALLOWED_PRIVATE_HOSTS=site,
    ) as worker:
        launched = launch("extract_company_financial_data", subject=company, company_id=company.pk)
        run = wait_until_finished(launched.run, worker, seconds=300)
        assert run.state == State.SUCCEEDED, (run.result, run.error_message)
        again = launch("extract_company_financial_data", subject=company, company_id=company.pk)
        wait_until_finished(again.run, worker, seconds=300)

    assert Document.objects.filter(document_type="annual_report", status="extracted").count() == 8
    others = Document.objects.exclude(document_type="annual_report")
    assert sorted(others.values_list("document_type", flat=True)) == [
        "half_year_report",
        "investor_presentation",
        "sustainability_report",
    ]
    assert compiled_figures(company) == newest_figures()
    # What the company said it restated, and nothing else but what follows from it.
    restated = Restatement.objects.filter(company=company)
    assert set(restated.values_list("period_end__year", flat=True)) == {2022}
    assert Decimal("-35000000") in set(
        restated.filter(row_key="is.admin").values_list("new_value", flat=True)
    )
    # Every printed total of the workbook is a sum of printed lines, and none is off.
    export = export_of(
        [table.view for kind in StatementKind if (table := table_for(company, kind, Wanted())) is not None]
    )
    checks = [check for found in export.formulas.values() for row in found.checks for check in row.checks]
    crossed = [check for row in export.crossings for check in row.checks]
    assert {check.holds for check in (*checks, *crossed) if check is not None} == {True}
    assert [found.untested for found in export.formulas.values()] == [{}, {}, {}]
    # The second run found the same documents and wrote no second version of anything.
    assert Document.objects.count() == 11
    assert {document.versions.count() for document in Document.objects.annual()} == {1}
    compiled = TaskRun.objects.filter(task="compile_company_statements").order_by("queued_at")
    assert [entry["is_new"] for entry in compiled[1].result["compiled"]] == [False] * 6
