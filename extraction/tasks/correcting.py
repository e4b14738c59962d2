"""The doorbell of laying people's corrections over what was read."""

from typing import Any

from companies.models import Company
from extraction.compile import compile_company
from extraction.review.replay import replay_company
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State


@tracked_task(
    "extraction.apply_corrections",
    steps=("replaying_corrections", "normalizing_line_items", "compiling_statement"),
)
def apply_corrections(run: Run, company_id: int, force: bool = False) -> Outcome | FanOut:
    """Lay the corrections in force over the readings of a company and compile its statements again.
    Repeating it is harmless: what has its corrections already is left as it is.

    Gives the documents whose figures changed and the compiled statements that are new.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    if run.stage == "":
        replayed = replay_company(company, report=run.report, task_run=run.row, storing=run.storing)
        reads = [
            Child("extract_financial_statements", document, {"document_id": document.pk, "force": True})
            for document in replayed.to_read
        ]
        if reads:
            return run.fan_out(stage="compile", children=reads, memory={"changed": list(replayed.changed)})
        changed = list(replayed.changed)
    else:
        changed = [*run.memory["changed"], *(one.arguments["document_id"] for one in run.children())]
    compiled = compile_company(company, report=run.report, task_run=run.row, storing=run.storing)
    fields: dict[str, Any] = {
        "company_id": company.pk,
        "documents": changed,
        "compiled": [one.stored.pk for one in compiled if one.is_new],
    }
    unread = [child.subject_label for child in run.children() if child.state in (State.FAILED, State.DEAD)]
    if unread:
        return partial(
            f"{len(unread)} reports could not be read again, so that their corrections wait: {unread[0]}.",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)
