"""Shares of one in templates."""

from django import template

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """0.1234 as "12.3 %"; a dash for what is not defined."""
    return "–" if share is None else f"{100 * share:.1f} %"
