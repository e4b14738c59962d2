"""The register of trained models: what each learnt from, how good it was, and which is in use."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.decorators import display

from analysis.errors import AnalysisError
from analysis.models import HyperparameterTrial, Stage, TrainedModel
from analysis.training.registry import promote, roll_back
from audit.model_admin import ModelAdmin


class _ReadOnly(ModelAdmin):
    """What was measured is not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(TrainedModel)
class TrainedModelAdmin(_ReadOnly):
    list_display = ["called", "family", "standing", "beats_baseline", "decision", "trained_at", "promoted_by"]
    list_filter = ["family", "name", "stage"]
    search_fields = ["name", "algorithm", "instrument__listing__ticker"]
    list_select_related = ["instrument__listing__exchange", "promoted_by"]
    date_hierarchy = "trained_at"
    actions = ["use", "go_back"]
    fieldsets = [
        (None, {"fields": ["called", "family", "stage", "decision"]}),
        ("How good it is", {"fields": ["measures", "measured_on", "baseline", "baseline_measures", "gaps"]}),
        (
            "Where it comes from",
            {
                "fields": [
                    *("algorithm", "settings", "seed", "trained_on", "data", "parent", "task_run"),
                    *("engine_version", "file", "trained_at"),
                    *("promoted_at", "promoted_by"),
                ]
            },
        ),
    ]

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("analysis.change_trainedmodel"))

    @admin.display(description="Model", ordering="name")
    def called(self, model: TrainedModel) -> str:
        return str(model)

    @display(
        description="Stage",
        ordering="stage",
        label={Stage.CHAMPION: "success", Stage.CHALLENGER: "info", Stage.ARCHIVED: "warning"},
    )
    def standing(self, model: TrainedModel) -> tuple[str, str]:
        return model.stage, model.get_stage_display()

    @admin.display(description="Against the baseline")
    def beats_baseline(self, model: TrainedModel) -> str:
        return _gap(model.against_baseline)

    @admin.display(description="Measured, on data it has not seen")
    def measures(self, model: TrainedModel) -> str:
        return _listed(model.metrics)

    @admin.display(description="The baseline on the same data")
    def baseline_measures(self, model: TrainedModel) -> str:
        return _listed(model.baseline_metrics)

    @admin.display(description="Difference and its standard error")
    def gaps(self, model: TrainedModel) -> str:
        against = f"{model.baseline}: {_gap(model.against_baseline)}"
        if model.against_champion:
            against += f"; the champion: {_gap(model.against_champion)}"
        return against

    @admin.display(description="Hash of the data")
    def data(self, model: TrainedModel) -> str:
        return format_html('<span class="tf-breaks">{}</span>', model.data_hash)

    @admin.display(description="File")
    def file(self, model: TrainedModel) -> str:
        return format_html('<span class="tf-breaks">{}</span>', model.artefact)

    @admin.display(description="Settings")
    def settings(self, model: TrainedModel) -> str:
        return _listed(model.parameters)

    @admin.action(description="Put to use", permissions=["promote"])
    def use(self, request: HttpRequest, models: QuerySet[TrainedModel]) -> None:
        for model in models:
            try:
                promote(model, by=request.user)
                messages.success(request, f"{model} is in use now.")
            except AnalysisError as error:
                messages.error(request, error.message)

    @admin.action(description="Take out of use, back to the one before", permissions=["promote"])
    def go_back(self, request: HttpRequest, models: QuerySet[TrainedModel]) -> None:
        for model in models:
            try:
                earlier = roll_back(model, by=request.user)
            except AnalysisError as error:
                messages.error(request, error.message)
                continue
            now = f"{earlier} is in use again." if earlier else f"Without it, {model.baseline} is used."
            messages.success(request, f"{model} is no longer in use. {now}")


@admin.register(HyperparameterTrial)
class HyperparameterTrialAdmin(_ReadOnly):
    list_display = [
        "name",
        "family",
        "instrument",
        "number",
        "rung",
        "score",
        "is_chosen",
        "settings",
        "message",
    ]
    list_filter = ["family", "name", "is_chosen", "rung"]
    list_select_related = ["instrument__listing__exchange"]
    date_hierarchy = "tried_at"
    show_full_result_count = False

    @admin.display(description="Settings")
    def settings(self, trial: HyperparameterTrial) -> str:
        return _listed(trial.parameters)


def _gap(found: Mapping[str, Any]) -> str:
    if not found:
        return "—"
    return f"{found['difference']:+.4f} ± {found['standard_error']:.4f} over {found['units']}"


def _listed(values: Mapping[str, Any]) -> str:
    shown = [(name.replace("_", " "), _shown(value)) for name, value in values.items()]
    return format_html_join("; ", "{} {}", shown) or "—"


def _shown(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name}: {_shown(one)}" for name, one in value.items()) + ")"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
