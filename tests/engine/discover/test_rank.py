"""Role, kind and year of links, by their words alone."""

import pytest

from engine.discover.links import Link
from engine.discover.rank import LinkRole, Site, link_phrases, rank_link
from engine.discover.years import years_in
from engine.kinds import DocumentKind as Kind

SITE = Site("https://www.example.com/investors/")
FILE = "https://www.example.com/files/download/4711.pdf"


def ranked(text, url=FILE, context="", heading="", source="anchor"):
    return rank_link(Link(url, text, context, heading, source), SITE)


@pytest.mark.parametrize(
    ("text", "kind", "year"),
    [
        ("Annual Report 2023", Kind.ANNUAL_REPORT, 2023),
        ("Annual Report and Accounts 2022/23", Kind.ANNUAL_REPORT, 2023),
        ("FY2023-24 Annual Report", Kind.ANNUAL_REPORT, 2024),
        ("2021 Form 10-K", Kind.ANNUAL_REPORT, 2021),
        ("Form 20-F 2022", Kind.ANNUAL_REPORT, 2022),
        ("Universal Registration Document 2023", Kind.ANNUAL_REPORT, 2023),
        ("Geschäftsbericht 2023", Kind.ANNUAL_REPORT, 2023),
        ("Jahresfinanzbericht 2022", Kind.ANNUAL_REPORT, 2022),
        ("Rapport annuel 2023", Kind.ANNUAL_REPORT, 2023),
        ("Document d'enregistrement universel 2023", Kind.ANNUAL_REPORT, 2023),
        ("Jaarverslag 2023", Kind.ANNUAL_REPORT, 2023),
        ("Cuentas anuales 2023", Kind.ANNUAL_REPORT, 2023),
        ("Bilancio consolidato 2023", Kind.ANNUAL_REPORT, 2023),
        ("Relatório e Contas 2023", Kind.ANNUAL_REPORT, 2023),
        ("Årsredovisning 2023", Kind.ANNUAL_REPORT, 2023),
        ("Half-year report 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Semi-annual report 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Halbjahresfinanzbericht 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Rapport financier semestriel 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Halfjaarbericht 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Informe semestral 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Relazione semestrale 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Relatório semestral 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Halvårsrapport 2024", Kind.HALF_YEAR_REPORT, 2024),
        ("Quarterly report Q3 2023", Kind.QUARTERLY_REPORT, 2023),
        ("Form 10-Q, Q1 FY24", Kind.QUARTERLY_REPORT, 2024),
        ("Interim report January-March 2023", Kind.QUARTERLY_REPORT, 2023),
        ("Quartalsmitteilung Q1 2023", Kind.QUARTERLY_REPORT, 2023),
        ("Rapport trimestriel T3 2023", Kind.QUARTERLY_REPORT, 2023),
        ("Delårsrapport Q3 2023", Kind.QUARTERLY_REPORT, 2023),
        ("Full-year results announcement 2023", Kind.RESULTS_RELEASE, 2023),
        ("Earnings release FY23", Kind.RESULTS_RELEASE, 2023),
        ("Bokslutskommuniké 2023", Kind.RESULTS_RELEASE, 2023),
        ("Results presentation 2023", Kind.INVESTOR_PRESENTATION, 2023),
        ("Annual report presentation 2023", Kind.INVESTOR_PRESENTATION, 2023),
        ("Ergebnispräsentation 2023", Kind.INVESTOR_PRESENTATION, 2023),
        ("Base prospectus 2023", Kind.PROSPECTUS, 2023),
        ("Sustainability report 2023", Kind.SUSTAINABILITY_REPORT, 2023),
        ("Nachhaltigkeitsbericht 2023", Kind.SUSTAINABILITY_REPORT, 2023),
        ("Annual ESG report 2023", Kind.SUSTAINABILITY_REPORT, 2023),
        ("ESEF package 2023", Kind.ESEF_PACKAGE, 2023),
        ("Proxy statement 2023", Kind.OTHER, 2023),
        ("Notice of Annual General Meeting 2023", Kind.OTHER, 2023),
        ("Einladung zur Hauptversammlung 2023", Kind.OTHER, 2023),
        ("Form 8-K", Kind.OTHER, None),
        ("Code of conduct", Kind.OTHER, None),
        ("Share buyback", Kind.UNKNOWN, None),
        ("Quality management", Kind.UNKNOWN, None),
        ("Particulars", Kind.UNKNOWN, None),
        ("Download", Kind.UNKNOWN, None),
    ],
)
def test_kind_and_year_of_a_file(text, kind, year):
    found = ranked(text)
    assert (found.role, found.kind, found.fiscal_year) == (LinkRole.DOCUMENT, kind, year)


@pytest.mark.parametrize(
    ("url", "kind", "year"),
    [
        ("https://www.example.com/share/4711.pdf", Kind.UNKNOWN, None),
        ("https://www.example.com/quality/4711.pdf", Kind.UNKNOWN, None),
        ("https://www.example.com/2024-05/4711.pdf", Kind.UNKNOWN, None),
        ("https://www.example.com/ar/2014annualReport.pdf", Kind.ANNUAL_REPORT, 2014),
        ("https://www.example.com/AR-2019-20.pdf", Kind.ANNUAL_REPORT, 2020),
        ("https://www.example.com/annualreport2015.pdf", Kind.ANNUAL_REPORT, 2015),
        ("https://www.example.com/2024-09/quarterly-report-q2.pdf", Kind.QUARTERLY_REPORT, None),
        ("https://www.example.com/549300ABCDEFGHIJKL12-2023-12-31-en.zip", Kind.ESEF_PACKAGE, 2023),
        ("https://cdn.other.example/x/HY24_results_presentation.pdf", Kind.INVESTOR_PRESENTATION, 2024),
    ],
)
def test_kind_and_year_of_an_address(url, kind, year):
    found = ranked("", url)
    assert (found.role, found.kind, found.fiscal_year) == (LinkRole.DOCUMENT, kind, year)


