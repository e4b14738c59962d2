"""What can stand in the way of a report, each with a code, a sentence and whether to try again."""


class DocumentError(Exception):
    """Base of the app's errors."""

    code = "document_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.retryable = retryable
        self.retry_after = retry_after

    @property
    def message(self) -> str:
        return str(self.args[0])


class NoAddress(DocumentError):
    """A company without an investor-relations address, or a document without one. Codes:
    no_ir_url, no_document_url."""

    code = "no_ir_url"


class NotAPdf(DocumentError):
    """The content that came is no PDF."""

    code = "not_a_pdf"


class NotWhole(DocumentError):
    """The content begins as a PDF and has no end, and the sender did not say where it ends."""

    code = "wrong_length"


class StorageFull(DocumentError):
    """There is no room for a file. Nothing of it is kept."""

    code = "storage_full"


class NoFile(DocumentError):
    """A document whose file has not been fetched yet."""

    code = "not_downloaded"
