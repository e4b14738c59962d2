"""The calendar of coverage: company by year by kind of report, and what to do about each hole.

The engine says which reports there should be and how far each has come (`engine.coverage`); here that
becomes a grid, a sentence for a person and, where something helps, the action that helps.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils import timezone

from companies.models import Company
from documents.models import Document
from engine.coverage import Coverage, Expectation, ReportState, part_of_year
from engine.kinds import DocumentKind
from extraction.coverage.reports import YEARS, coverages_from, reports_of

# From the one that has come furthest to the one that is not due yet.
FURTHEST_FIRST = (
    *(ReportState.VERIFIED, ReportState.READ, ReportState.DOWNLOADED, ReportState.FOUND),
    *(ReportState.LATE, ReportState.EXPECTED),
)
STATE_TEXTS: Mapping[ReportState, str] = {
    ReportState.VERIFIED: "Read and verified",
    ReportState.READ: "Read, with something open",
    ReportState.DOWNLOADED: "Downloaded, not read",
    ReportState.FOUND: "Found, not downloaded",
    ReportState.LATE: "Due, not found",
    ReportState.EXPECTED: "Not due yet",
}


class Remedy(StrEnum):
    """What helps against a hole. The first four start work, the others lead to a page."""

    SEARCH = "search"  # visit the company's site
    PROCESS = "process"  # download, classify and read the document
    EXTRACT = "extract"  # read the statements
    INTERIM = "interim"  # read the company's reports of quarters and half-years
    UPLOAD = "upload"  # bring the file by hand
    ADDRESS = "address"  # enter where the company publishes its reports
    ANSWER = "answer"  # decide the open questions
    LOOK = "look"  # look at the document


REMEDY_TEXTS: Mapping[Remedy, str] = {
    Remedy.SEARCH: "Search the site",
    Remedy.PROCESS: "Process it",
    Remedy.EXTRACT: "Read it again",
    Remedy.INTERIM: "Read interim reports",
    Remedy.UPLOAD: "Upload the report",
    Remedy.ADDRESS: "Enter the site's address",
    Remedy.ANSWER: "Answer the questions",
    Remedy.LOOK: "Look at it",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A report that is there or should be. `part` is FY, H1, Q3 …; `says` where it stands and why, for
    a person; `remedies` what helps, best first, empty where there is nothing to do."""

    expected: Expectation
    part: str
    document: Document | None
    says: str
    remedies: tuple[Remedy, ...]

    @property
    def state(self) -> ReportState:
        return self.expected.state

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.expected.state]

    @property
    def is_open(self) -> bool:
        return bool(self.remedies)


