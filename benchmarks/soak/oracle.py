"""What must hold when the faults of the soak are over and everything has settled."""

import hashlib
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db.models import Count, F

from benchmarks.many_years import reports
from benchmarks.synthetic import CONCEPTS
from documents.models import Document, DocumentStatus, DocumentVersion
from extraction.models import CompiledCell, CompiledStatement, ExtractionRun, Fact
from jobs.models import AttemptEnd, TaskAttempt, TaskRun, TaskWait
from jobs.states import State
from monitoring.models import Alert, Health, HealthTransition

# What must be there of one report: the value of a concept at the end of a period.
Figures = dict[tuple[str, date], Decimal]


def expected() -> dict[str, Figures]:
    """The figures printed in each report, by its name."""
    return {
        report.name: {
            (CONCEPTS[kind][key], end): value
            for (kind, key, end), value in report.figures.items()
            if key in CONCEPTS[kind]
        }
        for report in reports()
    }


def report_of(address: str) -> str:
    """The name of the report behind an address of the sites."""
    return address.rpartition("/")[2].removesuffix(".pdf")


def what_is_wrong(companies: list[int], asked: int) -> dict[str, int]:
    """How often each thing that must not be is there; everything is 0 after a soak that ended well.

    `companies` are the keys of those whose reports were asked for, `asked` the runs that were launched.
    """
    return {
        **_of_documents(companies),
        **_of_facts(companies),
        **_of_tables(companies),
        **_of_runs(asked),
        **_of_alerts(),
    }


def _of_documents(companies: list[int]) -> dict[str, int]:
    documents = Document.objects.filter(company__in=companies)
    counts = Counter(documents.values_list("company", flat=True))
    addresses = Counter(documents.values_list("url", flat=True))
    versions = DocumentVersion.objects.filter(document__company__in=companies)
    of_document = Counter(versions.values_list("document", flat=True))
    contents = Counter(versions.values_list("sha256", flat=True))
    readings = Counter(ExtractionRun.objects.filter(version__in=versions).values_list("version", flat=True))
    root = Path(settings.MEDIA_ROOT)
    names = versions.values_list("storage_name", flat=True)
    return {
        "documents lost": sum(max(len(reports()) - counts[key], 0) for key in companies),
        "documents doubled": sum(count - 1 for count in addresses.values()),
        "documents not in their final state": documents.exclude(status=DocumentStatus.EXTRACTED).count(),
        "files lost": documents.filter(current_version=None).count()
        + sum(not (root / name).is_file() for name in names),
        "files doubled": sum(count - 1 for count in (*of_document.values(), *contents.values())),
        "readings lost": versions.count() - len(readings),
        "readings doubled": sum(count - 1 for count in readings.values()),
    }


def _of_facts(companies: list[int]) -> dict[str, int]:
    wanted = expected()
    sizes: dict[str, Counter[int]] = defaultdict(Counter)
    lost = otherwise = doubled = 0
    for document in Document.objects.filter(company__in=companies).only("pk", "url").iterator():
        name = report_of(document.url)
        facts = list(
            Fact.objects.filter(document=document, superseded_at=None).values_list(
                "statement", "row_ordinal", "concept", "period_end", "value"
            )
        )
        sizes[name][len(facts)] += 1
        places = Counter((statement, row, end) for statement, row, _, end, _ in facts)
        doubled += sum(count - 1 for count in places.values())
        found = {(concept, end): value for _, _, concept, end, value in facts}
        # A line that the company has renamed on the way is known by no concept, and is a fact all the same.
        unnamed = {(end, value) for _, _, concept, end, value in facts if not concept}
        lost += sum(
            place not in found and (place[1], value) not in unnamed for place, value in wanted[name].items()
        )
        otherwise += sum(place in found and found[place] != value for place, value in wanted[name].items())
    uneven = sum(sum(counts.values()) - max(counts.values()) for counts in sizes.values())
    return {
        "figures lost": lost,
        "figures other than printed": otherwise,
        "figures doubled": doubled,
        "copies of a report with another number of figures": uneven,
    }


def _of_tables(companies: list[int]) -> dict[str, int]:
    """All companies print the same, so their compiled years are the same."""
    digests = Counter(_digest(key) for key in companies)
    without = sum(
        not CompiledCell.objects.filter(row__compiled__company=key, row__compiled__is_current=True).exists()
        for key in companies
    )
    return {
        "companies without compiled years": without,
        "companies whose compiled years differ": sum(digests.values()) - max(digests.values(), default=0),
    }


def _digest(company: int) -> str:
    cells = CompiledCell.objects.filter(row__compiled__company=company, row__compiled__is_current=True)
    of_row = ("row__compiled__statement", "row__compiled__view", "row__compiled__period", "row__key")
    content = sorted(map(str, cells.values_list(*of_row, "period_end", "value")))
    return hashlib.sha256("\n".join(content).encode()).hexdigest()


def _of_runs(asked: int) -> dict[str, int]:
    launched = TaskRun.objects.filter(task="extract_company_financial_data", parent=None)
    by_fence = TaskRun.objects.annotate(starts=Count("attempts")).exclude(starts=F("fence"))
    return {
        "runs lost": max(asked - launched.count(), 0),
        "runs doubled": max(launched.count() - asked, 0),
        "runs that never end": TaskRun.objects.unfinished().count(),
        "leases of nobody": TaskRun.objects.exclude(state=State.RUNNING).exclude(lease_owner="").count(),
        "starts without an end": TaskAttempt.objects.filter(end="").count(),
        "starts not written down": by_fence.count(),
        "waits that are not over": TaskWait.objects.filter(is_over=False).count(),
        "runs without a reason for their failure": TaskRun.objects.filter(
            state__in=(State.FAILED, State.DEAD), error_message=""
        ).count(),
        "failures of the program itself": TaskRun.objects.filter(error_code="internal_error").count(),
    }


def _of_alerts() -> dict[str, int]:
    """Each change of health to worse is one count of one alert, and what is over is resolved."""
    worse = HealthTransition.objects.filter(after__in=(Health.DEGRADED, Health.UNHEALTHY))
    changes = Counter(worse.values_list("probe", flat=True))
    alerts = Alert.objects.filter(rule__code="health")
    counted: Counter[str] = Counter()
    for alert in alerts:
        counted[alert.title.partition(":")[0].lower()] += alert.count
    return {
        "changes of health nobody was told of": sum((changes - counted).values()),
        "alerts without a change of health": sum((counted - changes).values()),
        "alerts doubled": alerts.count() - alerts.values("fingerprint").distinct().count(),
    }


def counts() -> dict[str, int]:
    """How much was done, for the report."""
    worse = HealthTransition.objects.filter(after__in=(Health.DEGRADED, Health.UNHEALTHY))
    alerts = Alert.objects.filter(rule__code="health")
    return {
        "documents": Document.objects.count(),
        "facts": Fact.objects.filter(superseded_at=None).count(),
        "tables": CompiledStatement.objects.filter(is_current=True).count(),
        "runs": TaskRun.objects.count(),
        "starts": TaskAttempt.objects.count(),
        "lost": TaskAttempt.objects.filter(end=AttemptEnd.LOST).count(),
        "changes": worse.count(),
        "alerts": alerts.count(),
        "alert_counts": sum(alerts.values_list("count", flat=True)),
    }
