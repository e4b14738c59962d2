"""The tasks of this app, where Celery looks for them: one module for each theme."""

from analysis.tasks import forecasts, sentiment, training

__all__ = ["forecasts", "sentiment", "training"]
