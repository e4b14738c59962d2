"""Sources outside, as local web servers and folders: what they give, how they fail, what is asked again."""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from companies.models import ExchangeRate
from extraction.external.ecb import _file_for
from extraction.models import CrossCheck, ExternalSource, SyncRun, TaggedReport, XbrlFact
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.engine.xbrl.made import (
    CIK,
    LEI,
    Filing,
    company_facts,
    esef_package,
    filings_index,
    submissions,
    xbrl_json,
)
from tests.extraction.external.made import a_read_report, tagged
from tests.extraction.made import a_company, a_document
from tests.http import LocalSite, Reply, Request

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 6, 17, 12, tzinfo=UTC)  # a Monday
INDEX = f"/api/filings?filter%5Bentity.identifier%5D={LEI}&sort=-period_end&page%5Bsize%5D=100"


@pytest.fixture
def site(settings: Any) -> Iterator[LocalSite]:
    """One server that stands for all sources."""
    with LocalSite() as server:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({server.pair})
        settings.CONTACT = "reader@example.org"
        for source in ExternalSource.objects.exclude(base_url=""):
            source.base_url = server.url(f"/{source.code}")
            source.save()
        yield server


def conditional(site: LocalSite, path: str, body: bytes, tag: str = '"one"') -> None:
    """Answers 304 to whoever has it already."""

    def answer(request: Request) -> Reply:
        if request.headers.get("if-none-match") == tag:
            return Reply(status=304)
        return Reply(body, headers=(("ETag", tag),), content_type="application/octet-stream")

    site.add_answer(path, answer)


def synced(*codes: str, **arguments: object) -> TaskRun:
    run = launch("sync_external_data", data_sources=list(codes), force=True, **arguments).run
    execute(run.pk)
    run.refresh_from_db()
    return run


def rates_xml(*days: str) -> bytes:
    cubes = "".join(f'<Cube time="{day}"><Cube currency="USD" rate="1.08"/></Cube>' for day in days)
    return (
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        f' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>{cubes}</Cube></gesmes:Envelope>'
    ).encode()


class TestRates:
    """The smallest file that leaves no hole."""

    def test_the_whole_history_where_nothing_is_known(self, site: LocalSite) -> None:
        conditional(site, "/ecb/eurofxref-hist.xml", rates_xml("2024-06-14", "2024-06-13"))
        run = synced("ecb")
        assert run.state == State.SUCCEEDED
        assert run.result["sources"]["ecb"] == {
            "outcome": "updated", "asked": 1, "new": 2, "changed": 0, "unchanged": 0, "problems": [],
            "cursor": {"last_day": "2024-06-14", "file": "eurofxref-hist.xml"},
        }  # fmt: skip
        assert ExchangeRate.objects.get(day=date(2024, 6, 14)).rate == Decimal("1.08")
        # Asked again with the mark of the answer: nothing is sent, nothing changes.
        again = synced("ecb")
        assert again.result["sources"]["ecb"]["outcome"] == "unchanged"
        assert ExternalSource.objects.get(code="ecb").last_success_at is not None
        assert site.requests[-1].headers["if-none-match"] == '"one"'

    @pytest.mark.parametrize(
        ("at", "name"),
        [
            (datetime(2024, 6, 17, 17, tzinfo=UTC), "eurofxref-daily.xml"),
            (datetime(2024, 6, 18, 17, tzinfo=UTC), "eurofxref-hist-90d.xml"),
            (datetime(2024, 9, 3, tzinfo=UTC), "eurofxref-hist-90d.xml"),
            (datetime(2024, 9, 30, tzinfo=UTC), "eurofxref-hist.xml"),
        ],
    )
    def test_a_gap_decides_the_file(self, at: datetime, name: str) -> None:
        assert _file_for(date(2024, 6, 14), at) == name

    def test_a_page_in_place_of_rates_changes_nothing(self, site: LocalSite) -> None:
        site.add("/ecb/eurofxref-hist.xml", b"<html><body>Maintenance</body></html>")
        run = synced("ecb")
        assert (run.state, run.error_code) == (State.PARTIAL, "bad_input")
        assert run.result["sources"]["ecb"]["outcome"] == "failed"
        assert not ExchangeRate.objects.exists()


