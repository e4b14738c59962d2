"""The page on which a figure, a line or a statement is corrected, and that of one correction."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html

from engine.concepts.taxonomy import load_taxonomy
from engine.errors import Unreadable
from engine.kinds import CorrectionAction, RowKind, SectorTemplate, StatementKind
from extraction.errors import WrongCorrection
from extraction.models import (
    Correction,
    Fact,
    Observation,
    ReviewItem,
    ReviewState,
    StatementRow,
    StatementTable,
)
from extraction.review.correct import SCALES, Place, Wanted, apply_to, correct, drafted
from extraction.review.decide import correct_for, restore_correction, undo_correction
from extraction.review.person import person_of
from extraction.review.preview import preview_of
from extraction.review.question import LineView, lines_of
from extraction.review.workbook_edits import WorkbookRefused, take_in_workbook
from jobs.models import TaskRun
from jobs.states import Trigger

may_view = permission_required("extraction.view_correction", raise_exception=True)
may_correct = permission_required("extraction.add_correction", raise_exception=True)

_ROWS = "table__run__version__document__company"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says, and whether it is to be kept or only shown."""

    wanted: Wanted | None
    keep: bool
    problem: str = ""


@may_correct
def correct_figure(request: HttpRequest, observation_id: int) -> HttpResponse:
    """Correct one printed figure, or its line."""
    observation = get_object_or_404(
        Observation.objects.select_related(f"row__{_ROWS}", "column"), pk=observation_id
    )
    return _page(request, Place.of_figure(observation))


@may_correct
def correct_line(request: HttpRequest, row_id: int) -> HttpResponse:
    """Correct what a line is."""
    row = get_object_or_404(StatementRow.objects.select_related(_ROWS), pk=row_id)
    if row.kind == RowKind.HEADING:
        raise Http404("A heading has nothing to correct.")
    return _page(request, Place(row.table, row))


@may_correct
def correct_statement(request: HttpRequest, table_id: int) -> HttpResponse:
    """Correct the unit of a statement."""
    table = get_object_or_404(
        StatementTable.objects.select_related("run__version__document__company"), pk=table_id
    )
    return _page(request, Place(table))


def _page(request: HttpRequest, place: Place) -> HttpResponse:
    question = _question(request, place)
    asked = _asked(request) if request.method == "POST" else Asked(None, keep=False)
    problem, draft, preview = asked.problem, None, None
    if asked.wanted is not None:
        try:
            if asked.keep:
                return _kept(request, place, asked.wanted, question)
            draft = drafted(place, asked.wanted, by=person_of(request))
            preview = preview_of(draft)
        except WrongCorrection as error:
            problem = error.message
    line = lines_of(place.table, [place.row])[0] if place.row else None
    context = {
        **admin.site.each_context(request),
        "title": f"Correct {_name(place)}",
        "place": place,
        "line": line,
        "columns": list(place.table.columns.all()),
        "fact": _fact(place, line),
        "page": place.observation.page
        if place.observation
        else place.row.page
        if place.row
        else _first(place),
        "question": question,
        "problem": problem,
        "draft": draft,
        "preview": preview,
        "form": request.POST if request.method == "POST" else {},
        "concepts": _concepts(place),
        "scales": SCALES,
        "standing": _standing(place),
    }
    status = 200 if not problem else 422
    return render(request, "admin/extraction/correct.html", context, status=status)


def _name(place: Place) -> str:
    if place.row is None:
        return str(place.table.get_statement_display()).lower()
    return place.row.label or "a line without a label"


def _first(place: Place) -> int:
    return (place.table.pages or [1])[0]


def _fact(place: Place, line: LineView | None) -> int | None:
    """A fact by which the page can be marked: the figure's, or one of the line."""
    if place.observation is not None:
        own = Fact.objects.filter(observation=place.observation).values_list("pk", flat=True).first()
        if own is not None:
            return own
    return line.first_fact if line else None


def _standing(place: Place) -> list[Correction]:
    """The corrections that are in force at this place or on its line."""
    found = Correction.objects.filter(
        company=place.company,
        sha256=place.version.sha256,
        statement=place.table.statement,
        state__in=("active", "conflict"),
    ).select_related("author")
    label = place.row.label if place.row else ""
    return list(found.filter(label__in=["", label]).order_by("-pk")[:20])


def _concepts(place: Place) -> list[Any]:
    company = place.company
    template = SectorTemplate(company.sector_template) if company.sector_template else None
    return list(load_taxonomy().of_statement(StatementKind(place.table.statement), template))


def _question(request: HttpRequest, place: Place) -> ReviewItem | None:
    """The question that sent somebody here, as long as it is open and of the same company."""
    asked = request.POST.get("question") or request.GET.get("question") or ""
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return ReviewItem.objects.filter(pk=int(asked), company=place.company, state=ReviewState.OPEN).first()


