"""What goes wrong with runs themselves."""


class JobsError(Exception):
    """Base of the errors of starting work. The message is for people."""

    code = "jobs_error"

    @property
    def message(self) -> str:
        return str(self.args[0])


class UnknownTask(JobsError):
    """No task of this name is registered."""

    code = "unknown_task"


class WrongArguments(JobsError):
    """The task cannot be called with these arguments, or they are no JSON."""

    code = "wrong_arguments"


class AlreadyFinished(JobsError):
    """The run has ended; nothing can be cancelled any more."""

    code = "already_finished"


class StillUnfinished(JobsError):
    """The run has not ended yet; there is nothing to repeat."""

    code = "still_unfinished"


class TooManyRuns(JobsError):
    """The person has as many runs under way as one person may."""

    code = "too_many_runs"


class RunFailed(Exception):
    """Raised out of the Celery task so that Celery calls it a failure too; the row says the same."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)

    def __str__(self) -> str:
        return f"{self.args[0]}: {self.args[1]}"


class Stop(BaseException):
    """Ends the work from inside a progress report.

    Not an Exception, so that no step's own error handling takes it for a failure of that step.
    """


class Cancelled(Stop):
    """Somebody asked for the run to be cancelled."""


class LeaseLost(Stop):
    """Another start has taken the run over; this one may write nothing more."""
