"""What the theme of the admin does otherwise here."""

import json
from typing import Any

import unfold.fields
from django.utils.html import format_html
from django.utils.safestring import SafeString


def as_lines(data: Any, encoder: Any) -> SafeString:
    """JSON in lines, for fields that are only looked at."""
    text = json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False, cls=encoder)
    return format_html('<pre class="tf-json">{}</pre>', text)


def apply() -> None:
    """Show JSON fields like this. The theme's own way colours them with style attributes, which the
    content security policy forbids, and only where a highlighter happens to be installed."""
    unfold.fields.prettify_json = as_lines
