"""The tasks of this app, where Celery looks for them: one module for each theme."""

from analysis.tasks import forecasts, sentiment

__all__ = ["forecasts", "sentiment"]
