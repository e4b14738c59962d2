"""What one source is asked to do, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from companies.models import Company
from engine.errors import EngineError
from engine.progress import Report
from extraction.external.asking import SourceFailed
from extraction.models import ExternalSource, SyncOutcome
from extraction.store.tagged import TaggedCounts
from jobs.run import Storing

# From then on the same failure would meet every further company.
ENDS_THE_VISIT = frozenset(
    {"contact_missing", "host_paused", "rate_limited", "blocked_by_site", "name_not_resolved",
     "blocked_address", "tls_failed", "http_5xx", "connection_failed", "timeout"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit to a source: for one company or, where that is None, for all it knows. `full` asks for
    everything again."""

    source: ExternalSource
    company: Company | None
    at: datetime
    full: bool
    report: Report
    storing: Storing


@dataclass(slots=True)
class Collected:
    """What a visit brought. `companies` are those with other tagged figures than before; `problems` are
    subject, code and sentence; `cursor` is the new one, None to leave it; `nothing_to_ask` says why there
    was nothing to ask for."""

    asked: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    companies: set[int] = field(default_factory=set)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    retry_after: float | None = None
    cursor: dict[str, Any] | None = None
    nothing_to_ask: str = ""

    def fail(self, subject: str, failure: SourceFailed | EngineError) -> bool:
        """Keep a failure; True where it ends the visit."""
        self.problems.append((subject[:200], failure.code, failure.message))
        if isinstance(failure, SourceFailed) and failure.retry_after is not None:
            self.retry_after = max(self.retry_after or 0.0, failure.retry_after)
        return failure.code in ENDS_THE_VISIT

    def add(self, company: Company, counts: TaggedCounts) -> None:
        """What became of the figures of a publication. A company with other figures than before is kept, to
        be compared with its reports again."""
        if counts.new or counts.changed:
            self.companies.add(company.pk)
        self.new += counts.new
        self.changed += counts.changed
        self.unchanged += counts.unchanged

    @property
    def outcome(self) -> SyncOutcome:
        brought = self.new or self.changed
        if self.problems:
            return SyncOutcome.PARTIAL if brought or self.unchanged else SyncOutcome.FAILED
        if self.nothing_to_ask:
            return SyncOutcome.NOTHING_TO_ASK
        return SyncOutcome.UPDATED if brought else SyncOutcome.UNCHANGED
