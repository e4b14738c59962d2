"""Companies: read by everyone who is signed in, changed by those who may."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.permissions import DjangoModelPermissions, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from audit.actions import Action
from audit.record import record
from audit.values import differences, fields_of
from companies.api.serializers import CompanySerializer
from companies.models import Company
from jobs.api.filters import AllowedFilters, Filter


class CompanyViewSet(viewsets.ModelViewSet):
    """Companies by id; `/companies/ticker/{ticker}/` by any of their tickers."""

    queryset = Company.objects.prefetch_related("listings__exchange").order_by("name", "pk")
    serializer_class = CompanySerializer
    permission_classes = [IsAuthenticated, DjangoModelPermissions]
    filter_backends = [AllowedFilters]
    allowed_filters: tuple[Filter, ...] = ()
    http_method_names = ["get", "post", "patch", "head", "options"]

    def perform_create(self, serializer: BaseSerializer[Company]) -> None:
        with transaction.atomic():
            company = serializer.save()
            record(Action.ADDED, company, after=fields_of(company), request=self.request)

    def perform_update(self, serializer: BaseSerializer[Company]) -> None:
        with transaction.atomic():
            known: Any = serializer.instance
            company = Company.objects.select_for_update().get(pk=known.pk)
            was = fields_of(company)
            before, after = differences(was, fields_of(serializer.save()))
            record(Action.CHANGED, company, before=before, after=after, request=self.request)

    @action(detail=False, url_path="ticker/(?P<ticker>[^/]+)")
    def ticker(self, request: Request, ticker: str) -> Response:
        company = get_object_or_404(self.get_queryset().distinct(), listings__ticker__iexact=ticker)
        return Response(self.get_serializer(company).data)
