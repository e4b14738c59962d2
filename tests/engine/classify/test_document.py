"""What a document is, from pages written for the purpose."""

from datetime import date

import pytest

from engine.classify.document import classify
from engine.classify.evidence import DocumentClues, form_of
from engine.classify.language import language_of
from engine.classify.money import currency_of, framework_of, prescribed_framework
from engine.kinds import DocumentKind as Kind
from engine.kinds import Framework, StatementKind

SEC = "UNITED STATES SECURITIES AND EXCHANGE COMMISSION Washington, D.C. 20549 FORM {form} {rest}"


def read(*pages, count=None, **clues):
    return classify(DocumentClues(first_pages=pages, page_count=count, **clues))


@pytest.mark.parametrize(
    ("form", "rest", "kind", "end", "year"),
    [
        ("10-K", "For the fiscal year ended September 2, 2018", Kind.ANNUAL_REPORT, date(2018, 9, 2), 2018),
        ("10-K/A", "For the fiscal year ended January 1, 2023", Kind.ANNUAL_REPORT, date(2023, 1, 1), 2022),
        ("20-F", "For the fiscal year ended 31 March 2022", Kind.ANNUAL_REPORT, date(2022, 3, 31), 2022),
        ("40-F", "For the year ended December 31, 2022", Kind.ANNUAL_REPORT, date(2022, 12, 31), 2022),
        (
            "10-Q",
            "For the quarterly period ended June 30, 2023",
            Kind.QUARTERLY_REPORT,
            date(2023, 6, 30),
            2023,
        ),
        ("8-K", "Date of earliest event reported: January 19, 2023", Kind.OTHER, None, None),
        ("S-1", "REGISTRATION STATEMENT", Kind.PROSPECTUS, None, None),
    ],
)
def test_forms_of_the_regulator(form, rest, kind, end, year):
    found = read(SEC.format(form=form, rest=rest), count=90)
    assert (found.kind, found.period_end, found.fiscal_year) == (kind, end, year)
    assert found.form == form.removesuffix("/A")
    assert found.confidence > 0.8


def test_a_quarterly_form_that_mentions_the_annual_one():
    found = read(
        SEC.format(form="10-Q", rest="For the quarterly period ended June 30, 2023"),
        "Our Annual Report on Form 10-K for the fiscal year ended December 31, 2022 describes the risks.",
        count=45,
    )
    assert (found.kind, found.form, found.period_end) == (Kind.QUARTERLY_REPORT, "10-Q", date(2023, 6, 30))


def test_an_annual_report_wrapped_around_a_form():
    found = read(
        "2023 Annual Report", SEC.format(form="10-K", rest="For the fiscal year ended May 28, 2023"), count=99
    )
    assert (found.kind, found.form, found.period_end) == (Kind.ANNUAL_REPORT, "10-K", date(2023, 5, 28))


def test_words_alone_make_no_form():
    assert form_of(["Please fill in Form 10-K and send it to us"]) == ("", -1)
    assert form_of(["", SEC.format(form="10K405", rest="")]) == ("10-K405", 0)
    assert form_of(["SCHEDULE 14A Proxy Statement under the Securities Exchange Act of 1934"]) == (
        "DEF 14A",
        0,
    )


