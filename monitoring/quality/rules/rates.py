"""What can be wrong with exchange rates: none, days without, none for a while, a misplaced mark."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from companies.models import ExchangeRate, Listing
from extraction.models import Fact
from monitoring.quality.rule import Examined, Found, Rule, Scope, rule

_EURO = "EUR"  # rates are of one euro
_NAMED = 3


def _currencies_in_use(scope: Scope) -> list[str]:
    """Those of figures, companies and listings."""
    facts = scope.limited(Fact.objects.filter(superseded_at__isnull=True), "company")
    listings = Listing.objects.filter(company__in=scope.companies)
    used = {
        *facts.order_by().values_list("currency", flat=True).distinct(),
        *scope.companies.order_by().values_list("reporting_currency", flat=True).distinct(),
        *listings.order_by().values_list("currency", flat=True).distinct(),
    }
    return sorted(used - {"", _EURO})


def _rates(scope: Scope) -> dict[str, list[tuple[date, Decimal, int]]]:
    """Day, rate and id of each currency in use that has rates, in order of the days."""
    found: dict[str, list[tuple[date, Decimal, int]]] = {}
    rows = ExchangeRate.objects.filter(currency__in=_currencies_in_use(scope)).order_by("currency", "day")
    for currency, day, rate, pk in rows.values_list("currency", "day", "rate", "pk").iterator():
        found.setdefault(currency, []).append((day, rate, pk))
    return found


def _about(pk: int, currency: str, detail: str) -> Found:
    # The currency is what it is about; the newest rate changes daily and would make another finding.
    return Found(ExchangeRate.objects.get(pk=pk), f"{currency}: {detail}", place=currency)


@rule("rate_missing")
def currencies_have_rates(rule: Rule, scope: Scope) -> Examined:
    """Only where rates were brought at all: an installation without conversion lacks nothing."""
    first = ExchangeRate.objects.order_by("pk").first()
    used = _currencies_in_use(scope)
    if first is None:
        return Examined(0, (), ("There are no exchange rates at all.",) if used else ())
    known = set(ExchangeRate.objects.order_by().values_list("currency", flat=True).distinct())
    lacking = [currency for currency in used if currency not in known]
    return Examined(
        len(used), [Found(first, f"{currency}: It has no rates.", place=currency) for currency in lacking]
    )


@rule("rate_gap")
def days_have_rates(rule: Rule, scope: Scope) -> Examined:
    rates = _rates(scope)
    longest = timedelta(days=rule.numbers["days"])
    found = []
    for currency, days in rates.items():
        gaps = [(a[0], b[0]) for a, b in pairwise(days) if b[0] - a[0] > longest]
        if gaps:
            named = ", ".join(f"{a} to {b}" for a, b in gaps[-_NAMED:])
            more = f" and {len(gaps) - _NAMED} before" if len(gaps) > _NAMED else ""
            found.append(_about(days[0][2], currency, f"Nothing lies between the rates of {named}{more}."))
    return Examined(len(rates), found)


@rule("rate_stale")
def rates_are_new(rule: Rule, scope: Scope) -> Examined:
    rates = _rates(scope)
    limit = scope.at.date() - timedelta(days=rule.numbers["days"])
    found = [
        _about(days[0][2], currency, f"The newest rate is of {days[-1][0]}.")
        for currency, days in rates.items()
        if days[-1][0] < limit
    ]
    return Examined(len(rates), found)


@rule("rate_jump")
def rates_do_not_jump(rule: Rule, scope: Scope) -> Examined:
    rates = _rates(scope)
    factor = Decimal(str(rule.numbers["factor"]))
    found = []
    for currency, days in rates.items():
        jumps = [(a, b) for a, b in pairwise(days) if max(a[1], b[1]) / min(a[1], b[1]) >= factor]
        found += [
            Found(
                ExchangeRate.objects.get(pk=b[2]),
                f"{currency}: {a[1].normalize():f} on {a[0]}, {b[1].normalize():f} on {b[0]}.",
                place=f"{currency} {b[0]}",
            )
            for a, b in jumps
        ]
    return Examined(len(rates), found, faulty=len({one.place.split()[0] for one in found}))
