"""Doorbells of what is done for all companies by the clock."""

from collections.abc import Sequence

from companies.models import Company
from extraction.models import Fact, Restatement
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.models import TaskRun
from jobs.states import SUCCESSFUL, State

NAMES_SHOWN = 20


@tracked_task("rescrape_companies")
def rescrape_companies(run: Run) -> Outcome | FanOut:
    """Visit the site of every active company again and process what is new there.

    Gives the counts of companies visited and of those with new documents, whose work was not complete.
    """
    if run.stage == "":
        companies = Company.objects.filter(is_active=True).exclude(investor_relations_url="")
        visits = [_of("scrape_investor_relations", company) for company in companies.order_by("pk")]
        if not visits:
            return skipped("No active company has the address of a site.", code="no_ir_url")
        return run.fan_out(stage="documents", children=visits)
    visits = list(run.children("documents"))
    if run.stage == "documents":
        changed = [visit.arguments["company_id"] for visit in visits if _found_something(visit)]
        companies = Company.objects.filter(pk__in=changed).order_by("pk")
        work = [_of("process_all_documents", company) for company in companies]
        return run.fan_out(stage="summary", children=work, memory={"changed": len(work)})
    return _summed_up(list(run.children()), companies=len(visits), changed=run.memory["changed"])


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


def _summed_up(children: Sequence[TaskRun], **fields: int) -> Outcome:
    """One company that failed makes the whole partial, never a failure."""
    incomplete = [child for child in children if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    if not incomplete:
        return success(**fields)
    first = incomplete[0]
    return partial(
        f"The work on {len(incomplete)} of {len(children)} companies is not complete. The first:"
        f" {first.subject_label}: {first.error_message or first.message}",
        code="children_incomplete",
        incomplete=[child.subject_label for child in incomplete[:NAMES_SHOWN]],
        **fields,
    )
