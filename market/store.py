"""Judged prices into rows: new ones, corrections beside what they correct, findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from engine.prices import ActionKind
from market.judge import Clock, Finding, Judged, jumps, split_like
from market.models import (
    CorporateAction,
    FindingKind,
    Instrument,
    PriceBar,
    PriceBasis,
    PriceFinding,
    PriceProvider,
    ProviderRun,
    RunOutcome,
)
from market.models.findings import REFUSED
from market.providers.base import GivenAction, GivenBar

PRICES = ("open", "high", "low", "close")
MOST_GAPS = 500  # told one by one; a source that gives one day a week would bury everything else
_BATCH = 2000
# What is left of a price's last digit when a source divides it by a split and rounds.
_ROUNDING = Decimal("0.0005")
_RESCALED_FROM = 3  # days that all changed by the same ratio


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of the bars of one answer. Bars of a session that goes on count as new each time."""

    new: int
    corrected: int
    unchanged: int
    refused: int
    gaps: int
    first: date | None
    last: date | None

    @property
    def outcome(self) -> RunOutcome:
        if self.refused:
            return RunOutcome.PARTIAL if self.first else RunOutcome.FAILED
        return RunOutcome.UPDATED if self.new or self.corrected else RunOutcome.UNCHANGED


@transaction.atomic
def store(
    instrument: Instrument, provider: PriceProvider, judged: Judged, clock: Clock, run: ProviderRun
) -> Stored:
    """Keep what was judged good, in the name of a run that is stored. Doing it again changes nothing."""
    Instrument.objects.select_for_update().get(pk=instrument.pk)
    findings = list(judged.findings)
    findings += _keep_actions(instrument, provider, judged.actions, run, clock.today)
    new, corrected, unchanged, rescaled = _keep_bars(instrument, provider, judged.bars, clock, run)
    findings += rescaled
    days = [bar.day for bar in judged.bars]
    missing = _gaps(instrument, days, clock)
    findings += [
        Finding(FindingKind.GAP, day, "The exchange traded on this day, and no source gave a price of it.")
        for day in missing[:MOST_GAPS]
    ]
    if provider.basis == PriceBasis.AS_TRADED:
        findings += _jumps(instrument, provider, days)
    _keep_findings(instrument, provider, findings, days, run)
    return Stored(
        new,
        corrected,
        unchanged,
        judged.refused,
        len(missing),
        min(days, default=None),
        max(days, default=None),
    )


def _keep_actions(
    instrument: Instrument,
    provider: PriceProvider,
    given: Sequence[GivenAction],
    run: ProviderRun,
    today: date,
) -> list[Finding]:
    """Add what is not known. What is known differently stays, and a person is told."""
    known = {(row.kind, row.ex_date): row for row in instrument.actions.all()}
    findings = []
    splits = [action for action in given if action.kind is ActionKind.SPLIT]
    for action in (*splits, *(one for one in given if one.kind is ActionKind.DIVIDEND)):
        value = round(_as_declared(action, provider, known.values(), today), 6)
        row = known.get((action.kind.value, action.ex_date))
        if row is None:
            row = CorporateAction.objects.create(
                instrument=instrument,
                kind=action.kind.value,
                ex_date=action.ex_date,
                value=value,
                provider=provider,
                run=run,
            )
            known[action.kind.value, action.ex_date] = row
        elif abs(row.value - value) > _ROUNDING * row.value:
            detail = f"{provider} gives {value.normalize():f}; {row.value.normalize():f} is kept."
            findings.append(Finding(FindingKind.ACTION_DIFFERS, action.ex_date, detail))
    return findings


def _as_declared(
    action: GivenAction, provider: PriceProvider, known: Iterable[CorporateAction], today: date
) -> Decimal:
    """A dividend per share of its own time. Sources that divide prices by splits divide these too."""
    if action.kind is ActionKind.SPLIT or provider.basis == PriceBasis.AS_TRADED:
        return action.value
    return action.value * _split_ratio(known, action.ex_date, today)


def _split_ratio(actions: Iterable[CorporateAction], after: date, until: date) -> Decimal:
    ratio = Decimal(1)
    for action in actions:
        if action.kind == ActionKind.SPLIT and after < action.ex_date <= until:
            ratio *= action.value
    return ratio


