"""Results of analyses: one module for each theme."""

from analysis.models.forecasts import ForecastEvaluation, ForecastPoint, ForecastRun
from analysis.models.ratios import MetricSet, MetricValue
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
from analysis.models.training import HyperparameterTrial, ModelFamily, Stage, TrainedModel

__all__ = [
    "OVERALL",
    "ForecastEvaluation",
    "ForecastPoint",
    "ForecastRun",
    "HyperparameterTrial",
    "MetricSet",
    "MetricValue",
    "ModelFamily",
    "SentimentAnalysis",
    "SentimentComparison",
    "SentimentSentence",
    "SentimentShift",
    "SentimentTopicScore",
    "SentimentTrend",
    "SentimentTrendLine",
    "SentimentWordList",
    "Stage",
    "TrainedModel",
]
