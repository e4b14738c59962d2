"""Questions to people and their corrections over HTTP, with the same consequences as in the admin."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import choices
from engine.errors import Unreadable
from engine.kinds import CorrectionAction, StatementKind
from extraction.errors import WrongCorrection
from extraction.exports.content import exact
from extraction.models import (
    Correction,
    CorrectionEvent,
    CorrectionState,
    Fact,
    ReviewItem,
    ReviewKind,
    ReviewState,
    StatementRow,
    StatementTable,
)
from extraction.review.correct import Place, Wanted, apply_to, correct, drafted
from extraction.review.decide import (
    Decided,
    correct_for,
    decide,
    restore_correction,
    take_back,
    take_repair,
    undo_correction,
)
from extraction.review.person import person_of
from extraction.review.preview import Preview, PreviewChange, preview_of
from extraction.review.workbook_edits import WorkbookRefused, take_in_workbook
from jobs.api.filters import AllowedFilters, MayView, Pages, number, one_of, text
from jobs.states import Trigger

ACTIONS = choices(CorrectionAction)


class ReviewSerializer(serializers.ModelSerializer):
    """`details` has, as far as they apply, the statement, its pages, the rows (from 0) and lines in
    question, and in `changes` the ranked repairs with the figure before and after."""

    class Meta:
        model = ReviewItem
        fields = [
            "id", "company", "document", "kind", "rank", "reason", "details", "state", "assignee",
            "correction", "decided_by", "decided_at", "created_at",
        ]  # fmt: skip


class EventSerializer(serializers.ModelSerializer):
    class Meta:
        model = CorrectionEvent
        fields = ["kind", "run", "stands", "found", "says", "by", "at"]


class CorrectionSerializer(serializers.ModelSerializer):
    """A correction with its anchor, what it sets and its history."""

    says = serializers.CharField(help_text="What it sets, in words.")
    said_before = serializers.CharField(help_text="What had been read, in words.")
    entered = serializers.BooleanField(help_text="The number is not printed on the page.")
    events = EventSerializer(many=True)

    class Meta:
        model = Correction
        fields = [
            "id", "company", "document", "sha256", "statement", "scope", "page", "box", "label", "section",
            "of_figure", "heading", "period_kind", "period_start", "period_end", "text", "action", "number",
            "factor", "scale", "currency", "concept", "everywhere", "was", "printed_at", "entered", "says",
            "said_before", "reason", "author", "state", "replaced_by", "created_at", "events",
        ]  # fmt: skip


class WantedSerializer(serializers.Serializer):
    """Where: one of `fact`, `row` and `table`. What: the action with what it sets."""

    fact = serializers.IntegerField(required=False, help_text="number, sign, concept, leave_out.")
    row = serializers.IntegerField(required=False, help_text="Id of a line: sign, concept, leave_out.")
    table = serializers.IntegerField(required=False, help_text="Id of a statement that was read: unit.")
    action = serializers.ChoiceField(ACTIONS)
    number = serializers.DecimalField(
        max_digits=None,
        decimal_places=None,
        required=False,
        allow_null=True,
        help_text="In the unit and with the sign of the page.",
    )
    factor = serializers.ChoiceField([1, -1], required=False)
    scale = serializers.IntegerField(required=False)
    currency = serializers.CharField(required=False, allow_blank=True, max_length=3)
    concept = serializers.CharField(required=False, allow_blank=True, max_length=60)
    everywhere = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class AnswerSerializer(WantedSerializer):
    """A repair by its place in `details.changes` (from 0), or a correction."""

    repair = serializers.IntegerField(required=False, min_value=0)
    action = serializers.ChoiceField(ACTIONS, required=False)


class WhySerializer(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class DecidedSerializer(serializers.Serializer):
    """What a decision did. `task_ids` are the runs that put the figures right; none where none changes."""

    decided = serializers.IntegerField()
    task_ids = serializers.ListField(child=serializers.CharField())


class PreviewChangeSerializer(serializers.Serializer):
    row = serializers.CharField(source="key")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    period_end = serializers.DateField(source="period.end")
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    def get_before(self, change: PreviewChange) -> str | None:
        return None if change.before is None else exact(change.before)

    def get_after(self, change: PreviewChange) -> str | None:
        return None if change.after is None else exact(change.after)


class PreviewReportSerializer(serializers.Serializer):
    document = serializers.IntegerField(source="document_id")
    title = serializers.CharField()
    failing_before = serializers.ListField(child=serializers.CharField())
    failing_after = serializers.ListField(child=serializers.CharField())


class PreviewSerializer(serializers.Serializer):
    """The cells of the compiled statement that would differ, in base units; null is a gap."""

    currency = serializers.CharField()
    reports = PreviewReportSerializer(many=True)
    changes = PreviewChangeSerializer(many=True)


class MayDecide(MayView):
    """To look at questions, and to decide them: nobody adds any."""

    perms_map = {**MayView.perms_map, "POST": ["%(app_label)s.change_%(model_name)s"]}


class ReviewViewSet(viewsets.ReadOnlyModelViewSet):
    """Questions that only a person can answer, the most harmful first. POST decides one."""

    queryset = ReviewItem.objects.order_by("rank", "pk")
    serializer_class = ReviewSerializer
    permission_classes = [MayDecide]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters: ClassVar = (
        number("company", "company_id", "Id of the company."),
        number("document", "document_id", "Id of the report."),
        number("assignee", "assignee_id", "Id of the person it is given to."),
        one_of("kind", "kind", ReviewKind.values, "What is asked."),
        one_of("state", "state", ReviewState.values, "Open, or how it was decided."),
    )

    @extend_schema(request=None, responses=DecidedSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def accept(self, request: Request, pk: str) -> Response:
        """Accept what is asked about: it is right, or as proposed."""
        return self._decide(request, pk, ReviewState.ACCEPTED)

    @extend_schema(request=None, responses=DecidedSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def reject(self, request: Request, pk: str) -> Response:
        """Set the question aside; a proposal is dropped, a correction in conflict undone."""
        return self._decide(request, pk, ReviewState.REJECTED)

    @extend_schema(request=AnswerSerializer, responses=DecidedSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def correct(self, request: Request, pk: str) -> Response:
        """Answer by a repair that was offered, or by a correction."""
        _must_have(request, "extraction.change_reviewitem", "extraction.add_correction")
        item = _item(pk)
        sent = AnswerSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        try:
            if "repair" in data:
                return _done(take_repair(item, data["repair"], by=person_of(request), trigger=Trigger.API))
            if "action" not in data:
                raise ValidationError({"action": "Name a repair or an action."})
            place, wanted = _place(data), _wanted(data)
            return _done(correct_for(item, place, wanted, by=person_of(request), trigger=Trigger.API))
        except WrongCorrection as error:
            raise ValidationError({"code": error.code, "message": error.message}) from error

    @extend_schema(request=None, responses=DecidedSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def undo(self, request: Request, pk: str) -> Response:
        """Open a decided question again, and undo what followed from its decision."""
        _must_have(request, "extraction.change_reviewitem")
        return _done(take_back(_item(pk), by=person_of(request), trigger=Trigger.API))

    def _decide(self, request: Request, pk: str, state: ReviewState) -> Response:
        _must_have(request, "extraction.change_reviewitem")
        item = _item(pk)
        try:
            decided = decide(
                ReviewItem.objects.filter(pk=item.pk), state, by=person_of(request), trigger=Trigger.API
            )
        except WrongCorrection as error:
            raise ValidationError({"code": error.code, "message": error.message}) from error
        return _done(decided)


class CorrectionViewSet(viewsets.ReadOnlyModelViewSet):
    """Corrections with their place, what they set, and what became of them. POST makes one."""

    queryset = Correction.objects.prefetch_related("events").order_by("-pk")
    serializer_class = CorrectionSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters: ClassVar = (
        number("company", "company_id", "Id of the company."),
        number("document", "document_id", "Id of the report."),
        one_of("statement", "statement", list(StatementKind), "Which statement."),
        one_of("action", "action", list(CorrectionAction), "What it says."),
        one_of("state", "state", CorrectionState.values, "Whether it is in force."),
        text("sha256", "sha256", "Hash of the file it was made in."),
    )

    @extend_schema(request=WantedSerializer, responses={201: CorrectionSerializer})
    def create(self, request: Request) -> Response:
        """Keep a correction; the statements are compiled again in the background."""
        _must_have(request, "extraction.add_correction")
        data = _sent(request)
        try:
            correction = correct(_place(data), _wanted(data), by=person_of(request))
        except WrongCorrection as error:
            raise ValidationError({"code": error.code, "message": error.message}) from error
        apply_to(correction.company, by=person_of(request), trigger=Trigger.API)
        return Response(CorrectionSerializer(correction).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WantedSerializer, responses=PreviewSerializer, filters=False)
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def preview(self, request: Request) -> Response:
        """What a correction would change. Nothing is written."""
        _must_have(request, "extraction.view_correction", "extraction.add_correction")
        data = _sent(request)
        try:
            found: Preview = preview_of(drafted(_place(data), _wanted(data), by=person_of(request)))
        except WrongCorrection as error:
            raise ValidationError({"code": error.code, "message": error.message}) from error
        return Response(PreviewSerializer(found).data)

    @extend_schema(request=WhySerializer, responses=DecidedSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def undo(self, request: Request, pk: str) -> Response:
        """Take a correction out of force; one that it had replaced comes back."""
        _must_have(request, "extraction.change_correction")
        sent = WhySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        why = sent.validated_data.get("reason", "")
        run = undo_correction(_correction(pk), by=person_of(request), trigger=Trigger.API, why=why)
        return _done(Decided(int(run is not None), (run,) if run else ()))

    @extend_schema(request=None, responses=DecidedSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def restore(self, request: Request, pk: str) -> Response:
        """Put an undone correction in force again; nothing where another one stands at its place."""
        _must_have(request, "extraction.change_correction")
        run = restore_correction(_correction(pk), by=person_of(request), trigger=Trigger.API)
        return _done(Decided(int(run is not None), (run,) if run else ()))


class WorkbookSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="An exported workbook (.xlsx) with changed figures.")


class RefusalSerializer(serializers.Serializer):
    """A changed cell that was not taken. `code` is stable: docs/exports.md lists them."""

    code = serializers.CharField()
    place = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    says = serializers.CharField()


class EditsSerializer(serializers.Serializer):
    """What an uploaded workbook gave."""

    proposed = ReviewSerializer(many=True)
    refused = RefusalSerializer(many=True)
    unchanged = serializers.IntegerField()


class WorkbookView(APIView):
    """POST takes in an exported workbook with changed figures: each becomes a proposed correction, which is
    a question; everything else is refused by name."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=WorkbookSerializer, responses=EditsSerializer)
    def post(self, request: Request) -> Response:
        _must_have(request, "extraction.view_reviewitem", "extraction.add_correction")
        sent = WorkbookSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        try:
            edits = take_in_workbook(file.read(), file.name, by=person_of(request))
        except (WorkbookRefused, Unreadable) as error:
            raise ValidationError({"code": error.code, "message": error.message}) from error
        return Response(EditsSerializer(edits).data)


