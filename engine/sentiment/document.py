"""The tone of a whole document: a score with the sentences that made it.

    document_tone(sentences, judge) -> DocumentTone

`sentences` are those of the document's prose in order, each with its page and headings. `judge` says
the tone of one: `engine.sentiment.sentence.tone_of`, or the champion that `engine.sentiment.judges`
opens. Sentences of prescribed wording, in other languages, and what is no sentence are left out and
counted. A document without evidence has no score, which is another thing than a neutral one.

The score is the mean over the sentences with evidence, so that long reports do not score higher than
short ones, drawn towards 0 as if `PRIOR` neutral sentences had been read beside them. The confidence
is how probable the label is given how many sentences there are and how much they agree.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.kinds import Polarity, Topic
from engine.sentiment.sentence import LONGEST_SENTENCE, THRESHOLD
from engine.sentiment.tokens import tokens_of
from engine.sentiment.topics import Axis, axes_of, boilerplate_of, topics_of
from engine.sentiment.values import SentenceTone

SENTIMENT_VERSION = 1  # rises when the rules may give the same document another score
PRIOR = 5  # sentences: with as many of evidence the mean counts for half
PRIOR_SPREAD = 0.5  # of the scores of sentences, before any is seen
POLAR = 0.1  # from which a score is called positive or negative
QUIET_SHOWN = 40  # sentences without evidence that are kept as a sample
FEWEST_WORDS = 5  # fewer are a heading or a label
LANGUAGE = "en"  # the one the lexicon knows

Judge = Callable[[str], SentenceTone]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a document: its text, page (from 1), headings and language ("" where nothing says
    so). `source` is the caller's own mark of where it came from."""

    text: str
    page: int
    headings: tuple[str, ...] = ()
    language: str = ""
    source: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence that counted, with its tone, topics and axes."""

    said: Said
    tone: SentenceTone
    topics: tuple[Topic, ...]
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A mean tone from -1 to 1 over `evidence` sentences. `confidence` from 0 to 1 is the probability of
    the label."""

    value: float
    polarity: Polarity
    confidence: float
    evidence: int


@dataclass(frozen=True, slots=True)
class DocumentTone:
    """`overall` and the score of a topic are None where nothing speaks of them. `sentences` are those
    with evidence in the order of the document, `quiet` a sample of those without, evenly spread, so that
    people can label what the judge passed over; `axes` the shares of `counted` sentences; `left_out`
    how many did not count, by reason."""

    overall: Score | None
    topics: Mapping[Topic, Score | None]
    axes: Mapping[Axis, float | None]
    sentences: tuple[Judged, ...]
    quiet: tuple[Judged, ...]
    counted: int
    left_out: Mapping[str, int]


def document_tone(sentences: Iterable[Said], judge: Judge) -> DocumentTone:
    """The tone of a document; see the module. The same sentences give the same answer."""
    left_out: Counter[str] = Counter()
    counted = 0
    axes: Counter[Axis] = Counter()
    judged: list[Judged] = []
    quiet: list[Judged] = []
    seen: set[str] = set()
    for said in sentences:
        words, _ = tokens_of(said.text[:LONGEST_SENTENCE])
        reason = _reason_to_leave_out(said, words)
        if not reason and said.text in seen:
            reason = "repeated"
        if reason:
            left_out[reason] += 1
            continue
        seen.add(said.text)
        counted += 1
        here = axes_of(words)
        axes.update(here)
        tone = judge(said.text)
        one = Judged(said, tone, _topics(words, said.headings), here)
        (judged if _is_evidence(tone) else quiet).append(one)
    return DocumentTone(
        overall=score_of([one.tone.score for one in judged]),
        topics={
            topic: score_of([one.tone.score for one in judged if topic in one.topics]) for topic in Topic
        },
        axes={axis: round(axes[axis] / counted, 4) if counted else None for axis in Axis},
        sentences=tuple(judged),
        quiet=tuple(quiet[:: max(1, -(-len(quiet) // QUIET_SHOWN))]),
        counted=counted,
        left_out=dict(left_out),
    )


def score_of(scores: Sequence[float]) -> Score | None:
    """The mean of the scores of sentences, drawn towards 0 by how few they are; None for none."""
    count = len(scores)
    if not count:
        return None
    mean = sum(scores) / count
    spread = sum((score - mean) ** 2 for score in scores) + PRIOR * PRIOR_SPREAD**2
    value = mean * count / (count + PRIOR)
    error = math.sqrt(spread / (count + PRIOR)) / math.sqrt(count + PRIOR)
    polarity = polarity_of(value)
    return Score(round(value, 4), polarity, round(_probability(polarity, value, error), 4), count)


def _is_evidence(tone: SentenceTone) -> bool:
    """Whether something is said clearly, even where good and bad outweigh each other; hints are none."""
    return tone.label is not Polarity.NEUTRAL or any(abs(term.effect) >= THRESHOLD for term in tone.terms)


def polarity_of(score: float) -> Polarity:
    """What a document's score is called."""
    if score >= POLAR:
        return Polarity.POSITIVE
    return Polarity.NEGATIVE if score <= -POLAR else Polarity.NEUTRAL


def _probability(polarity: Polarity, value: float, error: float) -> float:
    above, below = 1 - _normal((POLAR - value) / error), _normal((-POLAR - value) / error)
    if polarity is Polarity.POSITIVE:
        return above
    return below if polarity is Polarity.NEGATIVE else 1 - above - below


def _normal(deviations: float) -> float:
    return (1 + math.erf(deviations / math.sqrt(2))) / 2


def _reason_to_leave_out(said: Said, words: Sequence[str]) -> str:
    if said.language not in ("", LANGUAGE):
        return "other_language"
    if sum(word[0].isalpha() for word in words) < FEWEST_WORDS:
        return "too_short"
    return boilerplate_of(words, said.headings)


def _topics(words: Sequence[str], headings: Sequence[str]) -> tuple[Topic, ...]:
    own = topics_of(words)
    if own or not headings:
        return own
    return topics_of(tokens_of(headings[-1])[0])
