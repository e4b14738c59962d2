"""The soak notices what it looks for."""

import random
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from benchmarks.many_years import reports
from benchmarks.soak import oracle
from benchmarks.soak.faults import WEIGHTS, Faults
from benchmarks.soak.memory import Memory
from benchmarks.soak.site import Sites, copy_of
from companies.models import Company
from documents.models import Document, DocumentVersion
from extraction.models import ExtractionRun
from jobs.launch import launch
from monitoring.alerts.collect import collect
from monitoring.models import Alert, Health, HealthCheck, HealthTransition

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def wrong(companies: list[int], asked: int) -> dict[str, int]:
    return {name: count for name, count in oracle.what_is_wrong(companies, asked).items() if count}


@pytest.mark.django_db
def test_nothing_is_wrong_where_nothing_was_asked_for() -> None:
    assert wrong([], 0) == {}
    assert len(oracle.what_is_wrong([], 0)) == 25


@pytest.mark.django_db
def test_what_was_lost_is_counted() -> None:
    company = Company.objects.create(name="Company 0", slug="company-0")
    assert wrong([company.pk], 1) == {
        "documents lost": 10,
        "companies without compiled years": 1,
        "runs lost": 1,
    }


@pytest.mark.django_db
def test_what_is_half_done_is_counted() -> None:
    company = Company.objects.create(name="Company 0", slug="company-0")
    (name, *_) = oracle.expected()
    document = Document.objects.create(company=company, url=f"http://127.0.0.1:1/company-0/files/{name}.pdf")
    for digest in "ab":
        version = DocumentVersion.objects.create(
            document=document,
            sha256=digest * 64,
            size=1,
            storage_name=f"documents/{digest}.pdf",
            source="crawl",
        )
    ExtractionRun.objects.create(version=version, engine_version="1", status="empty")
    launch("extract_company_financial_data", subject=company, company_id=company.pk)
    found = wrong([company.pk], 0)
    assert found == {
        "documents lost": 9,
        "documents not in their final state": 1,
        "files lost": 3,  # the document knows none, and neither version's file is there
        "files doubled": 1,
        "readings lost": 1,
        "figures lost": len(oracle.expected()[name]),
        "companies without compiled years": 1,
        "runs doubled": 1,
        "runs that never end": 1,
    }


@pytest.mark.django_db
def test_a_change_of_health_that_nobody_was_told_of_is_counted() -> None:
    check = HealthCheck.objects.create(
        checked_at=NOON, observed="unhealthy", health="unhealthy", milliseconds=1
    )
    HealthTransition.objects.create(
        check_row=check, probe="broker", before=Health.HEALTHY, after=Health.UNHEALTHY, sentence="x", at=NOON
    )
    assert wrong([], 0) == {"changes of health nobody was told of": 1}
    collect(NOON + timedelta(minutes=1))
    assert wrong([], 0) == {}
    Alert.objects.update(count=3)
    assert wrong([], 0) == {"alerts without a change of health": 2}


def test_a_program_that_grows_by_a_fifth_is_named() -> None:
    memory = Memory(guardian=0)
    for second in range(100):
        memory.seen["steady"].append((second, 100.0 + second % 3))
        memory.seen["growing"].append((second, 100.0 + second / 2))
        # What it takes to get warm is not counted.
        memory.seen["warming"].append((second, min(100.0, 10.0 * second)))
    assert memory.swollen() == ["growing"]
    warm, late = memory.growth()["growing"]
    assert (round(warm), round(late)) == (112, 145)


def test_each_fault_that_may_be_drawn_can_be_done() -> None:
    with Sites() as sites:
        faults = Faults(0, None, sites.manners, random.Random(1))  # type: ignore[arg-type]
        assert [
            name for name in WEIGHTS if not callable(getattr(faults, "_" + name.replace(" ", "_"), None))
        ] == []
        faults._a_broken_site_for_ten_seconds()
        report = reports()[0]
        address = sites.address(5).replace("investors/", f"files/{report.name}.pdf")
        with pytest.raises(HTTPError, match="503"):
            urlopen(address)
        faults.end_what_is_over()
        with pytest.raises(HTTPError, match="503"):
            urlopen(address)
        faults.end_what_is_over(at_once=True)
        assert urlopen(address).read() == copy_of(report, "company-5")
        assert copy_of(report, "company-5") != copy_of(report, "company-6")
        sites.manners.cut_short = True
        with urlopen(address) as answer:
            assert int(answer.headers["Content-Length"]) == len(copy_of(report, "company-5"))
            with pytest.raises(Exception, match="IncompleteRead"):
                answer.read()
