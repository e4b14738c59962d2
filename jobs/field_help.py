"""Help at the fields of forms, said where the form is made.

A model says what its columns hold; what to enter depends on the form and changes more often than a
column should.
"""

from typing import TypeVar

from django.forms import Field

F = TypeVar("F", bound=Field | None)


def with_help(field: F, text: str) -> F:
    """The field with this help, unless its model has one already."""
    if field is not None and text and not field.help_text:
        field.help_text = text
    return field
