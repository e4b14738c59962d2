"""The register of trained models: adding one, promoting it, going back to an earlier one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from analysis.artifacts import Artefact, read
from analysis.errors import AnalysisError
from analysis.models import ModelFamily, Stage, TrainedModel
from audit.actions import Action
from audit.record import record
from engine import ENGINE_VERSION
from engine.promotion import Comparison, Decision, decide
from jobs.models import TaskRun
from market.models import Instrument


class CannotPromote(AnalysisError):
    """A model that cannot be put to use."""

    code = "cannot_promote"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that one model can have: the champion of a name, for a share where it is for one."""

    family: ModelFamily
    name: str
    instrument: Instrument | None = None

    def models(self) -> QuerySet[TrainedModel]:
        return TrainedModel.objects.filter(family=self.family, name=self.name, instrument=self.instrument)

    def champion(self) -> TrainedModel | None:
        """The model in use. One query."""
        return self.models().filter(stage=Stage.CHAMPION).first()


@dataclass(frozen=True, slots=True)
class Challenge:
    """A trained model with its evidence, not registered yet."""

    algorithm: str
    parameters: Mapping[str, Any]
    seed: int
    data_hash: str
    trained_on: int
    measured_on: int
    metrics: Mapping[str, Any]
    baseline: str
    baseline_metrics: Mapping[str, Any]
    against_baseline: Comparison
    against_champion: Comparison | None
    artefact: Artefact
    champion: TrainedModel | None = None
    errors: float = 1.0  # by which it has to be better, in standard errors
    veto: str = ""  # why it must not be used whatever it is compared with

    @property
    def decision(self) -> Decision:
        if self.veto:
            return Decision(False, self.veto)
        return decide(self.against_baseline, self.against_champion, named=self.baseline, errors=self.errors)


def data_hash(rows: Any) -> str:
    """The hash of what can be written as JSON."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def register(slot: Slot, challenge: Challenge, *, task_run: TaskRun | None = None) -> TrainedModel:
    """Keep a trained model as a challenger and, where its evidence suffices, put it to use at once."""
    last = max(slot.models().select_for_update().values_list("version", flat=True), default=0)
    against = challenge.against_champion
    model = TrainedModel.objects.create(
        family=slot.family,
        name=slot.name,
        instrument=slot.instrument,
        version=last + 1,
        algorithm=challenge.algorithm,
        parameters=dict(challenge.parameters),
        seed=challenge.seed,
        data_hash=challenge.data_hash,
        trained_on=challenge.trained_on,
        measured_on=challenge.measured_on,
        metrics=dict(challenge.metrics),
        baseline=challenge.baseline,
        baseline_metrics=dict(challenge.baseline_metrics),
        against_baseline=challenge.against_baseline.to_json(),
        against_champion=against.to_json() if against is not None else {},
        decision=challenge.decision.reason,
        artefact=challenge.artefact.name,
        artefact_sha256=challenge.artefact.sha256,
        parent=challenge.champion,
        task_run=task_run,
        engine_version=ENGINE_VERSION,
    )
    if challenge.decision.promote:
        _crown(model, by=None)
    return model


@transaction.atomic
def promote(model: TrainedModel, *, by: Any) -> TrainedModel:
    """Put a model to use on a person's word: a challenger, or one that was in use before.

    Raises CannotPromote where it is in use, ArtefactRefused where its file is not what was stored.
    """
    model = TrainedModel.objects.select_for_update().get(pk=model.pk)
    if model.stage == Stage.CHAMPION:
        raise CannotPromote(f"{model} is in use already.")
    read(Artefact(model.artefact, model.artefact_sha256))
    was = Stage(model.stage)
    return _told(_crown(model, by=by), was, by)


@transaction.atomic
def roll_back(model: TrainedModel, *, by: Any) -> TrainedModel | None:
    """Take a champion out of use. The one that was in use before takes its place; where there was none,
    nothing does and the baseline is used.

    Raises CannotPromote where the model is not in use.
    """
    model = TrainedModel.objects.select_for_update().get(pk=model.pk)
    if model.stage != Stage.CHAMPION:
        raise CannotPromote(f"{model} is not in use, so that there is nothing to go back from.")
    slot = slot_of(model)
    earlier = slot.models().filter(stage=Stage.ARCHIVED).order_by("-promoted_at", "-pk").first()
    if earlier is not None:
        return promote(earlier, by=by)
    model.stage = Stage.ARCHIVED
    model.save(update_fields=["stage"])
    _told(model, Stage.CHAMPION, by)
    return None


def slot_of(model: TrainedModel) -> Slot:
    """The place a model is for."""
    return Slot(ModelFamily(model.family), model.name, model.instrument)


def _told(model: TrainedModel, was: Stage, by: Any) -> TrainedModel:
    record(Action.CHANGED, model, by=by, before={"stage": was}, after={"stage": model.stage})
    return model


def _crown(model: TrainedModel, *, by: Any) -> TrainedModel:
    slot_of(model).models().filter(stage=Stage.CHAMPION).exclude(pk=model.pk).update(stage=Stage.ARCHIVED)
    model.stage, model.promoted_at, model.promoted_by = Stage.CHAMPION, timezone.now(), by
    model.save(update_fields=["stage", "promoted_at", "promoted_by"])
    return model
