"""What a person decides about anomalies."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from analysis.errors import AnalysisError
from analysis.models import Anomaly, AnomalyState
from audit.actions import Action
from audit.changing import change_rows

LONGEST_NOTE = 500


class WrongDecision(AnalysisError):
    """A decision that lacks something, or goes nowhere."""

    code = "wrong_decision"


def decide(ids: Iterable[int], state: AnomalyState, *, by: Any, note: str = "") -> int:
    """Confirm, reject or explain open anomalies, or open decided ones again; how many it changed.

    Those that were decided in the meantime are left as they are. Raises WrongDecision for an explanation
    without words.
    """
    note = note.strip()
    if state is AnomalyState.EXPLAINED and not note:
        raise WrongDecision("Say what explains it: an explanation without words helps nobody.")
    if len(note) > LONGEST_NOTE:
        raise WrongDecision(f"The note has {len(note)} characters; {LONGEST_NOTE} are the most.")
    chosen = Anomaly.objects.filter(pk__in=list(ids))
    if state is AnomalyState.OPEN:
        undone = {"state": state, "decided_by": None, "decided_at": None, "note": note}
        return change_rows(chosen.exclude(state=AnomalyState.OPEN), undone, by=by, action=Action.DECIDED)
    decided = {"state": state, "decided_by": by, "decided_at": timezone.now(), "note": note}
    return change_rows(chosen.filter(state=AnomalyState.OPEN), decided, by=by, action=Action.DECIDED)
