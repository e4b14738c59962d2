"""A window of time → the paper about it. The same rows give the same paper, whenever it is made."""

from monitoring.reports.paper import Paper
from monitoring.reports.system.condition import alerts, health, models, quality, room
from monitoring.reports.system.content import documents, questions
from monitoring.reports.system.market import conclusions, market
from monitoring.reports.system.work import work
from monitoring.reports.window import Window

SECTIONS = (work, documents, questions, alerts, quality, health, market, conclusions, models, room)


def paper_about(window: Window) -> Paper:
    """What the system did in a window, beside the window before."""
    return Paper(
        over=f"Tenfold · {window.report_type.label} report",
        title=window.title,
        under=f"{window.since:%Y-%m-%d %H:%M} to {window.until:%Y-%m-%d %H:%M} UTC, compared with"
        f" {window.before.title}",
        sections=tuple(section(window) for section in SECTIONS),
        foot=f"{window.report_type.label} report of {window.title}. All times are UTC.",
    )
