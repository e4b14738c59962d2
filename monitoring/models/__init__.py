"""Every table of the app, one module for each theme."""

from monitoring.models.health import Health, HealthCheck, HealthTransition
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
    "DataType",
    "FileCheck",
    "FileState",
    "FindingSeverity",
    "GivenPermission",
    "Health",
    "HealthCheck",
    "HealthTransition",
    "QualityFinding",
    "QualityReport",
    "RetentionPolicy",
]
