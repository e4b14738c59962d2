"""Engine results into rows. The only writer of the app's tables, one transaction per result."""

from extraction.store.compiled import store_compiled
from extraction.store.questions import Question, ask, ask_all, withdraw
from extraction.store.readings import facts_as_of, store_failure, store_reading

__all__ = [
    "Question",
    "ask",
    "ask_all",
    "facts_as_of",
    "store_compiled",
    "store_failure",
    "store_reading",
    "withdraw",
]
