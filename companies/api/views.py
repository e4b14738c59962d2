"""Companies: read by everyone who is signed in, changed by those who may."""

from django.shortcuts import get_object_or_404
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.permissions import DjangoModelPermissions, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.serializers import CompanySerializer
from companies.models import Company


class CompanyViewSet(viewsets.ModelViewSet):
    """Companies by id; `/companies/ticker/{ticker}/` by any of their tickers."""

    queryset = Company.objects.prefetch_related("listings__exchange").order_by("name", "pk")
    serializer_class = CompanySerializer
    permission_classes = [IsAuthenticated, DjangoModelPermissions]
    http_method_names = ["get", "post", "patch", "head", "options"]

    @action(detail=False, url_path="ticker/(?P<ticker>[^/]+)")
    def ticker(self, request: Request, ticker: str) -> Response:
        company = get_object_or_404(self.get_queryset().distinct(), listings__ticker__iexact=ticker)
        return Response(self.get_serializer(company).data)
