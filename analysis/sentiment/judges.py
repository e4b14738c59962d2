"""Who judges sentences: the champion that was trained, a transformer of one's own, or the lexicon.

The first that is there wins. A trained classifier is there only if it was promoted, and it is promoted
only where it beat the lexicon on sentences that people have labelled (`register_champions`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from analysis.models import SentimentWordList
from engine.sentiment.document import SENTIMENT_VERSION, Judge
from engine.sentiment.lexicon import lexicon, lexicon_version
from engine.sentiment.ngrams import open_classifier
from engine.sentiment.sentence import tone_of
from engine.sentiment.word_list import WordList, with_word_list

LEXICON = "lexicon"


@dataclass(frozen=True, slots=True)
class NamedJudge:
    """A judge with the name and version under which its analyses are kept."""

    name: str
    version: str
    judge: Judge


@dataclass(frozen=True, slots=True)
class Champion:
    """A promoted classifier: the version of its model and its artefact (see engine.sentiment.ngrams)."""

    version: str
    artefact: bytes


_champions: list[Callable[[], Champion | None]] = []


def register_champions(source: Callable[[], Champion | None]) -> None:
    """Have the champion asked for from here; whoever keeps trained models calls this once, at start."""
    _champions.append(source)


def current_judge() -> NamedJudge:
    """The judge of now.

    Raises:
        BadInput: the champion or the transformer that is set up does not open
    """
    for source in _champions:
        champion = source()
        if champion is not None:
            return NamedJudge("classifier", champion.version, open_classifier(champion.artefact))
    if settings.SENTIMENT_TRANSFORMER:
        return _transformer(settings.SENTIMENT_TRANSFORMER)
    return lexicon_judge()


def lexicon_judge() -> NamedJudge:
    """The lexicon, with the word list in use if there is one: the baseline any model has to beat."""
    version = f"{SENTIMENT_VERSION}.{lexicon_version()}"
    brought = SentimentWordList.objects.filter(is_active=True).first()
    if brought is None:
        return NamedJudge(LEXICON, version, tone_of)
    both = with_word_list(lexicon(), WordList(brought.words))
    return NamedJudge(
        f"{LEXICON} and {brought.name}",
        f"{version}, {brought.sha256[:12]}",
        lambda sentence: tone_of(sentence, both),
    )


@lru_cache(maxsize=1)
def _transformer(name: str) -> NamedJudge:
    # Imported here: its packages are an extra and take a gigabyte of memory.
    from engine.sentiment.transformer import open_transformer

    return NamedJudge("transformer", name[-100:], open_transformer(name))
