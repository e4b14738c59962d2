"""Pages of invented investor-relations sites with their truth: structures times languages times wordings.

A structure is the way a site lays out what it publishes. It gets publications and words and gives HTML;
what is written in the page is all a reader may know. The truth is what the page would tell a person.
"""

import functools
import hashlib
import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from engine.data_file import read_data
from engine.kinds import DocumentKind

HOST = "https://www.example.com"
PAGE = HOST + "/investors/reports/"
YEARS = (2023, 2022, 2021)
REPORTS = (DocumentKind.ANNUAL_REPORT, DocumentKind.HALF_YEAR_REPORT, DocumentKind.QUARTERLY_REPORT)
INTERIM = REPORTS[1:]


@dataclass(frozen=True, slots=True)
class Publication:
    """Something a company publishes: its whole title, its name without the year, the year as the
    company labels it, and where the file is."""

    kind: DocumentKind
    year: int
    title: str
    name: str
    label: str
    file: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link that a page holds, with what it leads to. `year` None where the page does not say."""

    url: str
    kind: DocumentKind
    year: int | None


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page with its truth."""

    name: str
    structure: str
    language: str
    url: str
    body: bytes
    truth: tuple[Wanted, ...]


@dataclass(slots=True)
class Desk:
    """What a structure writes with: the publications, words of the language, and a place to note
    which address stands for which publication."""

    publications: tuple[Publication, ...]
    words: Mapping[str, str]
    base: str = PAGE
    noted: list[Wanted] = field(default_factory=list)

    def note(self, publication: Publication, address: str, base: str = "") -> str:
        """The address as it stands in the page's source; the truth gets it whole."""
        whole = urljoin(base or self.base, address)
        self.noted.append(Wanted(whole, publication.kind, publication.year))
        return html.escape(address)

    def named(self, publication: Publication) -> str:
        """An address whose file name is that of the document."""
        return self.note(publication, f"/media/{quote(publication.file)}.pdf")

    def opaque(self, publication: Publication) -> str:
        """An address that says nothing."""
        return self.note(publication, f"/static-files/{uuid_of(publication)}")

    def of(self, *kinds: DocumentKind) -> list[Publication]:
        return [publication for publication in self.publications if publication.kind in kinds]

    def reports(self) -> list[Publication]:
        return self.of(*REPORTS)

    def years(self) -> list[tuple[str, list[Publication]]]:
        """Everything, by the label of its year."""
        groups: dict[str, list[Publication]] = {}
        for publication in self.publications:
            groups.setdefault(publication.label, []).append(publication)
        return list(groups.items())


