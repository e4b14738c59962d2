"""The tasks of this app, where Celery looks for them: one module for each theme."""

from monitoring.tasks import alerts, health, keeping, performance, quality, reports

__all__ = ["alerts", "health", "keeping", "performance", "quality", "reports"]
