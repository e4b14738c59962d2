"""The run as a task sees it while it works."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from jobs.errors import Cancelled, LeaseLost
from jobs.fanout import Child, FanOut
from jobs.models import TaskRun, share_of_children
from jobs.querysets import TaskRunQuerySet
from jobs.timing import timing

ALMOST = 99

# Opens the transaction in which a step stores its results. A step outside a run needs no more than
# its own transactions, so that `contextlib.nullcontext` serves it; a run hands in `Run.storing`.
Storing = Callable[[], AbstractContextManager[None]]


class Run:
    """One start of a background run, handed to the task as its first argument."""

    def __init__(self, row: TaskRun, steps: Sequence[str] = ()) -> None:
        self.row = row
        self.memory: dict[str, Any] = row.memory
        self._progress = _Progress(row.progress, steps)
        self._written_at = 0.0
        self._written_step = ""
        self._kept_open = ExitStack()

    @property
    def id(self) -> UUID:
        return self.row.pk

    @property
    def by(self) -> AbstractBaseUser | None:
        """Who asked for it; nobody for what the system starts itself."""
        return self.row.requested_by

    @property
    def stage(self) -> str:
        """Empty at first; then what the last `fan_out` named."""
        return self.row.stage

    @property
    def attempt(self) -> int:
        """1 for the first start of this stage."""
        return self.row.attempt

    def children(self, stage: str | None = None) -> TaskRunQuerySet:
        """The ended runs this one waited for; only those before `stage` if that is given."""
        children = self.row.children().finished()
        return children if stage is None else children.filter(awaited_by__stage=stage)

    def fan_out(
        self, *, stage: str, children: Sequence[Child], memory: dict[str, Any] | None = None
    ) -> FanOut:
        """Have parts done by other runs; return this from the task.

        The task is called again with `run.stage == stage` when all have ended, however they did;
        at once if there are none. `memory` replaces what the run keeps for itself.
        """
        if not stage or stage == self.stage:
            raise ValueError("A fan-out needs the name of the stage that follows, another than the present.")
        if memory is not None:
            self.memory = memory
        return FanOut(stage, tuple(children))

    def report(self, step: str, done: int = 0, total: int = 0, message: str = "") -> None:
        """Say where the work stands; an `engine.progress.Report`.

        Written at each new step and at most once a second within one. Not to be called inside a
        transaction, which would hide it and keep the row locked.

        Raises:
            Cancelled: somebody asked for it; what is stored stays.
            LeaseLost: another start has taken over.
        """
        percent = self._progress.at(step, done, total)
        now = time.monotonic()
        is_last = bool(total) and done >= total
        if step == self._written_step and not is_last and now - self._written_at < timing().progress_every:
            return
        self._written_at, self._written_step = now, step
        self.commit()
        self._write(step=step[:60], progress=percent, current=done, total=total, message=message[:2000])

    def check(self) -> None:
        """Raise Cancelled or LeaseLost if the work should not go on."""
        self.commit()
        held = TaskRun.objects.held(self.row.fence).filter(pk=self.row.pk)
        self._refuse_unless(held.filter(cancel_requested_at__isnull=True).exists())

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A transaction for results, which only the start that holds the run can commit.

        What is stored last is committed together with the end of the run: the transaction stays
        open until the task returns, or reports or stores again. Nothing slow may stand in between.
        The row is locked until then, so that nobody takes the run over.

        Raises:
            LeaseLost: another start has taken over; nothing is stored.
        """
        self.commit()
        with ExitStack() as opened:
            opened.enter_context(transaction.atomic())
            held = TaskRun.objects.select_for_update().held(self.row.fence).filter(pk=self.row.pk)
            if not held.exists():
                raise LeaseLost
            yield
            self._kept_open = opened.pop_all()

    def commit(self) -> None:
        """Commit what was stored and is still open; nothing where nothing is."""
        self._kept_open.close()

    def undo(self) -> None:
        """Take back what was stored and is still open."""
        try:
            with self._kept_open:
                raise _Undone
        except _Undone:
            pass

    def _write(self, **columns: Any) -> None:
        held = TaskRun.objects.held(self.row.fence).filter(pk=self.row.pk)
        self._refuse_unless(bool(held.filter(cancel_requested_at__isnull=True).update(**columns)))
        for name, value in columns.items():
            setattr(self.row, name, value)

    def _refuse_unless(self, may_go_on: bool) -> None:
        if may_go_on:
            return
        if TaskRun.objects.held(self.row.fence).filter(pk=self.row.pk).exists():
            raise Cancelled
        raise LeaseLost


class _Undone(Exception):
    """Rolls a transaction back."""


class _Progress:
    """Percent that never go back.

    With declared steps each has an equal share of what is left. Without, how many follow is not
    known, and each new step takes half of what is left.
    """

    def __init__(self, start: int, steps: Sequence[str]) -> None:
        self.start = start
        self.steps = tuple(steps)
        self.percent = start
        self.step = ""
        self.step_from = start

    def at(self, step: str, done: int, total: int) -> int:
        if step != self.step:
            self.step, self.step_from = step, self.percent
        share = min(done / total, 1.0) if total > 0 else 0.0
        self.percent = min(max(self.percent, int(self._from_to(share))), ALMOST)
        return self.percent

    def _from_to(self, share: float) -> float:
        if self.step in self.steps:
            width = (ALMOST - self.start) / len(self.steps)
            return self.start + width * (self.steps.index(self.step) + share)
        return self.step_from + share_of_children(self.step_from) * share