def uuid_of(publication: Publication) -> str:
    """A name such as platforms give their files."""
    digest = hashlib.sha256(f"{publication.title}{publication.kind}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


# The structures


def plain_list(desk: Desk) -> str:
    """Titles as links, file names that say the same."""
    return _items(f'<a href="{desk.named(p)}">{_text(p.title)}</a>' for p in desk.publications)


def opaque_list(desk: Desk) -> str:
    """Titles as links, addresses that say nothing."""
    return _items(f'<a href="{desk.opaque(p)}">{_text(p.title)}</a>' for p in desk.publications)


def download_cards(desk: Desk) -> str:
    """A card with a picture, a title and a link that only says download."""
    return "".join(
        f'<div class="card"><img src="/img/c.jpg" alt=""><div class="card-body"><h5>{_text(p.title)}</h5>'
        f'<p>PDF, 2.1 MB</p><a class="btn" href="{desk.opaque(p)}">{desk.words["download"]}</a></div></div>'
        for p in desk.publications
    )


def years_as_headings(desk: Desk) -> str:
    """The year over each list, names without year, addresses that say nothing."""
    return "".join(
        f"<h3>{_text(label)}</h3>" + _items(f'<a href="{desk.opaque(p)}">{_text(p.name)}</a>' for p in group)
        for label, group in desk.years()
    )


def kinds_as_headings(desk: Desk) -> str:
    """What it is over each list, links that only say the year."""
    parts = []
    for kind in REPORTS:
        group = desk.of(kind)
        if kind is DocumentKind.QUARTERLY_REPORT or not group:
            continue
        items = _items(f'<a href="{desk.opaque(p)}">{_text(p.label)}</a>' for p in group)
        parts.append(f"<section><h3>{_text(group[0].name)}</h3>{items}</section>")
    return "".join(parts)


def table_with_columns(desk: Desk) -> str:
    """Year, title and a link that says PDF, under headings."""
    rows = "".join(
        f"<tr><td>{_text(p.label)}</td><td>{_text(p.name)}</td>"
        f'<td><a href="{desk.opaque(p)}">PDF</a> (1.2 MB)</td></tr>'
        for p in desk.publications
    )
    heads = f"<th>{desk.words['when']}</th><th>{desk.words['kind']}</th><th>{desk.words['download']}</th>"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def matrix(desk: Desk) -> str:
    """A row for each year, a column for each kind, links that say download."""
    kinds = (DocumentKind.ANNUAL_REPORT, DocumentKind.HALF_YEAR_REPORT, DocumentKind.INVESTOR_PRESENTATION)
    heads, rows = [], []
    for kind in kinds:
        heads.append(f"<th>{_text(desk.of(kind)[0].name)}</th>")
    for label, group in desk.years():
        cells = []
        for kind in kinds:
            found = next((p for p in group if p.kind is kind), None)
            link = f'<a href="{desk.opaque(found)}">{desk.words["download"]}</a>' if found else "–"
            cells.append(f"<td>{link}</td>")
        rows.append(f"<tr><th>{_text(label)}</th>{''.join(cells)}</tr>")
    return f"<table><tr><th></th>{''.join(heads)}</tr>{''.join(rows)}</table>"


def accordion(desk: Desk) -> str:
    """Buttons with the year that open panels."""
    return "".join(
        f'<div class="accordion-item"><h2 class="accordion-header"><button aria-controls="y{n}">{_text(label)}'
        f'</button></h2><div id="y{n}" class="collapse">'
        + _items(
            f'<span>{_text(p.name)}</span> <a href="{desk.opaque(p)}">{desk.words["view"]}</a>' for p in group
        )
        + "</div></div>"
        for n, (label, group) in enumerate(desk.years())
    )


def details(desk: Desk) -> str:
    """Years in the summary of an element that opens by itself."""
    return "".join(
        f"<details><summary>{_text(label)}</summary>"
        + "".join(f'<p><a href="{desk.opaque(p)}">{_text(p.name)}</a></p>' for p in group)
        + "</details>"
        for label, group in desk.years()
    )


def year_tabs(desk: Desk) -> str:
    """Tabs above, panels below."""
    years = desk.years()
    tabs = "".join(
        f'<li><a href="#tab-{n}" data-toggle="tab">{_text(y)}</a></li>' for n, (y, _) in enumerate(years)
    )
    panels = "".join(
        f'<div class="tab-pane" id="tab-{n}">'
        + "".join(
            f'<div class="row"><div>{_text(p.name)}</div><a href="{desk.opaque(p)}"><i class="icon"></i></a></div>'
            for p in group
        )
        + "</div>"
        for n, (_, group) in enumerate(years)
    )
    return f'<ul class="tabs">{tabs}</ul><div>{panels}</div>'


def select_box(desk: Desk) -> str:
    """A box to choose a file from."""
    options = "".join(f'<option value="{desk.named(p)}">{_text(p.title)}</option>' for p in desk.publications)
    return f'<select onchange="location=this.value"><option value="">–</option>{options}</select>'


def data_attributes(desk: Desk) -> str:
    """Buttons that keep the address in an attribute."""
    return "".join(
        f'<div class="doc"><h4>{_text(p.title)}</h4><button data-href="{desk.named(p)}">{desk.words["download"]}</button></div>'
        for p in desk.publications
    )


def on_click(desk: Desk) -> str:
    """Rows that open a file by script."""
    return "".join(
        f"<div class=\"doc-row\" onclick=\"window.open('{desk.named(p)}','_blank')\"><span>{_text(p.title)}</span></div>"
        for p in desk.publications
    )


def script_list(desk: Desk) -> str:
    """A list that a script keeps as JSON."""
    items = [
        {"title": p.title, "category": "", "fileUrl": html.unescape(desk.named(p)), "size": "2 MB"}
        for p in desk.publications
    ]
    text = json.dumps({"props": {"pageProps": {"documents": items}}}, ensure_ascii=False)
    return f'<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{text}</script>'


def script_by_year(desk: Desk) -> str:
    """A list in a script, the year over the documents and the names without it."""
    groups = [
        {
            "year": label,
            "files": [{"label": p.name, "path": html.unescape(desk.opaque(p)) + ".pdf"} for p in group],
        }
        for label, group in desk.years()
    ]
    desk.noted[:] = [Wanted(w.url + ".pdf", w.kind, w.year) for w in desk.noted]
    return f"<script>window.__DATA__ = {json.dumps({'reports': groups}, ensure_ascii=False)};</script><main>{desk.words['title']}</main>"


def definition_list(desk: Desk) -> str:
    """The year as the term, its documents as what it means."""
    return "<dl>" + "".join(
        f"<dt>{_text(label)}</dt>" + "".join(f'<dd><a href="{desk.opaque(p)}">{_text(p.name)}</a></dd>' for p in group)
        for label, group in desk.years()
    ) + "</dl>"  # fmt: skip


def base_tag(desk: Desk) -> str:
    """Relative addresses against another base."""
    base = "https://cdn.example.net/files/"
    return f'<base href="{base}">' + _items(
        f'<a href="{desk.note(p, f"docs/{quote(p.file)}.pdf", base)}">{_text(p.title)}</a>'
        for p in desk.publications
    )


def relative_links(desk: Desk) -> str:
    """Relative addresses with dots, spaces and capitals."""
    return _items(
        f'<a href="{desk.note(p, f"../../media/{p.file} final.PDF")}">{_text(p.title)}</a>'
        for p in desk.publications
    )


def query_addresses(desk: Desk) -> str:
    """Files behind a number in the query."""
    return _items(
        f'<a href="{desk.note(p, f"/download.aspx?id={number}&lang=1")}">{_text(p.title)}</a>'
        for number, p in enumerate(desk.publications, start=4711)
    )


def numbered_downloads(desk: Desk) -> str:
    """Files behind a number in the path, with the size said beside the link."""
    return _items(
        f'<a href="{desk.note(p, f"/download/{number}/")}">{_text(p.title)}</a> <small>(PDF, 845 KB)</small>'
        for number, p in enumerate(desk.publications, start=1200)
    )


def icons_beside_titles(desk: Desk) -> str:
    """The title as text, a picture as the link."""
    return "".join(
        f'<div class="item"><div class="left"><p class="date">15/03/{p.year + 1}</p><p class="name">{_text(p.title)}</p></div>'
        f'<div class="right"><a href="{desk.opaque(p)}" target="_blank"><img src="/pdf.svg" alt="PDF"></a></div></div>'
        for p in desk.publications
    )


def labels_for_readers(desk: Desk) -> str:
    """Links whose title only an attribute holds."""
    return _items(
        f'<a href="{desk.opaque(p)}" aria-label="{_text(p.title)}"><svg></svg></a>' for p in desk.publications
    )


def paragraphs(desk: Desk) -> str:
    """Lines of one paragraph, parted by breaks, with the link behind the title."""
    return "<p>" + "<br>".join(
        f'{_text(p.title)}: <a href="{desk.opaque(p)}">{desk.words["download"]}</a>' for p in desk.publications
    ) + "</p>"  # fmt: skip


def web_sites_of_reports(desk: Desk) -> str:
    """Beside each file the report's own site, which is none."""
    return "".join(
        f'<article><h3>{_text(p.title)}</h3><a href="https://reports.example.com/{p.year}/">Online</a> | '
        f'<a href="{desk.named(p)}">PDF</a> | <a href="/media/{quote(p.file)}.xlsx">Excel</a></article>'
        for p in desk.publications
    )


def quarters_in_a_row(desk: Desk) -> str:
    """The year, then links that only say the quarter, the half or the year."""
    parts = []
    for label, group in desk.years():
        links = []
        for p in group:
            if p.kind is DocumentKind.QUARTERLY_REPORT:
                digit = next(sign for sign in p.name if sign.isdigit())
                links.append(f'<a href="{desk.opaque(p)}">Q{digit}</a>')
        if links:
            parts.append(
                f'<div class="year"><div class="y">{_text(label)}</div><div class="l">{" ".join(links)}</div></div>'
            )
    name = next(p.name for p in desk.publications if p.kind is DocumentKind.QUARTERLY_REPORT)
    heading = name.replace("{q}", "")
    return f"<h2>{_text(heading.translate(_WITHOUT_DIGITS))}</h2>" + "".join(parts)


def filings_table(desk: Desk) -> str:
    """Date, title and icons for several forms of one document."""
    return "<table>" + "".join(
        f"<tr><td>14.03.{p.year + 1}</td><td>{_text(p.title)}</td>"
        f'<td><a href="{desk.opaque(p)}"><span class="icon-pdf" title="PDF"></span></a></td>'
        f'<td><a href="/doc/{n}.html">HTML</a></td></tr>'
        for n, p in enumerate(desk.publications)
    ) + "</table>"  # fmt: skip


def lists_beside_menus(desk: Desk) -> str:
    """A page of which most are menus and policies."""
    menu = _items(f'<a href="/about/{n}">{n}</a>' for n in ("products", "careers", "contact", "governance"))
    policies = _items(
        f'<a href="/docs/{n}.pdf">{n.replace("-", " ").title()}</a>'
        for n in ("privacy-policy", "code-of-conduct", "whistleblower-policy")
    )
    return f"<nav>{menu}</nav>{plain_list(desk)}<footer>{policies}</footer>"


_WITHOUT_DIGITS = str.maketrans("", "", "0123456789")
STRUCTURES: tuple[Callable[[Desk], str], ...] = (
    plain_list, opaque_list, download_cards, years_as_headings, kinds_as_headings, table_with_columns, matrix,
    accordion, details, year_tabs, select_box, data_attributes, on_click, script_list, script_by_year,
    definition_list, base_tag, relative_links, query_addresses, numbered_downloads, icons_beside_titles,
    labels_for_readers, paragraphs, web_sites_of_reports, quarters_in_a_row, filings_table, lists_beside_menus,
)  # fmt: skip


def languages() -> tuple[str, ...]:
    """The languages in which pages can be made."""
    return tuple(_wordings())


def variants(language: str) -> int:
    """How many ways of wording a language has."""
    return max(len(said) for kind, said in _wordings()[language].items() if kind not in ("words", "year"))


def every(only: str = "") -> Iterator[MadePage]:
    """Every structure in every language and wording, or those whose name contains something."""
    for structure in STRUCTURES:
        for language in languages():
            for variant in range(variants(language)):
                if only in name_of(structure, language, variant):
                    yield made(structure, language, variant)


def name_of(structure: Callable[[Desk], str], language: str, variant: int) -> str:
    """What a page is called in lists."""
    return f"{structure.__name__} {language} {variant}"


def made(structure: Callable[[Desk], str], language: str, variant: int = 0) -> MadePage:
    """One page."""
    wordings = _wordings()[language]
    desk = Desk(publications(language, variant), wordings["words"])
    content = structure(desk)
    title = _text(wordings["words"]["title"])
    head = f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} | Example</title></head>'
    menu = '<header><nav><a href="/">Home</a><a href="/investors/">IR</a></nav></header>'
    page = f"{head}<body>{menu}<main><h1>{title}</h1>{content}</main><footer>© Example</footer></body></html>"
    name = name_of(structure, language, variant)
    return MadePage(name, structure.__name__, language, PAGE, page.encode(), tuple(dict.fromkeys(desk.noted)))


