"""The twelve queues, and for each task by name: its queue and its limits.

Names are strings, so that no app has to be imported to know where its work goes. The limits of a
task stand here alone; the task itself, the worker and the documentation take them from here.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Route:
    """Where a task goes and how long it may take.

    `soft` and `hard` are seconds: at the soft limit the task keeps what is complete and ends, at
    the hard limit its process is killed. `max_retries` counts repetitions after the first try.
    `rate_limit` is Celery's, for one worker; limits towards other machines are kept elsewhere.
    """

    queue: str
    soft: int
    hard: int
    max_retries: int
    rate_limit: str | None = None

    def __post_init__(self) -> None:
        if self.queue not in QUEUES:
            raise ValueError(f"{self.queue} is none of the queues")
        if not 0 < self.soft < self.hard:
            raise ValueError(f"the soft limit {self.soft} s has to lie below the hard limit {self.hard} s")
        if self.max_retries < 0:
            raise ValueError("max_retries cannot be negative")


_SCRAPING = Route(SCRAPING, soft=5 * MINUTE, hard=10 * MINUTE, max_retries=3)
_EXTRACTION = Route(EXTRACTION, soft=1650, hard=30 * MINUTE, max_retries=3)
_COMPILATION = Route(COMPILATION, soft=1650, hard=30 * MINUTE, max_retries=2)
_ORCHESTRATION = Route(ORCHESTRATION, soft=115 * MINUTE, hard=2 * HOUR, max_retries=2)

TASK_ROUTES: dict[str, Route] = {
    # The scheduler's knock: it only launches the run that the schedule names
    "jobs.start_scheduled": Route(DEFAULT, soft=30, hard=MINUTE, max_retries=0),
    # A company from its site to its compiled statements
    "extract_company_financial_data": _ORCHESTRATION,
    "process_all_documents": _ORCHESTRATION,
    "recompile_company_statements": _ORCHESTRATION,
    # Finding, fetching and classifying
    "scrape_investor_relations": _SCRAPING,
    "download_pdf": _SCRAPING,
    "classify_document": _SCRAPING,
    # Reading
    "extract_financial_statements": _EXTRACTION,
    "extraction.process_document": _EXTRACTION,
    # Compiling
    "normalize_and_compile_statements": _COMPILATION,
    "compile_company_statements": _COMPILATION,
}

LONGEST_LIMIT = max(route.hard for route in TASK_ROUTES.values())
