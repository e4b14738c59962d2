"""An alert that comes from outside, as JSON: checked, and raised under the rule of its type."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.errors import BadInput
from monitoring.alerts.raising import Raised, raise_alert
from monitoring.models import AlertSeverity, AlertType

# Under which rule an alert of a type is raised when nobody names one.
RULE_OF_TYPE = {
    AlertType.NEW_DOCUMENT: "new-report",
    AlertType.DOCUMENT_CHANGED: "replaced-file",
    AlertType.RESTATEMENT: "restatement",
    AlertType.EXTRACTION_REVIEW: "open-questions",
    AlertType.ANOMALY_DETECTED: "anomaly",
    AlertType.SENTIMENT_CHANGE: "sentiment-shift",
    AlertType.PRICE_MOVEMENT: "price-move",
    AlertType.VOLUME_SPIKE: "volume-spike",
    AlertType.FORECAST_UPDATE: "forecast-coverage",
    AlertType.DATA_QUALITY: "price-finding",
    AlertType.SYSTEM: "health",
}
LONGEST_SUBJECT = 300


def raise_given(data: Mapping[str, Any], *, at: datetime) -> Raised:
    """Raise what `data` says: `type` and `subject`, a sentence, are needed; `severity` (info, warning,
    critical), `text` and `payload` may be there. The same type and subject are the same alert.

    Raises:
        BadInput: something is missing or unknown; the sentence names it.
    """
    unknown = sorted(set(data) - {"type", "severity", "subject", "text", "payload"})
    if unknown:
        raise BadInput(f"An alert has no {unknown[0]!r}.", code="unknown_field")
    if data.get("type") not in AlertType.values:
        known = ", ".join(AlertType.values)
        raise BadInput(f"There is no type {data.get('type')!r}. There are {known}.", code="unknown_type")
    subject, payload = data.get("subject"), data.get("payload", {})
    if not isinstance(subject, str) or not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise BadInput(f"The subject has to be 1 to {LONGEST_SUBJECT} characters.", code="no_subject")
    if not isinstance(payload, dict) or not isinstance(data.get("text", ""), str):
        raise BadInput("The payload has to be an object and the text a text.", code="wrong_payload")
    try:
        severity = AlertSeverity.of(str(data["severity"])) if "severity" in data else None
    except KeyError:
        raise BadInput("The severity is info, warning or critical.", code="unknown_severity") from None
    return raise_alert(
        RULE_OF_TYPE[AlertType(data["type"])],
        title=subject.strip(),
        text=data.get("text", ""),
        key=f"given:{subject.strip()}",
        severity=severity,
        payload=payload,
        at=at,
    )
