"""How far a company's reports have come, over HTTP."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import Company
from engine.coverage import ReportState
from engine.kinds import DocumentKind
from extraction.coverage.calendar import calendar_of
from extraction.coverage.reports import YEARS
from extraction.models import ExtractionRun
from jobs.api.filters import MayView, asked_for, number

MOST_YEARS = 30


class ReportSerializer(serializers.Serializer[Any]):
    """A report that is there or should be."""

    kind = serializers.ChoiceField([kind.value for kind in DocumentKind], source="expected.kind")
    part = serializers.CharField(help_text="FY, H1, H2, Q1, Q2, Q3 or Q4.")
    fiscal_year = serializers.IntegerField(source="expected.fiscal_year")
    period_end = serializers.DateField(source="expected.period_end")
    expected_on = serializers.DateField(
        source="expected.expected_on", help_text="When it came or should come, concluded from earlier ones."
    )
    state = serializers.ChoiceField([state.value for state in ReportState])
    document = serializers.IntegerField(source="expected.key", allow_null=True)
    says = serializers.CharField(help_text="Where it stands and why.")
    remedies = serializers.ListField(child=serializers.CharField(), help_text="What helps, best first.")


class CoverageSerializer(serializers.Serializer[Any]):
    """A company's reports, newest period first. The shares are of the annual reports due by now, from 0
    to 1, null where none is due; a verified report counts as read too."""

    company = serializers.IntegerField(source="company.pk")
    read = serializers.FloatField(allow_null=True)
    verified = serializers.FloatField(allow_null=True)
    next_publication = ReportSerializer(allow_null=True)
    reports = ReportSerializer(many=True, source="entries")


class CoverageView(APIView):
    """Which reports a company should have published, how far each has come, and when the next is due."""

    queryset = ExtractionRun.objects.none()  # whose permission is asked for
    permission_classes = [MayView]
    filters = (number("years", "", f"How many fiscal years, 1 to {MOST_YEARS}; {YEARS} if not said."),)

    @extend_schema(
        responses=CoverageSerializer,
        parameters=[OpenApiParameter("years", int, description=filters[0].says)],
    )
    def get(self, request: Request, pk: int) -> Response:
        years = asked_for(request, self.filters).get("years", YEARS)
        if not 1 <= years <= MOST_YEARS:
            raise ValidationError({"years": f"A number from 1 to {MOST_YEARS} is needed."})
        company = get_object_or_404(Company, pk=pk)
        return Response(CoverageSerializer(calendar_of([company], years=years).rows[0]).data)
