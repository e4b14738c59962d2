"""The address from which Prometheus takes the figures."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from monitoring.performance.metrics import exposition


class MayScrape(BasePermission):
    """Staff, by session or token, and the addresses of TENFOLD_METRICS_ADDRESSES."""

    message = (
        "These figures are for staff. Send a token of a member of staff, or name the address in"
        " TENFOLD_METRICS_ADDRESSES."
    )

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.user.is_authenticated and request.user.is_staff:
            return True
        try:
            address = ip_address(BaseThrottle().get_ident(request))  # knows about a proxy in front
        except ValueError:
            return False
        return any(address in network for network in settings.METRICS_ADDRESSES)


class MetricsView(APIView):
    """The figures of the running system in the text format of Prometheus."""

    permission_classes = [MayScrape]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # There is one form, whatever is asked for; a refusal is said as the API says it.
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