def test_the_row_decides_where_the_link_does_not():
    found = ranked("PDF", context="Annual report | 2022 PDF")
    assert (found.kind, found.fiscal_year) == (Kind.ANNUAL_REPORT, 2022)
    assert found.reasons == ("context: “annual report” speaks for annual_report",)


def test_the_link_decides_where_the_row_names_its_neighbours():
    context = "2023 Annual report Results presentation Proxy statement"
    assert ranked("Annual report", context=context).kind is Kind.ANNUAL_REPORT
    assert ranked("Results presentation", context=context).kind is Kind.INVESTOR_PRESENTATION


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("2025 Annual Report", "Proxy+-+bookmarked.pdf", Kind.ANNUAL_REPORT),
        ("Annual report 2023 and notice of annual general meeting", "x.pdf", Kind.ANNUAL_REPORT),
        ("Notice of annual general meeting and annual report 2023", "x.pdf", Kind.OTHER),
        ("Proxy statement", "annual-report-2023.pdf", Kind.OTHER),
    ],
)
def test_papers_that_come_with_a_report(text, name, kind):
    assert ranked(text, f"https://www.example.com/{name}").kind is kind


def test_the_year_of_the_file_goes_before_that_of_its_upload():
    found = ranked(
        "Annual report", "https://www.example.com/2024/03/annual-report-2023.pdf", heading="Reports"
    )
    assert found.fiscal_year == 2023


def test_confidence_and_order():
    sure = ranked("Annual Report 2023", "https://www.example.com/annual-report-2023.pdf")
    hint = ranked("Results", FILE)
    other = ranked("Code of conduct")
    assert sure.confidence > hint.confidence
    assert sure.score > hint.score > 0 > other.score
    assert (sure.is_report, hint.is_report, other.is_report) == (True, True, False)


@pytest.mark.parametrize(
    ("text", "url", "role"),
    [
        ("Financial reports", "https://www.example.com/reports", LinkRole.PAGE),
        ("Archive", "https://ir.example.com/archive", LinkRole.PAGE),
        ("Annual report", "https://elsewhere.example/reports", LinkRole.IGNORE),
        ("Logo", "https://www.example.com/logo.png", LinkRole.IGNORE),
        ("Results (XLSX)", "https://www.example.com/results.xlsx", LinkRole.IGNORE),
        ("Annual report (PDF)", "https://elsewhere.example/get/ar", LinkRole.DOCUMENT),
        ("0001213900-26-081457.pdf", "https://www.example.com/node/1", LinkRole.PAGE),
    ],
)
def test_roles(text, url, role):
    assert ranked(text, url).role is role


def test_pages_towards_reports_come_first():
    texts = ["Annual reports", "Investors", "Products", "Careers", "Sustainability"]
    pages = [ranked(text, f"https://www.example.com/{number}") for number, text in enumerate(texts)]
    best = sorted(pages, key=lambda page: -page.score)
    assert [page.link.text for page in best[:2]] == ["Annual reports", "Investors"]
    assert all(page.score < 0 for page in best[2:])


def test_another_host_may_belong_to_the_site():
    site = Site("https://www.example.com/", frozenset({"ir.vendor.example"}))
    assert rank_link(Link("https://ir.vendor.example/reports", "Reports"), site).role is LinkRole.PAGE


def test_every_kind_has_words_in_eight_languages():
    languages = {}
    for phrase in link_phrases().phrases:
        languages.setdefault(phrase.topic, set()).add(phrase.language)
    eight = {"en", "de", "fr", "nl", "es", "it", "pt", "sv"}
    topics = (
        "annual_report",
        "half_year_report",
        "quarterly_report",
        "results_release",
        "investor_presentation",
        "prospectus",
        "sustainability_report",
        "other",
        "page",
    )
    for topic in topics:
        assert languages[topic] == eight, topic


def test_no_phrase_speaks_for_two_kinds():
    kinds = {}
    for phrase in link_phrases().phrases:
        if phrase.topic not in ("page", "away"):
            kinds.setdefault(phrase.words, set()).add(phrase.topic)
    assert {" ".join(words): topics for words, topics in kinds.items() if len(topics) > 1} == {}


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Annual report 2023", [2023]),
        ("FY 2023-24", [2024]),
        ("2023/2024", [2024]),
        ("1999-00", [2000]),
        ("FY24", [2024]),
        ("FY23-24", [2024]),
        ("Q1'23", [2023]),
        ("1Q23", [2023]),
        ("10-K 2019", [2019]),
        ("uploads/2024-09/x", [2024]),
        ("30.06.2025", [2025]),
        ("Year ended 31 March 2022", [2022]),
        ("20240312", [2024]),
        ("1449829368", []),
        ("123456", []),
        ("2023 report, published 12 March 2024", [2023, 2024]),
    ],
)
def test_years(text, years):
    assert [clue.year for clue in years_in(text)] == years
