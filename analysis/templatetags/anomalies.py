"""What looks wrong with a company, for pages of apps that know nothing of analyses."""

from django import template

from analysis.models import Anomaly, AnomalyState
from companies.models import Company

register = template.Library()
SHOWN = 5


@register.simple_tag
def open_anomalies(company: Company) -> list[Anomaly]:
    """The most severe that wait for a person."""
    found = Anomaly.objects.filter(company=company, state=AnomalyState.OPEN, gone_at__isnull=True)
    return list(found[:SHOWN])