class TestSec:
    @pytest.fixture
    def filings(self, site: LocalSite) -> list[Filing]:
        filed = [Filing("0000320123-25-000009", "20-F", date(2025, 3, 3), tagged())]
        conditional(site, f"/sec/submissions/CIK{CIK}.json", submissions(filed))
        conditional(site, f"/sec/api/xbrl/companyfacts/CIK{CIK}.json", company_facts(filed))
        return filed

    def test_the_facts_of_a_filer_are_compared_with_its_report(
        self, site: LocalSite, filings: list[Filing]
    ) -> None:
        document = a_read_report(a_company("northwind", cik="320123"))
        run = synced("sec")
        assert run.state == State.SUCCEEDED
        assert run.result["comparisons"] == 1
        report = TaggedReport.objects.get()
        assert (report.accession, report.form, report.kind, report.filed_on, report.period_end) == (
            "0000320123-25-000009", "20-F", "annual_report", date(2025, 3, 3), date(2024, 12, 31),
        )  # fmt: skip
        check = CrossCheck.objects.get(document=document)
        assert (check.agrees, check.differs) == (22, 0)
        agents = {request.headers["user-agent"] for request in site.requests}
        assert ["reader@example.org" in agent for agent in agents] == [True]

    def test_nothing_new_costs_one_small_question(self, site: LocalSite, filings: list[Filing]) -> None:
        a_company("northwind", cik=CIK)
        synced("sec")
        asked = len(site.paths())
        run = synced("sec")
        assert run.result["sources"]["sec"]["outcome"] == "unchanged"
        assert site.paths()[asked:] == [f"/sec/submissions/CIK{CIK}.json"]

    def test_without_a_contact_it_is_not_asked_and_says_what_to_do(
        self, site: LocalSite, filings: list[Filing], settings: Any
    ) -> None:
        settings.CONTACT = ""
        a_company("northwind", cik=CIK)
        run = synced("sec")
        assert (run.state, run.error_code) == (State.PARTIAL, "contact_missing")
        assert "TENFOLD_CONTACT" in run.message
        assert site.requests == []

    def test_one_filer_that_is_not_there_leaves_the_others(
        self, site: LocalSite, filings: list[Filing]
    ) -> None:
        a_company("eastwind", cik="77")
        a_company("northwind", cik=CIK)
        run = synced("sec")
        told = run.result["sources"]["sec"]
        assert (told["outcome"], told["new"]) == ("partial", 24)
        assert [(one["subject"], one["code"]) for one in told["problems"]] == [("Eastwind", "not_found")]


class TestIndex:
    def test_a_report_is_taken_from_the_index_by_its_facts(self, site: LocalSite) -> None:
        company = a_company("northwind", lei=LEI)
        row = ("northwind-2024", date(2024, 12, 31), date(2025, 4, 2), "/xbrl-filings/n/2024.json")
        conditional(site, f"/xbrl-filings{INDEX}", filings_index([row]))
        site.add("/xbrl-filings/n/2024.json", xbrl_json(tagged()))
        run = synced("xbrl-filings", company_id=company.pk)
        assert run.state == State.SUCCEEDED
        report = TaggedReport.objects.get()
        assert (report.accession, report.form, report.filed_on) == (
            "northwind-2024",
            "ESEF",
            date(2025, 4, 2),
        )
        assert XbrlFact.objects.count() == 24
        assert synced("xbrl-filings").result["sources"]["xbrl-filings"]["outcome"] == "unchanged"

    def test_an_address_elsewhere_and_a_report_of_another_issuer_are_not_taken(self, site: LocalSite) -> None:
        a_company("northwind", lei="529900AAAAAAAAAAAA11")
        index = INDEX.replace(LEI, "529900AAAAAAAAAAAA11")
        rows = [
            ("elsewhere", date(2024, 12, 31), date(2025, 4, 2), "http://169.254.169.254/x.json"),
            ("another", date(2023, 12, 31), date(2024, 4, 2), "/xbrl-filings/n/2023.json"),
        ]
        conditional(site, f"/xbrl-filings{index}", filings_index(rows))
        site.add("/xbrl-filings/n/2023.json", xbrl_json(tagged()))
        told = synced("xbrl-filings").result["sources"]["xbrl-filings"]
        assert [one["code"] for one in told["problems"]] == ["foreign_address", "other_entity"]
        assert told["outcome"] == "failed"
        assert not TaggedReport.objects.exists()
        # What is missing is looked for again the next time.
        assert len(synced("xbrl-filings").result["sources"]["xbrl-filings"]["problems"]) == 2


