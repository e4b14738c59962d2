"""One module per screen; importing them registers them."""

from extraction.admin import (
    compiled,
    external,
    facts,
    issuers,
    model_calls,
    reports,
    restatements,
    review,
    runs,
)

__all__ = [
    "compiled",
    "external",
    "facts",
    "issuers",
    "model_calls",
    "reports",
    "restatements",
    "review",
    "runs",
]
