"""Doorbells of what is done for all companies by the clock."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from companies.models import Company
from documents.models import Document
from extraction.coverage.reports import due_for_a_visit
from extraction.models import Fact, Restatement
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.models import TaskRun
from jobs.states import SUCCESSFUL, State

NAMES_SHOWN = 20
CHECKED_EVERY = timedelta(days=6)
FILES_AT_ONCE = 1000  # the rest has its turn the next time, longest unchecked first


@tracked_task("rescrape_companies")
def rescrape_companies(run: Run, only_due: bool = False) -> Outcome | FanOut:
    """Visit the site of every active company again and process what is new there; with `only_due` of
    those whose next report should appear about now.

    Gives the counts of companies visited and of those with new documents, whose work was not complete.
    """
    if run.stage == "":
        companies = Company.objects.filter(is_active=True).exclude(investor_relations_url="")
        if only_due:
            companies = companies.filter(pk__in=[company.pk for company in due_for_a_visit(companies)])
        wanted = [_of("scrape_investor_relations", company) for company in companies.order_by("pk")]
        if not wanted and only_due:
            return skipped("No report is due these days.", code="nothing_due")
        if not wanted:
            return skipped("No active company has the address of a site.", code="no_ir_url")
        return run.fan_out(stage="documents", children=wanted)
    visits = list(run.children("documents"))
    if run.stage == "documents":
        changed = [visit.arguments["company_id"] for visit in visits if _found_something(visit)]
        companies = Company.objects.filter(pk__in=changed).order_by("pk")
        work = [_of("process_all_documents", company) for company in companies]
        return run.fan_out(stage="summary", children=work, memory={"changed": len(work)})
    return _summed_up(list(run.children()), companies=len(visits), changed=run.memory["changed"])


@tracked_task("check_known_files")
def check_known_files(run: Run) -> Outcome | FanOut:
    """Ask the sites whether the files behind known reports are still the same, and process the reports
    of companies that have replaced one without a word.

    Gives the counts of files asked for and of those replaced, whose work was not complete.
    """
    if run.stage == "":
        asked = [
            Child("download_pdf", document, {"document_id": document.pk})
            for document in Document.objects.due_for_a_check(timezone.now() - CHECKED_EVERY)[:FILES_AT_ONCE]
        ]
        if not asked:
            return skipped("Every known file was looked at lately.", code="nothing_due")
        return run.fan_out(stage="documents", children=asked)
    asked_for = list(run.children("documents"))
    if run.stage == "documents":
        replaced = [one.arguments["document_id"] for one in asked_for if (one.result or {}).get("replaced")]
        documents = Document.objects.filter(pk__in=replaced).order_by("pk")
        work = [
            Child("extraction.process_document", document, {"document_id": document.pk})
            for document in documents
        ]
        return run.fan_out(stage="compile", children=work, memory={"replaced": len(work)})
    if run.stage == "compile":
        read = [one.arguments["document_id"] for one in run.children("compile")]
        companies = Company.objects.filter(documents__in=read).distinct().order_by("pk")
        return run.fan_out(
            stage="summary", children=[_of("compile_company_statements", company) for company in companies]
        )
    return _summed_up(
        list(run.children()), of="reports", files=len(asked_for), replaced=run.memory["replaced"]
    )


@tracked_task("scan_restatements")
def scan_restatements(run: Run) -> Outcome | FanOut:
    """Compile every company with figures again, so that what reports say differently is found.

    Gives the counts of companies and of restatements that were not known before.
    """
    if run.stage == "":
        with_figures = Fact.objects.filter(superseded_at__isnull=True).values("company")
        companies = Company.objects.filter(is_active=True, pk__in=with_figures)
        compiles = [_of("recompile_company_statements", company) for company in companies.order_by("pk")]
        if not compiles:
            return skipped("No company has figures yet.", code="no_extractions")
        known = Restatement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        return run.fan_out(stage="summary", children=compiles, memory={"newest_known": known})
    children = list(run.children())
    found = Restatement.objects.filter(pk__gt=run.memory["newest_known"]).count()
    return _summed_up(children, companies=len(children), found=found)


def _of(task: str, company: Company) -> Child:
    return Child(task, company, {"company_id": company.pk})


def _found_something(visit: TaskRun) -> bool:
    if visit.state not in SUCCESSFUL:
        return False
    return bool(visit.result.get("created_count") or visit.result.get("updated_count"))


def _summed_up(children: Sequence[TaskRun], of: str = "companies", **fields: Any) -> Outcome:
    """One that failed makes the whole partial, never a failure."""
    incomplete = [child for child in children if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    if not incomplete:
        return success(**fields)
    first = incomplete[0]
    return partial(
        f"The work on {len(incomplete)} of {len(children)} {of} is not complete. The first:"
        f" {first.subject_label}: {first.error_message or first.message}",
        code="children_incomplete",
        incomplete=[child.subject_label for child in incomplete[:NAMES_SHOWN]],
        **fields,
    )
