"""Every table of the app, so that Django finds them under one name."""

from extraction.models.compiled import (
    CompiledCell,
    CompiledChange,
    CompiledRow,
    CompiledStatement,
    Restatement,
)
from extraction.models.facts import Fact, ValidationResult
from extraction.models.review import ReviewItem, ReviewKind, ReviewState
from extraction.models.runs import ExtractionRun, ExtractionStatus
from extraction.models.tables import Observation, StatementColumn, StatementRow, StatementTable

__all__ = [
    "CompiledCell",
    "CompiledChange",
    "CompiledRow",
    "CompiledStatement",
    "ExtractionRun",
    "ExtractionStatus",
    "Fact",
    "Observation",
    "Restatement",
    "ReviewItem",
    "ReviewKind",
    "ReviewState",
    "StatementColumn",
    "StatementRow",
    "StatementTable",
    "ValidationResult",
]
