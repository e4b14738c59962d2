"""Results of analyses: one module for each theme."""

from analysis.models.forecasts import ForecastEvaluation, ForecastPoint, ForecastRun

__all__ = ["ForecastEvaluation", "ForecastPoint", "ForecastRun"]
