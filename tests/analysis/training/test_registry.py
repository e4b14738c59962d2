"""Who is in use: by evidence, by a person's word, and back again."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.test import Client

from analysis.artifacts import ArtefactRefused
from analysis.models import ModelFamily, Stage, TrainedModel
from analysis.training.registry import CannotPromote, Slot, promote, roll_back
from tests.analysis.training.made import BETTER, SLOT, WORSE, a_model
from tests.market.made import an_instrument
from tests.people import in_role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(files: Path) -> None:
    """Artefacts lie in a folder of the test."""


@pytest.fixture
def olivia(client: Client) -> Any:
    person = get_user_model().objects.create_user("olivia", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def stages() -> list[tuple[int, str]]:
    return list(TrainedModel.objects.order_by("version").values_list("version", "stage"))


def test_evidence_promotes_and_the_one_before_is_archived() -> None:
    first = a_model()
    second = a_model(against_champion=BETTER, champion=first)
    assert stages() == [(1, Stage.ARCHIVED), (2, Stage.CHAMPION)]
    assert SLOT.champion() == second
    assert (second.parent, second.promoted_by) == (first, None)
    assert second.decision == "Better than the lexicon and the champion beyond one standard error."


def test_without_evidence_nothing_changes() -> None:
    first = a_model()
    a_model(against_champion=WORSE, champion=first)
    weak = a_model(against_baseline=WORSE)
    assert stages() == [(1, Stage.CHAMPION), (2, Stage.CHALLENGER), (3, Stage.CHALLENGER)]
    assert weak.promoted_at is None
    assert weak.decision.startswith("Not better than the lexicon beyond one standard error")


def test_a_person_may_promote_and_go_back(olivia: Any) -> None:
    first = a_model()
    second = a_model(against_baseline=WORSE)
    promote(second, by=olivia)
    assert stages() == [(1, Stage.ARCHIVED), (2, Stage.CHAMPION)]
    second.refresh_from_db()
    assert second.promoted_by == olivia
    assert roll_back(second, by=olivia) == first
    assert stages() == [(1, Stage.CHAMPION), (2, Stage.ARCHIVED)]
    first.refresh_from_db()
    a_third = a_model(against_baseline=WORSE)
    with pytest.raises(CannotPromote, match="is not in use"):
        roll_back(a_third, by=olivia)
    with pytest.raises(CannotPromote, match="is in use already"):
        promote(first, by=olivia)


def test_the_only_champion_gives_way_to_the_baseline(olivia: Any) -> None:
    only = a_model()
    assert roll_back(only, by=olivia) is None
    assert SLOT.champion() is None


def test_a_model_whose_file_was_changed_is_not_put_to_use(olivia: Any, files: Path) -> None:
    model = a_model(against_baseline=WORSE)
    (files / model.artefact).unlink()
    with pytest.raises(ArtefactRefused):
        promote(model, by=olivia)
    assert SLOT.champion() is None


def test_each_share_has_champions_of_its_own() -> None:
    slots = [Slot(ModelFamily.FORECASTING, "ensemble", an_instrument(ticker)) for ticker in ("ONE", "TWO")]
    for slot in slots:
        a_model(slot)
        a_model(slot)
    assert [slot.champion().version for slot in slots] == [2, 2]  # type: ignore[union-attr]


def test_the_database_allows_one_champion_only() -> None:
    first = a_model()
    second = a_model(against_baseline=WORSE)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainedModel.objects.filter(pk=second.pk).update(stage="champion", promoted_at=first.promoted_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainedModel.objects.filter(pk=second.pk).update(version=1)


def test_the_register_in_the_admin_promotes_and_goes_back(client: Client, olivia: Any) -> None:
    first = a_model()
    second = a_model(against_baseline=WORSE)
    page = client.get("/admin/analysis/trainedmodel/").content.decode()
    for words in ("In use", "Not promoted", "+0.2000 ± 0.0500 over 20", "sentences, version 2"):
        assert words in page, words
    client.post("/admin/analysis/trainedmodel/", {"action": "use", "_selected_action": [second.pk]})
    assert stages() == [(1, Stage.ARCHIVED), (2, Stage.CHAMPION)]
    client.post("/admin/analysis/trainedmodel/", {"action": "go_back", "_selected_action": [second.pk]})
    assert stages() == [(1, Stage.CHAMPION), (2, Stage.ARCHIVED)]
    one = client.get(f"/admin/analysis/trainedmodel/{first.pk}/change/").content.decode()
    assert "(&#x27;" not in one
    for words in (
        "macro f1 0.9",
        "the lexicon: +0.2000 ± 0.0500 over 20",
        "strength 3",
        first.artefact_sha256,
    ):
        assert words in one, words


def test_a_viewer_looks_and_does_not_promote(client: Client) -> None:
    model = a_model(against_baseline=WORSE)
    client.force_login(in_role("viewer"))
    assert client.get("/admin/analysis/trainedmodel/").status_code == 200
    client.post("/admin/analysis/trainedmodel/", {"action": "use", "_selected_action": [model.pk]})
    assert stages() == [(1, Stage.CHALLENGER)]


def test_the_list_costs_the_same_however_long_it_is(
    client: Client, olivia: Any, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for ticker in ("ONE", "TWO"):
        a_model(Slot(ModelFamily.FORECASTING, "ensemble", an_instrument(ticker)))
    client.get("/admin/analysis/trainedmodel/")
    with django_assert_max_num_queries(20) as few:
        client.get("/admin/analysis/trainedmodel/")
    for ticker in ("THREE", "FOUR", "FIVE"):
        a_model(Slot(ModelFamily.FORECASTING, "ensemble", an_instrument(ticker)))
    with django_assert_max_num_queries(len(few)):
        client.get("/admin/analysis/trainedmodel/")
