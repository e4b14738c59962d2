"""A language model behind any OpenAI-compatible address, asked within a budget and never twice.

    answer kept?  →  endpoint well?  →  money left?  →  ask  →  book what it cost

Every question is a row (`LlmCall`), written before it is asked with the most it may cost and after it
with what it did cost. The rows are also the memory of the answers, which are used again for nothing,
and of the endpoint's health: several failures in a row, or a pause it asked for, stop further calls on
all workers. Nothing waits here: what may succeed later is raised as `ModelUnavailable` with the time,
and the run that asked waits in the database without a worker.

The client speaks to the one address in the settings through `net.post`. Neither the key nor the text of
a question stands in any row, message or log.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from companies.models import Company
from documents.models import Document
from engine.data_file import read_data
from engine.second_reader.question import Completion, Question
from extraction.models import CallState, LlmBudget, LlmCall
from jobs.models import TaskRun
from net.addresses import AddressPolicy, parse_url
from net.errors import FetchFailed
from net.post import Posted, PostOptions, post_json
from net.retry_after import seconds_to_wait

PRICES = Path(__file__).with_name("prices.yaml")
MILLION = Decimal(1_000_000)
CENTS = Decimal("0.000001")
FAILURES_BEFORE_BREAK = 5
FIRST_BREAK = timedelta(minutes=1)  # doubled with every further failure
LONGEST_BREAK = timedelta(hours=1)
MOST_TOKENS = 10_000_000  # that an answer may claim to have cost
SCHEMA_REFUSED = frozenset({400, 404, 422})
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
# Failures in which the service may have done the work: what it can have cost stays booked.
MAYBE_BILLED = frozenset({"timeout", "too_slow", "wrong_length", "connection_failed", "bad_answer"})


class ModelUnavailable(Exception):
    """The model gave no answer. `code` is stable; `retryable` says whether trying again helps, and
    `retry_after` in how many seconds where that is known."""

    def __init__(
        self, code: str, message: str, *, retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class BudgetExceeded(ModelUnavailable):
    """The next question could cost more than is left."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, in and out."""

    into: Decimal
    out: Decimal

    def of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """What so many tokens cost, rounded up to a millionth of a dollar."""
        exact = (self.into * input_tokens + self.out * output_tokens) / MILLION
        return exact.quantize(CENTS, rounding="ROUND_UP")


@cache
def _price_table() -> dict[str, Price]:
    raw = read_data(PRICES)["models"]
    return {name: Price(Decimal(entry["in"]), Decimal(entry["out"])) for name, entry in raw.items()}


def price_of(model: str) -> Price:
    """The price of a model: as set, else as listed, else the dearest one listed."""
    if settings.MODEL_PRICES is not None:
        return Price(*settings.MODEL_PRICES)
    table = _price_table()
    fitting = [name for name in table if model.lower().startswith(name)]
    if fitting:
        return table[max(fitting, key=len)]
    return Price(max(price.into for price in table.values()), max(price.out for price in table.values()))


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks on behalf of a document or company. An instance is the engine's completion function."""

    document: Document | None = None
    company: Company | None = None
    content: str = ""  # hash of what is asked about, so that an answer belongs to one content
    task_run: TaskRun | None = None

    def __call__(self, question: Question) -> Completion:
        """The answer, from a row or from the model.

        Raises ModelUnavailable, and BudgetExceeded where the question could cost too much.
        """
        key = self._key(question)
        kept = LlmCall.objects.filter(key=key, state__in=(CallState.ANSWERED, CallState.TRUNCATED)).first()
        if kept is not None:
            LlmCall.objects.filter(pk=kept.pk).update(replays=F("replays") + 1)
            return Completion(kept.answer, kept.state == CallState.TRUNCATED)
        _refuse_unless_well()
        call = self._reserve(question, key)
        try:
            return _ask(call, question)
        except BaseException as failure:
            _book_failure(call, failure)
            raise

    def _key(self, question: Question) -> str:
        parts = [self.content, settings.MODEL_NAME, question.digest]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @transaction.atomic
    def _reserve(self, question: Question, key: str) -> LlmCall:
        budget = LlmBudget.locked()
        price = price_of(settings.MODEL_NAME)
        most = price.of(question.estimated_tokens, question.most_tokens)
        now = timezone.localtime()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        calls = LlmCall.objects.all()
        spans = [
            ("day", calls.filter(started_at__gte=midnight), budget.per_day),
            ("month", calls.filter(started_at__gte=midnight.replace(day=1)), budget.per_month),
        ]
        if self.document is not None:
            spans.insert(0, ("document", calls.filter(document=self.document), budget.per_document))
        for name, spent_on, allowed in spans:
            spent = spent_on.aggregate(total=Sum("cost"))["total"] or Decimal(0)
            if spent + most > allowed:
                raise BudgetExceeded(
                    "budget_exceeded",
                    f"The next question could cost {most:.4f} dollars, and of the {allowed:.2f} allowed per"
                    f" {name} {spent:.4f} are spent. Raise the budget and read again with force.",
                )
        return LlmCall.objects.create(
            key=key,
            company=self.company or (self.document.company if self.document else None),
            document=self.document,
            task_run=self.task_run,
            prompt=f"{question.prompt.name}.{question.prompt.version}",
            model=settings.MODEL_NAME,
            endpoint=_endpoint(),
            cost=most,
        )


