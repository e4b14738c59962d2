"""Documents with text are judged, followed and compared; what people say of sentences stays."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from analysis.errors import TooFewCompanies, WrongSpan
from analysis.models import (
    OVERALL,
    SentimentAnalysis,
    SentimentSentence,
    SentimentShift,
    SentimentTrend,
    SentimentTrendLine,
    SentimentWordList,
)
from analysis.sentiment import judges
from analysis.sentiment.analyze import analyze
from analysis.sentiment.compare import compare_companies
from analysis.sentiment.judges import Champion, current_judge, register_champions
from analysis.sentiment.labels import label, labelled_sentences
from analysis.sentiment.spans import begins
from analysis.sentiment.trends import update_trends
from documents.errors import NoFile
from documents.models import Document
from engine.kinds import Polarity
from tests.analysis.sentiment.reports import BAD, DULL, GOOD, report
from tests.engine.sentiment.test_judges import artefact

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 30)


def sentences(document: Document) -> QuerySet[SentimentSentence]:
    return SentimentSentence.objects.filter(analysis__document=document, analysis__is_current=True)


def test_a_report_has_a_score_its_topics_and_its_sentences() -> None:
    document = report("Northwind", 2024, GOOD, BAD, DULL)

    analysed = analyze(document)

    analysis = analysed.analysis
    assert analysed.is_new
    assert (analysis.model, analysis.n_evidence, analysis.n_sentences) == ("lexicon", 6, 8)
    evidence = [one for one in sentences(document) if one.terms]
    assert [(one.page, one.label) for one in evidence] == [
        *[(1, "positive")] * 3,
        *[(2, "negative")] * 3,
    ]
    mean = sum(one.score for one in evidence) / (6 + 5)
    assert analysis.score == pytest.approx(mean, abs=1e-4)
    topics = {one.topic: one.n for one in analysis.topic_scores.all()}
    assert topics["financial_performance"] == 4
    assert "regulatory_environment" not in topics


def test_a_text_is_judged_once_by_one_judge() -> None:
    document = report("Northwind", 2024, GOOD)
    first = analyze(document)

    again, forced = analyze(document), analyze(document, force=True)

    assert (again.is_new, again.analysis) == (False, first.analysis)
    assert forced.is_new
    assert SentimentAnalysis.objects.count() == 1
    assert forced.analysis.score == first.analysis.score


def test_a_report_that_says_nothing_has_no_score() -> None:
    analysis = analyze(report("Northwind", 2024, DULL)).analysis

    assert (analysis.score, analysis.polarity, analysis.confidence, analysis.n_evidence) == (
        None,
        "",
        None,
        0,
    )
    assert not analysis.topic_scores.exists()
    assert [one.terms for one in sentences(analysis.document)] == [[], []]


def test_the_database_refuses_a_score_without_evidence() -> None:
    analysis = analyze(report("Northwind", 2024, DULL)).analysis
    analysis.score = 0.0

    with pytest.raises(IntegrityError), transaction.atomic():
        analysis.save()


def test_a_document_without_a_file_says_what_to_do() -> None:
    document = report("Northwind", 2024, GOOD)
    document.current_version = None
    document.save()

    with pytest.raises(NoFile):
        analyze(document)


def test_the_delta_is_against_the_report_of_the_year_before() -> None:
    first, second = report("Northwind", 2023, BAD), report("Northwind", 2024, GOOD)
    before = analyze(first)
    after = analyze(second)

    assert before.trend_delta is None
    assert after.trend_delta == pytest.approx(after.analysis.score - before.analysis.score, abs=1e-4)


def test_what_people_say_survives_the_next_analysis() -> None:
    person = User.objects.create_user("rita")
    document = report("Northwind", 2024, GOOD, DULL)
    analyze(document)
    chosen = sentences(document).filter(label="positive")[:1].get()
    label(SentimentSentence.objects.filter(pk=chosen.pk), Polarity.NEUTRAL, by=person)

    analyze(document, force=True)

    kept = sentences(document).exclude(reviewer_label="").get()
    assert (kept.text, kept.reviewer_label, kept.reviewed_by) == (chosen.text, "neutral", person)
    assert [(one.document_id, one.text, one.label) for one in labelled_sentences()] == [
        (document.pk, chosen.text, Polarity.NEUTRAL)
    ]

    assert label(SentimentSentence.objects.filter(pk=kept.pk), None, by=person) == 1
    analyze(document, force=True)
    assert list(labelled_sentences()) == []


def test_trends_follow_the_reports_days() -> None:
    for year, text in ((2020, GOOD), (2021, GOOD), (2022, GOOD), (2023, GOOD), (2024, BAD)):
        analyze(report("Northwind", year, text))
    document = Document.objects.get(fiscal_year=2024)

    updated = update_trends(document.company, "ALL", today=TODAY)

    points = SentimentTrend.objects.filter(topic=OVERALL)
    assert [point.period_end.year for point in points] == [2020, 2021, 2022, 2023, 2024]
    assert points[0].delta is None
    assert points[4].delta == pytest.approx(points[4].score - points[3].score, abs=1e-4)
    line = SentimentTrendLine.objects.get(topic=OVERALL)
    assert (line.points, line.slope) == (5, 0.0)
    shift = SentimentShift.objects.get(topic=OVERALL)
    assert (shift.document, shift.day, shift.alerted_at) == (document, date(2024, 12, 31), None)
    assert shift.deviations < -3
    assert shift in updated.new_shifts

    again = update_trends(document.company, "24M", today=TODAY)
    assert again.new_shifts == ()
    assert [point.period_end.year for point in SentimentTrend.objects.filter(topic=OVERALL)] == [2024]


def test_documents_without_a_day_are_named() -> None:
    document = report("Northwind", 2024, GOOD)
    Document.objects.filter(pk=document.pk).update(period_end=None)
    analyze(document)

    updated = update_trends(document.company, "ALL", today=TODAY)

    assert (updated.points, updated.without_day) == (0, (document.pk,))


def test_companies_are_compared_over_the_same_time() -> None:
    for year in (2023, 2024):
        analyze(report("Northwind", year, GOOD))
        analyze(report("Southwind", year, BAD))
    analyze(report("Eastwind", 2024, GOOD))
    companies = [Document.objects.filter(company__name=name)[0].company
                 for name in ("Northwind", "Southwind", "Eastwind")]  # fmt: skip

    result = compare_companies(companies, "3Y", today=TODAY).result

    assert [(one["company"], one["rank"], one["documents"]) for one in result["ranking"]] == [
        ("Northwind", 1, 2),
        ("Southwind", 2, 2),
    ]
    assert [(one["company"], one["documents"]) for one in result["insufficient"]] == [("Eastwind", 1)]
    assert result["differences"][0]["is_clear"] is True
    assert result["document_types"] == ["annual_report"]
    with pytest.raises(TooFewCompanies):
        compare_companies(companies[:1], "3Y", today=TODAY)
    with pytest.raises(WrongSpan):
        compare_companies(companies, "custom", today=TODAY, start=TODAY)


@pytest.mark.parametrize(
    ("span", "first"),
    [("1M", date(2026, 5, 28)), ("24M", date(2024, 6, 28)), ("10Y", date(2016, 6, 28)), ("ALL", date.min)],
)
def test_spans_of_time(span: str, first: date) -> None:
    assert begins(span, TODAY) == first


@pytest.mark.parametrize("span", ["", "0M", "M", "2W", "1000Y", "24m "])
def test_what_is_no_span_is_said(span: str) -> None:
    with pytest.raises(WrongSpan):
        begins(span, TODAY)


def test_a_word_list_is_brought_by_whoever_may_use_it(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "mine.csv"
    path.write_text("Word,Negative,Positive\nGRUBBY,2009,0\n")

    call_command("import_word_list", str(path))

    assert capsys.readouterr().out == "1 words of “mine” are in use.\n"
    judge = current_judge()
    assert judge.name == "lexicon and mine"
    assert judge.judge("The yard is grubby.").label is Polarity.NEGATIVE
    call_command("import_word_list", str(path), "--name", "other", "--only-keep")
    assert [one.name for one in SentimentWordList.objects.filter(is_active=True)] == ["mine"]
    path.write_text("nothing")
    with pytest.raises(CommandError):
        call_command("import_word_list", str(path))


def test_a_champion_judges_in_place_of_the_lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "_champions", [])
    register_champions(lambda: None)
    assert current_judge().name == "lexicon"

    register_champions(lambda: Champion("7", artefact()))

    document = report("Northwind", 2024, ["The year was rosy for all of us."])
    analysis = analyze(document).analysis
    assert (analysis.model, analysis.model_version, analysis.n_evidence) == ("classifier", "7", 1)


def test_a_transformer_that_is_not_there_is_said(settings) -> None:  # type: ignore[no-untyped-def]
    from engine.errors import BadInput

    settings.SENTIMENT_TRANSFORMER = "/nowhere/model"
    with pytest.raises(BadInput) as refused:
        current_judge()

    assert refused.value.code in ("transformer_not_installed", "no_such_model")
