"""The twelve queues, and for each task by name: its queue and its limits.

Names are strings, so that no app has to be imported to know where its work goes. The limits of a
task stand here alone; the task itself, the worker and the documentation take them from here.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

SCRAPING = "scraping"
EXTRACTION = "extraction"
COMPILATION = "compilation"
ORCHESTRATION = "orchestration"
DEFAULT = "default"
DOCUMENT_PROCESSING = "document_processing"
SENTIMENT_ANALYSIS = "sentiment_analysis"
ANOMALY_DETECTION = "anomaly_detection"
FORECASTING = "forecasting"
MODEL_TRAINING = "model_training"
DATA_PROCESSING = "data_processing"
MONITORING = "monitoring"

QUEUES = (
    SCRAPING,
    EXTRACTION,
    COMPILATION,
    ORCHESTRATION,
    DEFAULT,
    DOCUMENT_PROCESSING,
    SENTIMENT_ANALYSIS,
    ANOMALY_DETECTION,
    FORECASTING,
    MODEL_TRAINING,
    DATA_PROCESSING,
    MONITORING,
)

MINUTE = 60
HOUR = 60 * MINUTE


_RATE = re.compile(r"\A([1-9][0-9]*)/([smh])\Z")
_SECONDS = {"s": 1, "m": MINUTE, "h": HOUR}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a task goes and how long it may take.

    `soft` and `hard` are seconds: at the soft limit the task keeps what is complete and ends, at
    the hard limit its process is killed. `max_retries` counts repetitions after the first try.
    `rate_limit` is Celery's and holds for each worker by itself; `shared_rate` holds over all
    workers together. Both are written like 100/m, with s, m or h. Politeness towards other
    machines is kept elsewhere, by host.
    """

    queue: str
    soft: int
    hard: int
    max_retries: int
    rate_limit: str | None = None
    shared_rate: str | None = None

    def __post_init__(self) -> None:
        if self.queue not in QUEUES:
            raise ValueError(f"{self.queue} is none of the queues")
        if not 0 < self.soft < self.hard:
            raise ValueError(f"the soft limit {self.soft} s has to lie below the hard limit {self.hard} s")
        if self.max_retries < 0:
            raise ValueError("max_retries cannot be negative")
        for rate in filter(None, (self.rate_limit, self.shared_rate)):
            gap_of(rate)

    @property
    def shared_gap(self) -> float | None:
        """The seconds between two starts that the shared rate allows."""
        return None if self.shared_rate is None else gap_of(self.shared_rate)


def gap_of(rate: str) -> float:
    """The seconds between two starts at a rate such as 10/h. Raises ValueError for anything else."""
    written = _RATE.match(rate)
    if written is None:
        raise ValueError(f"{rate!r} is no rate. Write 5/s, 100/m or 10/h.")
    return _SECONDS[written[2]] / int(written[1])


USUAL_RATE = "100/m"
_HALF_HOUR: dict[str, Any] = {"soft": 1650, "hard": 30 * MINUTE}

