"""Every table of the app, one module for each theme."""

from monitoring.alert_rules import AlertSeverity, AlertType
from monitoring.models.alerts import (
    Alert,
    AlertDelivery,
    AlertRule,
    AlertSource,
    AlertState,
    ChannelKind,
    DeliveryState,
    NotificationChannel,
    ToldRow,
)
from monitoring.models.health import Health, HealthCheck, HealthTransition
from monitoring.models.performance import Metric, PerformanceSample
from monitoring.models.quality import (
    DataType,
    FileCheck,
    FileState,
    FindingSeverity,
    QualityFinding,
    QualityReport,
)
from monitoring.models.reports import (
    DeltaNote,
    KeptPaper,
    MailState,
    ReportMail,
    ReportSubscription,
    ReportType,
    Subscribed,
    SystemReport,
)
from monitoring.models.retention import RetentionPolicy
from monitoring.models.roles import GivenPermission

__all__ = [
    "Alert",
    "AlertDelivery",
    "AlertRule",
    "AlertSeverity",
    "AlertSource",
    "AlertState",
    "AlertType",
    "ChannelKind",
    "DataType",
    "DeliveryState",
    "DeltaNote",
    "FileCheck",
    "FileState",
    "FindingSeverity",
    "GivenPermission",
    "Health",
    "HealthCheck",
    "HealthTransition",
    "KeptPaper",
    "MailState",
    "Metric",
    "NotificationChannel",
    "PerformanceSample",
    "QualityFinding",
    "QualityReport",
    "ReportMail",
    "ReportSubscription",
    "ReportType",
    "RetentionPolicy",
    "Subscribed",
    "SystemReport",
    "ToldRow",
]