def _endpoint() -> str:
    return parse_url(settings.MODEL_URL).host_key[:200]


def _refuse_unless_well() -> None:
    """Raise where the endpoint asked for a pause or failed several times in a row."""
    recent = list(
        LlmCall.objects.filter(endpoint=_endpoint(), finished_at__isnull=False).order_by(
            "-finished_at", "-pk"
        )[:20]
    )
    now = timezone.now()
    if recent and recent[0].retry_at is not None and recent[0].retry_at > now:
        raise _left_alone((recent[0].retry_at - now).total_seconds(), "it asked for a pause")
    failures = next((n for n, call in enumerate(recent) if call.state != CallState.FAILED), len(recent))
    if failures >= FAILURES_BEFORE_BREAK:
        pause = min(FIRST_BREAK * 2 ** (failures - FAILURES_BEFORE_BREAK), LONGEST_BREAK)
        left = (recent[0].finished_at + pause - now).total_seconds()
        if left > 0:
            raise _left_alone(left, f"it failed {failures} times in a row")


def _left_alone(seconds: float, why: str) -> ModelUnavailable:
    return ModelUnavailable(
        "model_paused",
        f"The model is left alone for another {seconds:.0f} seconds, because {why}. Trying again after that"
        " helps.",
        retryable=True,
        retry_after=seconds,
    )


def _ask(call: LlmCall, question: Question) -> Completion:
    """Send the question, with a schema unless this server is known to refuse that."""
    last = (
        LlmCall.objects.filter(endpoint=call.endpoint, model=call.model)
        .exclude(state__in=(CallState.FAILED, CallState.RESERVED))
        .first()
    )
    call.with_schema = last is None or last.with_schema
    posted = _post(question, with_schema=call.with_schema)
    if call.with_schema and posted.status in SCHEMA_REFUSED:
        call.with_schema = False
        posted = _post(question, with_schema=False)
    if posted.status != 200:
        raise _refusal(posted)
    return _booked(call, question, _parsed(posted.body))


def _post(question: Question, *, with_schema: bool) -> Posted:
    body = json.dumps(_request(question, with_schema=with_schema)).encode()
    headers = {"Authorization": f"Bearer {settings.MODEL_KEY}"} if settings.MODEL_KEY else {}
    options = PostOptions(
        policy=AddressPolicy(allowed_private=frozenset(settings.ALLOWED_PRIVATE_HOSTS)),
        seconds=float(settings.MODEL_SECONDS),
        idle_seconds=float(settings.MODEL_SECONDS),
    )
    try:
        return post_json(f"{settings.MODEL_URL}/chat/completions", body, headers, options)
    except FetchFailed as failure:
        raise ModelUnavailable(failure.code, failure.message, retryable=failure.retryable) from None


