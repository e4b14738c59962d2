"""What a share cost at the end of each fiscal year, in the currency and in the shares of the statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from companies.models import Company
from engine.kinds import PeriodKind
from engine.prices import Action, close_in_shares_of
from engine.ratios.calculate import Figure
from engine.ratios.registry import MARKET_PRICE
from engine.values import Period
from extraction.models import Fact
from market.conversion import conversion
from market.models import Instrument
from market.series import actions_of, bars_of

# The last session may lie before holidays; a price older than that is not of the end of the year.
OLDEST = timedelta(days=7)
# Figures that a split makes others of.
_PER_SHARE = frozenset({"is.eps_diluted", "is.eps_basic", "is.shares_diluted", "is.shares_basic"})


@dataclass(frozen=True, slots=True)
class YearEndPrices:
    figures: tuple[Figure, ...]
    warnings: tuple[str, ...]


def prices_of(
    company: Company, figures: Iterable[Figure], currency: str, known_on: date | None = None
) -> YearEndPrices:
    """The close of the last session of each year that figures span, as one figure a year.

    A close counts the shares of its day, and a report those of the day it was published (IAS 33.64):
    the close is given in terms of the latter. Years without a price have none, and a warning where there
    are shares and it is not for want of prices of that time. `known_on` hides what was fetched later.
    """
    kept = tuple(figures)
    ends = sorted({f.period.end for f in kept if f.period.is_full_year}, reverse=True)
    shares = list(
        Instrument.objects.filter(listing__company=company)
        .select_related("listing__exchange")
        .order_by("-listing__is_primary", "pk")
    )
    if not ends or not shares:
        return YearEndPrices((), ())
    at = None if known_on is None else _end_of(known_on)
    published = _published(kept)
    splits = {share.pk: actions_of(share, known_at=at) for share in shares}
    found: list[Figure] = []
    warnings: list[str] = []
    for end in ends:
        price = _price(shares, splits, end, currency, published.get(end, {end}), at)
        if isinstance(price, Figure):
            found.append(price)
        elif price:
            warnings.append(price)
    return YearEndPrices(tuple(found), tuple(warnings))


def _price(
    shares: Sequence[Instrument],
    splits: Mapping[int, list[Action]],
    end: date,
    currency: str,
    counted_on: set[date],
    at: datetime | None,
) -> Figure | str:
    """The price, or why there is none."""
    listed = [share for share in shares if _is_listed(share, end)]
    primary = [share for share in listed if share.listing.is_primary]
    chosen = primary or listed
    if len(chosen) > 1:
        return f"{end}: the company has several shares. Mark one of its listings as the primary one."
    bars = bars_of(chosen[0], first=end - OLDEST, last=end, known_at=at) if chosen else []
    if not bars:
        return ""
    share, bar = chosen[0], bars[-1]
    closes = {close_in_shares_of(bar, splits[share.pk], day) for day in counted_on}
    if len(closes) > 1:
        return (
            f"{end}: a split lies between the reports that the figures per share and the numbers of shares"
            " are from, so that no price fits both."
        )
    if not currency:
        return f"{end}: the currency of the statements is not known, so that no price fits them."
    rates = conversion(share.currency, currency, share.quote_factor, [bar.day])
    if bar.day not in rates.factors:
        return f"{end}: {rates.missing}"
    if not share.currency:
        return f"{end}: the listing does not say in which currency the share trades."
    source = f"price:{share.pk}:{bar.day}"
    value = closes.pop() * rates.factors[bar.day]
    return Figure(MARKET_PRICE, Period(PeriodKind.INSTANT, None, end), value, (source,))


def _is_listed(share: Instrument, day: date) -> bool:
    listing = share.listing
    return listing.valid_from <= day and (listing.valid_to is None or day <= listing.valid_to)


def _published(figures: Iterable[Figure]) -> dict[date, set[date]]:
    """By year the days on which its figures per share and numbers of shares were published."""
    of_year: dict[date, set[str]] = {}
    for figure in figures:
        if figure.concept in _PER_SHARE and figure.period.is_full_year:
            of_year.setdefault(figure.period.end, set()).update(figure.sources)
    wanted = {int(source) for sources in of_year.values() for source in sources}
    days = dict(Fact.objects.filter(pk__in=wanted).values_list("pk", "published_on"))
    known = {end: {days[int(one)] for one in sources if int(one) in days} for end, sources in of_year.items()}
    return {end: found for end, found in known.items() if found}


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def as_price(source: str) -> tuple[int, date] | None:
    """The share and the day behind a source of an operand; None for a fact's id."""
    kind, _, rest = source.partition(":")
    if kind != "price":
        return None
    share, _, day = rest.partition(":")
    return int(share), date.fromisoformat(day)
