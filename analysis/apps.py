from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"
    verbose_name = "Analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analysis.sentiment.judges import register_champions
        from analysis.training.sentiment import current_champion

        register_champions(current_champion)
