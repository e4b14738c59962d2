"""Exchange rates of the European Central Bank: the smallest of its files that leaves no hole."""

from datetime import date, datetime, timedelta

from django.conf import settings

from companies.models import ExchangeRate
from companies.rates import ECB, keep_ecb_rates
from engine.limits import Limits
from engine.sandbox import rates_safely
from extraction.external.asking import SourceFailed, ask, taken_in
from extraction.external.collected import Collected, Errand

DAILY, NINETY_DAYS, HISTORY = "eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.xml"
# Ninety days of the calendar, less some for the file being of yesterday.
_REACH_OF_NINETY_DAYS = timedelta(days=85)
_FEW_RATES = 30 * 250  # less than a year of them are no history


def collect(errand: Errand) -> Collected:
    """Rates since the last day that is known: the file of one day where only that one is missing, the one
    of ninety days, or the whole history. Raises SourceFailed and the engine's Unreadable."""
    collected = Collected(asked=1)
    last = None if errand.full else _last_day()
    name = _file_for(last, errand.at)
    answered = ask(errand.source, f"{errand.source.base_url}/{name}", again=errand.full)
    if answered.body is None:
        collected.cursor = _cursor(last, name)
        return collected
    rates = rates_safely(answered.body, Limits(**settings.READING_LIMITS))
    if not rates:
        raise SourceFailed("no_rates", f"{name} of the bank holds no rates. Ask again later.")
    with errand.storing():
        kept = keep_ecb_rates(rates)
        taken_in(errand.source, answered)
    collected.new, collected.unchanged = kept.new, kept.rates - kept.new
    collected.cursor = _cursor(kept.last, name)
    return collected


def _last_day() -> date | None:
    """The last day from which on new files close the gap; None where the history is not there yet."""
    rates = ExchangeRate.objects.filter(source=ECB)
    if rates.count() < _FEW_RATES:
        return None
    newest = rates.order_by("-day").values_list("day", flat=True).first()
    return newest


def _file_for(last: date | None, at: datetime) -> str:
    """Rates come on working days; the daily file holds the last of them alone."""
    today = at.date()
    if last is None or today - last > _REACH_OF_NINETY_DAYS:
        return HISTORY
    working_days = sum(
        (last + timedelta(days=n)).weekday() < 5 for n in range(1, max((today - last).days, 0) + 1)
    )
    return DAILY if working_days <= 1 else NINETY_DAYS


def _cursor(last: date | None, name: str) -> dict[str, str]:
    return {"last_day": last.isoformat() if last else "", "file": name}
