"""The sentences that say most of a report, word for word.

LexRank (Erkan and Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text Summarization",
2004): sentences are as central as the sentences they are like, here with the part of the report they
stand in as their share from the beginning. Chosen is by maximal marginal relevance (Carbonell and
Goldstein, 1998), so that no two say the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.kinds import SummaryStyle
from engine.text.insights import is_boilerplate, matcher, section_weight
from engine.text.passages import Passage, PassageKind
from engine.text.query import search_form

SUMMARY_VERSION = 1
MOST_CANDIDATES = 700
LEAST_WORDS, MOST_WORDS = 9, 55
LEAST_LIKENESS = 0.08  # below it two sentences are not neighbours
TOO_ALIKE = 0.55
DAMPING = 0.85
ROUNDS = 60
RELEVANCE = 0.7  # against being unlike what is chosen already
FIGURES = 1.3  # what a sentence with a figure counts more
FITTING = 1.6  # what a sentence counts more that speaks as the style asks
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*\s?(?:%|percent|million|billion|Mio|Mrd)|[$€£]\s?\d")
_WHOLE = re.compile(r"[\"“„«(]?[A-ZÀ-ÖØ-Þ].*[.!?][\"”»)]?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence as it stands in the report: on which page, in which passage, how central (0 to 1)."""

    text: str
    page: int
    passage: int
    score: float


def summarise(
    passages: Sequence[Passage], style: SummaryStyle = SummaryStyle.KEY_POINTS, most_sentences: int = 7
) -> tuple[SummarySentence, ...]:
    """At most so many sentences, in the order of the report; the same passages give the same ones.

    A report without sentences of prose gives none.
    """
    if most_sentences < 1:
        raise ValueError("a summary has at least one sentence")
    candidates = _candidates(passages, style)
    if not candidates:
        return ()
    likeness = _likeness([candidate.text for candidate in candidates])
    scores = _centrality(likeness, numpy.array([candidate.score for candidate in candidates]))
    chosen = _chosen(scores, likeness, most_sentences)
    best = float(scores.max())
    sentences = [
        SummarySentence(
            candidates[n].text, candidates[n].page, candidates[n].passage, round(float(scores[n]) / best, 4)
        )
        for n in sorted(chosen)
    ]
    return tuple(sentences)


def _candidates(passages: Sequence[Passage], style: SummaryStyle) -> list[SummarySentence]:
    """Whole sentences with their weight from where and how they stand, in the order of the report."""
    seen: set[str] = set()
    found: list[SummarySentence] = []
    for sentence in _sentences(passages, style):
        form = search_form(sentence.text)
        if form not in seen:
            seen.add(form)
            found.append(sentence)
    heaviest = sorted(range(len(found)), key=lambda n: (-found[n].score, n))[:MOST_CANDIDATES]
    return [found[n] for n in sorted(heaviest)]


def _sentences(passages: Sequence[Passage], style: SummaryStyle) -> Iterator[SummarySentence]:
    fitting = {SummaryStyle.OUTLOOK: "guidance", SummaryStyle.RISKS: "risk"}.get(style)
    for passage in passages:
        if passage.kind is not PassageKind.PROSE:
            continue
        weight = section_weight(passage.headings, style)
        for sentence in passage.sentences():
            words = sentence.text.count(" ") + 1
            if not LEAST_WORDS <= words <= MOST_WORDS or not _WHOLE.match(sentence.text):
                continue
            if is_boilerplate(sentence.text):
                continue
            score = weight * (FIGURES if _FIGURE.search(sentence.text) else 1.0)
            if fitting is not None and matcher(fitting).search(sentence.text):
                score *= FITTING
            yield SummarySentence(sentence.text, sentence.page, passage.number, score)


def _likeness(texts: Sequence[str]) -> "numpy.typing.NDArray[numpy.float64]":
    """The cosines of all pairs."""
    vectors = TfidfVectorizer(
        preprocessor=search_form,
        token_pattern=r"\S+",  # noqa: S106 - no password
        sublinear_tf=True,
        max_df=0.3 if len(texts) > 20 else 1.0,
    )
    try:
        matrix = vectors.fit_transform(texts)
    except ValueError:  # no word but such that are in nearly all
        return numpy.eye(len(texts))
    likeness: numpy.typing.NDArray[numpy.float64] = (matrix @ matrix.T).toarray()
    return likeness


def _centrality(
    likeness: "numpy.typing.NDArray[numpy.float64]", weights: "numpy.typing.NDArray[numpy.float64]"
) -> "numpy.typing.NDArray[numpy.float64]":
    """PageRank over the likeness, beginning with the weights; times the weights again."""
    start = weights / weights.sum()
    links = numpy.where(likeness >= LEAST_LIKENESS, likeness, 0.0) * weights
    numpy.fill_diagonal(links, 0.0)
    sums = links.sum(axis=1, keepdims=True)
    steps = numpy.divide(links, sums, out=numpy.tile(start, (len(start), 1)), where=sums > 0)
    rank = start.copy()
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) * start + DAMPING * (rank @ steps)
    scores: numpy.typing.NDArray[numpy.float64] = rank * weights
    return scores


def _chosen(
    scores: "numpy.typing.NDArray[numpy.float64]", likeness: "numpy.typing.NDArray[numpy.float64]", most: int
) -> list[int]:
    relevance = scores / scores.max()
    chosen: list[int] = []
    open_ = list(range(len(scores)))
    while open_ and len(chosen) < most:
        alike = {n: max((float(likeness[n, m]) for m in chosen), default=0.0) for n in open_}
        open_ = [n for n in open_ if alike[n] <= TOO_ALIKE]
        if not open_:
            break
        best = max(open_, key=lambda n: (RELEVANCE * relevance[n] - (1 - RELEVANCE) * alike[n], -n))
        chosen.append(best)
        open_.remove(best)
    return chosen
