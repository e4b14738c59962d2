"""What stands at the side of every page of the admin, in the order in which work flows."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.module_loading import import_string


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    """The list of a model, for those who may see it."""
    app, _, name = model.partition(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may_see(f"{app}.view_{name}"),
    }


def _may_see(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {"title": "Overview", "icon": "space_dashboard", "link": reverse_lazy("admin:index")},
        ],
    },
    {
        "title": "Reports",
        "items": [
            _page("Companies", "apartment", "companies.company"),
            {
                "title": "Coverage",
                "icon": "calendar_month",
                "link": reverse_lazy("coverage:all"),
                "permission": _may_see("extraction.view_extractionrun"),
            },
            _page("Documents", "description", "documents.document"),
            _page("What new reports changed", "compare", "monitoring.deltanote"),
            {
                "title": "Search",
                "icon": "search",
                "link": reverse_lazy("search:page"),
                "permission": _may_see("documents.view_document"),
            },
            _page("Visits to sites", "travel_explore", "documents.crawlrun"),
            _page("Replaced files", "published_with_changes", "documents.replacedfile"),
        ],
    },
    {
        "title": "Statements",
        "items": [
            _page("Compiled statements", "table_chart_view", "extraction.compiledstatement"),
            _page("Facts", "123", "extraction.fact"),
            {
                "title": "Ratios of companies",
                "icon": "percent",
                "link": reverse_lazy("ratios:peers"),
                "permission": _may_see("analysis.view_metricvalue"),
            },
            _page("Restatements", "difference", "extraction.restatement"),
            {
                "title": "Questions",
                "icon": "rule",
                "link": reverse_lazy("review:queue"),
                "permission": _may_see("extraction.view_reviewitem"),
            },
            _page("Corrections", "edit_note", "extraction.correction"),
            _page("Printed and tagged", "fact_check", "extraction.crosscheck"),
            _page("Tagged reports", "sell", "extraction.taggedreport"),
            _page("Readings", "auto_stories", "extraction.extractionrun"),
            _page("Model calls", "psychology", "extraction.llmcall"),
            _page("Model budget", "account_balance_wallet", "extraction.llmbudget"),
        ],
    },
    {
        "title": "Markets",
        "items": [
            _page("Share prices", "candlestick_chart", "market.instrument"),
            _page("Forecasts", "timeline", "analysis.forecastrun"),
            _page("How good forecasts were", "target", "analysis.forecastevaluation"),
            _page("Trained models", "model_training", "analysis.trainedmodel"),
            _page("Findings in prices", "report", "market.pricefinding"),
            _page("Collections", "sync", "market.providerrun"),
            _page("Price sources", "hub", "market.priceprovider"),
            _page("Exchange rates", "currency_exchange", "companies.exchangerate"),
            _page("Sources outside", "cloud_download", "extraction.externalsource"),
            _page("Visits to sources", "history", "extraction.syncrun"),
        ],
    },
    {
        "title": "What looks wrong",
        "items": [
            _page("Anomalies", "troubleshoot", "analysis.anomaly"),
            _page("Risk by single ratios", "warning", "analysis.riskassessment"),
            _page("Systemic risk", "share", "analysis.systemicriskreport"),
            _page("What is usual", "straighten", "analysis.anomalybaseline"),
        ],
    },
    {
        "title": "Tone",
        "items": [
            _page("Tone of documents", "sentiment_satisfied", "analysis.sentimentanalysis"),
            {
                "title": "Compare companies",
                "icon": "compare_arrows",
                "link": reverse_lazy("tone:compare"),
                "permission": _may_see("analysis.view_sentimentcomparison"),
            },
            _page("Shifts of tone", "trending_down", "analysis.sentimentshift"),
            _page("Judged sentences", "format_quote", "analysis.sentimentsentence"),
            _page("Word lists", "dictionary", "analysis.sentimentwordlist"),
        ],
    },
    {
        "title": "Work",
        "items": [
            {
                "title": "Under way",
                "icon": "monitoring",
                "link": reverse_lazy("monitor"),
                "permission": _may_see("jobs.view_taskrun"),
            },
            _page("Runs", "play_circle", "jobs.taskrun"),
            _page("Schedules", "schedule", "django_celery_beat.periodictask"),
            {
                "title": "Quality of data",
                "icon": "fact_check",
                "link": reverse_lazy("quality:overview"),
                "permission": _may_see("monitoring.view_qualityreport"),
            },
            _page("Reports of the system", "summarize", "monitoring.systemreport"),
            _page("Who is sent reports", "forward_to_inbox", "monitoring.reportsubscription"),
            _page("Reports sent", "mark_email_read", "monitoring.reportmail"),
            {
                "title": "Health",
                "icon": "monitor_heart",
                "link": reverse_lazy("health:page"),
                "permission": _may_see("monitoring.view_healthcheck"),
            },
            {
                "title": "Performance",
                "icon": "speed",
                "link": reverse_lazy("performance:page"),
                "permission": _may_see("monitoring.view_performancesample"),
            },
            _page("Retention policies", "auto_delete", "monitoring.retentionpolicy"),
            {
                "title": "Workers",
                "icon": "local_florist",
                "link": reverse_lazy("flower", args=[""]),
                "permission": _may_see("jobs.view_taskrun"),
            },
        ],
    },
    {
        "title": "Alerts",
        "items": [
            {
                **_page("Inbox", "notifications", "monitoring.alert"),
                "count": "monitoring.alerts.unread.badge",
            },
            _page("Rules", "tune", "monitoring.alertrule"),
            _page("Channels", "campaign", "monitoring.notificationchannel"),
            _page("Messages", "outgoing_mail", "monitoring.alertdelivery"),
        ],
    },
    {
        "title": "People",
        "separator": True,
        "collapsible": True,
        "items": [
            _page("Users", "person", "auth.user"),
            _page("Groups", "group", "auth.group"),
            _page("API tokens", "key", "knox.authtoken"),
            _page("Audit trail", "history_edu", "audit.auditevent"),
        ],
    },
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person sees, with numbers beside what waits for somebody. Nothing stands where nothing
    waits, which the theme's own way of asking for a badge cannot say."""
    return [{**group, "items": [_counted(item, request) for item in group["items"]]} for group in NAVIGATION]


def _counted(item: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    if "count" not in item:
        return item
    count = import_string(item["count"])(request)
    return {**item, "badge": count} if count else item
