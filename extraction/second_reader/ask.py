"""The second reader as a step of reading one file: load the lines, ask, say what came of it."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Sum

from documents.models import DocumentVersion
from engine.errors import Unreadable
from engine.limits import Limits
from engine.sandbox import lines_safely
from engine.second_reader.opinion import Opinion
from engine.second_reader.question import prompt_versions
from engine.second_reader.reader import SecondReaderOptions, read_second
from engine.statement import Reading
from extraction.models import LlmCall
from extraction.second_reader.model_client import Asker, ModelUnavailable
from jobs.models import TaskRun

# Seconds; a run whose model asks for a longer pause is finished without it.
LONGEST_WAIT = 900.0


@dataclass(frozen=True, slots=True)
class SecondOutcome:
    """A reading with what the second reader added to it. `code` and `reason` say why it could not be
    asked, empty where it was; `cost` is in US dollars and that of all calls about the document."""

    reading: Reading
    opinions: tuple[Opinion, ...] = ()
    code: str = ""
    reason: str = ""
    model: str = ""
    cost: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is kept with the run; nothing where no model was asked."""
        if not self.model:
            return {}
        return {
            "model": self.model,
            "prompts": prompt_versions(),
            "code": self.code,
            "reason": self.reason,
            "cost": self.cost,
            "opinions": [_plain(opinion) for opinion in self.opinions],
        }


def _plain(opinion: Opinion) -> dict[str, Any]:
    """An opinion as it comes back from the database: no tuples, no enums."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(opinion)))
    return plain


def second_reader_key() -> dict[str, str]:
    """What of the second reader makes a reading another reading; nothing where it is off."""
    if not settings.SECOND_READER:
        return {}
    return {"model": settings.MODEL_NAME, "model_url": settings.MODEL_URL, "prompts": prompt_versions()}


def with_second_reader(
    version: DocumentVersion, reading: Reading, data: bytes, limits: Limits, task_run: TaskRun | None
) -> SecondOutcome:
    """The reading with what the second reader adds, or as it is where the model cannot be asked.

    Raises ModelUnavailable where the model is away for a moment and the run has tries left: it then
    waits in the database and no worker waits with it. Answers that were paid for are kept.
    """
    asker = Asker(document=version.document, content=version.sha256, task_run=task_run)
    options = SecondReaderOptions(blind_share=settings.BLIND_SHARE)
    opinions: tuple[Opinion, ...] = ()
    code = reason = ""
    try:
        second = read_second(
            reading,
            lambda table: lines_safely(data, table.pages, table.read_by, limits),
            asker,
            options,
        )
        reading, opinions = second.reading, second.opinions
    except Unreadable as failure:  # the second look at the pages ran out of time or memory
        code, reason = failure.code, failure.message
    except ModelUnavailable as failure:
        if _may_wait(failure, task_run):
            raise
        code, reason = failure.code, failure.message
    spent = LlmCall.objects.filter(document=version.document).aggregate(total=Sum("cost"))["total"]
    return SecondOutcome(reading, opinions, code, reason, settings.MODEL_NAME, f"{spent or 0:.6f}")


def _may_wait(failure: ModelUnavailable, task_run: TaskRun | None) -> bool:
    soon = (failure.retry_after or 0) <= LONGEST_WAIT
    return failure.retryable and soon and task_run is not None and task_run.attempt < task_run.max_attempts
