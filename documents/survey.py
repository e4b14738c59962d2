"""What a file is, found out in a throw-away process, as fields of its version."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from engine.errors import Unreadable
from engine.limits import Limits
from engine.sandbox import survey_safely
from engine.statement import Survey


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A survey, or why there is none: a file may be kept though it cannot be opened, so that a
    person can look at it."""

    survey: Survey | None
    error: Unreadable | None

    def version_fields(self) -> dict[str, Any]:
        """What a DocumentVersion keeps of it."""
        if self.survey is None:
            code = self.error.code if self.error else ""
            # What forbids copying is encrypted: the permission is part of the encryption.
            return {
                "encrypted": code in ("encrypted", "copying_forbidden"),
                "copying_forbidden": code == "copying_forbidden",
            }
        return {
            "page_count": self.survey.pages,
            "encrypted": self.survey.encrypted,
            "copying_forbidden": self.survey.copying_forbidden,
            "text_share": self.survey.text_share,
            "producer": self.survey.producer[:200].replace("\0", ""),
        }


def survey_of(data: bytes) -> Surveyed:
    """Look a file over without reading its statements."""
    try:
        survey = survey_safely(
            data,
            Limits(**settings.READING_LIMITS),
            refuse_copying_forbidden=settings.REFUSE_COPYING_FORBIDDEN,
        )
        return Surveyed(survey, None)
    except Unreadable as error:
        return Surveyed(None, error)
