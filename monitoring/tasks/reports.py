"""Doorbells of reports. Repeating one that says the same writes and sends nothing."""

from django.utils import timezone

from companies.models import Company
from documents.models import Document
from engine.errors import BadInput
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import SUCCESSFUL
from monitoring.models import DeltaNote, MailState, ReportMail
from monitoring.reports.delta.compare import newest_report, report_before
from monitoring.reports.delta.make import paper_on
from monitoring.reports.sending import DELIVER, send_mail, send_to_subscribers
from monitoring.reports.store import store_note, store_report
from monitoring.reports.system.make import paper_about
from monitoring.reports.window import window_asked


@tracked_task("generate_system_report", steps=("collecting", "typesetting"))
def generate_system_report(run: Run, report_type: str, day: str = "") -> Outcome:
    """Write the daily, weekly or monthly report of the system, as page, HTML file and PDF, and send it to
    those who asked for it. Without a day it is about the last window that is over, with one about the
    window that holds it.

    Gives the id of the report, its window and version, its figures beside those of the window before;
    `skipped` where the report of this window says the same already.
    """
    try:
        window = window_asked(report_type, day, now=timezone.now())
    except BadInput as error:
        return skipped(error.message, code=error.code)
    run.report("collecting")
    paper = paper_about(window)
    run.report("typesetting")
    stored = store_report(window, paper, at=timezone.now(), task_run=run.row, storing=run.storing)
    fields = {
        "report_id": stored.row.pk,
        "version": stored.row.version,
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "figures": paper.figures(),
    }
    if not stored.is_new:
        return skipped("The report of this window says the same already.", code="unchanged", **fields)
    mails = send_to_subscribers(stored.row, at=timezone.now())
    return success(**fields, mails=len(mails))


@tracked_task(DELIVER)
def deliver_report(run: Run, mail_id: int) -> Outcome:
    """Send one report to one subscription, trying again with growing pauses where that helps. What has been
    sent is not sent again.

    Gives the id of the mail and how often it was tried.
    """
    mail = (
        ReportMail.objects.select_related("subscription", "report", "note__company")
        .filter(pk=mail_id)
        .first()
    )
    if mail is None:
        return skipped("The mail is gone, with its report or its subscription.", code="mail_not_found")
    if mail.state == MailState.SENT:
        return skipped("The mail was sent before.", code="sent_before", mail_id=mail_id)
    send_mail(mail, at=timezone.now(), is_last_try=run.attempt >= run.row.max_attempts)
    return success(mail_id=mail_id, subscription=mail.subscription.name, attempts=run.attempt)


@tracked_task("write_delta_note")
def write_delta_note(
    run: Run, company_id: int, document_id: int | None = None, force: bool = False
) -> Outcome | FanOut:
    """Write what the newest annual report of a company changes, or the one that is named, once its tone,
    ratios and anomalies are worked out, and send it to those who asked for it. A report that has a note
    gets another one only with `force`, and only if it would say something else.

    Gives the ids of the note, the report and the one it is compared with, and the figures of the note.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    document = _report_of(company, document_id)
    if document is None:
        return skipped("No annual report of this company has been read.", code="no_report_read")
    if not force and DeltaNote.objects.filter(document=document).exists():
        return skipped("There is a note on this report already.", code="unchanged", document_id=document.pk)
    before = report_before(document)
    if run.stage == "":
        texts = [one for one in (document, before) if one is not None and one.current_version_id]
        children = [
            *(Child("analyze_document_sentiment", one, {"document_id": one.pk}) for one in texts),
            Child("calculate_financial_metrics", company, {"company_id": company.pk}),
            Child("detect_metric_anomalies", company, {"company_id": company.pk}),
        ]
        return run.fan_out(stage="note", children=children)
    paper = paper_on(document, before)
    stored = store_note(document, before, paper, at=timezone.now(), task_run=run.row, storing=run.storing)
    fields = {
        "note_id": stored.row.pk,
        "document_id": document.pk,
        "before_id": None if before is None else before.pk,
        "version": stored.row.version,
        "figures": paper.figures(),
    }
    if not stored.is_new:
        return skipped("The note on this report says the same already.", code="unchanged", **fields)
    mails = send_to_subscribers(stored.row, at=timezone.now())
    incomplete = [one for one in run.children() if one.state not in SUCCESSFUL]
    if incomplete:
        first = incomplete[0]
        return partial(
            f"The note is written without what {first.task} would have given:"
            f" {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
            mails=len(mails),
        )
    return success(**fields, mails=len(mails))


def _report_of(company: Company, document_id: int | None) -> Document | None:
    if document_id is None:
        return newest_report(company)
    named = Document.objects.filter(pk=document_id, company=company, facts__isnull=False)
    return named.select_related("company").distinct().first()
