"""The pages of this app in the admin: one module for each theme."""

from analysis.admin import forecasts, sentiment, training

__all__ = ["forecasts", "sentiment", "training"]
