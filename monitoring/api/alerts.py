"""Alerts over HTTP: looking at them, deciding about them, and having them looked for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.filters import AllowedFilters, MayView, Pages, one_of
from jobs.api.launching import LaunchView, Wanted, launches
from monitoring.alerts.deciding import acknowledge, resolve, snooze
from monitoring.alerts.given import LONGEST_SUBJECT
from monitoring.models import Alert, AlertSeverity, AlertState, AlertType

SEVERITIES = [severity.code for severity in AlertSeverity]


class AlertSerializer(serializers.ModelSerializer):
    severity = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = [
            *("id", "type", "severity", "state", "title", "text", "subject_label", "count", "payload"),
            *("address", "first_at", "last_at", "told_at", "snoozed_until", "decided_at", "note"),
        ]

    @extend_schema_field(serializers.ChoiceField(SEVERITIES))
    def get_severity(self, alert: Alert) -> str:
        return AlertSeverity(alert.severity).code


class NoteSerializer(serializers.Serializer):
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class SnoozeSerializer(NoteSerializer):
    until = serializers.DateTimeField(help_text="A time to come.")


class AlertDataSerializer(serializers.Serializer):
    type = serializers.ChoiceField(AlertType.values)
    severity = serializers.ChoiceField(SEVERITIES, required=False, help_text="Its rule's where not given.")
    subject = serializers.CharField(max_length=LONGEST_SUBJECT, help_text="A sentence: what has happened.")
    text = serializers.CharField(required=False, max_length=10_000)
    payload = serializers.DictField(required=False)


class AlertProcessingSerializer(serializers.Serializer):
    """Without `alert_data` the system is looked through for what people should know."""

    alert_data = AlertDataSerializer(required=False)


class MayDecide(MayView):
    """To look at alerts, and to decide about them: nobody adds any."""

    perms_map = {**MayView.perms_map, "POST": ["%(app_label)s.change_%(model_name)s"]}


class AlertViewSet(viewsets.ReadOnlyModelViewSet):
    """What somebody should know, newest first. POST acknowledges, snoozes or resolves one."""

    queryset = Alert.objects.order_by("-last_at", "-pk")
    serializer_class = AlertSerializer
    permission_classes = [MayDecide]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters: ClassVar = (
        one_of("state", "state", AlertState.values, "Open, or what was decided."),
        one_of("type", "type", AlertType.values, "What it is about."),
    )

    @extend_schema(request=NoteSerializer, responses=AlertSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Look after it: nobody is told again."""
        note = _sent(NoteSerializer, request).get("note", "")
        return self._decided(acknowledge, by=request.user, at=timezone.now(), note=note)

    @extend_schema(request=SnoozeSerializer, responses=AlertSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def snooze(self, request: Request, pk: str) -> Response:
        """Tell nobody until a time to come."""
        sent = _sent(SnoozeSerializer, request)
        try:
            return self._decided(
                snooze, until=sent["until"], by=request.user, at=timezone.now(), note=sent.get("note", "")
            )
        except ValueError as error:
            raise ValidationError({"until": str(error)}) from None

    @extend_schema(request=NoteSerializer, responses=AlertSerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def resolve(self, request: Request, pk: str) -> Response:
        """It is over."""
        note = _sent(NoteSerializer, request).get("note", "")
        return self._decided(resolve, by=request.user, at=timezone.now(), note=note)

    def _decided(self, decide: Any, **how: Any) -> Response:
        alert = self.get_object()
        decide(Alert.objects.filter(pk=alert.pk), **how)
        alert.refresh_from_db()
        return Response(AlertSerializer(alert).data)


def _sent(body: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    sent = body(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


@extend_schema_view(post=launches(AlertProcessingSerializer))
class AlertProcessingView(LaunchView):
    """POST looks for alerts, or raises the one that is sent."""

    task = "alert_processing"
    body = AlertProcessingSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, {"alert_data": data["alert_data"]} if "alert_data" in data else {})