@pytest.mark.parametrize(
    ("pages", "count", "kind", "end", "language"),
    [
        (
            [
                "Annual Report and Accounts 2023",
                "Strategic report. Independent auditor's report. For the year ended "
                "31 December 2023 the board and the directors of the company are pleased to "
                "report to the shareholders.",
            ],
            180,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "en",
        ),
        (
            [
                "Geschäftsbericht 2022/23",
                "Konzernabschluss zum 30. September 2023. Der Vorstand und der Aufsichtsrat "
                "haben die Lage des Konzerns und die Risiken für das Geschäftsjahr geprüft. "
                "Bestätigungsvermerk.",
            ],
            150,
            Kind.ANNUAL_REPORT,
            date(2023, 9, 30),
            "de",
        ),
        (
            [
                "Rapport annuel 2023",
                "Exercice clos le 31 décembre 2023. Les comptes consolidés du groupe sont présentés "
                "par le conseil dans le rapport de gestion et les risques sont décrits pour la société.",
            ],
            140,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "fr",
        ),
        (
            [
                "Jaarverslag 2023",
                "Voor het boekjaar geëindigd op 31 december 2023. Het bestuur van de vennootschap heeft "
                "een verslag opgesteld over de gang van zaken en de risico's die met het "
                "bedrijf zijn verbonden.",
            ],
            120,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "nl",
        ),
        (
            [
                "Cuentas anuales 2023",
                "Ejercicio terminado el 31 de diciembre de 2023. El consejo de la sociedad ha "
                "formulado las cuentas y el informe de gestión para los accionistas del grupo "
                "con los riesgos.",
            ],
            130,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "es",
        ),
        (
            [
                "Relazione finanziaria annuale 2023",
                "Esercizio chiuso al 31 dicembre 2023. Il consiglio della società ha "
                "approvato il bilancio e la relazione sulla gestione del gruppo per gli "
                "azionisti con i rischi.",
            ],
            130,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "it",
        ),
        (
            [
                "Relatório e Contas 2023",
                "Exercício findo em 31 de dezembro de 2023. O conselho da sociedade aprovou as "
                "contas do grupo e o relatório de gestão para os acionistas, que não são "
                "comparáveis com os riscos.",
            ],
            130,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "pt",
        ),
        (
            [
                "Årsredovisning 2023",
                "För räkenskapsåret 1 januari - 31 december 2023. Styrelsen har upprättat "
                "förvaltningsberättelse för bolaget och koncernen och det är att läsa på sidan "
                "som följer med riskerna.",
            ],
            120,
            Kind.ANNUAL_REPORT,
            date(2023, 12, 31),
            "sv",
        ),
        (
            [
                "Half-year report 2024",
                "Condensed interim financial statements for the six months ended 30 June 2024 of the "
                "group and the notes to them, with the interim management report and the "
                "statement of the directors.",
            ],
            40,
            Kind.HALF_YEAR_REPORT,
            date(2024, 6, 30),
            "en",
        ),
        (
            [
                "Halbjahresfinanzbericht 2024",
                "Konzernzwischenlagebericht. Sechs Monate zum 30. Juni 2024. Die Lage des "
                "Konzerns und der Ausblick auf das zweite Halbjahr sind für die Aktionäre im "
                "Bericht mit den Risiken.",
            ],
            40,
            Kind.HALF_YEAR_REPORT,
            date(2024, 6, 30),
            "de",
        ),
        (
            [
                "Rapport financier semestriel",
                "Semestre clos le 30 juin 2024. Les comptes consolidés semestriels du groupe "
                "sont présentés dans le rapport et les risques pour la société sont décrits "
                "avec les notes.",
            ],
            50,
            Kind.HALF_YEAR_REPORT,
            date(2024, 6, 30),
            "fr",
        ),
        (
            [
                "Interim report",
                "Condensed consolidated interim financial statements for the three months ended 31 March "
                "2024 of the group and the notes to them, which have not been audited by the "
                "auditor of the company.",
            ],
            30,
            Kind.QUARTERLY_REPORT,
            date(2024, 3, 31),
            "en",
        ),
        (
            [
                "NEWS RELEASE Example Corporation Reports Third Quarter Fiscal Year 2024 "
                "Results. NEW YORK, May 2, 2024 "
                "(GLOBE NEWSWIRE) The Company today announced its financial results for the "
                "quarter ended March 31, 2024."
            ],
            6,
            Kind.RESULTS_RELEASE,
            date(2024, 3, 31),
            "",
        ),
        (
            [
                "Q4 2023 results presentation",
                "This presentation and the statements in it are for investors of the company.",
            ],
            30,
            Kind.INVESTOR_PRESENTATION,
            None,
            "en",
        ),
        (
            [
                "PROSPECTUS 5,000,000 shares",
                "This prospectus is the offer of the joint bookrunners to the public for the "
                "shares of the company and is to be read with the risk factors that are in it.",
            ],
            200,
            Kind.PROSPECTUS,
            None,
            "en",
        ),
        (
            [
                "Sustainability Report 2023",
                "GRI standards. Our materiality assessment and the sustainable development "
                "goals are the basis of the report on our greenhouse gas emissions for the year that was.",
            ],
            80,
            Kind.SUSTAINABILITY_REPORT,
            None,
            "en",
        ),
        (
            [
                "Notice of Annual General Meeting",
                "Notice is hereby given that the annual general meeting of the company "
                "will be held at the office of the company on 5 May 2024 for the business that "
                "is set out in the form of proxy.",
            ],
            12,
            Kind.OTHER,
            None,
            "en",
        ),
        (["Particulars", "Quality"], 3, Kind.UNKNOWN, None, ""),
        ([], None, Kind.UNKNOWN, None, ""),
    ],
)
def test_kinds_ends_and_languages(pages, count, kind, end, language):
    found = read(*pages, count=count)
    assert (found.kind, found.period_end, found.language) == (kind, end, language)


def test_a_quarter_carries_the_fiscal_year_its_text_names():
    found = read(
        "NEWS RELEASE Example Corporation Reports First Quarter Fiscal Year 2023 Operating "
        "Results. The Company today "
        "announced its operating results for the first quarter of fiscal 2023, quarter ended "
        "November 20, 2022.",
        count=4,
    )
    assert (found.kind, found.period_end, found.fiscal_year) == (
        Kind.RESULTS_RELEASE,
        date(2022, 11, 20),
        2023,
    )


def test_a_ligature_that_its_font_does_not_name():
    found = read(SEC.format(form="10-K", rest="For the \ufffescal year ended December 31, 2022"), count=80)
    assert found.period_end == date(2022, 12, 31)


