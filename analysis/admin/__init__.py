"""The pages of this app in the admin: one module for each theme."""

from analysis.admin import forecasts, sentiment

__all__ = ["forecasts", "sentiment"]
from analysis.admin import sentiment, training

__all__ = ["sentiment", "training"]