def _asked(request: HttpRequest) -> Asked:
    given = request.POST
    try:
        action = CorrectionAction(given.get("action", ""))
        number = _number(given.get("number", "")) if action is CorrectionAction.NUMBER else None
    except ValueError as error:
        return Asked(None, keep=False, problem=f"{error}")
    factor, scale = given.get("factor", ""), given.get("scale", "")
    wanted = Wanted(
        action,
        number=number,
        factor=int(factor) if factor in ("1", "-1") else None,
        scale=int(scale) if scale.isdecimal() and len(scale) < 18 else None,
        currency=given.get("currency", "").strip().upper()[:3],
        concept=given.get("concept", ""),
        everywhere=given.get("everywhere") == "1",
        reason=given.get("reason", "").strip(),
    )
    return Asked(wanted, keep=given.get("keep") == "1")


def _number(text: str) -> Decimal:
    """A number as people type it: 1,234.5 or (12) or -12. Raises ValueError in words."""
    bare = text.strip().replace("\u2212", "-").replace("\u00a0", "").replace(" ", "").replace(",", "")
    negative = bare.startswith("(") and bare.endswith(")")
    try:
        number = Decimal(bare.strip("()") or "x")
    except InvalidOperation:
        raise ValueError(
            f"“{text[:40]}” is no number. Write it in the unit of the page, with a point before decimals:"
            " 1,234.5 or -12."
        ) from None
    return -number if negative else number


def _kept(request: HttpRequest, place: Place, wanted: Wanted, question: ReviewItem | None) -> HttpResponse:
    """Keep the correction and go back to where it was made from."""
    if question is not None:
        run = correct_for(question, place, wanted, by=person_of(request)).runs[0]
        request.session["review_decided"] = [question.pk]
        _tell(request, run)
        return HttpResponseRedirect(reverse("review:queue"))
    correction = correct(place, wanted, by=person_of(request))
    _tell(request, apply_to(place.company, by=person_of(request), trigger=Trigger.ADMIN))
    return HttpResponseRedirect(reverse("review:correction", args=[correction.pk]))


def _tell(request: HttpRequest, run: TaskRun) -> None:
    messages.success(
        request,
        format_html(
            "The correction is kept, and the statements are being compiled again."
            ' <a href="{}" class="underline">Watch</a>',
            reverse("admin:jobs_taskrun_change", args=[run.pk]),
        ),
    )


@may_view
def one_correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """A correction with its place and its history; here it is undone and put in force again."""
    correction = get_object_or_404(
        Correction.objects.select_related("company", "document", "author", "replaced_by"), pk=correction_id
    )
    if request.method == "POST":
        return _changed(request, correction)
    fact = (
        Fact.objects.filter(correction=correction, superseded_at__isnull=True)
        .select_related("observation__row__table__run__version")
        .first()
    )
    context = {
        **admin.site.each_context(request),
        "title": f"Correction of {correction.label or correction.get_statement_display()}",
        "correction": correction,
        "events": correction.events.select_related("by", "run__version__document"),
        "fact": fact,
        "may_change": request.user.has_perm("extraction.change_correction"),
    }
    return render(request, "admin/extraction/correction.html", context)


def _changed(request: HttpRequest, correction: Correction) -> HttpResponse:
    back = HttpResponseRedirect(reverse("review:correction", args=[correction.pk]))
    if not request.user.has_perm("extraction.change_correction"):
        messages.error(request, "You may not change corrections. Ask an administrator for the permission.")
        return back
    if request.POST.get("change") == "undo":
        why = request.POST.get("reason", "")[:500]
        run = undo_correction(correction, by=person_of(request), trigger=Trigger.ADMIN, why=why)
    else:
        run = restore_correction(correction, by=person_of(request), trigger=Trigger.ADMIN)
    if run is None:
        messages.warning(
            request,
            "Nothing was changed: the correction is not in that state any more, or another one has been"
            " made at its place since.",
        )
    else:
        messages.success(
            request,
            format_html(
                'Done; the statements are being compiled again. <a href="{}" class="underline">Watch</a>',
                reverse("admin:jobs_taskrun_change", args=[run.pk]),
            ),
        )
    return back


@permission_required(["extraction.view_reviewitem", "extraction.add_correction"], raise_exception=True)
def upload_workbook(request: HttpRequest) -> HttpResponse:
    """Take in a workbook that was exported and changed, and say what became of each change."""
    edits, problem = None, ""
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        problem = "Choose the workbook first."
    elif file is not None:
        try:
            edits = take_in_workbook(file.read(), file.name or "workbook.xlsx", by=person_of(request))
        except (WorkbookRefused, Unreadable) as error:
            problem = error.message
    context = {
        **admin.site.each_context(request),
        "title": "Upload a changed workbook",
        "edits": edits,
        "problem": problem,
    }
    return render(request, "admin/extraction/workbook.html", context, status=422 if problem else 200)
