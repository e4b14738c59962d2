"""The pages of tone, as a signed-in person gets them."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from analysis.models import SentimentComparison, SentimentSentence
from analysis.sentiment.analyze import analyze
from analysis.sentiment.chart import Scored, intervals, tone_chart
from analysis.sentiment.compare import compare_companies
from analysis.sentiment.pages import marked
from analysis.sentiment.trends import update_trends
from jobs.models import TaskRun
from tests.analysis.sentiment.reports import BAD, DULL, GOOD, report
from tests.analysis.sentiment.test_analyze import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    """Staff who may look at tone and change nothing."""
    person = User.objects.create_user("vera", is_staff=True)
    looks = Permission.objects.filter(content_type__app_label="analysis", codename__startswith="view_")
    person.user_permissions.set(looks)
    client.force_login(person)
    return client


def test_a_company_without_a_judged_document_is_told_what_to_do(admin_client: Client) -> None:
    report("Northwind", 2024, GOOD)

    page = admin_client.get("/admin/tone/northwind/").content.decode()

    assert "There is no trend yet" in page
    assert "Judge 1 document<" in page
    assert admin_client.get("/admin/tone/nobody/").status_code == 404


def test_a_company_has_its_line_its_topics_and_its_shifts(viewer: Client) -> None:
    for year, text in ((2020, GOOD), (2021, GOOD), (2022, GOOD), (2023, GOOD), (2024, BAD)):
        document = report("Northwind", year, text)
        analyze(document)
    update_trends(document.company, "ALL", today=TODAY)

    page = viewer.get("/admin/tone/northwind/").content.decode()

    assert page.count("<circle") == 5
    assert page.count('class="tone-dot tone-negative"') == 1
    assert "Shifts" in page
    assert "Financial performance" in page
    assert "Judge 0" not in page
    assert "style=" not in page.split('<div class="tf">')[1].split("{% endblock %}")[0].split("</main>")[0]


def test_the_page_of_a_document_leads_to_its_tone(admin_client: Client) -> None:
    document = report("Northwind", 2024, DULL)
    page = admin_client.get(f"/admin/documents/document/{document.pk}/change/").content.decode()
    button = f"/admin/documents/document/{document.pk}/tone"
    assert button in page
    assert "Open the tone" in page
    answer = admin_client.get(f"{button}/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/admin/tone/documents/{document.pk}/"
    assert answer.status_code == 200
    assert admin_client.get("/admin/documents/document/0/tone/", follow=True).status_code == 404


def test_a_document_shows_its_sentences_with_their_words_and_pages(viewer: Client) -> None:
    text = [*GOOD, "Sales of <script>alert(1)</script> goods fell by 4 % in the year."]
    document = report("Northwind", 2024, DULL, text)
    analyze(document)

    page = viewer.get(f"/admin/tone/documents/{document.pk}/").content.decode()
    negative = viewer.get(f"/admin/tone/documents/{document.pk}/?show=negative").content.decode()

    assert page.count("<li id=") == 4
    assert '<mark class="tone-positive">Operating profit rose to EUR 12.4 mn from EUR 9.1 mn</mark>' in page
    assert f"/api/v1/documents/{document.pk}/file#page=2" in page or "#page=2" in page
    assert "<script>alert(1)</script>" not in page
    assert negative.count("<li id=") == 1
    assert 'name="label"' not in page
    assert "Judge again" not in page


def test_a_document_without_evidence_says_so(viewer: Client) -> None:
    document = report("Northwind", 2024, DULL)
    assert (
        "This document has not been judged"
        in viewer.get(f"/admin/tone/documents/{document.pk}/").content.decode()
    )
    analyze(document)

    page = viewer.get(f"/admin/tone/documents/{document.pk}/?show=quiet").content.decode()

    assert "That is another thing than a neutral tone." in page
    assert page.count("<li id=") == 2


def test_a_person_says_what_a_sentence_is(admin_client: Client, admin_user: User) -> None:
    document = report("Northwind", 2024, GOOD)
    analyze(document)
    sentence = SentimentSentence.objects.earliest("number")
    address = f"/admin/tone/sentences/{sentence.pk}/label/"

    answer = admin_client.post(address, {"label": "neutral", "next": "https://elsewhere.example/"})

    assert answer.headers["Location"] == f"/admin/tone/documents/{document.pk}/#s{sentence.number}"
    sentence.refresh_from_db()
    assert (sentence.reviewer_label, sentence.reviewed_by) == ("neutral", admin_user)
    admin_client.post(address, {"label": ""})
    sentence.refresh_from_db()
    assert (sentence.reviewer_label, sentence.reviewed_at) == ("", None)
    assert admin_client.post(address, {"label": "splendid"}).status_code == 404


def test_whoever_may_only_look_may_not_label_or_start(viewer: Client) -> None:
    document = report("Northwind", 2024, GOOD)
    analyze(document)
    sentence = SentimentSentence.objects.earliest("number")

    refused = [
        viewer.post(f"/admin/tone/sentences/{sentence.pk}/label/", {"label": "neutral"}).status_code,
        viewer.post(f"/admin/tone/documents/{document.pk}/judge/").status_code,
        viewer.post("/admin/tone/northwind/judge/").status_code,
        viewer.post("/admin/tone/northwind/follow/").status_code,
    ]

    assert refused == [403, 403, 403, 403]
    viewer.post("/admin/tone/compare/", {"companies": [1, 2], "timeframe": "10Y"})
    assert not TaskRun.objects.exists()
    assert not SentimentSentence.objects.exclude(reviewer_label="").exists()


def test_work_is_started_from_the_pages(admin_client: Client) -> None:
    first, second = report("Northwind", 2023, GOOD), report("Northwind", 2024, GOOD)
    analyze(second)

    admin_client.post("/admin/tone/northwind/judge/")
    admin_client.post("/admin/tone/northwind/follow/")
    admin_client.post(f"/admin/tone/documents/{first.pk}/judge/")

    runs = TaskRun.objects.order_by("task").values_list("task", "arguments")
    assert list(runs) == [
        ("analyze_document_sentiment", {"document_id": first.pk, "force": True}),
        ("batch_sentiment_analysis", {"document_ids": [first.pk]}),
        ("update_sentiment_trends", {"company_id": first.company_id, "window": "ALL"}),
    ]


def test_companies_are_compared_on_a_page(admin_client: Client) -> None:
    for year in (2023, 2024):
        analyze(report("Northwind", year, GOOD))
        analyze(report("Southwind", year, BAD))
    companies = [report(name, 2019, DULL).company for name in ("Northwind", "Southwind")]
    alone = admin_client.post("/admin/tone/compare/", {"companies": [companies[0].pk], "timeframe": "10Y"})
    both = {"companies": [one.pk for one in companies], "timeframe": "10Y"}
    started = admin_client.post("/admin/tone/compare/", both)
    comparison = compare_companies(companies, "10Y", today=TODAY)

    page = admin_client.get(f"/admin/tone/compare/{comparison.pk}/").content.decode()

    assert "Choose 2 to 50 companies." in alone.content.decode()
    assert started.status_code == 302
    assert TaskRun.objects.get().arguments["company_ids"] == sorted(one.pk for one in companies)
    assert page.index("Northwind") < page.index("Southwind")
    assert "clear</span>" in page
    assert "too little history" in page
    assert "Northwind" in admin_client.get("/admin/tone/compare/").content.decode()
    assert SentimentComparison.objects.count() == 1


def test_lists_of_the_admin_open_and_label(admin_client: Client) -> None:
    analyze(report("Northwind", 2024, GOOD, DULL))
    chosen = SentimentSentence.objects.values_list("pk", flat=True)[:2]

    lists = ["sentimentanalysis", "sentimentsentence", "sentimentshift", "sentimentwordlist"]
    pages = [admin_client.get(f"/admin/analysis/{one}/").status_code for one in lists]
    admin_client.post(
        "/admin/analysis/sentimentsentence/", {"action": "call_neutral", "_selected_action": list(chosen)}
    )

    assert pages == [200] * 4
    assert SentimentSentence.objects.filter(reviewer_label="neutral").count() == 2


def test_the_pages_ask_the_database_the_same_number_of_times(
    admin_client: Client, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    counts = []
    for years in (range(2015, 2017), range(2017, 2024)):
        for year in years:
            analyze(report("Northwind", year, GOOD))
        company = report("Northwind", 1999, DULL).company
        update_trends(company, "ALL", today=TODAY)
        with django_assert_max_num_queries(60) as asked:
            admin_client.get("/admin/tone/northwind/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_terms_are_marked_where_they_stand() -> None:
    terms = [
        {"text": "rose", "effect": 1.0},
        {"text": "Profit rose", "effect": 1.2},
        {"text": "fell", "effect": -1.0},
    ]

    assert marked("Profit rose and <b> fell", terms) == [
        ("Profit rose", "positive"),
        (" and <b> ", ""),
        ("fell", "negative"),
    ]
    assert marked("Nothing", [{"text": "absent", "effect": 1.0}]) == [("Nothing", "")]


def test_a_chart_is_drawn_to_scale() -> None:
    def at(year: int, score: float) -> Scored:
        return Scored(date(year, 1, 1), score, score, "neutral", "/")

    chart = tone_chart([at(2020, 0.1), at(2021, -0.1), at(2022, 0.0)], [date(2021, 1, 1), date(1990, 1, 1)])

    assert [point.x for point in chart.points] == ["60.0", "395.5", "730.0"]
    assert [point.y for point in chart.points] == ["62.5", "163.5", "113.0"]
    assert (chart.zero, chart.changes) == ("113.0", ("395.5",))
    assert [year for _, year in chart.years] == ["2020", "2021", "2022"]
    assert tone_chart([at(2020, 0.1)]) is None
    assert intervals([(-0.1, 0.0, 0.1)])[1] == "50.00"
