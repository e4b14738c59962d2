"""What a document is, from its address, its link and its first pages."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date

from documents.models import DecidedBy, Document, DocumentStatus
from documents.storage import open_version
from documents.survey import Surveyed, survey_of
from engine.classify.document import Classification, classify
from engine.classify.evidence import DocumentClues, with_survey
from engine.kinds import DocumentKind
from engine.progress import Report, silent
from jobs.run import Storing


@dataclass(frozen=True, slots=True)
class Classified:
    """What was decided, and by whom. `warnings` say what could not be looked at."""

    document_type: DocumentKind
    confidence: float
    fiscal_year: int | None
    period_end: date | None
    language: str
    kept_decision_of_person: bool
    warnings: tuple[str, ...] = ()


def classify_document(
    document: Document,
    *,
    surveyed: Surveyed | None = None,
    report: Report = silent,
    storing: Storing = nullcontext,
) -> Classified:
    """Decide what a document is and keep the decision with its evidence.

    Without a file the address and the link decide alone. What a person has said stays; the file
    then only fills in what is still empty. A file just looked over (`surveyed`) is not opened again.
    """
    report("classifying", 0, 1, str(document))
    clues, warnings = _clues(document, surveyed)
    result = classify(clues)
    with storing():
        _keep(document, result)
    return Classified(
        document_type=document.kind,
        confidence=document.type_confidence,
        fiscal_year=document.fiscal_year,
        period_end=document.period_end,
        language=document.language,
        kept_decision_of_person=document.type_decided_by == DecidedBy.PERSON,
        warnings=warnings,
    )


def _clues(document: Document, surveyed: Surveyed | None) -> tuple[DocumentClues, tuple[str, ...]]:
    """What is known of a document, and sentences about what could not be looked at."""
    clues = DocumentClues(url=document.url, link_text=document.link_text, context=document.link_context)
    version = document.current_version
    if version is None:
        return clues, ("There is no file yet, so that only the address and the link were looked at.",)
    clues = replace(clues, file_name=version.original_name, page_count=version.page_count)
    if surveyed is None:
        with open_version(version) as file:
            surveyed = survey_of(file.read())
    if surveyed.survey is None:
        reason = surveyed.error.message if surveyed.error else "The file could not be opened."
        return clues, (reason,)
    return with_survey(clues, surveyed.survey), ()


def _keep(document: Document, result: Classification) -> None:
    if document.type_decided_by != DecidedBy.PERSON:
        document.document_type = result.kind.value
        document.type_confidence = result.confidence
        document.type_evidence = [f"{clue.layer}: {clue.text}" for clue in result.evidence]
        document.fiscal_year = result.fiscal_year or document.fiscal_year
        document.period_end = result.period_end or document.period_end
    else:
        document.fiscal_year = document.fiscal_year or result.fiscal_year
        document.period_end = document.period_end or result.period_end
    document.language = result.language or document.language
    document.framework = (result.framework.value if result.framework else "") or document.framework
    document.currency = result.currency or document.currency
    if document.status == DocumentStatus.DOWNLOADED:
        document.status = DocumentStatus.CLASSIFIED
    document.save()
