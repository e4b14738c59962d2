"""Telling people: alerts, whom they reach, and what becomes of them.

`raise_alert` is the door for the rest of the program. `collect` looks through the rows of other apps,
which know nothing of alerts.
"""

from monitoring.alerts.deciding import resolve_alert
from monitoring.alerts.raising import Raised, raise_alert

__all__ = ["Raised", "raise_alert", "resolve_alert"]
