"""Doorbells of everything there is to do for a company.

`extract_company_financial_data` is the headline: it holds no worker while its children run. Each
of its stages starts children and returns; the last child to end queues the next stage.
"""

from collections.abc import Sequence
from typing import Any

from companies.models import Company
from documents.models import Document
from extraction.worklist import must_have_sources, worth_processing
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State


@tracked_task("extract_company_financial_data")
def extract_company_financial_data(
    run: Run, company_id: int, years: int = 10, interim: bool = False, force: bool = False
) -> Outcome | FanOut:
    """Scrape the site, process every report found, compile the years. With `interim` reports of
    quarters and half-years are read too.

    Gives the counts of documents and of those processed, what failed and why, the compiled statements.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    if run.stage == "":
        run.report("fetching_company_info", message=f"Starting with {company}")
        must_have_sources(company)
        scrape = Child("scrape_investor_relations", company, {"company_id": company.pk})
        return run.fan_out(stage="documents", children=[scrape] if company.investor_relations_url else [])
    if run.stage == "documents":
        documents = worth_processing(company, years, interim=interim)
        return run.fan_out(stage="compile", children=_processing(documents, interim=interim, force=force))
    if run.stage == "compile":
        compile_all = Child("compile_company_statements", company, {"company_id": company.pk})
        return run.fan_out(stage="summary", children=[compile_all])
    return _summary(run, company)


@tracked_task("process_all_documents")
def process_all_documents(
    run: Run, company_id: int, only_failed: bool = False, interim: bool = False, force: bool = False
) -> Outcome | FanOut:
    """Process every document of a company, then compile. With `interim` reports of quarters and
    half-years are read too.

    Gives the counts of documents and of those processed, what failed and why, the compiled statements.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    if run.stage == "":
        documents = worth_processing(company, only_failed=only_failed, interim=interim)
        return run.fan_out(stage="compile", children=_processing(documents, interim=interim, force=force))
    if run.stage == "compile":
        compile_all = Child("compile_company_statements", company, {"company_id": company.pk})
        return run.fan_out(stage="summary", children=[compile_all])
    return _summary(run, company)


def _processing(documents: Sequence[Document], *, interim: bool, force: bool) -> list[Child]:
    options = {"force": force, **({"interim": True} if interim else {})}
    return [
        Child("extraction.process_document", document, {"document_id": document.pk, **options})
        for document in documents
    ]


def _summary(run: Run, company: Company) -> Outcome:
    """What the children did. A child that failed makes the whole partial, never a failure."""
    children = list(run.children())
    documents = [child for child in children if child.task == "extraction.process_document"]
    unfinished = [child for child in children if child.state in (State.FAILED, State.DEAD, State.PARTIAL)]
    compiled: dict[str, Any] = next(
        (child.result for child in children if child.task == "compile_company_statements"), {}
    )
    fields = {
        "company_id": company.pk,
        "documents": len(documents),
        "processed": sum(child.state == State.SUCCEEDED for child in documents),
        "failed": [
            {
                "run_id": str(child.pk),
                "task": child.task,
                "subject": child.subject_label,
                "code": child.error_code,
                "reason": child.error_message or child.message,
            }
            for child in unfinished
        ],
        "compiled": (compiled or {}).get("compiled", []),
    }
    if unfinished:
        first = unfinished[0]
        return partial(
            f"{len(unfinished)} of {len(children)} steps are not complete. The first:"
            f" {first.subject_label}: {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)