def publications(language: str, variant: int) -> tuple[Publication, ...]:
    """Three years of a company, newest first: reports each year, the rest once."""
    found = []
    for year in YEARS:
        for kind in (*REPORTS, *_once(year)):
            quarters: Sequence[int] = (1, 3) if kind is DocumentKind.QUARTERLY_REPORT else (0,)
            found += [_publication(language, variant, kind, year, quarter) for quarter in quarters]
    return tuple(found)


def _once(year: int) -> Sequence[DocumentKind]:
    if year != YEARS[0]:
        return ()
    return (
        DocumentKind.RESULTS_RELEASE,
        DocumentKind.INVESTOR_PRESENTATION,
        DocumentKind.SUSTAINABILITY_REPORT,
        DocumentKind.OTHER,
    )


def _publication(language: str, variant: int, kind: DocumentKind, year: int, quarter: int) -> Publication:
    wordings = _wordings()[language]
    ways = wordings[kind.value]
    title, name, file = (_filled(text, year, quarter) for text in ways[variant % len(ways)])
    label = _filled(wordings["year"][variant % len(wordings["year"])], year, quarter)
    return Publication(kind, year, title, name, label, file)


def _filled(text: str, year: int, quarter: int) -> str:
    short, before = f"{year % 100:02}", f"{(year - 1) % 100:02}"
    values = {"y": year, "p": year - 1, "yy": short, "pp": before, "q": quarter}
    return text.format(**values)


def _items(entries: Iterator[str]) -> str:
    return "<ul>" + "".join(f"<li>{entry}</li>" for entry in entries) + "</ul>"


def _text(text: str) -> str:
    return html.escape(text)


@functools.cache
def _wordings() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = read_data(Path(__file__).with_name("wordings.yaml"))
    return loaded
