"""What can be wrong with documents: missing, unread, lost, twice, damaged."""

from datetime import timedelta
from itertools import groupby

from django.db.models import Count, F, Max, Q

from companies.models import Company
from documents.models import CrawlOutcome, Document, DocumentStatus, DocumentVersion
from documents.querysets import DocumentQuerySet
from engine.coverage import Expectation, ReportState
from engine.kinds import DocumentKind
from extraction.coverage.reports import coverages_of
from monitoring.models import FileCheck, FileState
from monitoring.quality.files import read_files_again
from monitoring.quality.rule import Examined, Found, Rule, Scope, rule

_COMPANIES_AT_ONCE = 200
_HAD_A_FILE = (DocumentStatus.DOWNLOADED, DocumentStatus.CLASSIFIED, DocumentStatus.EXTRACTED)


def _documents(scope: Scope) -> DocumentQuerySet:
    """Documents that are looked at: no duplicates, nothing that was put aside."""
    kept = Document.objects.not_duplicates().exclude(status=DocumentStatus.IGNORED)
    return scope.limited(kept, "company").select_related("company")


@rule("report_missing")
def reports_are_there(rule: Rule, scope: Scope) -> Examined:
    """By each company's calendar; a company of which nothing is known has one finding, not one a year."""
    checked, found = 0, list[Found]()
    companies = list(scope.companies.annotate(known=Count("documents")).order_by("pk"))
    for start in range(0, len(companies), _COMPANIES_AT_ONCE):
        chunk = companies[start : start + _COMPANIES_AT_ONCE]
        known = [company for company in chunk if company.known]
        for company in chunk:
            if not company.known:
                checked += 1
                found.append(Found(company, "No report of the company is known at all.", company.pk, "none"))
        for pk, coverage in coverages_of(known, today=scope.at.date()).items():
            company = next(one for one in known if one.pk == pk)
            due = [one for one in coverage.reports if one.state is not ReportState.EXPECTED]
            checked += len(due)
            found += [_missing(company, one) for one in due if one.state is ReportState.LATE]
    return Examined(checked, found)


def _missing(company: Company, one: Expectation) -> Found:
    words = one.kind.value.replace("_", " ")
    detail = (
        f"The {words} for {one.period_end} of fiscal year {one.fiscal_year} was due about"
        f" {one.expected_on} and is not known."
    )
    return Found(company, detail, company.pk, f"{one.kind.value} {one.period_end}")


@rule("report_not_read")
def reports_are_read(rule: Rule, scope: Scope) -> Examined:
    reports = _documents(scope).periodic().filter(company__is_active=True)
    waiting = reports.exclude(status=DocumentStatus.EXTRACTED).filter(
        created_at__lt=scope.before(days=rule.numbers["days"])
    )
    found = [
        Found(
            document,
            f"{document.get_status_display()} since {document.created_at:%Y-%m-%d}."
            + (f" {document.failure_message}" if document.failure_message else ""),
            document.company_id,
        )
        for document in waiting.order_by("pk")
    ]
    return Examined(reports.count(), found)


@rule("document_without_file")
def documents_have_files(rule: Rule, scope: Scope) -> Examined:
    had = _documents(scope).filter(status__in=_HAD_A_FILE)
    found = [
        Found(document, f"{document.get_status_display()}, and no file belongs to it.", document.company_id)
        for document in had.filter(current_version__isnull=True).order_by("pk")
    ]
    return Examined(had.count(), found)


@rule("file_duplicate")
def files_are_there_once(rule: Rule, scope: Scope) -> Examined:
    with_file = _documents(scope).filter(current_version__isnull=False)
    twice = (
        with_file.order_by()
        .values("company", "current_version__sha256")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
        .values("current_version__sha256")
    )
    same = (
        with_file.filter(current_version__sha256__in=twice)
        .annotate(sha256=F("current_version__sha256"))
        .order_by("company_id", "sha256", "pk")
    )
    found = []
    for _, group in groupby(same, key=lambda one: (one.company_id, one.sha256)):
        first, *others = group
        found += [
            Found(
                other, f"Its file is that of “{first}” too.", other.company_id, first.current_version.sha256
            )
            for other in others
        ]
    return Examined(with_file.count(), found)


@rule("file_damaged")
def files_are_as_stored(rule: Rule, scope: Scope) -> Examined:
    """Some files in each check, those that have waited longest; what was found before stays until they are
    read again."""
    versions = scope.limited(DocumentVersion.objects.all(), "document__company")
    read_files_again(
        versions,
        at=scope.at,
        most_files=rule.numbers["files"],
        most_bytes=rule.numbers["megabytes"] * 1024 * 1024,
        report=scope.report,
    )
    checks = scope.limited(FileCheck.objects.all(), "version__document__company")
    damaged = checks.exclude(state=FileState.SAME).select_related("version__document").order_by("pk")
    found = [
        Found(
            check.version.document,
            f"{check.get_state_display()}: file {check.version.storage_name}, read"
            f" {check.checked_at:%Y-%m-%d %H:%M} UTC." + (f" {check.found}" if check.found else ""),
            check.version.document.company_id,
            check.version.sha256,
        )
        for check in damaged
    ]
    waiting = versions.filter(file_check__isnull=True).count()
    later = (f"{waiting} files have not been read again yet; later checks do.",) if waiting else ()
    return Examined(checks.count(), found, later)


@rule("site_not_visited")
def sites_are_visited(rule: Rule, scope: Scope) -> Examined:
    companies = scope.companies.exclude(investor_relations_url="").annotate(
        visited=Max(
            "crawl_runs__finished_at",
            filter=Q(crawl_runs__outcome__in=[CrawlOutcome.COMPLETE, CrawlOutcome.PARTIAL]),
        )
    )
    limit = scope.at - timedelta(days=rule.numbers["days"])
    late = companies.filter(Q(visited__lt=limit) | Q(visited__isnull=True, created_at__lt=limit))
    found = [
        Found(
            company,
            "The site has never been visited with success."
            if company.visited is None
            else f"The last visit that worked ended {company.visited:%Y-%m-%d}.",
            company.pk,
        )
        for company in late.order_by("pk")
    ]
    return Examined(companies.count(), found)


@rule("kind_unknown")
def kinds_are_known(rule: Rule, scope: Scope) -> Examined:
    with_file = _documents(scope).filter(current_version__isnull=False)
    unknown = with_file.filter(document_type=DocumentKind.UNKNOWN.value).exclude(
        status=DocumentStatus.DOWNLOADED  # not classified yet
    )
    found = [
        Found(document, "Neither rules nor a person have said what it is.", document.company_id)
        for document in unknown.order_by("pk")
    ]
    return Examined(with_file.count(), found)
