"""A classifier of sentences, trained on what people have labelled."""

import csv
import io
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings

from analysis import artifacts
from analysis.artifacts import Artefact
from analysis.errors import AnalysisError
from analysis.models import ModelFamily, TrainedModel
from analysis.sentiment.judges import Champion, lexicon_judge
from analysis.sentiment.labels import labelled_sentences
from analysis.training.registry import Challenge, Slot, data_hash, register
from engine.kinds import Polarity
from engine.progress import Report, silent
from engine.sentiment.ngrams import open_classifier
from engine.sentiment.training import (
    Example,
    TrainingOptions,
    difference,
    fit,
    measure,
    split_by_document,
)
from jobs.models import TaskRun
from jobs.run import Storing

SLOT = Slot(ModelFamily.SENTIMENT, "sentences")
LEAST_MACRO_F1 = 0.5  # guessing among three labels gives a third, and may beat a lexicon that finds no word
_COLUMNS = ("text", "label", "document")
_LARGEST_TABLE = 50 * 1024 * 1024


class NoTrainingData(AnalysisError):
    """A table of examples that is not there, lies elsewhere or cannot be read."""

    code = "no_training_data"


def train(
    *,
    table: str = "",
    settings_: Mapping[str, Any] | None = None,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> TrainedModel:
    """Train on all labelled sentences and, where one is named, a table in the training folder; measure on
    documents held back, beside the lexicon and the champion; promote on evidence.

    Raises NotEnoughData with what is missing, NoTrainingData for a table that cannot be used, BadInput or
    TypeError for settings that cannot be.
    """
    report("loading_examples", 0, 1)
    examples = gather(table)
    options = TrainingOptions(**(settings_ or {}))
    learn, held_back = split_by_document(examples, options)
    report("fitting", 0, 1)
    content = fit(learn, options)
    report("measuring", 0, 1)
    judge, lexicon = open_classifier(content), lexicon_judge().judge
    champion = SLOT.champion()
    beside = None
    if champion is not None:
        theirs = open_classifier(artifacts.read(Artefact(champion.artefact, champion.artefact_sha256)))
        beside = difference(judge, theirs, held_back, seed=options.seed)
    measured = measure(judge, held_back)
    challenge = Challenge(
        algorithm="Logistic regression on hashed words and pairs of words",
        parameters=options.to_json(),
        seed=options.seed,
        data_hash=data_hash([[one.document, one.text, one.label.value] for one in examples]),
        trained_on=len(learn),
        measured_on=len(held_back),
        metrics=measured.to_json(),
        baseline="the lexicon",
        baseline_metrics=measure(lexicon, held_back).to_json(),
        against_baseline=difference(judge, lexicon, held_back, seed=options.seed),
        against_champion=beside,
        artefact=artifacts.keep(content),
        champion=champion,
        veto=""
        if measured.macro_f1 >= LEAST_MACRO_F1
        else f"Its macro-F1 of {measured.macro_f1:.2f} is not far from guessing; {LEAST_MACRO_F1} is needed.",
    )
    with storing():
        return register(SLOT, challenge, task_run=task_run)


def gather(table: str = "") -> list[Example]:
    """What people have labelled, and the rows of a table in the training folder, in a steady order."""
    found = [Example(f"document {one.document_id}", one.text, one.label) for one in labelled_sentences()]
    return found + (_rows(table) if table else [])


def current_champion() -> Champion | None:
    """The classifier in use, for whoever judges sentences. Raises ArtefactRefused."""
    model = SLOT.champion()
    if model is None:
        return None
    content = artifacts.read(Artefact(model.artefact, model.artefact_sha256))
    return Champion(f"{SLOT.name} {model.version}", content)


def _rows(table: str) -> list[Example]:
    folder = Path(settings.TRAINING_DIR).resolve()
    file = (folder / table).resolve()
    if not file.is_relative_to(folder) or file == folder:
        raise NoTrainingData(f"“{table}” lies outside the training folder {folder}, and is not read.")
    try:
        if file.stat().st_size > _LARGEST_TABLE:
            raise NoTrainingData(f"“{table}” has more than {_LARGEST_TABLE:,} bytes.")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NoTrainingData(f"“{table}” cannot be read as text: {type(error).__name__}.") from None
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in _COLUMNS if name not in (rows.fieldnames or [])]:
        raise NoTrainingData(
            f"“{table}” has no column {' and '.join(missing)}. Its first line names text, label and document."
        )
    found = []
    for number, row in enumerate(rows, start=2):
        label = (row["label"] or "").strip().lower()
        if label not in list(Polarity) or not (row["text"] or "").strip() or not (row["document"] or ""):
            raise NoTrainingData(
                f"Line {number} of “{table}” needs a text, a document and one of the labels"
                f" {', '.join(polarity.value for polarity in Polarity)}."
            )
        found.append(Example(f"table {row['document']}", row["text"].strip(), Polarity(label)))
    return found