# What a task of each queue is given; a task that needs something else says so in its own row.
CLASSES: dict[str, Route] = {
    SCRAPING: Route(SCRAPING, soft=5 * MINUTE, hard=10 * MINUTE, max_retries=3, rate_limit=USUAL_RATE),
    EXTRACTION: Route(EXTRACTION, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    COMPILATION: Route(COMPILATION, **_HALF_HOUR, max_retries=2, rate_limit=USUAL_RATE),
    ORCHESTRATION: Route(
        ORCHESTRATION, soft=115 * MINUTE, hard=2 * HOUR, max_retries=2, rate_limit=USUAL_RATE
    ),
    DEFAULT: Route(DEFAULT, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    DOCUMENT_PROCESSING: Route(DOCUMENT_PROCESSING, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    SENTIMENT_ANALYSIS: Route(SENTIMENT_ANALYSIS, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    ANOMALY_DETECTION: Route(ANOMALY_DETECTION, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    FORECASTING: Route(FORECASTING, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    # Fitting models takes all of a machine, however many workers there are.
    MODEL_TRAINING: Route(
        MODEL_TRAINING,
        soft=115 * MINUTE,
        hard=2 * HOUR,
        max_retries=3,
        rate_limit="10/h",
        shared_rate="10/h",
    ),
    DATA_PROCESSING: Route(DATA_PROCESSING, **_HALF_HOUR, max_retries=3, rate_limit=USUAL_RATE),
    MONITORING: Route(MONITORING, soft=5 * MINUTE, hard=10 * MINUTE, max_retries=3, rate_limit=USUAL_RATE),
}

# Whoever sends market data counts the calls of all workers together.
MARKET_DATA = replace(CLASSES[DATA_PROCESSING], rate_limit="20/m", shared_rate="20/m")

TASK_ROUTES: dict[str, Route] = {
    # The scheduler's knock: it only launches the run that the schedule names, and is never held back
    "jobs.start_scheduled": Route(DEFAULT, soft=30, hard=MINUTE, max_retries=0),
    # A company from its site to its compiled statements
    "extract_company_financial_data": CLASSES[ORCHESTRATION],
    "process_all_documents": CLASSES[ORCHESTRATION],
    "recompile_company_statements": CLASSES[ORCHESTRATION],
    # All companies, by the clock
    "rescrape_companies": CLASSES[ORCHESTRATION],
    "scan_restatements": CLASSES[ORCHESTRATION],
    "check_known_files": CLASSES[ORCHESTRATION],
    # Finding, fetching and classifying
    "scrape_investor_relations": CLASSES[SCRAPING],
    "download_pdf": CLASSES[SCRAPING],
    "classify_document": CLASSES[SCRAPING],
    "take_in_drop_folder": CLASSES[SCRAPING],
    # Reading
    "extract_financial_statements": CLASSES[EXTRACTION],
    "extraction.process_document": CLASSES[EXTRACTION],
    # The tone of documents. A batch only starts others and sums up, whatever its queue
    "analyze_document_sentiment": CLASSES[SENTIMENT_ANALYSIS],
    "batch_sentiment_analysis": CLASSES[SENTIMENT_ANALYSIS],
    "update_sentiment_trends": CLASSES[SENTIMENT_ANALYSIS],
    "compare_company_sentiment": CLASSES[SENTIMENT_ANALYSIS],
    # The text of documents
    "documents.process_document": CLASSES[DOCUMENT_PROCESSING],
    "batch_process_documents": CLASSES[DOCUMENT_PROCESSING],
    "update_document_index": CLASSES[DOCUMENT_PROCESSING],
    "generate_document_summary": CLASSES[DOCUMENT_PROCESSING],
    # Compiling
    "normalize_and_compile_statements": CLASSES[COMPILATION],
    "compile_company_statements": CLASSES[COMPILATION],
    # Forecasts, and what came of them
    "generate_stock_forecast": CLASSES[FORECASTING],
    "generate_statement_forecast": CLASSES[FORECASTING],
    "batch_forecast_generation": CLASSES[FORECASTING],
    "evaluate_forecast_accuracy": CLASSES[FORECASTING],
    "update_forecast_models": CLASSES[FORECASTING],
    # What looks wrong
    "detect_metric_anomalies": CLASSES[ANOMALY_DETECTION],
    "pattern_anomaly_detection": CLASSES[ANOMALY_DETECTION],
    "update_anomaly_baselines": CLASSES[ANOMALY_DETECTION],
    "systemic_risk_analysis": CLASSES[ANOMALY_DETECTION],
    "extraction.apply_corrections": CLASSES[COMPILATION],
    # Facts from outside. A fan-out only starts others and compares, whatever its queue
    "sync_external_data": CLASSES[DATA_PROCESSING],
    "process_financial_reports": CLASSES[DATA_PROCESSING],
    # Prices
    "update_market_data": MARKET_DATA,
    # Ratios
    "calculate_financial_metrics": CLASSES[DATA_PROCESSING],
    "update_financial_metrics": CLASSES[DATA_PROCESSING],
    # What is wrong with the data
    "data_quality_check": CLASSES[DATA_PROCESSING],
    # What is old
    "cleanup_old_data": CLASSES[DATA_PROCESSING],
    "cleanup_old_results": CLASSES[MONITORING],
    # Telling people
    "alert_processing": CLASSES[MONITORING],
    # A receiver that is away is tried again for about a quarter of an hour
    "deliver_alert": Route(MONITORING, soft=MINUTE, hard=2 * MINUTE, max_retries=4),
    # Reports of the system and notes on new reports, and their mail
    "generate_system_report": CLASSES[MONITORING],
    "write_delta_note": CLASSES[ORCHESTRATION],
    "deliver_report": Route(MONITORING, soft=MINUTE, hard=2 * MINUTE, max_retries=4),
    # Training
    "retrain_sentiment_model": CLASSES[MODEL_TRAINING],
    "retrain_forecasting_models": CLASSES[MODEL_TRAINING],
    "optimize_model_hyperparameters": CLASSES[MODEL_TRAINING],
    "retrain_anomaly_models": CLASSES[MODEL_TRAINING],
    "retrain_models": CLASSES[MODEL_TRAINING],
    # How the system is
    "performance_monitoring": CLASSES[MONITORING],
    "cache_warming": CLASSES[MONITORING],
    "system_health_check": replace(CLASSES[MONITORING], soft=2 * MINUTE, hard=3 * MINUTE, max_retries=0),
}

LONGEST_LIMIT = max(route.hard for route in (*TASK_ROUTES.values(), *CLASSES.values()))

# After so many tasks a process of a worker is replaced, which returns what they leaked. What reads
# PDFs leaks more, so that a worker that takes from these queues replaces its processes sooner.
TASKS_PER_CHILD = 1000
PARSING_QUEUES = frozenset({EXTRACTION, DOCUMENT_PROCESSING})
TASKS_PER_PARSING_CHILD = 100
