"""Engine results into rows. The only writer of the app's tables, one transaction per result."""

from extraction.store.compiled import store_compiled
from extraction.store.questions import ask, withdraw
from extraction.store.readings import store_failure, store_reading

__all__ = ["ask", "store_compiled", "store_failure", "store_reading", "withdraw"]
