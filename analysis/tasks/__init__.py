"""The tasks of this app, where Celery looks for them: one module for each theme."""

from analysis.tasks import anomalies, forecasts, ratios, sentiment, training

__all__ = ["anomalies", "forecasts", "ratios", "sentiment", "training"]
