"""The doors that have old results removed and caches filled."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers

from jobs.api.launching import LaunchView, Wanted, launches
from monitoring.retention.results import MOST_HOURS, USUAL_HOURS


class ResultsCleanupSerializer(serializers.Serializer[Any]):
    retention_hours = serializers.IntegerField(
        required=False, default=USUAL_HOURS, min_value=1, max_value=MOST_HOURS
    )


@extend_schema_view(post=launches(ResultsCleanupSerializer))
class ResultsCleanupView(LaunchView):
    """POST has results and details of runs removed that ended so many hours ago."""

    task = "cleanup_old_results"
    body = ResultsCleanupSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, dict(data))


class CacheWarmingSerializer(serializers.Serializer[Any]):
    cache_keys = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=50,
        help_text="Names, or patterns such as overview.*; all without one.",
    )


@extend_schema_view(post=launches(CacheWarmingSerializer))
class CacheWarmingView(LaunchView):
    """POST has worked out beforehand what pages take from the cache."""

    task = "cache_warming"
    body = CacheWarmingSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, dict(data))
