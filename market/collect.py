"""The prices of one share from the first source that has them."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from jobs.models import TaskRun
from jobs.run import Storing
from market import breaker
from market.judge import Clock, judge
from market.models import Instrument, PriceBar, PriceProvider, ProviderRun, RunOutcome
from market.providers.base import Answer, ProviderFailed, Question
from market.providers.chain import source_of
from market.providers.http import symbol_of
from market.sessions import UnknownCalendar, calendar_of
from market.store import Stored, store

# Sources correct prices for some days; so far back they are asked again each time.
LOOK_BACK = timedelta(days=10)
ASKED_AGAIN_AFTER = timedelta(hours=20)  # a source that does not know a share
HISTORY = timedelta(days=3653)  # asked for where nothing is stored: ten years


@dataclass(frozen=True, slots=True)
class Collected:
    """What asking brought. Without a `provider` no source gave anything; `failures` says why, source by
    source, those that are left alone for now among them."""

    provider: PriceProvider | None
    stored: Stored | None
    failures: tuple[str, ...] = field(default=())

    @property
    def outcome(self) -> RunOutcome:
        return RunOutcome.FAILED if self.stored is None else self.stored.outcome


def collect(
    instrument: Instrument,
    providers: Sequence[PriceProvider],
    *,
    at: datetime,
    since: date | None = None,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Collected:
    """Ask the sources in turn until one gives prices that can be used, and store them.

    Asked for is what came since the last final price and some days before it, ten years where there is
    none, or everything `since` a day. Each source that is asked leaves a row; none is asked that is
    being left alone. Nothing a source does is raised.
    """
    clock = clock_of(instrument, at)
    failures: list[str] = []
    for provider in providers:
        if since is None and _is_unknown_to(provider, instrument, at):
            failures.append(f"{provider} did not know the share when asked last.")
            continue
        if not breaker.may_ask(provider, at):
            failures.append(f"{provider} is left alone for now.")
            continue
        question = _question(instrument, provider, clock, since)
        try:
            answer = source_of(provider).prices(question)
        except ProviderFailed as failure:
            breaker.failed(provider, failure, at)
            with storing():
                _failed(instrument, provider, question, failure, task_run)
            failures.append(failure.message)
            continue
        breaker.succeeded(provider, at)
        with storing():
            stored = take_in(instrument, provider, answer, clock, task_run)
        if stored.outcome is not RunOutcome.FAILED:
            return Collected(provider, stored, tuple(failures))
        failures.append(f"Nothing that {provider} gave can be used.")
    return Collected(None, None, tuple(failures))


def take_in(
    instrument: Instrument,
    provider: PriceProvider,
    answer: Answer,
    clock: Clock,
    task_run: TaskRun | None = None,
) -> Stored:
    """Judge and store what a source or a file gave, and leave the row that says so."""
    run = ProviderRun.objects.create(
        provider=provider,
        instrument=instrument,
        task_run=task_run,
        outcome=RunOutcome.UNCHANGED,
        started_at=clock.at,
    )
    stored = store(instrument, provider, judge(answer, clock), clock, run)
    run.outcome = stored.outcome
    run.new, run.corrected, run.unchanged = stored.new, stored.corrected, stored.unchanged
    run.refused, run.gaps = stored.refused, stored.gaps
    run.first_day, run.last_day = stored.first, stored.last
    if stored.refused:
        run.code = "prices_refused"
        run.message = f"{stored.refused} prices could not be believed. The findings say which and why."
    run.save()
    instrument.checked_at = clock.at
    if stored.new or stored.corrected:
        instrument.updated_at = clock.at
    instrument.save(update_fields=["checked_at", "updated_at"])
    return stored


def clock_of(instrument: Instrument, at: datetime) -> Clock:
    """The moment seen from the exchange of a share; without its calendar where none is known."""
    exchange = instrument.listing.exchange
    try:
        calendar = calendar_of(exchange.mic, at)
    except UnknownCalendar:
        calendar = None
    return Clock(at, ZoneInfo(exchange.timezone), calendar)


def _is_unknown_to(provider: PriceProvider, instrument: Instrument, at: datetime) -> bool:
    """Whether the source has said lately that it does not know the share."""
    asked = ProviderRun.objects.filter(provider=provider, instrument=instrument)
    last = asked.order_by("-started_at", "-pk").first()
    return last is not None and last.code == "unknown_symbol" and last.started_at > at - ASKED_AGAIN_AFTER


def _question(instrument: Instrument, provider: PriceProvider, clock: Clock, since: date | None) -> Question:
    listing = instrument.listing
    return Question(
        symbol=symbol_of(provider, listing.ticker, listing.exchange.mic, instrument.symbols),
        first=since or _first_needed(instrument, provider, clock.today),
        last=clock.today,
        zone=clock.zone,
        at=clock.at,
    )


def _first_needed(instrument: Instrument, provider: PriceProvider, today: date) -> date:
    """From where on a source is asked: it stands in for another only for what that one missed."""
    final = PriceBar.objects.filter(instrument=instrument, is_current=True, is_final=True)
    lasts = final.filter(provider=provider).aggregate(last=Max("day"))["last"]
    last = lasts or final.aggregate(last=Max("day"))["last"]
    return today - HISTORY if last is None else last - LOOK_BACK


def _failed(
    instrument: Instrument,
    provider: PriceProvider,
    question: Question,
    failure: ProviderFailed,
    task_run: TaskRun | None,
) -> None:
    ProviderRun.objects.create(
        provider=provider,
        instrument=instrument,
        task_run=task_run,
        outcome=RunOutcome.FAILED,
        code=failure.code,
        message=failure.message,
        first_day=question.first,
        last_day=question.last,
        started_at=question.at,
    )
