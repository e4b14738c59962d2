"""What a correction would change, before anybody keeps it: the statement compiled with and without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.compiling.compile import compile_statement
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.compiling.values import Vintage
from engine.concepts.taxonomy import load_taxonomy
from engine.corrections import replay
from engine.kinds import CheckOutcome, Scope, StatementKind
from engine.values import Period
from extraction.compile import request_for
from extraction.load import corrections_for, kept_reading, known_reports_of, vintage_of, vintages_of
from extraction.models import Correction, ExtractionRun
from extraction.review.correct import same_place
from extraction.review.replay import current_runs
from extraction.store import facts_as_of

_NONE: tuple[Decimal | None, str] = (None, "")


@dataclass(frozen=True, slots=True)
class PreviewChange:
    """One cell of the compiled statement that would differ. None is a gap."""

    key: str
    label: str
    period: Period
    before: Decimal | None
    after: Decimal | None

    @property
    def concept(self) -> str:
        """The code of its concept, empty for a line of the company's own."""
        return "" if self.key.startswith("company:") else self.key


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """A report that a correction would be laid over, and the identities that fail in it by now and
    would fail afterwards."""

    document_id: int
    title: str
    failing_before: tuple[str, ...]
    failing_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a correction would change. `reports` are those it concerns, newest first."""

    reports: tuple[PreviewReport, ...]
    changes: tuple[PreviewChange, ...]
    currency: str


def preview_of(draft: Correction) -> Preview:
    """What a correction that is not stored would change in the statement it is about, in full years and
    the latest view. Nothing is written and no file is opened.

    A report whose reading was not kept yet is left out: it is read again when the correction is kept.
    """
    company, statement = draft.company, StatementKind(draft.statement)
    before = vintages_of(company, statement, Scope.CONSOLIDATED)
    replaced = set(same_place(draft).values_list("pk", flat=True))
    reports: list[PreviewReport] = []
    drafted: dict[str, list[Vintage]] = {}
    for run in current_runs(company):
        found = _redone(run, draft, replaced, before_key=len(drafted))
        if found is not None:
            report, vintages = found
            reports.append(report)
            drafted[str(report.document_id)] = [one for one in vintages if one.statement is statement]
    known = {one.document for one in before}
    after = [one for one in before if one.document not in drafted]
    # A report that gave no figure at all may be none that is compiled; its unit may also have been missing.
    compiled_from = known | {one.document for one in known_reports_of(company, statement, Scope.CONSOLIDATED)}
    after += [one for key, vintages in drafted.items() if key in compiled_from for one in vintages]
    after.sort(key=lambda one: (one.published_on, int(one.document), one.row))
    old, new = (_compiled(draft, statement, vintages) for vintages in (before, after))
    return Preview(tuple(reports), tuple(_differences(old, new)), new.currency or old.currency or "")


def _redone(
    run: ExtractionRun, draft: Correction, replaced: set[int], before_key: int
) -> tuple[PreviewReport, list[Vintage]] | None:
    """A report with the draft laid over it; None where it does not concern that report."""
    concerns = draft.everywhere or draft.sha256 == run.version.sha256
    found = kept_reading(run) if concerns else None
    if found is None:
        return None
    _, reading = found
    standing = corrections_for(run.version)
    drafted = [*(one for one in standing if one.pk not in replaced), draft]
    engine = [one.for_engine() for one in drafted]
    corrected = replay(reading, engine, run.version.sha256)
    if not any(one.key == str(draft.pk) and one.stands for one in corrected.replays):
        return None
    current = replay(reading, [one.for_engine() for one in standing], run.version.sha256)
    failing = [
        tuple(
            sorted(
                {
                    check.identity
                    for entry in one.reading.statements
                    for check in entry.checks
                    if check.outcome is CheckOutcome.FAILS
                }
            )
        )
        for one in (current, corrected)
    ]
    facts = facts_as_of(run.version, reading, drafted)
    vintages = [
        vintage_of(fact, row.mapping_method, f"-{before_key}{n:06d}")
        for n, (fact, row) in enumerate(facts, start=1)
        if fact.scope == Scope.CONSOLIDATED
    ]
    document = run.version.document
    return PreviewReport(document.pk, str(document), *failing), vintages


def _compiled(draft: Correction, statement: StatementKind, vintages: Sequence[Vintage]) -> CompiledValues:
    reports = known_reports_of(draft.company, statement, Scope.CONSOLIDATED)
    return compile_statement(vintages, reports, request_for(draft.company, statement), load_taxonomy())


def _differences(old: CompiledValues, new: CompiledValues) -> list[PreviewChange]:
    """Cells that differ, in the order of the new table's rows; rows that would be gone last."""
    cells = [
        {(row.key, cell.period): (cell.value, row.label) for row in values.rows for cell in row.cells}
        for values in (old, new)
    ]
    before, after = cells
    found = []
    for key, period in dict.fromkeys([*after, *before]):
        was, old_label = before.get((key, period), _NONE)
        becomes, label = after.get((key, period), _NONE)
        if was != becomes:
            found.append(PreviewChange(key, label or old_label or key, period, was, becomes))
    return found
