"""The pages of this app in the admin: one module for each theme."""

from analysis.admin import anomalies, forecasts, sentiment, training

__all__ = ["anomalies", "forecasts", "sentiment", "training"]
