"""Every table of the app, one module for each theme."""

from monitoring.models.alerts import (
    Alert,
    AlertDelivery,
    AlertRule,
    AlertSeverity,
    AlertSource,
    AlertState,
    AlertType,
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
    "FileCheck",
    "FileState",
    "FindingSeverity",
    "GivenPermission",
    "Health",
    "HealthCheck",
    "HealthTransition",
    "Metric",
    "NotificationChannel",
    "PerformanceSample",
    "QualityFinding",
    "QualityReport",
    "RetentionPolicy",
    "ToldRow",
]
