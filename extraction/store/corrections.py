"""What became of corrections in a reading: their history, their state, and what to ask about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.corrections import Replay
from engine.kinds import ReplayOutcome
from extraction.models import (
    Correction,
    CorrectionEvent,
    CorrectionEventKind,
    CorrectionState,
    ExtractionRun,
    Observation,
    ReviewKind,
    StatementRow,
)
from extraction.store.questions import ask

OPEN_ENDS = (ReplayOutcome.CONFLICT, ReplayOutcome.LOST)


@dataclass(frozen=True, slots=True)
class Placed:
    """The stored line and figure at which a correction was laid over a reading."""

    row: StatementRow | None
    observation: Observation | None


def store_replays(
    run: ExtractionRun,
    corrections: Sequence[Correction],
    replays: Sequence[Replay],
    placed: Mapping[str, Placed],
) -> None:
    """Write each correction's history on, and put conflicts before a person. Nothing is overwritten."""
    by_key = {str(correction.pk): correction for correction in corrections}
    nowhere = Placed(None, None)
    CorrectionEvent.objects.bulk_create(
        [
            CorrectionEvent(
                correction=by_key[found.key],
                kind=CorrectionEventKind(found.outcome.value),
                run=run,
                row=placed.get(found.key, nowhere).row,
                observation=placed.get(found.key, nowhere).observation,
                stands=found.stands,
                found=found.found[:300],
                says=found.explanation,
            )
            for found in replays
        ]
    )
    for found in replays:
        correction = by_key[found.key]
        if correction.everywhere and correction.sha256 != run.version.sha256:
            continue  # whether it stands is decided in the file it was made in
        is_open = found.outcome in OPEN_ENDS
        state = CorrectionState.CONFLICT if is_open else CorrectionState.ACTIVE
        if correction.state != state:
            correction.state = state
            correction.save(update_fields=["state"])
        if is_open:
            _ask(run, correction, found)


def _ask(run: ExtractionRun, correction: Correction, found: Replay) -> None:
    name = correction.get_statement_display()
    line = f"{name}, {correction.label}" if correction.label else name
    column = f", {correction.heading}" if correction.heading else ""
    ask(
        run.version.document,
        ReviewKind.CORRECTION_CONFLICT,
        f"{line}{column}: corrected to {correction.says}. {found.explanation}",
        {
            "statement": correction.statement,
            "correction": correction.pk,
            "outcome": found.outcome.value,
            "stands": found.stands,
            "found": found.found,
        },
        correction=correction,
    )
