"""Every table of the app, so that Django finds them under one name."""

from extraction.models.compiled import (
    CompiledCell,
    CompiledChange,
    CompiledRow,
    CompiledStatement,
    Restatement,
)
from extraction.models.corrections import (
    Correction,
    CorrectionEvent,
    CorrectionEventKind,
    CorrectionState,
    KeptReading,
)
from extraction.models.external import (
    CrossCheck,
    CrossCheckCell,
    ExternalSource,
    KnownAnswer,
    SourceKind,
    SyncOutcome,
    SyncRun,
    TaggedReport,
    XbrlFact,
)
from extraction.models.facts import Fact, ValidationResult
from extraction.models.model_calls import CallState, LlmBudget, LlmCall
from extraction.models.review import RANKS, ReviewItem, ReviewKind, ReviewState
from extraction.models.runs import ExtractionRun, ExtractionStatus
from extraction.models.tables import Observation, StatementColumn, StatementRow, StatementTable

__all__ = [
    "RANKS",
    "CallState",
    "CompiledCell",
    "CompiledChange",
    "CompiledRow",
    "CompiledStatement",
    "Correction",
    "CorrectionEvent",
    "CorrectionEventKind",
    "CorrectionState",
    "CrossCheck",
    "CrossCheckCell",
    "ExternalSource",
    "ExtractionRun",
    "ExtractionStatus",
    "Fact",
    "KeptReading",
    "KnownAnswer",
    "LlmBudget",
    "LlmCall",
    "Observation",
    "Restatement",
    "ReviewItem",
    "ReviewKind",
    "ReviewState",
    "SourceKind",
    "StatementColumn",
    "StatementRow",
    "StatementTable",
    "SyncOutcome",
    "SyncRun",
    "TaggedReport",
    "ValidationResult",
    "XbrlFact",
]
