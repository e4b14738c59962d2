"""Each rule of tone, one sentence at a time."""

import pytest

from engine.kinds import Polarity
from engine.sentiment.sentence import LONGEST_SENTENCE, tone_of

GOOD, BAD, NEITHER = Polarity.POSITIVE, Polarity.NEGATIVE, Polarity.NEUTRAL


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("Profits rose.", GOOD),
        ("Costs rose.", BAD),
        ("Costs fell.", GOOD),
        ("Profits fell.", BAD),
        ("The group cut its annual fuel costs.", GOOD),
        ("The group cut its dividend.", BAD),
        ("A sharp increase in costs was seen.", BAD),
        ("Higher interest expenses were paid.", BAD),
        ("Its holding will rise to 10.3 percent of the shares.", NEITHER),
        ("The growth slowed.", BAD),
        ("Sales growth slowed to 2 percent.", BAD),
        ("The decline in sales slowed.", GOOD),
    ],
)
def test_a_movement_means_what_moves(sentence, label):
    assert tone_of(sentence).label is label


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("Operating profit was EUR 7.1 mn, versus EUR 6.0 mn.", GOOD),
        ("Operating profit was EUR 6.0 mn, versus EUR 7.1 mn.", BAD),
        ("Operating profit was EUR 950 mn, compared with EUR 1.2 bn.", BAD),
        ("Net debt was EUR 75 mn, against EUR 80 mn.", GOOD),
        ("The operating loss was EUR 3 mn, compared with EUR 5 mn.", GOOD),
        ("The operating loss was EUR 3 mn, compared with a profit of EUR 1 mn.", BAD),
        ("The pretax profit was EUR 1 mn, compared with a loss of EUR 3 mn.", GOOD),
        ("The result was EUR -2.3 mn, compared with EUR 0.8 mn.", BAD),
        ("Return on equity was 14.1 % (11.9 %).", GOOD),
        ("Turnover went from EUR 50 mn to EUR 40 mn.", BAD),
        ("Operating profit was EUR 6.0 mn, versus EUR 6.0 mn.", NEITHER),
        ("Operating profit was EUR 6.0 mn (USD 6.6 mn).", NEITHER),
        ("Orders received were EUR 55 mn (71 mn).", BAD),
        ("Orders received were EUR 55 mn (12).", NEITHER),
        ("Organic growth was -3 percent.", BAD),
    ],
)
def test_two_figures_are_compared(sentence, label):
    assert tone_of(sentence).label is label


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("The result was not satisfactory.", BAD),
        ("The market is strong.", GOOD),
        ("The market is not strong.", BAD),
        ("Despite the weak market, sales rose.", GOOD),
        ("Sales rose, but operating profit fell.", BAD),
        ("The shares may fall.", NEITHER),
        ("The sale will have no impact on the result.", NEITHER),
        ("Prospectus for the stock exchange", NEITHER),
    ],
)
def test_what_stands_near_turns_and_weakens(sentence, label):
    assert tone_of(sentence).label is label


def test_no_evidence_is_neutral_and_says_so():
    tone = tone_of("The meeting is on Monday.")

    assert (tone.label, tone.score, tone.terms) == (NEITHER, 0.0, ())
    assert tone_of("") == tone


def test_the_terms_are_the_words_as_they_stand():
    tone = tone_of("Net Profit surged by 14 % in 2021.")

    assert [(term.text, term.effect) for term in tone.terms] == [("Net Profit surged", 1.2)]
    assert tone.score == 0.5455


def test_of_a_page_in_one_line_only_the_beginning_is_looked_at():
    line = "Profit rose from EUR 1 mn to EUR 2 mn because costs of (" * 100_000

    assert tone_of(line) == tone_of(line[:LONGEST_SENTENCE])


def test_a_name_behind_a_title_is_no_word():
    assert tone_of("Mr. Sue Lok sits on the board.").terms == ()
    assert tone_of("Mr. Holt says that profits rose.").label is GOOD
