"""The tasks of this app, where Celery looks for them: one module for each theme."""

from analysis.tasks import forecasts, ratios, sentiment, training

__all__ = ["forecasts", "ratios", "sentiment", "training"]