class TestDropFolder:
    @pytest.fixture
    def folder(self, settings: Any, tmp_path: Path) -> Path:
        settings.DROP_DIR = tmp_path / "drop"
        (settings.DROP_DIR / "northwind").mkdir(parents=True)
        (settings.DROP_DIR / "rates").mkdir()
        return settings.DROP_DIR

    def put(self, path: Path, body: bytes) -> Path:
        path.write_bytes(body)
        long_ago = time.time() - 3600
        os.utime(path, (long_ago, long_ago))
        return path

    @pytest.fixture(autouse=True)
    def quiet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The moment a file was put there cannot be set back; so nothing is waited for."""
        monkeypatch.setattr("extraction.external.folder.QUIET_SECONDS", -1.0)

    def test_a_package_and_rates_are_taken_and_moved(self, folder: Path) -> None:
        a_read_report(a_company("northwind", lei=LEI))
        self.put(folder / "northwind" / "esef.zip", esef_package(tagged()))
        self.put(folder / "rates" / "eurofxref.csv", b"Date,USD,\n14 June 2024,1.0686,\n")
        run = synced("drop-folder")
        assert run.state == State.SUCCEEDED
        assert run.result["sources"]["drop-folder"]["new"] == 25
        assert run.result["comparisons"] == 1
        assert sorted(path.name for path in folder.rglob("*.*") if path.is_file()) == [
            "esef.zip", "eurofxref.csv",
        ]  # fmt: skip
        assert (folder / ".taken" / "northwind" / "esef.zip").exists()
        # The same file again is the same publication.
        shutil.copy(folder / ".taken" / "northwind" / "esef.zip", folder / "northwind" / "again.zip")
        assert synced("drop-folder").result["sources"]["drop-folder"]["unchanged"] == 24
        assert TaggedReport.objects.count() == 1

    def test_what_cannot_be_used_is_put_aside_with_the_reason(self, folder: Path) -> None:
        a_company("northwind", lei="529900AAAAAAAAAAAA11")
        self.put(folder / "northwind" / "broken.zip", b"PK\x03\x04")
        self.put(folder / "northwind" / "other.zip", esef_package(tagged()))
        run = synced("drop-folder")
        assert [one["code"] for one in run.result["sources"]["drop-folder"]["problems"]] == [
            "bad_package", "other_entity",
        ]  # fmt: skip
        aside = folder / ".refused" / "northwind"
        assert "cannot be opened" in (aside / "broken.zip.reason").read_text()
        assert "not of Northwind" in (aside / "other.zip.reason").read_text()

    def test_an_empty_folder_is_nothing_to_do(self, folder: Path) -> None:
        run = synced("drop-folder")
        assert (run.state, run.message) == (State.SKIPPED, "There was nothing to ask the sources for.")


class TestSeveral:
    def test_one_source_that_fails_leaves_the_others(self, site: LocalSite, settings: Any, tmp_path) -> None:
        settings.DROP_DIR = tmp_path
        a_company("northwind", cik=CIK)
        site.add(f"/sec/submissions/CIK{CIK}.json", b"down", status=500)
        site.add("/ecb/eurofxref-hist.xml", rates_xml("2024-06-14"))
        run = synced()
        told = {code: one["outcome"] for code, one in run.result["sources"].items()}
        assert told == {
            "ecb": "updated", "sec": "failed",
            "xbrl-filings": "nothing_to_ask", "drop-folder": "nothing_to_ask",
        }  # fmt: skip
        assert (run.state, run.error_code) == (State.PARTIAL, "http_5xx")
        assert ExternalSource.objects.get(code="sec").last_failure_code == "http_5xx"
        assert SyncRun.objects.count() == 4

    def test_a_source_that_asks_for_a_pause_is_left_alone_until_it_is_over(self, site: LocalSite) -> None:
        site.add("/ecb/eurofxref-hist.xml", b"slowly", status=429, headers=(("Retry-After", "120"),))
        assert synced("ecb").error_code == "rate_limited"
        asked = len(site.paths())
        run = synced("ecb")
        assert (run.state, run.error_code) == (State.SKIPPED, "sources_paused")
        assert list(run.result["paused"]) == ["ecb"]
        assert len(site.paths()) == asked

    def test_an_unknown_source_is_named(self) -> None:
        run = synced("bloomberg")
        assert (run.state, run.error_code) == (State.PARTIAL, "unknown_source")
        assert run.result["unknown_sources"] == ["bloomberg"]


class TestProcessing:
    def test_reports_of_a_type_are_read_asked_for_and_compared(self, site: LocalSite) -> None:
        document = a_read_report(a_company("northwind", cik=CIK))
        filed = [Filing("0000320123-25-000009", "20-F", date(2025, 3, 3), tagged({("Revenue", 2024): 1238}))]
        site.add(f"/sec/submissions/CIK{CIK}.json", submissions(filed))
        site.add(f"/sec/api/xbrl/companyfacts/CIK{CIK}.json", company_facts(filed))
        run = launch(
            "process_financial_reports", subject=document.company, company_id=document.company_id,
            report_type="20-F",
        ).run  # fmt: skip
        execute(run.pk)
        (child,) = run.children()
        assert (child.task, child.arguments) == (
            "sync_external_data", {"data_sources": ["sec"], "company_id": document.company_id},
        )  # fmt: skip
        execute(child.pk)
        execute(run.pk)
        run.refresh_from_db()
        assert run.state == State.SUCCEEDED
        assert (run.result["agrees"], run.result["differs"]) == (21, 1)
        (row,) = run.result["reports"]
        check = CrossCheck.objects.get()
        assert (row["document_id"], row["status"]) == (document.pk, "extracted")
        assert row["tagged"] == [{
            "check_id": check.pk, "source": "sec", "accession": "0000320123-25-000009",
            "agrees": 21, "differs": 1, "only_printed": 0, "only_tagged": 0, "not_comparable": 0,
        }]  # fmt: skip

    def test_a_type_that_is_none_and_a_company_without_any_say_so(self) -> None:
        company = a_company("northwind")
        for report_type, code in (("8-K", "unknown_report_type"), ("half", "no_reports")):
            run = launch("process_financial_reports", company_id=company.pk, report_type=report_type).run
            execute(run.pk)
            execute(run.pk)
            run.refresh_from_db()
            assert (run.state, run.error_code) == (State.SKIPPED, code)

    def test_a_report_that_was_not_read_yet_is_read_first(self, site: LocalSite) -> None:
        company = a_company("northwind")
        document = a_document(company, 2024)
        run = launch("process_financial_reports", company_id=company.pk, report_type="annual").run
        execute(run.pk)
        (child,) = run.children()
        assert (child.task, child.arguments["document_id"]) == ("extraction.process_document", document.pk)
