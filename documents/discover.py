"""A company's site turned into documents."""

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.fetching import fetcher_for
from companies.models import Company
from documents.crawl import CrawlResult, FoundDocument, crawl
from documents.errors import NoAddress
from documents.kept_pages import KeptPages
from documents.models import CrawlOutcome, CrawlRun, DecidedBy, Document
from engine.discover.frontier import CrawlBounds
from engine.discover.urls import file_name, normalise_url
from engine.kinds import DocumentKind
from engine.progress import Report, silent
from jobs.models import TaskRun
from jobs.run import Storing
from net.errors import FetchFailed
from net.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a search gave. `reason` is set, with its code, where it is not complete."""

    crawl_run_id: int
    discovered: int
    created: int
    updated: int
    pages_visited: int
    blocked: bool
    document_ids: tuple[int, ...]
    warnings: tuple[str, ...]
    reason_code: str = ""
    reason: str = ""


class Change(Enum):
    """What a search brought for a document."""

    NEW = "new"
    CHANGED = "changed"
    NONE = "none"


def discover(
    company: Company,
    *,
    bounds: CrawlBounds | None = None,
    report: Report = silent,
    task_run: TaskRun | None = None,
    fetcher: Fetcher | None = None,
    storing: Storing = nullcontext,
) -> Discovered:
    """Search the company's investor-relations site and keep what was found, once per address.

    Raises NoAddress without an address to begin at, and FetchFailed where the site cannot be
    reached at the moment; the crawl is kept with its reason either way.
    """
    report("fetching_company_info", message=str(company))
    if not company.investor_relations_url:
        raise NoAddress(
            f"{company} has no investor-relations address. Enter one on the company's page, or upload"
            " reports by hand."
        )
    run = CrawlRun.objects.create(
        company=company, task_run=task_run, start_url=company.investor_relations_url
    )
    try:
        result = crawl(
            company.investor_relations_url,
            fetcher or fetcher_for(company.investor_relations_url),
            bounds or CrawlBounds(),
            on_page=lambda opened, most, url: report("scraping_website", opened, most, url),
            memory=KeptPages(company),
            document_hosts=frozenset(company.document_hosts.split()),
        )
    except FetchFailed as failure:
        _finish(run, CrawlOutcome.FAILED, reason=failure.message)
        raise
    except BaseException:
        _finish(run, CrawlOutcome.FAILED, reason="The search was interrupted; start it again.")
        raise
    report("creating_document_records", 0, len(result.documents), f"{len(result.documents)} documents found")
    with storing():
        return _keep(company, run, result)


@transaction.atomic
def _keep(company: Company, run: CrawlRun, result: CrawlResult) -> Discovered:
    kept = [upsert(company, found) for found in result.documents]
    changes = Counter(change for _document, change in kept)
    created = changes[Change.NEW]
    run.pages_visited, run.found, run.created = len(result.pages), len(kept), created
    run.log = result.pages
    _finish(run, _outcome(result), reason=result.reason)
    return Discovered(
        crawl_run_id=run.pk,
        discovered=len(kept),
        created=created,
        updated=changes[Change.CHANGED],
        pages_visited=len(result.pages),
        blocked=result.blocked,
        document_ids=tuple(document.pk for document, _ in kept),
        warnings=tuple(result.warnings[:20]),
        reason_code=result.reason_code,
        reason=result.reason,
    )


def upsert(company: Company, found: FoundDocument) -> tuple[Document, Change]:
    """The document of an address, and whether anything is new of it.

    A new search refreshes what rules know and touches nothing that a person decided or that was read
    from the file itself.
    """
    link = found.link
    document, is_new = Document.objects.get_or_create(
        company=company,
        url_normalised=normalise_url(link.link.url),
        defaults={
            "url": link.link.url,
            "title": _title(found),
            "document_type": link.kind.value,
            "type_confidence": link.confidence,
            "type_evidence": list(link.reasons),
            "fiscal_year": link.fiscal_year,
        },
    )
    known: dict[str, Any] = {
        "link_text": link.link.text[:500],
        "link_context": " ".join(part for part in (link.link.heading, link.link.context) if part)[:2000],
        "found_on": found.found_on[:2000],
    }
    if document.current_version is None and document.type_decided_by == DecidedBy.RULE:
        known |= {
            "document_type": link.kind.value,
            "type_confidence": link.confidence,
            "type_evidence": list(link.reasons),
            "fiscal_year": link.fiscal_year,
        }
    changed = [name for name, value in known.items() if getattr(document, name) != value]
    for name in changed:
        setattr(document, name, known[name])
    if changed:
        document.save(update_fields=[*changed, "updated_at"])
    return document, Change.NEW if is_new else Change.CHANGED if changed else Change.NONE


def _title(found: FoundDocument) -> str:
    """What the site calls it. Where a link says only "PDF" or less, kind and year name it better
    than the table row around it; a kind nobody knows leaves the file's own name."""
    link = found.link
    own = " ".join(link.link.text.split())
    if len(own) > 8 and " " in own:
        return own[:300]
    if link.kind is not DocumentKind.UNKNOWN:
        name = link.kind.value.replace("_", " ").capitalize()
        return f"{name} {link.fiscal_year}" if link.fiscal_year else name
    return (own or file_name(link.link.url))[:300]


def _outcome(result: CrawlResult) -> CrawlOutcome:
    if result.blocked:
        return CrawlOutcome.BLOCKED
    return CrawlOutcome.PARTIAL if result.reason else CrawlOutcome.COMPLETE


def _finish(run: CrawlRun, outcome: CrawlOutcome, *, reason: str) -> None:
    run.outcome, run.reason, run.finished_at = outcome, reason, timezone.now()
    run.save()
