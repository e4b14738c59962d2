"""Reports and notes by mail, to those who asked for them, each once."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db.models import F, Q

from jobs.launch import launch
from monitoring.mail import NotDelivered, host, send
from monitoring.models import (
    DeltaNote,
    MailState,
    ReportMail,
    ReportSubscription,
    Subscribed,
    SystemReport,
)

DELIVER = "deliver_report"


def send_to_subscribers(kept: SystemReport | DeltaNote, *, at: datetime) -> list[ReportMail]:
    """Have a first version sent to everybody who asked for it. What was corrected later is on the page:
    nobody is sent the same report twice. Has to be called in the transaction that stores it."""
    if kept.version > 1:
        return []
    if isinstance(kept, DeltaNote):
        wanted = Q(kind=Subscribed.DELTA_NOTE) & (Q(companies=None) | Q(companies=kept.company_id))
        place = {"note": kept}
    else:
        wanted, place = Q(kind=kept.report_type), {"report": kept}  # type: ignore[dict-item]
    mails = []
    for subscription in ReportSubscription.objects.filter(wanted, is_enabled=True).distinct().order_by("pk"):
        mail, is_new = ReportMail.objects.get_or_create(
            subscription=subscription, **place, defaults={"created_at": at}
        )
        if is_new:
            launch(DELIVER, subject=subscription, mail_id=mail.pk)
            mails.append(mail)
    return mails


def send_mail(mail: ReportMail, *, at: datetime, is_last_try: bool) -> None:
    """Send one, and keep what came of it.

    Raises:
        NotDelivered: it was not taken; the row says the same.
    """
    ReportMail.objects.filter(pk=mail.pk).update(attempts=F("attempts") + 1)
    try:
        send(_message(mail))
    except NotDelivered as failure:
        is_over = is_last_try or not failure.retryable
        _keep(mail, state=MailState.FAILED if is_over else MailState.PENDING, response=failure.message)
        raise
    count = len(mail.subscription.recipients.split())
    _keep(
        mail,
        state=MailState.SENT,
        sent_at=at,
        response=f"Taken by the mail server for {count} recipient{'' if count == 1 else 's'}.",
    )


def _message(mail: ReportMail) -> EmailMessage:
    kept = mail.paper
    if kept is None:  # the database allows no such row
        raise NotDelivered("report_not_found", "The report is gone.", retryable=False)
    content = kept.content
    lines = [
        content["over"],
        content["title"],
        content["under"],
        "",
        *(f"{tile['label']}: {tile['text']}" for tile in _first_tiles(content)),
        "",
        urljoin(settings.PUBLIC_URL, kept.get_absolute_url()),
    ]
    message = EmailMessage(
        f"[Tenfold] {' '.join(content['title'].split())}",
        "\n".join(lines) + "\n",
        settings.DEFAULT_FROM_EMAIL,
        # Hidden, so that no receiver learns of the others.
        bcc=mail.subscription.recipients.split(),
        headers={"Message-ID": f"<report-{mail.pk}@{host()}>", "Auto-Submitted": "auto-generated"},
    )
    with default_storage.open(kept.pdf_file, "rb") as file:
        message.attach(file_name(kept, "pdf"), file.read(), "application/pdf")
    return message


def file_name(kept: SystemReport | DeltaNote, extension: str) -> str:
    """How the file is called where it is downloaded: "tenfold-daily-2026-06-14.pdf"."""
    if isinstance(kept, DeltaNote):
        return f"tenfold-note-{kept.company.slug}-{kept.document_id}.{extension}"
    return f"tenfold-{kept.report_type}-{kept.since:%Y-%m-%d}.{extension}"


def _first_tiles(content: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = [block for section in content["sections"] for block in section["blocks"]]
    return next((block["tiles"] for block in blocks if block["block"] == "tiles"), [])


def _keep(mail: ReportMail, **columns: object) -> None:
    for name, value in columns.items():
        setattr(mail, name, value)
    ReportMail.objects.filter(pk=mail.pk).update(**columns)
