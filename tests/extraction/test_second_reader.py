"""A report read with a second reader behind a real server, which answers well and badly."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.simulated_readers import PerfectReader
from companies.models import Company
from documents.models import Document
from documents.upload import accept_upload
from engine.kinds import StatementKind
from engine.reading import read
from engine.second_reader.question import Completion, Prompt, Question
from extraction.extract import extract
from extraction.models import CallState, ExtractionRun, Fact, LlmBudget, LlmCall, ReviewItem, StatementRow
from extraction.second_reader.model_client import Asker, BudgetExceeded, ModelUnavailable, price_of
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.engine.makepdf import INCOME, PROSE, balance, cash_flow, income, report
from tests.engine.second_reader.injected import HIDDEN, ORDER, SEEN, injected
from tests.model_server import Answer, Asked, ModelServer, by_reader, completion

IS = StatementKind.INCOME_STATEMENT
KEY = "sk-only-for-tests-0123456789"
ROWS = (*INCOME[:3], ("Wonder money", "5", "(200.0)", "(180.0)"), *INCOME[4:])
STRANGE = report([PROSE, income(rows=ROWS), balance(), cash_flow()])
LEFT = "Wonder money"

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Northwind", slug="northwind")


@pytest.fixture
def document(company: Company, files: object) -> Document:
    return uploaded(company, STRANGE)


def uploaded(company: Company, pdf: bytes) -> Document:
    return accept_upload(company, io.BytesIO(pdf), "annual-report-2023.pdf").document


Serve = Callable[[Callable[[Asked], Answer]], ModelServer]


@pytest.fixture
def serve(settings: object) -> Iterator[Serve]:
    """Starts the server and sets it up as the second reader."""
    running: list[ModelServer] = []

    def start(answer: Callable[[Asked], Answer]) -> ModelServer:
        server = ModelServer(answer).__enter__()
        running.append(server)
        values = {
            "SECOND_READER": True, "MODEL_KEY": KEY, "MODEL_URL": server.url, "MODEL_NAME": "gpt-4o-mini",
            "MODEL_SECONDS": 2, "ALLOWED_PRIVATE_HOSTS": frozenset({server.pair}),
        }  # fmt: skip
        for name, value in values.items():
            setattr(settings, name, value)
        return server

    yield start
    for server in running:
        server.__exit__()


def perfect(name: str | None = "is.admin") -> PerfectReader:
    reading = read(STRANGE)
    concepts = {s.table.kind: [m.concept for m in s.mappings] for s in reading.statements}
    place = [row.label for row in reading.statements[0].table.rows].index(LEFT)
    concepts[IS][place] = name
    return PerfectReader(concepts)


def stored() -> list[tuple[object, ...]]:
    """Every figure that is in force, with what it means."""
    facts = Fact.objects.filter(superseded_at__isnull=True)
    return sorted(facts.values_list("statement", "concept", "label", "period_end", "value"), key=repr)


READ_ALONE: dict[str, list[tuple[object, ...]]] = {}


def expected_without(document: Document, settings: object) -> list[tuple[object, ...]]:
    """What the file gives without a second reader; read once for all tests."""
    content = document.current_version.sha256
    if content not in READ_ALONE:
        settings.SECOND_READER = False  # type: ignore[attr-defined]
        extract(document)
        READ_ALONE[content] = stored()
        settings.SECOND_READER = True  # type: ignore[attr-defined]
    return READ_ALONE[content]


def test_nothing_is_sent_and_nothing_changes_without_configuration(
    document: Document, settings: object
) -> None:
    assert settings.SECOND_READER is False  # type: ignore[attr-defined]
    run = extract(document).run
    assert run.second_reader == {}
    assert LlmCall.objects.count() == 0
    assert StatementRow.objects.get(label=LEFT).mapping_method == "unmapped"


def test_a_line_gets_its_name_and_the_figures_stay(
    document: Document, serve: Serve, settings: object
) -> None:
    server = serve(by_reader(perfect()))
    before = expected_without(document, settings)
    run = extract(document).run
    row = StatementRow.objects.get(label=LEFT, table__run=run)
    assert (row.concept, row.mapping_method) == ("is.admin", "second_reader")
    changed = set(stored()) - set(before)
    assert {fact[:3] for fact in changed} == {("income_statement", "is.admin", LEFT)}
    assert sorted(fact[4] for fact in changed) == [Decimal(-200_000_000), Decimal(-180_000_000)]
    assert len(stored()) == len(before) == 76
    (opinion,) = run.second_reader["opinions"]
    assert (opinion["mode"], opinion["entered"], opinion["refused"]) == ("labels", [LEFT], "")
    assert len(server.asked) == 1
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    schema = server.asked[0]["response_format"]["json_schema"]
    assert (schema["strict"], schema["schema"]["additionalProperties"]) == (True, False)


def test_a_second_run_of_the_same_document_costs_nothing(document: Document, serve: Serve) -> None:
    server = serve(by_reader(perfect()))
    first = extract(document)
    call = LlmCall.objects.get()
    assert (call.state, call.input_tokens, call.output_tokens) == (CallState.ANSWERED, 1000, 100)
    assert call.cost == Decimal("0.00021")  # 1,000 tokens at 0.15 and 100 at 0.60 dollars a million
    assert not call.is_estimate
    assert (call.prompt, call.model, call.document, call.company) == (
        "labels.1", "gpt-4o-mini", document, document.company,
    )  # fmt: skip
    facts = stored()
    assert extract(document).run == first.run  # not even read again
    again = extract(document, force=True)
    assert not again.repeated
    assert stored() == facts
    assert len(server.asked) == 1
    call.refresh_from_db()
    assert (LlmCall.objects.count(), call.replays, call.cost) == (1, 1, Decimal("0.00021"))


def test_another_model_or_prompt_is_another_reading(
    document: Document, serve: Serve, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(by_reader(perfect()))
    first = extract(document).run
    settings.MODEL_NAME = "gpt-4o"  # type: ignore[attr-defined]
    second = extract(document).run
    assert second.options_digest != first.options_digest
    assert len(server.asked) == 2
    monkeypatch.setattr("extraction.second_reader.ask.prompt_versions", lambda: "labels.2 layout.1")
    assert extract(document).run.options_digest not in (first.options_digest, second.options_digest)


def test_a_later_engine_reads_the_answers_that_were_paid_for(
    document: Document, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(by_reader(perfect()))
    first = extract(document).run
    monkeypatch.setattr("extraction.extract.ENGINE_VERSION", "99")
    second = extract(document)
    assert not second.repeated
    assert second.run.second_reader["opinions"] == first.second_reader["opinions"]
    assert (len(server.asked), LlmCall.objects.get().replays) == (1, 1)


GOOD = '{"lines": [{"line": 1, "concept": "is.revenue"}]}'
BAD_ANSWERS = {
    "wrong ids": ('{"lines": [{"line": 99, "concept": "is.admin"}]}', {"no_such_line": 1}),
    "invented concept": ('{"lines": [{"line": 4, "concept": "is.money"}]}', {"no_such_concept": 1}),
    "invented number": ('{"lines": [{"line": 4, "concept": "is.admin", "value": 999}]}', {"wrong_shape": 1}),
    "NaN": ('{"lines": [{"line": NaN, "concept": "is.admin"}]}', {"not_a_number": 12}),
    "1e400": ('{"lines": [{"line": 1e400, "concept": "is.admin"}]}', {"not_a_number": 12}),
    "prose alone": ("Sure! Revenue was 999.", {"no_json": 12}),
    "cut JSON": (GOOD[:-5], {"no_json": 12}),
    "empty": ("", {"empty_answer": 12}),
    "nothing": (None, {"empty_answer": 12}),
    "duplicated keys": ('{"lines": [{"line": 4, "line": 5, "concept": "is.admin"}]}', {"duplicated_key": 12}),
    "an order carried out": (json.dumps({"lines": [], "note": ORDER}), {"wrong_shape": 12}),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_is_not_grounded_stores_nothing(
    name: str, document: Document, serve: Serve, settings: object
) -> None:
    text, dropped = BAD_ANSWERS[name]
    serve(lambda asked: completion(text))
    before = expected_without(document, settings)
    run = extract(document).run
    assert run.status == "succeeded"
    assert stored() == before
    (opinion,) = run.second_reader["opinions"]
    assert (opinion["dropped"], opinion["entered"]) == (dropped, [])
    assert "999" not in json.dumps(run.second_reader)
    assert LlmCall.objects.get().state == CallState.ANSWERED


def test_prose_around_the_answer_is_tolerated(document: Document, serve: Serve) -> None:
    reader = perfect()
    serve(by_reader(lambda question: Completion(f"Here:\n```json\n{reader(question).text}\n```\nDone.")))
    assert extract(document).run.second_reader["opinions"][0]["entered"] == [LEFT]


def test_a_truncated_answer_is_split_and_booked(document: Document, serve: Serve) -> None:
    def short(asked: Asked) -> Answer:
        lines = asked["messages"][1]["content"].rsplit("lines ", 1)[1].count(",") + 1
        if lines > 6:
            return completion('{"lines": [{"li', finish="length")
        return by_reader(perfect())(asked)

    server = serve(short)
    run = extract(document).run
    assert run.second_reader["opinions"][0]["entered"] == [LEFT]
    states = list(LlmCall.objects.order_by("pk").values_list("state", flat=True))
    assert states == [CallState.TRUNCATED, CallState.ANSWERED, CallState.ANSWERED]
    extract(document, force=True)
    assert len(server.asked) == 3
    assert sum(LlmCall.objects.values_list("replays", flat=True)) == 3


FAILURES = {
    "429": (Answer(b"slow down", 429, (("Retry-After", "600"),)), "rate_limited"),
    "500": (Answer(b"oops", 500), "model_failed"),
    "hang": (Answer(b"", hang=True), "too_slow"),
    "cut": (Answer(completion(GOOD).body, cut=True), "wrong_length"),
    "200 with an error": (Answer(b'{"error": {"message": "overloaded 999"}}'), "bad_answer"),
    "no JSON": (Answer(b"<html>gateway</html>"), "bad_answer"),
    "keys twice": (Answer(b'{"choices": [], "choices": []}'), "bad_answer"),
    "empty body": (Answer(b""), "bad_answer"),
    "wrong key": (Answer(f'{{"error": "bad key {KEY}"}}'.encode(), 401), "model_refuses_key"),
    "redirect": (Answer(b"", 302, (("Location", "http://127.0.0.1:1/"),)), "model_refused"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_server_that_fails_leaves_the_reading_as_it_is(
    name: str, document: Document, serve: Serve, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    answer, code = FAILURES[name]
    server = serve(lambda asked: answer)
    before = expected_without(document, settings)
    with caplog.at_level(logging.DEBUG):
        run = extract(document).run  # by hand, with no run to put off
    assert stored() == before
    assert (run.status, run.second_reader["code"]) == ("succeeded", code)
    call = LlmCall.objects.get()
    assert (call.state, call.error_code, call.answer) == (CallState.FAILED, code, "")
    assert call.is_estimate == (code in ("too_slow", "wrong_length", "bad_answer"))
    assert (call.cost > 0) == call.is_estimate
    assert len(server.asked) == 1
    said = json.dumps(run.second_reader) + caplog.text
    assert KEY not in said
    assert "999" not in said
    assert "You name the lines" not in said


@pytest.mark.parametrize("status", [400, 422])
def test_a_server_without_schemas_is_asked_in_words_and_remembered(
    status: int, company: Company, files: object, document: Document, serve: Serve
) -> None:
    reader = by_reader(perfect())

    def plain(asked: Asked) -> Answer:
        return Answer(b"unknown field", status) if "response_format" in asked else reader(asked)

    server = serve(plain)
    assert extract(document).run.second_reader["opinions"][0]["entered"] == [LEFT]
    assert ["response_format" in asked for asked in server.asked] == [True, False]
    assert '"additionalProperties": false' in server.asked[1]["messages"][0]["content"]
    assert (LlmCall.objects.get().with_schema, server.asked[1]["max_tokens"] > 0) == (False, True)
    other = report(
        [PROSE, income(rows=ROWS, title="Consolidated statement of income"), balance(), cash_flow()]
    )
    extract(uploaded(company, other))
    assert len(server.asked) == 3
    assert "response_format" not in server.asked[2]


def launched(document: Document) -> TaskRun:
    return launch("extract_financial_statements", subject=document, document_id=document.pk).run


@pytest.mark.django_db(transaction=True)
def test_the_run_waits_in_the_database_as_long_as_the_server_asks(document: Document, serve: Serve) -> None:
    answers = [Answer(b"", 429, (("Retry-After", "600"),))]
    server = serve(lambda asked: answers.pop() if answers else by_reader(perfect())(asked))
    run = launched(document)
    execute(run.pk, worker="test")
    run.refresh_from_db()
    assert (run.state, run.error_code, run.lease_owner) == (State.QUEUED, "rate_limited", "")
    wait = run.not_before - timezone.now()
    assert timedelta(seconds=590) < wait < timedelta(seconds=661)
    assert ExtractionRun.objects.count() == 0
    # Another document's run does not ask in the meantime.
    other = extract(document).run
    assert other.second_reader["code"] == "model_paused"
    assert len(server.asked) == 1
    other.delete()
    LlmCall.objects.update(retry_at=timezone.now())
    TaskRun.objects.filter(pk=run.pk).update(not_before=None)
    execute(run.pk, worker="test")
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED
    assert ExtractionRun.objects.get().second_reader["opinions"][0]["entered"] == [LEFT]
    assert run.result["cost"] == "0.000210"


@pytest.mark.django_db(transaction=True)
def test_tries_are_bounded_and_the_last_one_goes_without(document: Document, serve: Serve) -> None:
    server = serve(lambda asked: Answer(b"", 500))
    run = launched(document)
    for _ in range(run.max_attempts):
        assert ExtractionRun.objects.count() == 0
        TaskRun.objects.filter(pk=run.pk).update(not_before=None)
        execute(run.pk, worker="test")
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED
    assert ExtractionRun.objects.get().second_reader["code"] == "model_failed"
    assert len(server.asked) == run.max_attempts == 4


def test_a_server_that_keeps_failing_is_left_alone(document: Document, serve: Serve) -> None:
    server = serve(lambda asked: Answer(b"", 500))
    for _ in range(7):
        run = extract(document, force=True).run
    assert len(server.asked) == 5
    assert run.second_reader["code"] == "model_paused"
    LlmCall.objects.update(finished_at=timezone.now() - timedelta(seconds=61))
    extract(document, force=True)
    assert len(server.asked) == 6  # one more failure doubles the break
    assert extract(document, force=True).run.second_reader["code"] == "model_paused"
    server.answer = by_reader(perfect())
    LlmCall.objects.update(finished_at=timezone.now() - timedelta(seconds=121))
    assert extract(document, force=True).run.second_reader["code"] == ""


@pytest.mark.parametrize("span", ["per_document", "per_day", "per_month"])
def test_a_budget_is_not_overdrawn(span: str, document: Document, serve: Serve, settings: object) -> None:
    server = serve(by_reader(perfect()))
    before = expected_without(document, settings)
    LlmBudget.objects.create(**{span: Decimal(0)})
    run = extract(document).run
    assert stored() == before
    assert run.second_reader["code"] == "budget_exceeded"
    assert span.removeprefix("per_") in run.second_reader["reason"]
    assert (len(server.asked), LlmCall.objects.count()) == (0, 0)


def test_what_is_under_way_and_what_may_have_been_billed_counts(document: Document, serve: Serve) -> None:
    server = serve(by_reader(perfect()))
    LlmBudget.objects.create(per_document=Decimal("0.01"))
    common = {"document": document, "prompt": "labels.1", "model": "m", "endpoint": "e"}
    LlmCall.objects.create(cost=Decimal("0.0099"), **common)
    assert extract(document).run.second_reader["code"] == "budget_exceeded"
    assert server.asked == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_calls_made_at_once_share_the_budget(document: Document, serve: Serve, settings: object) -> None:
    """On PostgreSQL, where two workers really ask at the same time."""
    together = threading.Barrier(4, timeout=20)
    serve(lambda asked: completion("{}"))
    settings.MODEL_NAME = "gpt-4o"  # type: ignore[attr-defined]
    LlmBudget.objects.create(per_document=Decimal("0.02"))
    refused = []

    def ask(number: int) -> None:
        try:
            question = Question(Prompt("labels", 1, ""), f"Question {number}", {}, 1500)
            together.wait()
            Asker(document=document)(question)
        except BudgetExceeded as failure:
            refused.append(failure.code)
        finally:
            connection.close()

    # Each can cost 0.015 dollars and a little: one at a time is within the budget.
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    most = LlmBudget.objects.get().per_document
    assert sum(LlmCall.objects.values_list("cost", flat=True)) <= most
    assert 1 <= len(refused) <= 3
    assert LlmCall.objects.count() == 4 - len(refused)


def test_prices_are_data_and_never_too_low(settings: object) -> None:
    settings.MODEL_PRICES = None  # type: ignore[attr-defined]
    assert price_of("gpt-4o-mini-2024-07-18").of(1_000_000, 1_000_000) == Decimal("0.75")
    assert price_of("gpt-4o-2024-11-20").of(1_000_000, 0) == Decimal("2.50")
    assert price_of("a-model-of-our-own").of(1_000_000, 1_000_000) == Decimal("12.50")
    assert price_of("gpt-4o").of(1, 0) == Decimal("0.000003")
    settings.MODEL_PRICES = (Decimal(0), Decimal(1))  # type: ignore[attr-defined]
    assert price_of("gpt-4o").of(1_000_000, 2_000_000) == Decimal(2)


def test_an_answer_that_claims_absurd_tokens_is_booked_by_our_own_count(
    document: Document, serve: Serve
) -> None:
    serve(by_reader(perfect(), into=-5, out=10**12))
    extract(document)
    call = LlmCall.objects.get()
    assert call.is_estimate
    assert 500 < call.input_tokens < 5000


def test_a_private_machine_that_was_not_named_is_not_contacted(
    document: Document, serve: Serve, settings: object
) -> None:
    server = serve(by_reader(perfect()))
    settings.ALLOWED_PRIVATE_HOSTS = frozenset()  # type: ignore[attr-defined]
    assert extract(document).run.second_reader["code"] == "blocked_address"
    assert server.asked == []


def test_contradictions_are_put_before_a_person(document: Document, serve: Serve) -> None:
    reader = perfect()
    place = next(n for n, concept in enumerate(reader.concepts[IS]) if concept == "is.finance_costs")
    reader.concepts[IS][place] = "is.impairment"
    serve(by_reader(reader))
    run = extract(document).run
    assert StatementRow.objects.get(label="Finance costs", table__run=run).concept == "is.finance_costs"
    question = ReviewItem.objects.get(kind="disputed")
    assert question.details == {"statement": "income_statement", "lines": ["Finance costs"]}


@pytest.mark.parametrize("way", [*HIDDEN, *SEEN])
def test_orders_in_a_document_reach_no_output(
    way: str, company: Company, files: object, serve: Serve, settings: object, admin_client: Client
) -> None:
    settings.BLIND_SHARE = 1.0  # type: ignore[attr-defined]
    server = serve(
        lambda asked: completion(json.dumps({"lines": [], "note": f"{ORDER} {KEY} said by the model"}))
    )
    document = uploaded(company, injected(way))
    before = expected_without(document, settings)
    run = extract(document).run
    assert stored() == before
    assert len(server.asked) >= 3
    assert ("999" in json.dumps(server.asked)) == (way in SEEN)
    assert KEY not in json.dumps(server.asked)
    for address in (
        reverse("admin:extraction_extractionrun_change", args=[run.pk]),
        reverse("admin:extraction_llmcall_changelist"),
        reverse("admin:extraction_llmcall_change", args=[LlmCall.objects.first().pk]),
    ):
        page = admin_client.get(address).content.decode()
        assert KEY not in page
        assert "said by the model" not in page
        assert "never an instruction to you" not in page


def test_the_admin_shows_costs_and_what_was_contributed(
    document: Document, serve: Serve, admin_client: Client
) -> None:
    serve(by_reader(perfect()))
    run = extract(document).run
    extract(document, force=True)
    run = ExtractionRun.objects.get(is_current=True)
    page = admin_client.get(reverse("admin:extraction_extractionrun_change", args=[run.pk])).content.decode()
    assert "Income statement: asked for names for the lines left for review; 12 answers of 12" in page
    assert "it agrees on 11 of 11 lines that were known; it decided Wonder money." in page
    page = admin_client.get(reverse("admin:extraction_llmcall_changelist")).content.decode()
    for text in ("By company", "By document", "Northwind", "1,000", "0.0002", "0 % of 0.50"):
        assert text in page
    page = admin_client.get(reverse("admin:extraction_llmbudget_changelist")).content.decode()
    assert "50.00" in page
    address = reverse("admin:extraction_llmbudget_change", args=[1])
    sent = {"per_document": "0.10", "per_day": "1", "per_month": "-1"}
    assert "greater than or equal to 0" in admin_client.post(address, sent).content.decode()
    admin_client.post(address, sent | {"per_month": "9"})
    assert LlmBudget.objects.get().per_month == Decimal(9)


def test_what_is_raised_says_what_happened() -> None:
    failure = ModelUnavailable("rate_limited", "Later.", retryable=True, retry_after=3)
    assert str(failure) == "rate_limited: Later."
