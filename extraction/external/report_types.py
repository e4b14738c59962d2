"""What a person may mean by a type of report, and what there is of it for a company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from companies.models import Company
from documents.models import Document, DocumentStatus
from engine.errors import BadInput
from engine.kinds import DocumentKind
from extraction.external.cross_check import pairs_of
from extraction.models import ExternalSource, SourceKind, TaggedReport
from extraction.worklist import worth_processing

_SEC, _ESEF = (SourceKind.SEC,), (SourceKind.FILINGS_INDEX,)
_ANY = (SourceKind.SEC, SourceKind.FILINGS_INDEX)


@dataclass(frozen=True, slots=True)
class ReportType:
    """The printed kind, the forms of filings (with amendments; empty for all) and the sources of them."""

    kind: DocumentKind
    forms: tuple[str, ...]
    sources: tuple[SourceKind, ...]


REPORT_TYPES: Mapping[str, ReportType] = MappingProxyType(
    {
        "annual": ReportType(DocumentKind.ANNUAL_REPORT, (), _ANY),
        "half": ReportType(DocumentKind.HALF_YEAR_REPORT, (), _ANY),
        "quarter": ReportType(DocumentKind.QUARTERLY_REPORT, (), _ANY),
        "10-k": ReportType(DocumentKind.ANNUAL_REPORT, ("10-K", "10-KT"), _SEC),
        "10-q": ReportType(DocumentKind.QUARTERLY_REPORT, ("10-Q",), _SEC),
        "20-f": ReportType(DocumentKind.ANNUAL_REPORT, ("20-F",), _SEC),
        # Packages that were put into the drop folder are of the form of tagged pages.
        "esef": ReportType(DocumentKind.ANNUAL_REPORT, ("ESEF", "inline-xbrl", "xbrl-json"), _ESEF),
    }
)


def report_type_of(name: str) -> ReportType:
    """The type of a name in any case. Raises BadInput naming those there are."""
    try:
        return REPORT_TYPES[name.lower()]
    except KeyError:
        raise BadInput(
            f"There is no type of report {name[:40]!r}. Use one of {', '.join(REPORT_TYPES)}.",
            code="unknown_report_type",
        ) from None


def documents_of(company: Company, wanted: ReportType) -> list[Document]:
    """The printed reports of the type, and documents whose type is not known yet, oldest first."""
    is_interim = wanted.kind is not DocumentKind.ANNUAL_REPORT
    documents = worth_processing(company, interim=is_interim)
    kinds = (wanted.kind, DocumentKind.UNKNOWN)
    return [document for document in documents if document.document_type in kinds]


def unread(documents: Sequence[Document]) -> list[Document]:
    """Those whose figures are not there yet."""
    return [document for document in documents if document.status != DocumentStatus.EXTRACTED]


def tagged_reports_of(company: Company, wanted: ReportType) -> list[TaggedReport]:
    """The tagged publications of the type, oldest first."""
    reports = TaggedReport.objects.filter(company=company, kind=wanted.kind).select_related("source")
    return [report for report in reports.order_by("period_end", "pk") if _is_of(report, wanted)]


def pairs_for(company: Company, wanted: ReportType) -> list[tuple[Document, TaggedReport]]:
    """What can be compared of the type."""
    return [pair for pair in pairs_of(company, (wanted.kind,)) if _is_of(pair[1], wanted)]


def sources_for(company: Company, wanted: ReportType) -> list[str]:
    """The codes of the sources in use that can be asked for tagged reports of the type by what is known of
    the company."""
    known = {SourceKind.SEC: company.cik, SourceKind.FILINGS_INDEX: company.lei}
    kinds = [kind for kind in wanted.sources if known[kind]]
    return list(ExternalSource.objects.filter(kind__in=kinds, is_enabled=True).values_list("code", flat=True))


def _is_of(report: TaggedReport, wanted: ReportType) -> bool:
    return not wanted.forms or report.form.removesuffix("/A") in wanted.forms
