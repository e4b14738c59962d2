"""Doorbells of the quality of data."""

from django.utils import timezone

from companies.models import Company
from engine.errors import BadInput
from jobs.base import Outcome, Run, partial, skipped, success, tracked_task
from monitoring.models import QualityReport
from monitoring.quality.check import check_quality, known_types
from monitoring.retention.clean import clean


@tracked_task("data_quality_check")
def data_quality_check(
    run: Run, data_type: str = "all", company_id: int | None = None, force: bool = False
) -> Outcome:
    """Look at the data by rules and say how good they are: documents, statements, facts, prices, rates or
    all, of every company or of one. Repeating it adds a report and no finding twice.

    Gives the score (0 to 100, null where nothing is there), the counts of findings in all, new and resolved,
    the rules with their part of the score, and what could not be judged.
    """
    if data_type not in known_types():
        return skipped(
            f"There are no data named {data_type!r}. Known are {', '.join(known_types())}.",
            code="unknown_data_type",
        )
    company = None
    if company_id is not None:
        company = Company.objects.filter(pk=company_id).first()
        if company is None:
            return skipped("The company is gone.", code="company_not_found")
    report = check_quality(
        data_type,
        company=company,
        at=timezone.now(),
        report=run.report,
        task_run=run.row,
        storing=run.storing,
    )
    return _told(report)


def _told(report: QualityReport) -> Outcome:
    fields = {
        "report_id": report.pk,
        "score": None if report.score is None else str(report.score),
        "found": report.found,
        "new": report.new,
        "resolved": report.resolved,
        "parts": report.parts,
    }
    failed = [part for part in report.parts if part["failed"]]
    if failed:
        first = failed[0]
        return partial(
            f"{len(failed)} of {len(report.parts)} rules could not look. The first, {first['rule']}:"
            f" {first['failed']}",
            code="rules_failed",
            **fields,
        )
    return success(**fields)


@tracked_task("cleanup_old_data")
def cleanup_old_data(
    run: Run, data_type: str, retention_days: int | None = None, dry_run: bool = False
) -> Outcome:
    """Delete data of one kind, or of all kinds, that are older than their policy or so many days allow;
    reports, figures, corrections and what current statements stand on are refused by name. With `dry_run`
    they are only counted.

    Gives the counts of rows by kind of data and table.
    """
    try:
        cleaned = clean(
            data_type,
            retention_days=retention_days,
            dry_run=dry_run,
            at=timezone.now(),
            report=run.report,
            storing=run.storing,
        )
    except BadInput as error:
        return skipped(error.message, code=error.code)
    return success(dry_run=dry_run, total=cleaned.total, deleted=cleaned.by_kind)