def test_words_on_lines_of_their_own():
    words = (
        "UNITED STATES SECURITIES AND EXCHANGE COMMISSION FORM 10-K For the fiscal year ended June 30, 2021"
    )
    page = words.replace(" ", "\n")
    found = read(page, count=80)
    assert (found.kind, found.form, found.period_end) == (Kind.ANNUAL_REPORT, "10-K", date(2021, 6, 30))


def test_a_picture_for_a_cover():
    found = read("", " ", "2022 Annual Report for the year ended 30 June 2022", count=90)
    assert (found.kind, found.period_end) == (Kind.ANNUAL_REPORT, date(2022, 6, 30))


def test_names_at_the_head_of_the_pages():
    pages = [
        f"EXAMPLE HOLDINGS LIMITED ANNUAL REPORT 2022 {number} Words on the business." for number in range(5)
    ]
    found = read("Contents Corporate information", *pages, count=90)
    assert found.kind is Kind.ANNUAL_REPORT
    heads = [clue for clue in found.evidence if clue.layer == "running_head"]
    assert [(clue.topic, clue.text) for clue in heads] == [("annual_report", "“annual report” on 5 pages")]


def test_the_link_alone():
    found = read(url="https://x.example/files/annual-report-2021.pdf", link_text="Annual report 2021")
    assert (found.kind, found.fiscal_year, found.period_end) == (Kind.ANNUAL_REPORT, 2021, None)
    assert {clue.layer for clue in found.evidence} == {"link", "period"}


def test_the_pages_go_before_a_link_that_errs():
    found = read(
        SEC.format(form="10-Q", rest="For the quarterly period ended June 30, 2023"),
        link_text="Annual report 2023",
        count=50,
    )
    assert found.kind is Kind.QUARTERLY_REPORT


def test_a_package_by_its_name():
    found = read(file_name="549300ABCDEFGHIJKL12-2023-06-30-en.zip", url="https://x.example/d/1")
    assert (found.kind, found.period_end, found.fiscal_year) == (Kind.ESEF_PACKAGE, date(2023, 6, 30), 2023)


def test_a_contest_is_unknown():
    found = read("Half-year report 2023. Quarterly report 2023")
    assert (found.kind, found.confidence, found.margin) == (Kind.UNKNOWN, 0.0, 0.0)


def test_statements_speak_for_a_report():
    without = read("Annual report 2023", statements_found=frozenset())
    complete = read("Annual report 2023", statements_found=frozenset(StatementKind))
    assert (without.kind, complete.kind) == (Kind.UNKNOWN, Kind.ANNUAL_REPORT)


def test_evidence_adds_up():
    found = read("Annual report 2023", "For the year ended 31 December 2023", count=90)
    total = sum(clue.weight for clue in found.evidence if clue.topic == "annual_report")
    others = {clue.topic for clue in found.evidence} - {"annual_report", "period_end", "fiscal_year"}
    assert others == set()
    assert found.margin == pytest.approx(total)


def test_a_language_needs_words():
    assert language_of(["Annual report"]) == ""
    assert language_of([]) == ""
    assert language_of(["1 2 3 4 5 6 7 8 9 10"]) == ""


@pytest.mark.parametrize(
    ("text", "form", "currency"),
    [
        ("expressed in thousands of Canadian dollars; Canadian dollars", "", "CAD"),
        ("in millions of euros. Euro 5.", "", "EUR"),
        ("£5m and £6m and £7m and £8m and £9m in pounds sterling", "", "GBP"),
        ("CHF 5m, CHF 6m, CHF 7m, CHF 8m, CHF 9m, CHF 10m", "", "CHF"),
        ("All figures are presented in Canadian dollars. US$5, US$6, US$7, US$8", "", "CAD"),
        ("Angaben in Mio. EUR", "", "EUR"),
        ("en millions d'euros", "", "EUR"),
        ("em milhares de reais", "", "BRL"),
        ("£5 £6 £7 £8 £9 hedged", "10-K", "USD"),
        ("$5 and $6", "10-K", "USD"),
        ("$5 and $6", "", None),
        ("€5 and £5 and € 6 and £ 6", "", None),
        ("€5", "", None),
        ("", "", None),
        ("strands of brands and wonderland", "", None),
    ],
)
def test_currencies(text, form, currency):
    assert currency_of([text], form) == currency


@pytest.mark.parametrize(
    ("text", "form", "framework"),
    [
        ("prepared under International Financial Reporting Standards (IFRS)", "", Framework.IFRS),
        ("in accordance with U.S. GAAP", "", Framework.US_GAAP),
        ("Jahresabschluss nach HGB", "", Framework.OTHER),
        ("IFRS is mentioned", "10-K", Framework.US_GAAP),
        ("nothing is said", "", None),
    ],
)
def test_frameworks(text, form, framework):
    assert (prescribed_framework(form) or framework_of([text])) == framework
