"""What can go wrong between a document and its statements. None of it is worth repeating as is."""

from documents.models import Document


class ExtractionError(Exception):
    """Base of the app's errors; `code` is stable, the message is for people."""

    code = "extraction_error"
    retryable = False

    @property
    def message(self) -> str:
        return str(self.args[0])


class NotDownloaded(ExtractionError):
    """A document without a file was to be read."""

    code = "not_downloaded"

    def __init__(self, document: Document) -> None:
        super().__init__(
            f"“{document}” has no file yet. Download it, or upload its PDF on the document's page."
        )


class WrongCorrection(ExtractionError):
    """A correction that cannot be made as it was asked for."""

    code = "wrong_correction"
