"""The addresses of analyses, under both prefixes of the API."""

from django.urls import URLPattern, URLResolver, re_path
from rest_framework.routers import SimpleRouter

from analysis.api import anomalies, forecasts, ratios, sentiment, training

router = SimpleRouter()
router.register("sentiment", sentiment.SentimentViewSet, basename="sentiment")
router.register("sentiment-trends", sentiment.SentimentTrendViewSet, basename="sentiment-trend")
router.register("sentiment-shifts", sentiment.SentimentShiftViewSet, basename="sentiment-shift")
router.register(
    "sentiment-comparisons", sentiment.SentimentComparisonViewSet, basename="sentiment-comparison"
)
router.register("forecasts", forecasts.ForecastViewSet, basename="forecast")
router.register("forecast-evaluations", forecasts.ForecastEvaluationViewSet, basename="forecast-evaluation")
router.register("metrics", ratios.MetricViewSet, basename="metric")
router.register("trained-models", training.TrainedModelViewSet, basename="trained-model")
router.register("anomalies", anomalies.AnomalyViewSet, basename="anomaly")
router.register("anomaly-baselines", anomalies.AnomalyBaselineViewSet, basename="anomaly-baseline")
router.register("risk-assessments", anomalies.RiskAssessmentViewSet, basename="risk-assessment")
router.register("systemic-risk", anomalies.SystemicRiskViewSet, basename="systemic-risk")

urlpatterns_v1: list[URLPattern | URLResolver] = [*router.urls]
urlpatterns_background: list[URLPattern | URLResolver] = [
    re_path(r"^data/metrics/?$", ratios.CalculateMetricsView.as_view(), name="background-metrics"),
    re_path(r"^sentiment/analyze/?$", sentiment.AnalyzeView.as_view(), name="sentiment-analyze"),
    re_path(
        r"^sentiment/batch-analyze/?$", sentiment.BatchAnalyzeView.as_view(), name="sentiment-batch-analyze"
    ),
    re_path(r"^sentiment/trends/?$", sentiment.TrendsView.as_view(), name="sentiment-trends-start"),
    re_path(r"^sentiment/compare/?$", sentiment.CompareView.as_view(), name="sentiment-compare"),
    re_path(r"^forecast/generate/?$", forecasts.GenerateForecastView.as_view(), name="forecast-generate"),
    re_path(
        r"^forecast/generate-lines/?$", forecasts.GenerateLinesView.as_view(), name="forecast-generate-lines"
    ),
    re_path(
        r"^forecast/batch-generate/?$", forecasts.BatchForecastView.as_view(), name="forecast-batch-generate"
    ),
    re_path(
        r"^forecast/update-models/?$", forecasts.UpdateModelsView.as_view(), name="forecast-update-models"
    ),
    re_path(r"^forecast/evaluate/?$", forecasts.EvaluateForecastView.as_view(), name="forecast-evaluate"),
    re_path(r"^anomaly/detect/?$", anomalies.DetectView.as_view(), name="anomaly-detect"),
    re_path(
        r"^anomaly/detect-patterns/?$", anomalies.DetectPatternsView.as_view(), name="anomaly-detect-patterns"
    ),
    re_path(r"^anomaly/baselines/?$", anomalies.BaselinesView.as_view(), name="anomaly-baselines"),
    re_path(r"^anomaly/systemic-risk/?$", anomalies.SystemicRiskView.as_view(), name="anomaly-systemic-risk"),
    re_path(
        r"^model/retrain-sentiment/?$",
        training.RetrainSentimentView.as_view(),
        name="model-retrain-sentiment",
    ),
    re_path(
        r"^model/retrain-forecasting/?$",
        training.RetrainForecastingView.as_view(),
        name="model-retrain-forecasting",
    ),
    re_path(
        r"^model/retrain-anomaly/?$", training.RetrainAnomalyView.as_view(), name="model-retrain-anomaly"
    ),
    re_path(r"^model/optimize/?$", training.OptimizeView.as_view(), name="model-optimize"),
]