@dataclass(frozen=True, slots=True)
class CompanyCalendar:
    """One company's reports. `years` holds the entries of each fiscal year, newest year first."""

    company: Company
    coverage: Coverage
    entries: tuple[Entry, ...]
    years: tuple[tuple[int, tuple[Entry, ...]], ...]

    @property
    def verified(self) -> float | None:
        """The share of the annual reports due by now that are verified; None where none is due."""
        return self.coverage.share(ReportState.VERIFIED)

    @property
    def read(self) -> float | None:
        return self.coverage.share(ReportState.VERIFIED, ReportState.READ)

    @property
    def holes(self) -> tuple[Entry, ...]:
        """What there is something to do about, newest first."""
        return tuple(entry for entry in self.entries if entry.is_open)

    @property
    def has_reports(self) -> bool:
        """Whether any report is known: a company nobody has searched for yet has none."""
        return any(entry.document is not None for entry in self.entries)

    @property
    def late(self) -> tuple[Entry, ...]:
        """Those that should have come and were not found: one search helps against all of them."""
        return tuple(entry for entry in self.entries if entry.state is ReportState.LATE)

    @property
    def next_publication(self) -> Entry | None:
        """The one of these reports that should come next, None where none is expected."""
        coming = [entry for entry in self.entries if entry.state is ReportState.EXPECTED]
        return min(
            coming, key=lambda entry: (entry.expected.expected_on, entry.expected.period_end), default=None
        )

    def parts(self) -> tuple[tuple[str, tuple[tuple[int, Entry | None], ...]], ...]:
        """The same by part of the year: FY first, then halves and quarters; each with all years."""
        names = sorted({entry.part for entry in self.entries}, key=lambda part: (part != "FY", part))
        return tuple(
            (
                part,
                tuple(
                    (year, next((entry for entry in entries if entry.part == part), None))
                    for year, entries in self.years
                ),
            )
            for part in names
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """Several companies over the same fiscal years."""

    years: tuple[int, ...]
    rows: tuple[CompanyCalendar, ...]

    @property
    def annual(self) -> tuple[tuple[ReportState, str, int], ...]:
        """How many annual reports due by now are in which state, furthest first. Companies of which no
        report is known are left out: nobody has searched for theirs."""
        counts: Counter[ReportState] = Counter(
            entry.state
            for row in self.rows
            if row.has_reports
            for entry in row.entries
            if entry.expected.kind is DocumentKind.ANNUAL_REPORT and entry.state is not ReportState.EXPECTED
        )
        return tuple((state, STATE_TEXTS[state], counts[state]) for state in FURTHEST_FIRST if counts[state])

    @property
    def searched(self) -> int:
        """Of how many of these companies any report is known."""
        return sum(row.has_reports for row in self.rows)


def calendar_of(
    companies: Iterable[Company],
    *,
    kinds: Sequence[DocumentKind] = (),
    today: date | None = None,
    years: int = YEARS,
) -> Calendar:
    """The calendar of these companies, with one question to the database. `kinds` leaves out others."""
    companies, day = list(companies), today or timezone.localdate()
    documents = list(reports_of(companies))
    by_id = {document.pk: document for document in documents}
    found = coverages_from(companies, documents, today=day, years=years)
    shown = {
        year
        for one in found.values()
        for year in (report.fiscal_year for report in one.reports if _wanted(report, kinds))
    }
    columns = tuple(range(max(shown), min(shown) - 1, -1)) if shown else ()
    return Calendar(
        columns, tuple(_row(company, found[company.pk], by_id, columns, kinds) for company in companies)
    )


def _wanted(report: Expectation, kinds: Sequence[DocumentKind]) -> bool:
    return not kinds or report.kind in kinds


def _row(
    company: Company,
    coverage: Coverage,
    documents: Mapping[int, Document],
    years: Sequence[int],
    kinds: Sequence[DocumentKind],
) -> CompanyCalendar:
    entries = tuple(
        _entry(company, report, documents.get(report.key) if report.key is not None else None)
        for report in coverage.reports
        if _wanted(report, kinds)
    )
    by_year = tuple(
        (
            year,
            tuple(
                sorted(
                    (entry for entry in entries if entry.expected.fiscal_year == year),
                    key=lambda entry: (entry.part != "FY", entry.part),
                )
            ),
        )
        for year in years
    )
    return CompanyCalendar(company, coverage, entries, by_year)


def _entry(company: Company, report: Expectation, document: Document | None) -> Entry:
    part = part_of_year(report, (company.fiscal_year_end_month, company.fiscal_year_end_day))
    says, remedies = _missing(company, report) if document is None else _known(report, document)
    return Entry(report, part, document, says, remedies)


def _missing(company: Company, report: Expectation) -> tuple[str, tuple[Remedy, ...]]:
    if report.state is ReportState.EXPECTED:
        return f"Expected about {_day(report.expected_on)}.", ()
    due = f"It should have come about {_day(report.expected_on)} and was not found."
    if company.investor_relations_url:
        return due, (Remedy.SEARCH, Remedy.UPLOAD)
    return f"{due} The company's site is not known.", (Remedy.ADDRESS, Remedy.UPLOAD)


def _known(report: Expectation, document: Document) -> tuple[str, tuple[Remedy, ...]]:
    """What is known of a report that was found; `document` as `reports_of` gives it."""
    failure = document.failure_message
    # One of a quarter or half-year is only read where that is asked for.
    read_it = Remedy.PROCESS if report.kind is DocumentKind.ANNUAL_REPORT else Remedy.INTERIM
    if report.state is ReportState.FOUND:
        return failure or "It was found and not downloaded yet.", (read_it, Remedy.UPLOAD)
    if report.state is ReportState.DOWNLOADED:
        return failure or "Its file is here and no statement was read from it.", (read_it, Remedy.LOOK)
    if report.state is ReportState.READ:
        return _what_is_open(document)
    return "All three statements were read, and nothing is open about them.", ()


def _what_is_open(document: Document) -> tuple[str, tuple[Remedy, ...]]:
    is_complete: bool = document.is_complete  # type: ignore[attr-defined]  # annotated
    has_faults: bool = document.has_faults  # type: ignore[attr-defined]  # annotated
    has_questions: bool = document.has_questions  # type: ignore[attr-defined]  # annotated
    open_ones = [
        sentence
        for applies, sentence in (
            (not is_complete, "not all three statements were read"),
            (has_faults, "some figures do not add up"),
            (has_questions, "questions are open"),
        )
        if applies
    ]
    said = "; ".join(open_ones)
    remedies = (Remedy.ANSWER, Remedy.LOOK) if has_questions else (Remedy.LOOK, Remedy.EXTRACT)
    return f"{said[:1].upper()}{said[1:]}.", remedies


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
