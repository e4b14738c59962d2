"""A paper as one file of HTML that needs nothing beside it."""

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from monitoring.reports.drawing import drawn
from monitoring.reports.paper import Paper

STYLES = Path(settings.BASE_DIR) / "static" / "tenfold" / "report_file.css"


def html_of(paper: Paper, *, site: str) -> bytes:
    """The file. `site` is the address in front of paths of the paper. The style stands in the file: it is
    read where it was sent to, not on this site, whose pages hold none."""
    body = render_to_string(
        "reports/file.html", {"paper": paper, "sections": drawn(paper), "site": site.rstrip("/")}
    )
    style = STYLES.read_text(encoding="utf-8")
    head = f"<style>\n{style}</style>\n</head>"
    return mark_safe(body.replace("</head>", head, 1)).encode()  # noqa: S308  our own file
