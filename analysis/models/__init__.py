"""Results of analyses: one module for each theme."""

from analysis.models.anomalies import (
    DECIDED,
    IN_PRICES,
    IN_STATEMENTS,
    Anomaly,
    AnomalyBaseline,
    AnomalyKind,
    AnomalyState,
    RiskAssessment,
    SystemicRiskReport,
)
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
    "DECIDED",
    "IN_PRICES",
    "IN_STATEMENTS",
    "OVERALL",
    "Anomaly",
    "AnomalyBaseline",
    "AnomalyKind",
    "AnomalyState",
    "ForecastEvaluation",
    "ForecastPoint",
    "ForecastRun",
    "HyperparameterTrial",
    "MetricSet",
    "MetricValue",
    "ModelFamily",
    "RiskAssessment",
    "SentimentAnalysis",
    "SentimentComparison",
    "SentimentSentence",
    "SentimentShift",
    "SentimentTopicScore",
    "SentimentTrend",
    "SentimentTrendLine",
    "SentimentWordList",
    "Stage",
    "SystemicRiskReport",
    "TrainedModel",
]
