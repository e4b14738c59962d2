"""Figures with the place they are printed at, everything that speaks for them, and what was restated."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from engine.kinds import CellState, PeriodKind, RestatementKind, Scope, StatementKind
from extraction.api.serializers import FactSerializer, ProvenanceSerializer, RestatementSerializer
from extraction.models import Fact, Restatement
from extraction.table.proof import proof_of
from jobs.api.filters import AllowedFilters, MayView, Pages, day, number, one_of, share, text


class FactViewSet(viewsets.ReadOnlyModelViewSet):
    """Figures that stand, one per publication, each with its page, box and printed text."""

    queryset = Fact.objects.filter(superseded_at__isnull=True).select_related("observation").order_by("pk")
    serializer_class = FactSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        number("document", "document_id", "Id of the report."),
        one_of("statement", "statement", list(StatementKind), "Which statement."),
        text("concept", "concept", "Code of the concept, such as is.revenue."),
        one_of("scope", "scope", list(Scope), "The group or the parent alone."),
        one_of("period_kind", "period_kind", list(PeriodKind), "Balances or flows."),
        day("period_end", "period_end", "Last day of the period."),
        day("period_from", "period_end__gte", "Periods that end on this day or later."),
        day("period_to", "period_end__lte", "Periods that end on this day or before."),
        day("as_of", "published_on__lte", "What was published on this day or before."),
        text("currency", "currency", "ISO 4217 code."),
        one_of("state", "state", list(CellState), "What stands in the cell."),
        share("confidence", "confidence__gte", "At least this sure, from 0 to 1."),
    )

    @extend_schema(responses=ProvenanceSerializer, filters=False)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def provenance(self, request: Request, pk: str) -> Response:
        """Where a figure is printed and what speaks for it: file, page, box, text, unit, mapping,
        sign, every other publication of it, the identities it takes part in, its restatements.

        A figure of an older reading, which no longer stands, is answered too.
        """
        if not pk.isdecimal() or len(pk) > 18:
            raise NotFound
        get_object_or_404(Fact.objects.only("pk"), pk=int(pk))
        proof = proof_of(int(pk))
        if proof is None:
            raise NotFound
        return Response(ProvenanceSerializer(proof).data)


class RestatementViewSet(viewsets.ReadOnlyModelViewSet):
    """Figures that a later report gives differently, with both facts."""

    queryset = Restatement.objects.filter(
        old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True
    ).order_by("pk")
    serializer_class = RestatementSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        one_of("statement", "statement", list(StatementKind), "Which statement."),
        text("row", "row_key", "Key of the row: a concept's code, or company:… for a line of the issuer."),
        one_of("kind", "kind", list(RestatementKind), "What sort of change."),
        day("period_end", "period_end", "Last day of the period."),
        day("as_of", "new_fact__published_on__lte", "Restatements published on this day or before."),
    )
