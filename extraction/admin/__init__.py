"""One module per screen; importing them registers them."""

from extraction.admin import compiled, facts, issuers, model_calls, reports, restatements, review, runs

__all__ = ["compiled", "facts", "issuers", "model_calls", "reports", "restatements", "review", "runs"]
