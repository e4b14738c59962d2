"""Papers kept as rows with their files, each thing that is said once."""

import hashlib
import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

from companies.models import Company
from documents.models import Document
from documents.storage import store_content
from jobs.models import TaskRun
from monitoring.models import DeltaNote, KeptPaper, SystemReport
from monitoring.reports.html import html_of
from monitoring.reports.paper import Paper, to_json
from monitoring.reports.pdf import pdf_of
from monitoring.reports.window import Window

Storing = Callable[[], AbstractContextManager[Any]]
Row = TypeVar("Row", bound=KeptPaper)


@dataclass(frozen=True, slots=True)
class Stored:
    """The row that says it now, and whether it was written now."""

    row: Any
    is_new: bool


def store_report(
    window: Window, paper: Paper, *, at: datetime, task_run: TaskRun | None, storing: Storing = nullcontext
) -> Stored:
    """Keep the report of a window."""
    place = {"report_type": window.report_type, "since": window.since, "until": window.until}
    return _stored(SystemReport, place, {}, paper, at, task_run, storing)


def store_note(
    document: Document,
    before: Document | None,
    paper: Paper,
    *,
    at: datetime,
    task_run: TaskRun | None,
    storing: Storing = nullcontext,
) -> Stored:
    """Keep the note on a report."""
    further = {"company_id": document.company_id, "before": before}
    return _stored(DeltaNote, {"document": document}, further, paper, at, task_run, storing)


def _stored(
    model: type[Row],
    place: dict[str, Any],
    further: dict[str, Any],
    paper: Paper,
    at: datetime,
    task_run: TaskRun | None,
    storing: Storing,
) -> Stored:
    """The next version at its place, or the newest where that says the same."""
    content = to_json(paper)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    newest = model._default_manager.filter(**place).order_by("-version").first()
    if newest is not None and newest.content_hash == digest:
        return Stored(newest, is_new=False)
    # Files before the row: one that nothing names does no harm.
    files = {
        name: store_content(io.BytesIO(made), extension=extension).storage_name
        for name, extension, made in (
            ("html_file", "html", html_of(paper, site=settings.PUBLIC_URL)),
            ("pdf_file", "pdf", pdf_of(paper, site=settings.PUBLIC_URL)),
        )
    }
    with storing(), transaction.atomic():
        _lock(further)
        newest = model._default_manager.filter(**place).order_by("-version").first()
        if newest is not None and newest.content_hash == digest:
            return Stored(newest, is_new=False)
        row = model._default_manager.create(
            **place,
            **further,
            **files,
            content=content,
            content_hash=digest,
            version=1 if newest is None else newest.version + 1,
            made_at=at,
            task_run=task_run,
        )
    return Stored(row, is_new=True)


def _lock(further: dict[str, Any]) -> None:
    """Two notes on one company are numbered one after the other; a window has one run at a time."""
    if "company_id" in further:
        Company.objects.select_for_update().get(pk=further["company_id"])