def _keep_bars(
    instrument: Instrument,
    provider: PriceProvider,
    given: Sequence[GivenBar],
    clock: Clock,
    run: ProviderRun,
) -> tuple[int, int, int, list[Finding]]:
    """New, corrected and unchanged bars, and whether the past was rescaled."""
    if not given:
        return 0, 0, 0, []
    rows = PriceBar.objects.filter(
        instrument=instrument,
        provider=provider,
        is_current=True,
        day__gte=given[0].day,
        day__lte=given[-1].day,
    )
    stored = {row.day: row for row in rows}
    splits = list(instrument.actions.filter(kind=ActionKind.SPLIT.value))
    fresh: list[PriceBar] = []
    moving: list[PriceBar] = []
    overtaken: list[PriceBar] = []
    ratios: list[tuple[date, Decimal]] = []
    unchanged = 0
    for bar in given:
        row = _row(instrument, provider, bar, clock, run)
        old = stored.get(bar.day)
        if old is None:
            fresh.append(row)
        elif not old.is_final:
            row.pk, row.revision = old.pk, old.revision
            moving.append(row)
        elif _says_the_same(old, row, _split_ratio(splits, old.splits_until, row.splits_until)):
            unchanged += 1
        else:
            row.revision = old.revision + 1
            overtaken.append(old)
            fresh.append(row)
            ratios.append((bar.day, old.close / row.close))
    PriceBar.objects.filter(pk__in=[row.pk for row in overtaken]).update(is_current=False)
    PriceBar.objects.bulk_create(fresh, batch_size=_BATCH)
    changing = [*PRICES, "volume", "splits_until", "is_final", "run", "fetched_at"]
    PriceBar.objects.bulk_update(moving, changing, batch_size=_BATCH)
    new = len(fresh) - len(overtaken) + len(moving)
    return new, len(overtaken), unchanged, _rescaled(ratios)


def _row(
    instrument: Instrument, provider: PriceProvider, bar: GivenBar, clock: Clock, run: ProviderRun
) -> PriceBar:
    divided = provider.basis == PriceBasis.SPLITS
    return PriceBar(
        instrument=instrument,
        provider=provider,
        day=bar.day,
        is_final=clock.is_settled(bar.day),
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
        splits_until=max(bar.day, clock.today) if divided else bar.day,
        run=run,
        fetched_at=clock.at,
    )


def _says_the_same(old: PriceBar, new: PriceBar, ratio: Decimal) -> bool:
    """Whether two bars agree in all that both say, after the splits between them."""
    for name in PRICES:
        before, after = getattr(old, name), getattr(new, name)
        if before is None or after is None:
            continue
        if before != after if ratio == 1 else abs(before / ratio / after - 1) > _ROUNDING:
            return False
    if old.volume is None or new.volume is None or ratio != 1:
        return True
    return bool(old.volume == new.volume)


def _rescaled(ratios: Sequence[tuple[date, Decimal]]) -> list[Finding]:
    """Corrections that all divide by the same number are a split that the source does not tell of."""
    if len(ratios) < _RESCALED_FROM:
        return []
    values = [ratio for _, ratio in ratios]
    near = split_like(values[0])
    if near is None or max(values) / min(values) - 1 > _ROUNDING * 10:
        return []
    return [
        Finding(
            FindingKind.RESCALED,
            ratios[0][0],
            f"{len(ratios)} final prices are given anew, divided by {near.normalize():f}: like after a split"
            " that no source tells of. If it is one, add it to the splits and dividends.",
        )
    ]


def _gaps(instrument: Instrument, days: Sequence[date], clock: Clock) -> list[date]:
    """Settled sessions without a price of any source, from the first day given to now."""
    if clock.calendar is None or not days:
        return []
    have = set(
        PriceBar.objects.filter(instrument=instrument, is_current=True, day__gte=min(days)).values_list(
            "day", flat=True
        )
    )
    sessions = clock.calendar.days(min(days), clock.today)
    return [day for day in sessions if day not in have and clock.is_settled(day)]


def _jumps(instrument: Instrument, provider: PriceProvider, days: Sequence[date]) -> list[Finding]:
    if not days:
        return []
    closes = PriceBar.objects.filter(
        instrument=instrument,
        provider=provider,
        is_current=True,
        day__gte=min(days) - timedelta(days=10),
        day__lte=max(days),
    ).order_by("day")
    splits = instrument.actions.filter(kind=ActionKind.SPLIT.value).values_list("ex_date", flat=True)
    return jumps(list(closes.values_list("day", "close")), splits)


def _keep_findings(
    instrument: Instrument,
    provider: PriceProvider,
    findings: Iterable[Finding],
    good: Sequence[date],
    run: ProviderRun,
) -> None:
    """Close what the answer cured, then add what it brought; what is open already stays as it is."""
    now = timezone.now()
    opened = PriceFinding.objects.filter(instrument=instrument, resolved_at__isnull=True)
    given = set(good)
    cured = [
        row.pk
        for row in opened.filter(kind__in=[*REFUSED, FindingKind.GAP])
        if row.day in given and (row.kind == FindingKind.GAP or row.provider_id == provider.pk)
    ]
    PriceFinding.objects.filter(pk__in=cured).update(resolved_at=now)
    told = [
        PriceFinding(
            instrument=instrument,
            provider=provider,
            kind=finding.kind,
            day=finding.day,
            detail=finding.detail,
            run=run,
        )
        for finding in findings
    ]
    PriceFinding.objects.bulk_create(told, batch_size=_BATCH, ignore_conflicts=True)
