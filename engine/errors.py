"""Everything the engine raises on purpose, as one tree with stable codes.

    EngineError
    ├── BadInput          the caller gave something that cannot be used
    ├── NotFound          what was asked for is not in the document
    ├── Unreadable        the document cannot be read, and will not be tomorrow
    ├── Inconsistent      figures contradict one another
    └── NotEnoughData     too little to say anything

None of them is worth repeating: the same bytes give the same answer.
"""


class EngineError(Exception):
    """Base of the tree. `code` is stable and documented; the message is for people."""

    code = "engine_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        """What happened and what to do, in one or two sentences."""
        return str(self.args[0])


class BadInput(EngineError):
    """The caller gave something that cannot be used."""

    code = "bad_input"


class NotFound(EngineError):
    """What was asked for is not in the document."""

    code = "not_found"


class Unreadable(EngineError):
    """The document cannot be read. Codes: not_a_pdf, encrypted, damaged, no_text_layer, too_large,
    too_many_pages, out_of_time, out_of_memory, reader_crashed, copying_forbidden."""

    code = "unreadable"


class Inconsistent(EngineError):
    """Figures or units contradict one another."""

    code = "inconsistent"


class NotEnoughData(EngineError):
    """Too little to say anything."""

    code = "not_enough_data"
