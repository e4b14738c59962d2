"""Which texts speak of the same: TF-IDF, made denser by a singular value decomposition.

Latent semantic analysis (Deerwester and others, "Indexing by Latent Semantic Analysis", 1990): words
that stand in the same texts count as near one another, so that texts are alike without sharing all words.
"""

from collections.abc import Mapping, Sequence

import numpy
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from engine.text.profiles import counts_of

MOST_DIMENSIONS = 80
SEED = 0  # the decomposition begins with random numbers; the same texts give the same likeness


def likeness_of_texts(text: str, others: Sequence[str]) -> tuple[float, ...]:
    """How much each of the other texts is like the first, 0 to 1."""
    return likeness_of_counts(counts_of(text), [counts_of(other) for other in others])


def likeness_of_counts(counts: Mapping[str, int], others: Sequence[Mapping[str, int]]) -> tuple[float, ...]:
    """The same of texts whose words are counted already; 0 for one without words."""
    if not others:
        return ()
    matrix = DictVectorizer(sparse=True).fit_transform([dict(counts), *map(dict, others)])
    if not matrix.shape[1]:
        return (0.0,) * len(others)
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(matrix)
    dense = normalize(_dense(weighted))
    found = numpy.clip(dense[1:] @ dense[0], 0.0, 1.0)
    return tuple(round(float(value), 4) for value in found)


def _dense(weighted: csr_matrix) -> "numpy.typing.NDArray[numpy.float64]":
    dimensions = min(MOST_DIMENSIONS, weighted.shape[0] - 1, weighted.shape[1] - 1)
    if dimensions < 2:
        plain: numpy.typing.NDArray[numpy.float64] = weighted.toarray()
        return plain
    reduced: numpy.typing.NDArray[numpy.float64] = TruncatedSVD(dimensions, random_state=SEED).fit_transform(
        weighted
    )
    return reduced
