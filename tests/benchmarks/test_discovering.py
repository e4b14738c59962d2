"""Every structure of a site in every language: each report found, with kind and year, and nothing false."""

import pytest

from benchmarks.discovering import case_of, page_pieces, score_page
from benchmarks.made_pages import STRUCTURES, languages, made, variants
from engine.discover.links import links_in_html
from engine.discover.show import ranked_links
from engine.kinds import DocumentKind


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.__name__)
def test_every_report_of_a_structure(structure):
    faults = []
    for language in languages():
        for variant in range(variants(language)):
            page = made(structure, language, variant)
            counts, found = score_page(case_of(page))
            assert counts["wanted"] in (6, 12)
            faults += [f"{page.name}: {fault}" for fault in found]
    assert faults == []


@pytest.mark.parametrize("case", list(page_pieces()), ids=lambda case: case.name)
def test_every_document_of_a_piece(case):
    links = links_in_html(case.body, case.url)
    found = {ranked.link.url: ranked for ranked in ranked_links(links, case.url)}
    said = {url: (found[url].kind, found[url].fiscal_year) for url in case.truth}
    wrong = {
        url: said[url]
        for url, (kinds, year) in case.truth.items()
        if said[url][0] not in kinds or year not in (None, said[url][1])
    }
    assert wrong == {}
    assert len(case.truth) >= 2


def test_there_are_structures_and_languages_enough():
    assert len(STRUCTURES) == 27
    assert languages() == ("en", "de", "fr", "nl", "es", "it", "pt", "sv")


def test_a_page_without_its_reports_is_a_fault():
    page = made(STRUCTURES[0], "en")
    case = case_of(page)
    emptied = type(case)(
        case.name, case.group, case.url, b"<html><p>Nothing here</p></html>", case.truth, case.wanted
    )
    counts, faults = score_page(emptied)
    assert (counts["wanted"], counts["found"], len(faults)) == (12, 0, 12)


def test_what_is_said_to_be_a_report_and_is_none_is_false():
    case = case_of(made(STRUCTURES[0], "en"))
    added = case.body.replace(b"</ul>", b'<li><a href="/x.pdf">Annual Report 2019</a></li></ul>')
    counts, _faults = score_page(type(case)(case.name, case.group, case.url, added, case.truth, case.wanted))
    assert (counts["said"], counts["false"]) == (13, 1)
    assert DocumentKind.ANNUAL_REPORT in {wanted.kind for wanted in made(STRUCTURES[0], "en").truth}
