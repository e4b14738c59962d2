"""The state of the system over HTTP."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jobs.api.launching import LaunchView, Wanted, launches
from monitoring.health import alive, examine
from monitoring.models import Health


class VerdictSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField([health.value for health in Health], source="health")
    message = serializers.CharField(source="sentence")
    milliseconds = serializers.IntegerField()


class HealthSerializer(serializers.Serializer[Any]):
    """`checks` is there for whoever is signed in."""

    status = serializers.ChoiceField([health.value for health in Health], source="health")
    checks = VerdictSerializer(many=True, source="verdicts", required=False)


class HealthView(APIView):
    """Whether the system can do its work: to strangers one word, to whoever is signed in each answer.
    503 when it cannot."""

    permission_classes = [AllowAny]

    @extend_schema(responses={200: HealthSerializer, 503: HealthSerializer})
    def get(self, request: Request) -> Response:
        if request.user.is_authenticated:
            checkup = examine()
            health = checkup.health
            body: dict[str, Any] = HealthSerializer(checkup).data
        else:
            health = alive()
            body = {"status": health.value}
        code = status.HTTP_503_SERVICE_UNAVAILABLE if health == Health.UNHEALTHY else status.HTTP_200_OK
        return Response(body, status=code)


@extend_schema_view(post=launches())
class HealthCheckView(LaunchView):
    """Have a look at all parts kept, as the schedule does."""

    task = "system_health_check"

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted()


@extend_schema_view(post=launches())
class PerformanceView(LaunchView):
    """Have measured what was done since the last time, as the schedule does."""

    task = "performance_monitoring"

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted()