def _must_have(request: Request, *permissions: str) -> None:
    if not request.user.has_perms(permissions):
        raise PermissionDenied("You may not decide this. Ask an administrator for the permission.")


def _item(pk: str) -> ReviewItem:
    return _found(ReviewItem.objects.all(), pk)


def _correction(pk: str) -> Correction:
    return _found(Correction.objects.select_related("company"), pk)


def _found(rows: QuerySet[Any], pk: str) -> Any:
    return get_object_or_404(rows, pk=int(pk) if pk.isdecimal() and len(pk) <= 18 else 0)


def _sent(request: Request) -> dict[str, Any]:
    sent = WantedSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _place(data: dict[str, Any]) -> Place:
    """The place a request names. Raises ValidationError where it names none, several, or one that is
    not there."""
    named = [name for name in ("fact", "row", "table") if name in data]
    if len(named) != 1:
        raise ValidationError({"fact": "Name one place: a fact, a row or a table."})
    name, pk = named[0], data[named[0]]
    company = "run__version__document__company"
    if name == "fact":
        facts = Fact.objects.select_related(f"observation__row__table__{company}", "observation__column")
        fact = facts.filter(pk=pk).first()
        if fact is not None:
            return Place.of_figure(fact.observation)
    elif name == "row":
        row = StatementRow.objects.select_related(f"table__{company}").filter(pk=pk).first()
        if row is not None:
            return Place(row.table, row)
    else:
        table = StatementTable.objects.select_related(company).filter(pk=pk).first()
        if table is not None:
            return Place(table)
    raise ValidationError({name: "There is none with this id."})


def _wanted(data: dict[str, Any]) -> Wanted:
    return Wanted(
        CorrectionAction(data["action"]),
        number=data.get("number"),
        factor=data.get("factor"),
        scale=data.get("scale"),
        currency=data.get("currency", ""),
        concept=data.get("concept", ""),
        everywhere=data.get("everywhere", False),
        reason=data.get("reason", ""),
    )


def _done(decided: Decided) -> Response:
    body = {"decided": decided.count, "task_ids": [str(run.pk) for run in decided.runs]}
    return Response(body)
