"""How strict the search of statements is, tuned to what people decided about its findings."""

import json
from contextlib import nullcontext

from django.db.models import QuerySet

from analysis import artifacts
from analysis.artifacts import Artefact
from analysis.models import Anomaly, AnomalyKind, AnomalyState, ModelFamily, TrainedModel
from analysis.training.registry import Challenge, Slot, data_hash, register
from engine.anomaly.strictness import USUAL, Decided, agreements, choose
from engine.progress import Report, silent
from engine.promotion import compare
from jobs.models import TaskRun
from jobs.run import Storing

SLOT = Slot(ModelFamily.ANOMALY, "statements")


def decisions() -> QuerySet[Anomaly]:
    """The findings in statements that people confirmed or rejected."""
    return Anomaly.objects.filter(
        kind=AnomalyKind.OUTLIER, state__in=(AnomalyState.CONFIRMED, AnomalyState.REJECTED)
    )


def train(
    *, report: Report = silent, task_run: TaskRun | None = None, storing: Storing = nullcontext
) -> TrainedModel:
    """Choose a strictness on the earlier decisions of all companies, measure it on the later ones beside
    the usual one and the champion's, and promote it on evidence.

    Raises NotEnoughData below thirty decisions.
    """
    report("loading_decisions", 0, 1)
    rows = list(decisions().order_by("decided_at", "pk").values_list("pk", "statistic", "threshold", "state"))
    decided = [
        Decided(abs(statistic) / threshold, state == AnomalyState.CONFIRMED)
        for _, statistic, threshold, state in rows
    ]
    report("measuring", 0, 1)
    chosen = choose(decided)
    champion = SLOT.champion()
    later = decided[chosen.learnt_from :]
    beside = None
    if champion is not None:
        beside = compare(agreements(later, chosen.factor), agreements(later, factor_of(champion)))
    challenge = Challenge(
        algorithm="Factor on the thresholds of the search",
        parameters={"factor": chosen.factor},
        seed=0,
        data_hash=data_hash([list(row) for row in rows]),
        trained_on=chosen.learnt_from,
        measured_on=chosen.measured_on,
        metrics=chosen.after.to_json(),
        baseline="the usual thresholds",
        baseline_metrics=chosen.before.to_json(),
        against_baseline=chosen.against_usual,
        against_champion=beside,
        artefact=artifacts.keep(json.dumps({"factor": chosen.factor}).encode()),
        champion=champion,
        veto="The usual thresholds agree with people best." if chosen.factor == USUAL else "",
    )
    with storing():
        return register(SLOT, challenge, task_run=task_run)


def factor_of(model: TrainedModel) -> float:
    """The strictness of a trained model. Raises ArtefactRefused where its file is not what was stored."""
    content = json.loads(artifacts.read(Artefact(model.artefact, model.artefact_sha256)))
    return float(content["factor"])


def current_strictness() -> float:
    """What a finding has to reach, as a multiple of its threshold. Raises ArtefactRefused."""
    champion = SLOT.champion()
    return USUAL if champion is None else factor_of(champion)
