"""`python -m benchmarks.discovering`: how many of a site's reports are found, and known for what they are.

Pages: saved pages of real sites in ../shared/samples where that folder is there, and made ones. Documents:
the real filings of the samples, the synthetic and the demo's reports, and first pages written for the
purpose. File names and addresses are kept from the classifier, so that only what is printed counts.
"""

import argparse
import functools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import made_pages, results, synthetic
from benchmarks.made_pages import REPORTS, MadePage, Wanted
from demo.build import publications
from demo.typeset import typeset
from engine.classify.document import Classification, classify
from engine.classify.evidence import DocumentClues, with_survey
from engine.data_file import read_data
from engine.discover.links import links_in_html
from engine.discover.rank import LinkRole, RankedLink
from engine.discover.show import ranked_links
from engine.discover.urls import absolute_url, looks_like_file
from engine.kinds import DocumentKind, StatementKind
from engine.reading import survey

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "shared" / "samples"
LAST_WEEK = timedelta(days=7)
_TRUE_KINDS = {
    "annual_report": DocumentKind.ANNUAL_REPORT,
    "annual report": DocumentKind.ANNUAL_REPORT,
    "10-K": DocumentKind.ANNUAL_REPORT,
    "20-F": DocumentKind.ANNUAL_REPORT,
    "half_year_report": DocumentKind.HALF_YEAR_REPORT,
    "quarterly_report": DocumentKind.QUARTERLY_REPORT,
    "10-Q": DocumentKind.QUARTERLY_REPORT,
    "results_release": DocumentKind.RESULTS_RELEASE,
    "earnings release": DocumentKind.RESULTS_RELEASE,
    "presentation": DocumentKind.INVESTOR_PRESENTATION,
    "sustainability": DocumentKind.SUSTAINABILITY_REPORT,
    "proxy": DocumentKind.OTHER,
    "8-K": DocumentKind.OTHER,
    "other": DocumentKind.OTHER,
    "unknown": DocumentKind.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class PageCase:
    """A page with, for each address on it, the kinds that are right and the year."""

    name: str
    group: str
    url: str
    body: bytes
    truth: Mapping[str, tuple[frozenset[DocumentKind], int | None]]
    wanted: frozenset[str]
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """A document with what is right about it; None where it is not asked."""

    name: str
    group: str
    found: Classification
    kinds: frozenset[DocumentKind]
    year: int | None = None
    end: date | None = None
    form: str | None = None


# Pages


def sample_pages() -> Iterator[PageCase]:
    """Saved pages of real sites."""
    for path in sorted((SAMPLES / "ir_pages").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        known: dict[str, tuple[frozenset[DocumentKind], int | None]] = {}
        wanted = set()
        for report in truth["reports"]:
            url = absolute_url(report["url"], "") or report["url"]
            kinds = frozenset(_TRUE_KINDS[name] for name in (report["type"], *report.get("also", ())))
            known[url] = (kinds | known.get(url, (frozenset(), None))[0], report["fiscal_year"])
            if _TRUE_KINDS[report["type"]] in REPORTS:
                wanted.add(url)
        body = path.with_suffix(".html").read_bytes()
        blocked = truth["blocked"] or truth["needs_javascript"]
        yield PageCase(path.stem, "samples", truth["page_url"], body, known, frozenset(wanted), blocked)


def made_page_cases(only: str) -> Iterator[PageCase]:
    """Every structure in every language and wording."""
    for page in made_pages.every(only):
        yield case_of(page)
    yield from page_pieces(only)


def page_pieces(only: str = "") -> Iterator[PageCase]:
    """The pieces of page_pieces.yaml: what is wanted of them is every document in its order."""
    for piece in read_data(HERE / "page_pieces.yaml"):
        if only not in piece["name"]:
            continue
        body = f"<!doctype html><meta charset=utf-8><title>IR</title><main>{piece['html']}</main>".encode()
        found = links_in_html(body, piece["url"]).links
        urls = list(dict.fromkeys(link.url for link in found if looks_like_file(link.url) or link.is_file))
        truth, wanted = {}, set()
        for url, said in zip(urls, piece["links"], strict=True):
            kinds, _space, year = said.partition(" ")
            known = frozenset(DocumentKind(kind) for kind in kinds.split("/"))
            truth[url] = (known, None if year == "-" else int(year))
            if known & set(REPORTS):
                wanted.add(url)
        yield PageCase(piece["name"], "pieces", piece["url"], body, truth, frozenset(wanted))


def case_of(page: MadePage) -> PageCase:
    """A made page as a case: half-years may be called quarterly by none and annual by none."""
    truth = {_address(wanted): (frozenset({wanted.kind}), wanted.year) for wanted in page.truth}
    wanted = frozenset(_address(wanted) for wanted in page.truth if wanted.kind in REPORTS)
    return PageCase(page.name, page.structure, page.url, page.body, truth, wanted)


def _address(wanted: Wanted) -> str:
    return quote(wanted.url, safe=":/?&=%+~")


def score_page(case: PageCase) -> tuple[Counter[str], list[str]]:
    """Counts and faults of one page."""
    page = links_in_html(case.body, case.url)
    found = {
        ranked.link.url: ranked for ranked in ranked_links(page, case.url) if ranked.role is LinkRole.DOCUMENT
    }
    counts: Counter[str] = Counter(pages=1, wanted=len(case.wanted))
    faults: list[str] = []
    for url in sorted(case.wanted):
        counts += _score_link(case, url, found.get(url), faults)
    for url, ranked in found.items():
        kinds, _year = case.truth.get(url, (frozenset({DocumentKind.OTHER}), None))
        if ranked.kind not in REPORTS:
            continue
        counts["said"] += 1
        if ranked.kind not in kinds and DocumentKind.UNKNOWN not in kinds:
            counts["false"] += 1
            faults.append(f"false: {ranked.kind} {ranked.link.text!r} {url}")
    if (page.challenge or page.needs_script) != case.blocked:
        counts["wrongly blocked"] += 1
        faults.append(f"blocked is said to be {page.challenge or page.needs_script}")
    return counts, faults


def _score_link(case: PageCase, url: str, got: RankedLink | None, faults: list[str]) -> Counter[str]:
    kinds, year = case.truth[url]
    if got is None:
        faults.append(f"missed: {url}")
        return Counter()
    right_kind, right_year = got.kind in kinds, year in (None, got.fiscal_year)
    if not (right_kind and right_year):
        faults.append(
            f"{'/'.join(sorted(kinds))} {year} taken for {got.kind} {got.fiscal_year}:"
            f" {got.link.text!r} | {got.link.context!r} | {got.link.heading!r} | {url}"
        )
    return Counter({"found": 1, "kinds": right_kind, "years": right_year, "both": right_kind and right_year})


# Documents


def sample_documents(only: str) -> Iterator[DocumentCase]:
    """The real filings: those with a truth file, and those of which only the type is known."""
    truths = sorted((SAMPLES / "truth").glob("*.json"))
    for path in truths:
        pdf = SAMPLES / "reports" / f"{path.stem}.pdf"
        if not pdf.exists() or only not in path.stem:
            continue
        truth = json.loads(path.read_text(encoding="utf-8"))
        statements = truth["statements"].values()
        end = date.fromisoformat(max(day for entry in statements for day in entry["periods"] if day))
        kinds = frozenset({DocumentKind.ANNUAL_REPORT})
        yield DocumentCase(path.stem, "reports", _classified(pdf), kinds, (end - LAST_WEEK).year, end)
    types = SAMPLES / "truth" / "document_types.jsonl"
    for line in types.read_text(encoding="utf-8").splitlines() if types.exists() else ():
        filing = json.loads(line)
        if not filing["file"].startswith("other_filings/") or only not in filing["file"]:
            continue
        said = filing["doc_type"]
        form = said if said[0].isdigit() else None
        found = _classified(SAMPLES / filing["file"])
        yield DocumentCase(filing["file"], "filings", found, frozenset({_TRUE_KINDS[said]}), form=form)


def synthetic_documents(only: str) -> Iterator[DocumentCase]:
    """The synthetic reports, one of each layout and locale: statements without a cover."""
    for layout, locale, scale, seed in synthetic.every(0):
        if only not in f"{layout} {locale}" or scale != synthetic.SCALES[0]:
            continue
        report = synthetic.generate(layout, locale, scale, seed)
        columns = report.truth["statements"].values()
        end = date.fromisoformat(max(day for entry in columns for day in entry["periods"] if day))
        found = classify(with_survey(DocumentClues(), survey(report.pdf)))
        kinds = frozenset({DocumentKind.ANNUAL_REPORT, DocumentKind.UNKNOWN})
        yield DocumentCase(report.name, "synthetic", found, kinds, (end - LAST_WEEK).year, end)


def demo_documents(only: str) -> Iterator[DocumentCase]:
    """Everything the demo company publishes."""
    for publication in publications():
        if only not in publication.file:
            continue
        found = classify(with_survey(DocumentClues(), survey(typeset(publication.spec).pdf)))
        is_dated = publication.kind in REPORTS
        year, end = (publication.fiscal_year, publication.period_end) if is_dated else (None, None)
        yield DocumentCase(publication.file, "demo", found, frozenset({publication.kind}), year, end)


def first_page_documents(only: str) -> Iterator[DocumentCase]:
    """First pages written for the purpose, in all languages."""
    for case in first_pages():
        name = case["pages"][0][:60].replace("\n", " ")
        if only in name:
            kinds = frozenset(DocumentKind(kind) for kind in case["kinds"])
            asked = (case.get("year"), case.get("end"), case.get("form"))
            yield DocumentCase(name, "first pages", classified_pages(case), kinds, *asked)


@functools.cache
def first_pages() -> tuple[dict[str, Any], ...]:
    """The cases of first_pages.yaml."""
    return tuple(read_data(HERE / "first_pages.yaml"))


def classified_pages(case: Mapping[str, Any]) -> Classification:
    """What the classifier makes of such a case."""
    located = frozenset(StatementKind) if case["statements"] else frozenset[StatementKind]()
    return classify(
        DocumentClues(
            first_pages=tuple(case["pages"]),
            page_count=case["of"],
            statements_found=None if case["statements"] is None else located,
        )
    )


def _classified(path: Path) -> Classification:
    return classify(with_survey(DocumentClues(), survey(path.read_bytes())))


def score_document(case: DocumentCase) -> tuple[Counter[str], list[str]]:
    """Counts and faults of one document."""
    found = case.found
    asked: tuple[tuple[str, bool, bool, object], ...] = (
        ("kind", True, found.kind in case.kinds, found.kind),
        ("year", case.year is not None, found.fiscal_year == case.year, found.fiscal_year),
        ("end", case.end is not None, found.period_end == case.end, found.period_end),
        ("form", case.form is not None, found.form == case.form, found.form),
    )
    counts: Counter[str] = Counter(documents=1)
    faults = []
    for name, is_asked, is_right, got in asked:
        if is_asked:
            counts[f"{name} asked"] += 1
            counts[f"{name} right"] += int(is_right)
            if not is_right:
                faults.append(f"{name} taken for {got}, confidence {found.confidence}")
    return counts, faults


# Tables


def page_table(groups: Mapping[str, Counter[str]]) -> list[str]:
    """Pages, links and shares by group."""
    lines = [
        "| | pages | reports | found | kind | year | kind and year | false |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    whole = sum(groups.values(), Counter())
    for name, counts in [*sorted(groups.items()), *([("all", whole)] if len(groups) > 1 else [])]:
        shares = [_share(counts[part], counts["wanted"]) for part in ("found", "kinds", "years", "both")]
        shares.append(_share(counts["false"], counts["said"]))
        lines.append(f"| {name} | {counts['pages']} | {counts['wanted']} | " + " | ".join(shares) + " |")
    return lines


def document_table(groups: Mapping[str, Counter[str]]) -> list[str]:
    """Documents and shares by group; a dash where nothing was asked."""
    lines = ["| | documents | kind | fiscal year | period end | form |", "|---|---:|---:|---:|---:|---:|"]
    for name, counts in groups.items():
        shares = [_share(counts[f"{n} right"], counts[f"{n} asked"]) for n in ("kind", "year", "end", "form")]
        lines.append(f"| {name} | {counts['documents']} | " + " | ".join(shares) + " |")
    return lines


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "–"


def _measured(cases: Iterator[Any], scored: Any, options: argparse.Namespace) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        if options.only not in case.name:
            continue
        counts, faults = scored(case)
        groups[case.group].update(counts)
        if faults and options.show:
            print(f"{case.name}: {len(faults)} faults")
            for fault in faults[: options.show]:
                print(f"    {fault}")
    return dict(groups)


def _least(groups: Mapping[str, Counter[str]], part: str, whole: str) -> float:
    total = sum(groups.values(), Counter())
    return 100 * total[part] / total[whole] if total[whole] else 100.0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.discovering", description=__doc__)
    parser.add_argument("--set", choices=("pages", "documents", "all"), default="all")
    parser.add_argument("--only", default="", help="take cases whose name contains this")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print up to N faults per case")
    parser.add_argument(
        "--min-right", type=float, metavar="PERCENT", help="of kinds and years, in each table"
    )
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Prints the tables; the exit status says whether --min-right was reached."""
    options = _options(arguments)
    enough = True
    if options.set in ("pages", "all"):
        for title, cases in (("samples", sample_pages()), ("made", made_page_cases(options.only))):
            groups = _measured(cases, score_page, options)
            if groups:
                _print(f"Discovering, {title} pages", page_table(groups), options)
                enough &= _least(groups, "both", "wanted") >= (options.min_right or 0)
    if options.set in ("documents", "all"):
        sources = (sample_documents, demo_documents, synthetic_documents, first_page_documents)
        cases = (case for source in sources for case in source(options.only))
        groups = _measured(cases, score_document, options)
        if groups:
            _print("Classifying", document_table(groups), options)
            enough &= _least(groups, "kind right", "kind asked") >= (options.min_right or 0)
            enough &= _least(groups, "year right", "year asked") >= (options.min_right or 0)
    return 0 if enough else 1


def _print(title: str, lines: Sequence[str], options: argparse.Namespace) -> None:
    print(f"\n## {title}\n\n" + "\n".join(lines))
    if options.write and not options.only:
        results.write(title, lines)


if __name__ == "__main__":
    sys.exit(main())
