"""One module per screen; importing them registers them."""

from extraction.admin import compiled, facts, review, runs

__all__ = ["compiled", "facts", "review", "runs"]
