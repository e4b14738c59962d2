"""What sets of choices are called in the description of the API.

Only those need a name here that several fields share, or that share the name of a field with another
set; the check of the description names them.
"""

from collections.abc import Callable

Choices = list[tuple[str, str]]


def _of_model(app: str, model: str, field: str) -> Callable[[], Choices]:
    """The choices of a model's field, looked up when the models are there."""

    def look_up() -> Choices:
        from django.apps import apps

        return list(apps.get_model(app, model)._meta.get_field(field).choices or ())

    return look_up


ENUM_NAMES: dict[str, str | list[str] | Callable[[], Choices]] = {
    "RunStateWord": "jobs.states.State",
    "CeleryWord": "jobs.states.CeleryWord",
    "DocumentStatusWord": "documents.models.DocumentStatus",
    "DocumentTypeWord": _of_model("documents", "document", "document_type"),
    "FrameworkWord": _of_model("companies", "company", "framework"),
    "ChangeKind": _of_model("extraction", "compiledchange", "kind"),
    "RestatementKind": _of_model("extraction", "restatement", "kind"),
    "CorrectionActionWord": _of_model("extraction", "correction", "action"),
    "RatioStatusWord": _of_model("analysis", "metricvalue", "status"),
    "ReadingStatusWord": _of_model("extraction", "extractionrun", "status"),
    "AlertSeverityWord": ["info", "warning", "critical"],
    "FindingSeverityWord": ["low", "medium", "high", "critical"],
    "AnomalySeverityWord": _of_model("analysis", "anomaly", "severity"),
    "AnomalyStateWord": _of_model("analysis", "anomaly", "state"),
    "AlertStateWord": _of_model("monitoring", "alert", "state"),
    "HealthWord": ["healthy", "degraded", "unhealthy", "unknown"],
}
