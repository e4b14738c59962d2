"""The screens of this app, where Django looks for them: one module for each theme."""

from monitoring.admin import alerts, quality, reports, retention, watching

__all__ = ["alerts", "quality", "reports", "retention", "watching"]
