"""What can be wrong with prices: sessions without one, none for a while, jumps nobody explains."""

from collections import Counter
from datetime import date

from django.db.models import Count, Max, Min, Q, QuerySet

from market.models import FindingKind, Instrument, PriceBar, PriceFinding
from market.sessions import UnknownCalendar, calendar_of
from market.staleness import Freshness, age_of
from monitoring.quality.rule import Examined, Found, Rule, Scope, rule

_DAYS_NAMED = 5
# A gap is looked for here on its own, so that it is found for files too; what was refused is not stored.
_DOUBTS = (
    FindingKind.JUMP,
    FindingKind.RESCALED,
    FindingKind.DUPLICATE,
    FindingKind.ACTION_DIFFERS,
    FindingKind.IMPOSSIBLE_ACTION,
)


def _shares(scope: Scope) -> QuerySet[Instrument]:
    """The shares that are collected, with the first and last day that has a final price."""
    final = Q(bars__is_current=True, bars__is_final=True)
    active = Instrument.objects.filter(is_active=True, listing__company__is_active=True).annotate(
        first=Min("bars__day", filter=final), newest=Max("bars__day", filter=final)
    )
    return (
        scope.limited(active, "listing__company")
        .select_related("listing__exchange", "listing__company")
        .order_by("pk")
    )


@rule("price_gap")
def sessions_have_prices(rule: Rule, scope: Scope) -> Examined:
    """Every session between the first and the last price has one, from whichever source."""
    checked, found, unknown = 0, list[Found](), set[str]()
    for share in _shares(scope).filter(first__isnull=False):  # type: ignore[misc]  # annotated
        mic = share.listing.exchange.mic
        try:
            calendar = calendar_of(mic, scope.at)
        except UnknownCalendar:
            unknown.add(mic)
            continue
        checked += 1
        days = set(
            PriceBar.objects.filter(instrument=share, is_current=True, is_final=True)
            .order_by()
            .values_list("day", flat=True)
            .distinct()
        )
        first: date = share.first  # type: ignore[attr-defined]  # annotated
        newest: date = share.newest  # type: ignore[attr-defined]  # annotated
        missing = [day for day in calendar.days(max(first, calendar.first), newest) if day not in days]
        if missing:
            named = ", ".join(f"{day}" for day in missing[-_DAYS_NAMED:])
            more = f" and {len(missing) - _DAYS_NAMED} before" if len(missing) > _DAYS_NAMED else ""
            detail = f"{len(missing)} of its sessions have no price: {named}{more}."
            found.append(Found(share, detail, share.listing.company_id))
    not_judged = tuple(f"No trading calendar is known for {mic}." for mic in sorted(unknown))
    return Examined(checked, found, not_judged)


@rule("price_stale")
def prices_are_new(rule: Rule, scope: Scope) -> Examined:
    """Shares that never had a price are nobody's loss until a source is set up for them."""
    checked, found = 0, list[Found]()
    for share in _shares(scope).filter(newest__isnull=False):  # type: ignore[misc]  # annotated
        newest: date = share.newest  # type: ignore[attr-defined]  # annotated
        age = age_of(share, newest, scope.at)
        if age.freshness is Freshness.UNKNOWN:
            continue
        checked += 1
        if age.missing is not None and age.missing > rule.numbers["sessions"]:
            detail = f"The last price is of {newest}, {age.missing} sessions ago."
            found.append(Found(share, detail, share.listing.company_id))
    return Examined(checked, found)


@rule("price_doubted")
def prices_are_believed(rule: Rule, scope: Scope) -> Examined:
    shares = _shares(scope)
    open_ = PriceFinding.objects.filter(resolved_at__isnull=True, kind__in=_DOUBTS, instrument__in=shares)
    by_share: dict[int, Counter[str]] = {}
    for share, kind, count in open_.order_by().values_list("instrument", "kind").annotate(Count("pk")):
        by_share.setdefault(share, Counter())[kind] = count
    labels = dict(FindingKind.choices)
    found = [
        Found(
            share,
            "; ".join(f"{labels[kind]}: {count}" for kind, count in sorted(by_share[share.pk].items())) + ".",
            share.listing.company_id,
        )
        for share in shares.filter(pk__in=by_share)
    ]
    return Examined(shares.count(), found)


@rule("price_without_currency")
def prices_have_a_currency(rule: Rule, scope: Scope) -> Examined:
    shares = _shares(scope).filter(newest__isnull=False)  # type: ignore[misc]  # annotated
    found = [
        Found(share, "Its listing names no currency.", share.listing.company_id)
        for share in shares.filter(listing__currency="")
    ]
    return Examined(shares.count(), found)
