"""Figures in another currency: which rate, of which days, from whom.

A flow is converted at the average of its period, a balance at the rate of its day (IAS 21.39 and 40).
Rates are an input: units of a currency per euro, by day, as the European Central Bank publishes them
for every day on which its payment system is open. Between two other currencies the rate is the
quotient of theirs. Where a day or too much of a period has no rate there is no conversion, never a
guess.
"""

import csv
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from itertools import pairwise

from lxml import etree

from engine.errors import BadInput
from engine.kinds import PeriodKind
from engine.values import Period

EURO = "EUR"
LONGEST_CLOSURE = 7  # days without a rate around a weekend and holidays; more is a hole
DIGITS = 28  # of a quotient
_ECB_NAMESPACE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}"


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `currency` for one euro on a day."""

    currency: str
    day: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class QuotedRate:
    """Units of the wanted currency for one of the other: the closing rate of `last` (then `days` is 1
    and `first` the same day) or the average of `days` daily rates from `first` to `last`."""

    value: Decimal
    first: date
    last: date
    days: int

    @property
    def is_average(self) -> bool:
        return self.days > 1


@dataclass(frozen=True, slots=True)
class MissingRate:
    """Why there is no rate, in a sentence with what to do."""

    reason: str


class RateTable:
    """Daily rates of any number of currencies, asked for closing and average ones."""

    def __init__(self, rates: Iterable[Rate], source: str) -> None:
        self.source = source
        self._rates: dict[str, dict[date, Decimal]] = {}
        for rate in rates:
            self._rates.setdefault(rate.currency, {})[rate.day] = rate.rate
        self._days: dict[tuple[str, str], list[date]] = {}

    def for_period(self, given: str, wanted: str, period: Period) -> QuotedRate | MissingRate:
        """The closing rate of an instant, the average of a duration."""
        if period.kind is PeriodKind.INSTANT:
            return self.closing(given, wanted, period.end)
        if period.start is None:
            return MissingRate(
                f"The period to {period.end} is of unknown length, so that no average rate can be formed."
            )
        return self.average(given, wanted, period.start, period.end)

    def closing(self, given: str, wanted: str, day: date) -> QuotedRate | MissingRate:
        """The rate of a day, or of the last day before it that has one, at most a week back."""
        days = self._common_days(given, wanted)
        place = bisect_right(days, day)
        if not place or (day - days[place - 1]).days > LONGEST_CLOSURE:
            return _missing(given, wanted, f"of {day}")
        used = days[place - 1]
        return QuotedRate(self._cross(given, wanted, used), used, used, 1)

    def average(self, given: str, wanted: str, start: date, end: date) -> QuotedRate | MissingRate:
        """The mean of all daily rates of a period that has no hole of more than a week."""
        days = [day for day in self._common_days(given, wanted) if start <= day <= end]
        edges = [start - timedelta(days=1), *days, end + timedelta(days=1)]
        if not days or any((b - a).days > LONGEST_CLOSURE for a, b in pairwise(edges)):
            return _missing(given, wanted, f"for every week from {start} to {end}")
        with localcontext(prec=DIGITS):
            mean = sum((self._cross(given, wanted, day) for day in days), Decimal(0)) / len(days)
        return QuotedRate(mean, days[0], days[-1], len(days))

    def _common_days(self, given: str, wanted: str) -> list[date]:
        """The days on which both currencies have a rate, in order."""
        pair = (given, wanted)
        if pair not in self._days:
            series: list[Mapping[date, Decimal]] = [
                self._rates.get(currency, {}) for currency in pair if currency != EURO
            ]
            common = set(series[0]).intersection(*series[1:]) if series else set()
            self._days[pair] = sorted(common)
        return self._days[pair]

    def _cross(self, given: str, wanted: str, day: date) -> Decimal:
        def per_euro(currency: str) -> Decimal:
            return Decimal(1) if currency == EURO else self._rates[currency][day]

        with localcontext(prec=DIGITS):
            return per_euro(wanted) / per_euro(given)


def _missing(given: str, wanted: str, when: str) -> MissingRate:
    return MissingRate(
        f"There is no rate from {given} to {wanted} {when}. Import the European Central Bank's rates that"
        " cover it."
    )


def read_ecb(data: bytes) -> Iterator[Rate]:
    """The rates of one of the bank's files, CSV or XML. Raises BadInput."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_ecb_xml(data)
    return read_ecb_csv(data.decode("utf-8-sig", "replace"))


def read_ecb_csv(text: str) -> Iterator[Rate]:
    """The rates of a file of the European Central Bank: `eurofxref-hist.csv` with all days or
    `eurofxref.csv` with one. A header names the currencies behind `Date`; N/A is no rate.

    Raises BadInput naming the line that cannot be read.
    """
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")), skipinitialspace=True)
    header = [name.strip() for name in next(lines, [])]
    if not header or header[0] != "Date":
        raise BadInput(
            "This is not the bank's file of reference rates: its first line begins with Date and names"
            " the currencies. Take eurofxref-hist.csv or eurofxref.csv."
        )
    for number, line in enumerate(lines, start=2):
        if not any(field.strip() for field in line):
            continue
        day = _day(line[0].strip(), number)
        for currency, field in zip(header[1:], line[1:], strict=False):
            if currency and field.strip() not in ("", "N/A"):
                yield Rate(currency, day, _rate(field.strip(), number))


def _day(text: str, number: int) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise BadInput(f"Line {number} begins with {text!r}, which is no day. Take the bank's file unchanged.")


def _rate(text: str, number: int) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0:
        raise BadInput(f"Line {number} gives the rate {text!r}. Take the bank's file unchanged.")
    return rate


def read_ecb_xml(data: bytes) -> Iterator[Rate]:
    """The rates of a file of the European Central Bank in XML: `eurofxref-daily.xml` with one day,
    `eurofxref-hist-90d.xml` or `eurofxref-hist.xml`.

    Raises BadInput naming the day that cannot be read. Entities are not resolved and nothing is fetched.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput(f"This is no XML that can be read ({str(error)[:100]}). Fetch it again.") from None
    days = [element for element in root.iter(f"{_ECB_NAMESPACE}Cube") if element.get("time")]
    if not days:
        raise BadInput(
            "This is not the bank's file of reference rates: it names no day. Take eurofxref-hist.xml,"
            " eurofxref-hist-90d.xml or eurofxref-daily.xml."
        )
    for element in days:
        day = _day(str(element.get("time")), element.sourceline or 0)
        for quoted in element.iter(f"{_ECB_NAMESPACE}Cube"):
            if quoted.get("currency"):
                rate = _rate(str(quoted.get("rate", "")), quoted.sourceline or 0)
                yield Rate(_currency(str(quoted.get("currency"))), day, rate)


def _currency(code: str) -> str:
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise BadInput(f"{code[:20]!r} is no currency. Take the bank's file unchanged.")
    return code
