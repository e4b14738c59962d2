"""Summaries: word for word, each sentence on its page, none twice, always the same."""

import re

import pytest

from engine.kinds import SummaryStyle
from engine.text.insights import insights_of, is_boilerplate, section_weight
from engine.text.passages import Passage, PassageKind
from engine.text.reading import read_text
from engine.text.summary import summarise
from tests.engine.text.made_report import made_report

REPORTS = ("COSTCO_2019_10K.pdf", "NETFLIX_2018_10K.pdf", "IFRS_d86be8a2fa1a.pdf")
_SPACES = re.compile(r"[\s\u00ad\x02\ufffe-]+")


def squashed(text):
    """Without spaces, hyphens and the private characters that draw bullets."""
    return _SPACES.sub("", re.sub("[\ue000-\uf8ff]", "•", text))


def passage(text, *headings, number=0, kind=PassageKind.PROSE):
    return Passage(number, kind, headings, text, ((0, 1),), "en")


def test_it_works():
    passages = read_text(made_report()).passages
    summary = summarise(passages, most_sentences=3)
    assert [(one.page, one.text[:24]) for one in summary] == [
        (1, "We operated 782 warehous"),
        (1, "The company opened 25 ne"),
        (1, "Net sales rose by 8% to "),
    ]
    assert summarise(passages, most_sentences=3) == summary


def test_styles_choose_other_parts():
    passages = read_text(made_report()).passages
    (risk,) = summarise(passages, SummaryStyle.RISKS, 1)
    assert risk.page == 2
    assert risk.text.startswith(("A loss of member loyalty", "Competition is intense"))


def test_no_two_sentences_say_the_same():
    said = "Net sales of the group rose by eight percent to twelve billion dollars in the year."
    again = "Net sales of the group rose by eight percent to twelve billion dollars in this year."
    other = "New warehouses were opened in China and Japan by the international segment of the company."
    summary = summarise([passage(f"{said} {again} {said}\n{other}")], most_sentences=5)
    assert [one.text for one in summary] == [said, other]


@pytest.mark.parametrize(
    "passages",
    [
        [],
        [passage("Too short.")],
        [passage("1 2 3\n4 5 6", kind=PassageKind.TABLE)],
        [passage("no sentence " * 20)],
    ],
)
def test_where_there_is_no_sentence_there_is_no_summary(passages):
    assert summarise(passages) == ()


def test_a_summary_of_no_sentence_is_refused():
    with pytest.raises(ValueError, match="at least one sentence"):
        summarise([], most_sentences=0)


def test_parts_weigh_as_a_reader_would_weigh_them():
    def weight(heading):
        return section_weight(("Item 7", heading), SummaryStyle.KEY_POINTS)

    assert (
        weight("Results of Operations")
        > weight("Our business")
        > weight("Risk Factors")
        > weight("Signatures")
    )
    assert section_weight(("Risk Factors",), SummaryStyle.RISKS) == 4.0
    assert section_weight((), SummaryStyle.KEY_POINTS) == 1.0


def test_sentences_of_every_report_are_left_out():
    assert (
        is_boilerplate("This report contains forward-looking statements, which are subject to risks.")
        is False
    )
    assert is_boilerplate("This is a forward-looking statement in the sense of the law.")
    assert not is_boilerplate("Net sales rose by 8% in 2019.")


def test_what_stands_out():
    found = insights_of(
        [
            passage(
                "Net sales were $12.5 million in 2023, and the loss was small."
                " We expect that sales will rise further next year."
                " A loss of members could adversely affect our results of operations."
            )
        ]
    )
    (figure,) = found.key_figures
    assert (figure.measure, str(figure.value), figure.decimals, figure.year, figure.page) == (
        "net sales", "1.25E+7", -5, 2023, 1,
    )  # fmt: skip
    assert [one.text[:9] for one in found.guidance] == ["We expect"]
    assert [one.text[:6] for one in found.risks] == ["A loss"]


@pytest.mark.samples
@pytest.mark.parametrize("name", REPORTS)
def test_summaries_of_real_reports_are_word_for_word_on_their_pages(samples, name):
    reading = read_text((samples / "reports" / name).read_bytes())
    pages = {page.number: squashed(page.text) for page in reading.pages}
    for style in SummaryStyle:
        summary = summarise(reading.passages, style)
        assert len(summary) == 7
        assert len({squashed(one.text).casefold() for one in summary}) == 7
        assert summarise(reading.passages, style) == summary
        for one in summary:
            # A sentence may run on over the next page; the number of the page then stands between.
            begin, end = squashed(one.text)[:40], squashed(one.text)[-20:]
            assert begin in pages[one.page], one
            assert end in pages[one.page] or end in pages.get(one.page + 1, ""), one
