"""Questions decided on their page and over HTTP: what follows, and taking it back."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from companies.models import Company
from documents.models import Document
from engine.kinds import CorrectionAction
from extraction.compile import compile_company
from extraction.extract import extract
from extraction.models import Correction, CorrectionState, Fact, ReviewItem, ReviewState, StatementRow
from extraction.review.correct import Place, Wanted, correct
from extraction.review.decide import assign, decide, take_back
from extraction.review.person import person_of
from extraction.review.replay import replay_company
from extraction.store import store_reading
from jobs.models import TaskRun
from tests.extraction.made import a_company, a_document, a_reading
from tests.extraction.test_corrections import standing, the_report, uploaded
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db

LINES = [("Revenue", "is.revenue", 1, ["1,200", "1,100"]), ("Special gain", None, 1, ["30", "20"])]


@pytest.fixture
def company() -> Company:
    return a_company(fiscal_year_end_month=6, fiscal_year_end_day=30)


@pytest.fixture
def anna(client: Client) -> User:
    """An analyst: she looks, decides and corrects."""
    person = User.objects.create_user("anna", is_staff=True)
    wanted = [
        "view_reviewitem",
        "change_reviewitem",
        "view_correction",
        "add_correction",
        "change_correction",
    ]
    person.user_permissions.set(Permission.objects.filter(codename__in=[*wanted, "view_compiledstatement"]))
    client.force_login(person)
    return person


@pytest.fixture
def misprinted(company: Company, files: Path) -> ReviewItem:
    """The question about a gross profit that does not add up."""
    extract(uploaded(company, the_report()))
    return ReviewItem.objects.get(kind="identity_fails")


def made(company: Company, year: int = 2024, lines: Sequence[tuple] = LINES, digest: str = "d") -> Document:
    document = a_document(company, year)
    read_again(document, lines, digest)
    return document


def read_again(document: Document, lines: Sequence[tuple], digest: str) -> None:
    year = document.fiscal_year
    reading = a_reading([year, year - 1], lines)
    store_reading(document.current_version, reading, options_digest=digest, task_run=None)


def worked_off() -> list[TaskRun]:
    return [work_off(run) for run in TaskRun.objects.filter(task="extraction.apply_corrections")]


def test_it_works(client: Client, anna: User, misprinted: ReviewItem) -> None:
    page = client.get("/admin/review/").content.decode()
    assert "Figures do not add up" in page
    assert "<del>634.5</del>" in page
    assert "<ins>534.5</ins>" in page
    assert f"/admin/statements/pages/{misprinted.document.current_version_id}/2.png" in page
    answer = client.post("/admin/review/decide/", {"item": misprinted.pk, "decision": "repair:0"})
    assert answer.status_code == 302
    misprinted.refresh_from_db()
    assert (misprinted.state, misprinted.decided_by) == ("corrected", anna)
    assert [run.state for run in worked_off()] == ["succeeded"]
    fact = standing("Gross profit")
    assert (fact.value, fact.correction) == (Decimal("534500000"), misprinted.correction)
    # One key takes it back.
    page = client.get("/admin/review/?decided=1").content.decode()
    assert "Undo the last decision" in page
    client.post("/admin/review/decide/", {"item": misprinted.pk, "decision": "undo"})
    worked_off()
    misprinted.refresh_from_db()
    assert (misprinted.state, misprinted.correction) == ("open", None)
    assert standing("Gross profit").value == Decimal("634500000")
    assert Correction.objects.get().state == CorrectionState.UNDONE


def test_the_queue_goes_on_to_the_next_question_and_keeps_its_filters(
    client: Client, anna: User, company: Company
) -> None:
    made(company)
    unnamed = ReviewItem.objects.get(kind="unmapped")
    missing = list(ReviewItem.objects.filter(kind="statement_missing").order_by("pk"))
    answer = client.post("/admin/review/decide/", {"item": missing[0].pk, "decision": "accept", "kind": "statement_missing"})  # fmt: skip # noqa: E501
    assert answer["Location"] == f"/admin/review/?kind=statement_missing&item={missing[1].pk}"
    both = {"item": [missing[1].pk, unnamed.pk], "decision": "reject"}
    assert client.post("/admin/review/decide/", both)["Location"] == "/admin/review/"
    assert set(ReviewItem.objects.values_list("state", flat=True)) == {"accepted", "rejected"}
    page = client.get("/admin/review/").content.decode()
    assert "Nothing waits for you" in page


def test_questions_are_given_to_people_who_may_decide(client: Client, anna: User, company: Company) -> None:
    made(company)
    item = ReviewItem.objects.get(kind="unmapped")
    otto = User.objects.create_user("otto", is_staff=True)
    refused = {"item": item.pk, "decision": "assign", "person": otto.pk}
    assert "may not decide" in client.post("/admin/review/decide/", refused, follow=True).content.decode()
    client.post("/admin/review/decide/", {"item": item.pk, "decision": "assign", "person": anna.pk})
    item.refresh_from_db()
    assert item.assignee == anna
    page = client.get("/admin/review/?whose=me").content.decode()
    assert page.count('class="rv-now"') == 1
    assert "A statement was not found</strong>" not in page
    assert assign(ReviewItem.objects.all(), None) == 3


def test_a_line_of_the_companys_own_is_asked_about_once_for_all_years(anna: User, company: Company) -> None:
    made(company, 2023)
    made(company, 2024)
    item = ReviewItem.objects.get(kind="unmapped")
    assert item.reason.startswith("Income statement: what is “Special gain”?")
    assert decide(ReviewItem.objects.filter(pk=item.pk), ReviewState.ACCEPTED, by=anna).runs == ()
    made(company, 2025)
    assert list(ReviewItem.objects.filter(kind="unmapped").values_list("state", flat=True)) == ["accepted"]


def test_lines_that_nothing_proves_are_put_before_a_person(company: Company) -> None:
    document = a_document(company, 2024)
    reading = a_reading([2024, 2023], LINES)
    unsure = replace(reading.statements[0], confidences=(0.97, 0.5))
    reading = replace(reading, statements=(unsure,))
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    item = ReviewItem.objects.get(kind="low_confidence")
    assert (item.details["rows"], item.details["lines"], item.rank) == ([1], ["Special gain"], 110)
    assert item.reason == (
        "Income statement: 1 line is not sure, because no sum proves the figures or nothing says what they"
        " are. Compare with the page."
    )


@pytest.fixture
def conflict(anna: User, company: Company) -> ReviewItem:
    """Revenue was corrected from 1,200 to 1,250, and a newer engine reads 1,280."""
    document = made(company)
    place = Place.of_figure(Fact.objects.get(label="Revenue", period_end__year=2024).observation)
    correct(place, Wanted(CorrectionAction.NUMBER, number=Decimal(1250)), by=anna)
    replay_company(company)
    read_again(document, [("Revenue", "is.revenue", 1, ["1,280", "1,100"]), LINES[1]], "newer")
    return ReviewItem.objects.get(kind="correction_conflict")


def test_a_correction_in_conflict_is_kept_and_stands_at_its_place_anew(
    anna: User, company: Company, conflict: ReviewItem
) -> None:
    first = conflict.correction
    decide(ReviewItem.objects.filter(pk=conflict.pk), ReviewState.ACCEPTED, by=anna)
    conflict.refresh_from_db()
    kept = conflict.correction
    assert (conflict.state, kept.said_before, kept.says) == ("corrected", "1,280", "1,250")
    first.refresh_from_db()
    assert (first.state, first.replaced_by) == ("replaced", kept)
    worked_off()
    fact = Fact.objects.get(label="Revenue", period_end__year=2024, superseded_at__isnull=True)
    assert (fact.value, fact.correction, fact.confidence) == (Decimal("1250000000"), kept, 0.99)
    kept.refresh_from_db()
    assert kept.state == CorrectionState.ACTIVE
    # Taken back, the first one is in force and in conflict again.
    take_back(conflict, by=anna)
    worked_off()
    first.refresh_from_db()
    conflict.refresh_from_db()
    assert (first.state, conflict.state, conflict.correction) == ("conflict", "open", first)


def test_a_correction_in_conflict_is_undone_where_the_newer_reading_is_right(
    anna: User, conflict: ReviewItem
) -> None:
    decide(ReviewItem.objects.filter(pk=conflict.pk), ReviewState.REJECTED, by=anna)
    worked_off()
    conflict.refresh_from_db()
    assert (conflict.state, conflict.correction.state) == ("rejected", "undone")
    fact = Fact.objects.get(label="Revenue", period_end__year=2024, superseded_at__isnull=True)
    assert (fact.value, fact.correction) == (Decimal("1280000000"), None)
    take_back(conflict, by=anna)
    worked_off()
    conflict.refresh_from_db()
    assert (conflict.state, conflict.correction.state) == ("open", "conflict")


def test_a_figure_is_corrected_on_its_page_with_a_look_ahead(
    client: Client, anna: User, company: Company
) -> None:
    made(company)
    compile_company(company)
    fact = Fact.objects.get(label="Revenue", period_end__year=2024)
    address = f"/admin/review/correct/figure/{fact.observation_id}/"
    assert "Correct Revenue" in client.get(address).content.decode()
    sent = {"action": "number", "number": "1,250", "reason": "Misread."}
    page = client.post(address, sent).content.decode()
    assert "1,200,000,000" in page
    assert "1,250,000,000" in page
    assert (Correction.objects.count(), TaskRun.objects.count()) == (0, 0)
    answer = client.post(address, {**sent, "keep": "1"})
    correction = Correction.objects.get()
    assert answer["Location"] == f"/admin/review/corrections/{correction.pk}/"
    assert (correction.number, correction.reason, correction.author) == (Decimal(1250), "Misread.", anna)
    worked_off()
    page = client.get(answer["Location"]).content.decode()
    assert "it was entered by a person" in page
    assert "Applied at its place" in page
    client.post(answer["Location"], {"change": "undo", "reason": "No."})
    worked_off()
    correction.refresh_from_db()
    assert correction.state == "undone"
    client.post(answer["Location"], {"change": "restore"})
    correction.refresh_from_db()
    assert correction.state == "active"


@pytest.mark.parametrize(("text", "says"), [
    ("twelve", "“twelve” is no number."), ("", "is no number"), ("1,200", "That is what was read: 1,200."),
    ("1e99", "is larger than a figure can be"), ("nan", "Give the number as it should be"),
])  # fmt: skip
def test_a_number_that_cannot_be_is_refused_in_words(
    client: Client, anna: User, company: Company, text: str, says: str
) -> None:
    made(company)
    fact = Fact.objects.get(label="Revenue", period_end__year=2024)
    sent = {"action": "number", "number": text, "keep": "1"}
    answer = client.post(f"/admin/review/correct/figure/{fact.observation_id}/", sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Correction.objects.count() == 0


def test_a_question_is_answered_by_the_correction_made_from_it(
    client: Client, anna: User, company: Company
) -> None:
    made(company)
    item = ReviewItem.objects.get(kind="unmapped")
    row = StatementRow.objects.get(label="Special gain")
    sent = {
        "action": "concept",
        "concept": "is.other_op",
        "everywhere": "1",
        "keep": "1",
        "question": item.pk,
    }
    assert client.post(f"/admin/review/correct/line/{row.pk}/", sent)["Location"] == "/admin/review/"
    item.refresh_from_db()
    assert (item.state, item.correction.concept, item.correction.everywhere) == (
        "corrected",
        "is.other_op",
        True,
    )


def test_who_may_only_look_decides_nothing(client: Client, company: Company) -> None:
    made(company)
    item = ReviewItem.objects.get(kind="unmapped")
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.user_permissions.set(
        Permission.objects.filter(codename__in=["view_reviewitem", "view_correction"])
    )
    client.force_login(viewer)
    page = client.get("/admin/review/").content.decode()
    assert 'data-key="a"' not in page
    assert "correct/line" not in page
    row = StatementRow.objects.get(label="Special gain")
    for address, sent in (
        ("/admin/review/decide/", {"item": item.pk, "decision": "accept"}),
        (f"/admin/review/correct/line/{row.pk}/", {"action": "concept", "concept": "is.tax", "keep": "1"}),
    ):
        assert client.post(address, sent).status_code == 403
    item.refresh_from_db()
    assert (item.state, Correction.objects.count()) == ("open", 0)
    stranger = Client()
    assert "/admin/login/" in stranger.get("/admin/review/")["Location"]


def test_the_queue_takes_as_many_queries_for_many_questions_as_for_few(
    client: Client, anna: User, company: Company
) -> None:
    made(company)
    counts = []
    for more in (0, 40):
        ReviewItem.objects.bulk_create(
            ReviewItem(company=company, kind="unmapped", reason=f"{n}", fingerprint=f"{more}-{n}", rank=120)
            for n in range(more)
        )
        client.get("/admin/review/?kind=unmapped")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/review/?kind=unmapped")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 26


def test_over_http_a_question_is_corrected_and_taken_back(anna: User, misprinted: ReviewItem) -> None:
    api = APIClient()
    api.force_authenticate(anna)
    listed = api.get("/api/v1/reviews/?kind=identity_fails").json()["results"]
    assert [one["id"] for one in listed] == [misprinted.pk]
    assert listed[0]["details"]["changes"][0]["after"] == "534.5"
    answer = api.post(f"/api/v1/reviews/{misprinted.pk}/correct/", {"repair": 0}, format="json")
    assert (answer.status_code, answer.json()["decided"], len(answer.json()["task_ids"])) == (200, 1, 1)
    worked_off()
    fact = standing("Gross profit")
    body = api.get(f"/api/v1/corrections/{fact.correction_id}/").json()
    assert (body["says"], body["entered"], body["state"]) == ("534.5", True, "active")
    assert [event["kind"] for event in body["events"]] == ["made", "applied"]
    again = api.post(f"/api/v1/reviews/{misprinted.pk}/correct/", {"repair": 0}, format="json")
    assert (again.status_code, again.json()["code"]) == (400, "wrong_correction")
    api.post(f"/api/v1/reviews/{misprinted.pk}/undo/")
    worked_off()
    assert standing("Gross profit").value == Decimal("634500000")


def test_over_http_a_correction_is_previewed_made_and_undone(anna: User, company: Company) -> None:
    made(company)
    compile_company(company)
    api = APIClient()
    api.force_authenticate(anna)
    fact = Fact.objects.get(label="Revenue", period_end__year=2024)
    wanted = {"fact": fact.pk, "action": "number", "number": "1250"}
    seen = api.post("/api/v1/corrections/preview/", wanted, format="json").json()
    assert seen["changes"] == [
        {"row": "is.revenue", "label": "Revenue", "period_end": "2024-12-31", "before": "1200000000",
         "after": "1250000000"},
    ]  # fmt: skip
    assert Correction.objects.count() == 0
    kept = api.post("/api/v1/corrections/", wanted, format="json")
    assert kept.status_code == 201
    address = f"/api/v1/corrections/{kept.json()['id']}"
    assert api.post(f"{address}/undo/", {"reason": "No."}, format="json").json()["decided"] == 1
    assert api.post(f"{address}/undo/", {}, format="json").json() == {"decided": 0, "task_ids": []}
    assert api.post(f"{address}/restore/").json()["decided"] == 1
    for body, names in (
        ({"action": "number", "number": "1"}, "fact"),
        ({"fact": 10**6, "action": "number", "number": "1"}, "fact"),
        ({"fact": fact.pk, "action": "nonsense"}, "action"),
        ({"fact": fact.pk, "action": "number", "number": "1200"}, "code"),
    ):
        answer = api.post("/api/v1/corrections/", body, format="json")
        assert (answer.status_code, names in answer.json()) == (400, True)


def test_nobody_decides_without_signing_in(anna: User) -> None:
    request = RequestFactory().post("/")
    request.user = anna
    assert person_of(request) == anna
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied, match="Sign in first"):
        person_of(request)
