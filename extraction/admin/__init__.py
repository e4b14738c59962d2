"""One module per screen; importing them registers them."""

from extraction.admin import compiled, facts, review, runs  # noqa: F401
