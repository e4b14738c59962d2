"""What goes into the site: links that hold there, and parts made from what the system works by."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from config.schedules import SCHEDULES, Schedule
from handbook import commands_page, schedules_page, settings_page
from handbook.api_page import operations, shapes
from handbook.decisions_page import links
from handbook.pages import ELSEWHERE, MADE, in_site
from tests.conftest import ROOT

DOCS = ROOT / "docs"


def test_a_link_to_a_file_of_the_project_leads_to_its_page() -> None:
    text, problems = in_site("ratios.md", "[rooms](../ARCHITECTURE.md#the-rooms), [how](exports.md).")
    assert text == "[rooms](architecture.md#the-rooms), [how](exports.md)."
    assert problems == []


def test_a_page_from_elsewhere_links_as_it_does_where_it_stands() -> None:
    text, problems = in_site(
        "architecture.md", "[people](docs/people.md) and [results](benchmarks/RESULTS.md)"
    )
    assert text == "[people](people.md) and [results](benchmark-results.md)"
    assert problems == []


def test_a_link_out_of_a_folder_of_the_site_leads_up() -> None:
    text, _ = in_site("decisions/0004-stored-views.md", "[the map](../../ARCHITECTURE.md)")
    assert text == "[the map](../architecture.md)"


def test_a_link_to_a_file_that_is_not_in_the_site_becomes_text() -> None:
    text, problems = in_site("faq.md", "see [the limits](../engine/anomaly/thresholds.yaml)")
    assert text == "see the limits"
    assert problems == []


def test_a_link_to_nothing_is_named() -> None:
    _, problems = in_site("faq.md", "see [this](nowhere.md)")
    assert problems == ["docs/faq.md links to nowhere.md, which is not there."]


def test_what_stands_in_a_block_of_code_is_left_alone() -> None:
    block = "```\n[nothing](nowhere.md)\n```\n"
    assert in_site("faq.md", block) == (block, [])


def test_an_unknown_made_part_is_named() -> None:
    text, problems = in_site("faq.md", "<!-- made: lunch -->")
    assert text == ""
    assert problems == [f"docs/faq.md asks for the made part lunch: there are {', '.join(sorted(MADE))}."]


@pytest.mark.parametrize("part", sorted(MADE))
def test_every_made_part_has_its_place(part: str) -> None:
    places = [path.name for path in DOCS.rglob("*.md") if f"<!-- made: {part} -->" in path.read_text()]
    assert len(places) == 1


def test_every_page_from_elsewhere_is_there() -> None:
    assert [source for source in ELSEWHERE.values() if not (ROOT / source).is_file()] == []


def test_every_block_of_code_is_closed() -> None:
    """A fence that is left open swallows the rest of its page, without a word."""
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    odd = [path.name for path in pages if len(re.findall(r"^```", path.read_text(), flags=re.MULTILINE)) % 2]
    inside_out = [
        path.name
        for path in pages
        for closing in re.findall(r"^```.*$", path.read_text(), flags=re.MULTILINE)[1::2]
        if closing.strip() != "```"
    ]
    assert (odd, inside_out) == ([], [])


def test_settings_are_those_of_the_example() -> None:
    found = settings_page.settings(
        "# Head.\n\n# --- Who\n\n# Signs things.\n# Empty: made.\nSECRET_KEY=\n# Hours.\nHOURS=720\n"
    )
    assert found == [
        settings_page.Setting("SECRET_KEY", "", "Signs things. Empty: made.", "Who"),
        settings_page.Setting("HOURS", "720", "Hours.", "Who"),
    ]


def test_the_page_has_every_setting_in_a_table() -> None:
    example = (ROOT / ".env.example").read_text()
    assigned = re.findall(r"^([A-Z][A-Z0-9_]*)=", example, flags=re.MULTILINE)
    listed = re.findall(r"^\| `([A-Z0-9_]+)` \|", settings_page.tables(), flags=re.MULTILINE)
    assert listed == assigned


def test_schedules_are_told_in_words() -> None:
    every = Schedule(name="Look", task="look", description="Looks.", every_seconds=300)
    by_clock = Schedule(
        name="Scan",
        task="scan",
        description="Scans.",
        crontab="30 1 * * *",
        expires_seconds=21_600,
        enabled=False,
    )
    assert schedules_page.line(every) == "| Look | every 5 minutes | `look` | Looks. | never |\n"
    assert schedules_page.line(by_clock) == (
        "| Scan (switched off at first) | at 01:30 (`30 1 * * *`) | `scan` | Scans. | 6 hours |\n"
    )


def test_the_page_has_every_schedule() -> None:
    assert schedules_page.table().count("\n") == len(SCHEDULES) + 2


def test_the_page_has_every_command_with_what_it_says_of_itself() -> None:
    ours = {
        name: app if isinstance(app, str) else app.__module__.split(".")[0]
        for name, app in get_commands().items()
    }
    found = commands_page.commands()
    assert set(found) == {name for name, app in ours.items() if (ROOT / app).is_dir()}
    assert (
        found["verify_provenance"] == load_command_class(ours["verify_provenance"], "verify_provenance").help
    )
    assert [name for name, said in found.items() if len(said) < 20] == []


def test_every_decision_is_listed_with_its_title() -> None:
    lines = links().splitlines()
    assert len(lines) == len(list((DOCS / "decisions").glob("0*.md")))
    assert lines[3] == f"- [{_title(DOCS / 'decisions' / '0004-stored-views.md')}](0004-stored-views.md)"


def _title(path: Path) -> str:
    return path.read_text().splitlines()[0].removeprefix("# ")


def test_the_reference_has_the_api_as_it_is() -> None:
    text = operations()
    assert "### POST `/api/v1/token/revoke/`" in text
    assert "| `concept` | string | Code of the concept, such as is.revenue. |" in text
    assert "- **200**: a page of [Fact](api-shapes.md#fact)" in text


def test_every_shape_that_is_named_is_described() -> None:
    named = set(re.findall(r"api-shapes\.md#([\w-]+)\)", operations() + shapes()))
    described = {heading.lower() for heading in re.findall(r"^## (\w+)$", shapes(), flags=re.MULTILINE)}
    assert named - described == set()
    assert len(named) > 100
