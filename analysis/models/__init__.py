"""Results of analyses: one module for each theme."""

from analysis.models.forecasts import ForecastEvaluation, ForecastPoint, ForecastRun
from analysis.models.sentiment import (
    OVERALL,
    SentimentAnalysis,
    SentimentComparison,
    SentimentSentence,
    SentimentShift,
    SentimentTopicScore,
    SentimentTrend,
    SentimentTrendLine,
    SentimentWordList,
)

__all__ = [
    "OVERALL",
    "ForecastEvaluation",
    "ForecastPoint",
    "ForecastRun",
    "SentimentAnalysis",
    "SentimentComparison",
    "SentimentSentence",
    "SentimentShift",
    "SentimentTopicScore",
    "SentimentTrend",
    "SentimentTrendLine",
    "SentimentWordList",
]
