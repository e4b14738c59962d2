"""Saved pages of real companies, where they are at hand: every report found, with kind and year."""

import json

import pytest

from engine.discover.links import links_in_html
from engine.discover.rank import LinkRole, Site, rank_link
from engine.discover.urls import absolute_url
from engine.kinds import DocumentKind as Kind
from tests.conftest import SAMPLES

pytestmark = pytest.mark.samples

REPORTS = {"annual_report", "10-K", "quarterly_report", "half_year_report"}
KINDS = {
    "annual_report": Kind.ANNUAL_REPORT,
    "10-K": Kind.ANNUAL_REPORT,
    "half_year_report": Kind.HALF_YEAR_REPORT,
    "quarterly_report": Kind.QUARTERLY_REPORT,
    "results_release": Kind.RESULTS_RELEASE,
    "presentation": Kind.INVESTOR_PRESENTATION,
    "sustainability": Kind.SUSTAINABILITY_REPORT,
    "proxy": Kind.OTHER,
    "other": Kind.OTHER,
    "unknown": Kind.UNKNOWN,
}


def pages():
    for path in sorted((SAMPLES / "ir_pages").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        yield truth, links_in_html(path.with_suffix(".html").read_bytes(), truth["page_url"])


def documents(truth, page):
    """The documents of a page by address, each with its surest reading."""
    best = {}
    for link in page.links:
        found = rank_link(link, Site(truth["page_url"]))
        known = best.get(link.url)
        if found.role is LinkRole.DOCUMENT and (known is None or found.confidence > known.confidence):
            best[link.url] = found
    return best


def test_every_report_is_found_with_kind_and_year():
    wanted, missed, wrong = 0, [], []
    for truth, page in pages():
        found = documents(truth, page)
        for report in truth["reports"]:
            if report["type"] not in REPORTS:
                continue
            wanted += 1
            got = found.get(absolute_url(report["url"], ""))
            if got is None:
                missed.append(report["url"])
                continue
            accepted = {KINDS[name] for name in (report["type"], *report.get("also", ()))}
            if got.kind not in accepted or got.fiscal_year != report["fiscal_year"]:
                wrong.append((report["url"], got.kind, got.fiscal_year))
    assert wanted == 47
    assert (missed, wrong) == ([], [])


def test_nothing_else_is_taken_for_a_report():
    false = []
    for truth, page in pages():
        kinds = {}
        for report in truth["reports"]:
            accepted = {KINDS[name] for name in (report["type"], *report.get("also", ()))}
            kinds.setdefault(absolute_url(report["url"], ""), set()).update(accepted)
        for url, got in documents(truth, page).items():
            accepted = kinds.get(url, {Kind.OTHER})
            if got.is_report and got.kind not in accepted and Kind.UNKNOWN not in accepted:
                false.append((url, got.kind))
    assert false == []


def test_a_blocked_page_says_so_and_the_others_do_not():
    said = {truth["page_url"]: page.challenge for truth, page in pages()}
    assert said == {truth["page_url"]: truth["blocked"] for truth, _page in pages()}


def test_pages_worth_following_are_among_the_links():
    for truth, page in pages():
        assert set(truth["next_pages"]) <= {link.url for link in page.links}