def _request(question: Question, *, with_schema: bool) -> dict[str, Any]:
    """The body of a chat completion. Servers without schemas get the schema in words, and the older
    name of the limit."""
    asked: dict[str, Any] = {"model": settings.MODEL_NAME}
    system = question.prompt.text
    if with_schema:
        asked["max_completion_tokens"] = question.most_tokens
        asked["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": question.prompt.name, "strict": True, "schema": dict(question.schema)},
        }
    else:
        asked["max_tokens"] = question.most_tokens
        asked["temperature"] = 0
        system += f"\nThe JSON schema of the answer: {json.dumps(question.schema)}\n"
    asked["messages"] = [
        {"role": "system", "content": system},
        {"role": "user", "content": question.user},
    ]
    return asked


def _refusal(posted: Posted) -> ModelUnavailable:
    """What a status means. The body is not looked at: it may repeat the question."""
    status = posted.status
    if status in PASSING:
        asked = posted.headers.get("retry-after")
        wait = seconds_to_wait(asked, datetime.now(UTC)) if status == 429 or asked else None
        code = "rate_limited" if status == 429 else "model_failed"
        return ModelUnavailable(
            code,
            f"The model's server answered with status {status}. Trying again later helps.",
            retryable=True,
            retry_after=wait,
        )
    if status in (401, 403):
        return ModelUnavailable(
            "model_refuses_key",
            f"The model's server refuses the key (status {status}). Check OPENAI_API_KEY; trying again"
            " without that does not help.",
        )
    return ModelUnavailable(
        "model_refused",
        f"The model's server refuses the question (status {status}). Check OPENAI_BASE_URL and OPENAI_MODEL;"
        " trying again without that does not help.",
    )


@dataclass(frozen=True, slots=True)
class _Answered:
    text: str
    truncated: bool
    input_tokens: int | None
    output_tokens: int | None


def _parsed(body: bytes) -> _Answered:
    """The answer within a chat completion; raises bad_answer for anything else, such as an error sent
    with status 200."""
    try:
        raw = json.loads(body, object_pairs_hook=_without_duplicates)
        choice = raw["choices"][0]
        content = choice["message"].get("content")
        if not isinstance(content, str | None):
            raise TypeError
        usage = raw.get("usage") or {}
        return _Answered(
            (content or "").replace("\x00", ""),
            choice.get("finish_reason") == "length",
            _tokens(usage.get("prompt_tokens")),
            _tokens(usage.get("completion_tokens")),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise ModelUnavailable(
            "bad_answer",
            "The model's server sent something that is no chat completion. Trying again may help; if it does"
            " not, check OPENAI_BASE_URL.",
            retryable=True,
        ) from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _tokens(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS
    return value if fits else None  # type: ignore[return-value]


def _booked(call: LlmCall, question: Question, answered: _Answered) -> Completion:
    counted = answered.input_tokens is not None and answered.output_tokens is not None
    call.input_tokens = question.estimated_tokens if answered.input_tokens is None else answered.input_tokens
    call.output_tokens = question.most_tokens if answered.output_tokens is None else answered.output_tokens
    call.cost = price_of(call.model).of(call.input_tokens, call.output_tokens)
    call.is_estimate = not counted
    call.answer = answered.text
    call.state = CallState.TRUNCATED if answered.truncated else CallState.ANSWERED
    call.finished_at = timezone.now()
    call.save()
    return Completion(answered.text, answered.truncated)


def _book_failure(call: LlmCall, failure: BaseException) -> None:
    """What is known of a call that gave nothing. One that was broken off from outside stays booked."""
    known = isinstance(failure, ModelUnavailable)
    call.state = CallState.FAILED
    call.error_code = failure.code if isinstance(failure, ModelUnavailable) else "broken_off"
    if known and call.error_code not in MAYBE_BILLED:
        call.cost, call.is_estimate = Decimal(0), False
    call.finished_at = timezone.now()
    if isinstance(failure, ModelUnavailable) and failure.retry_after is not None:
        call.retry_at = call.finished_at + timedelta(seconds=failure.retry_after)
    call.save()
