"""What can stand in the way of an analysis, each with a code, a sentence and whether to try again."""


class AnalysisError(Exception):
    """Base of the app's errors. None of them goes away by itself."""

    code = "analysis_error"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        return str(self.args[0])


class WrongSpan(AnalysisError):
    """A stretch of time that cannot be understood."""

    code = "wrong_span"


class TooFewCompanies(AnalysisError):
    """A comparison of fewer than two companies."""

    code = "too_few_companies"
