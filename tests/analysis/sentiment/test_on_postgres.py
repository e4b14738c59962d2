"""What databases do in different ways: JSON in conditions, and the constraints of analyses and labels."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from analysis.models import SentimentAnalysis, SentimentSentence
from analysis.sentiment.analyze import analyze
from analysis.sentiment.labels import label, labelled_sentences
from analysis.sentiment.trends import update_trends
from engine.kinds import Polarity
from tests.analysis.sentiment.reports import BAD, DULL, GOOD, report
from tests.analysis.sentiment.test_analyze import TODAY


@pytest.mark.postgres
def test_analyses_labels_and_trends() -> None:
    admin_client = Client()
    admin_client.force_login(User.objects.create_superuser("ada"))
    for year, text in ((2020, GOOD), (2021, GOOD), (2022, GOOD), (2023, GOOD), (2024, BAD)):
        document = report("Northwind", year, text, DULL)
        analyze(document)
    analyze(document, force=True)
    updated = update_trends(document.company, "ALL", today=TODAY)
    quiet = SentimentSentence.objects.filter(analysis__document=document, terms=[])
    label(quiet, Polarity.NEUTRAL, by=None)

    assert SentimentAnalysis.objects.filter(is_current=True).count() == 5
    assert quiet.count() == 2
    assert len(list(labelled_sentences())) == 2
    assert [one.topic for one in updated.new_shifts][:1] == [""]
    for show in ("strongest", "quiet", "labelled"):
        page = admin_client.get(f"/admin/tone/documents/{document.pk}/?show={show}").content.decode()
        assert page.count("<li id=") == (3 if show == "strongest" else 2)
    listed = admin_client.get(f"/api/v1/sentiment/{document.sentiment_analyses.get().pk}/").json()
    assert len(listed["sentences"]) == 3
