"""One module per screen; importing them registers them."""

from extraction.admin import compiled, facts, model_calls, restatements, review, runs

__all__ = ["compiled", "facts", "model_calls", "restatements", "review", "runs"]
