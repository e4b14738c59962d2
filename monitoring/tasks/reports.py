"""Doorbells of reports. Repeating one that says the same writes and sends nothing."""

from django.utils import timezone

from engine.errors import BadInput
from jobs.base import Outcome, Run, skipped, success, tracked_task
from monitoring.models import MailState, ReportMail
from monitoring.reports.sending import DELIVER, send_mail, send_to_subscribers
from monitoring.reports.store import store_report
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
