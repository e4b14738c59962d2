"""Files of models: named by their content, refused when it is another, never able to run code."""

import hashlib
import pickle
from pathlib import Path
from typing import Any

import pytest

from analysis.artifacts import Artefact, ArtefactRefused, keep, keep_estimator, open_estimator, read


def test_what_is_kept_is_read_again_under_the_name_of_its_hash(files: Path) -> None:
    content = b'{"weights": [1, 2]}'
    artefact = keep(content)
    sha256 = hashlib.sha256(content).hexdigest()
    assert artefact == Artefact(f"models/{sha256}.json", sha256)
    assert read(artefact) == content
    assert keep(content) == artefact
    assert len(list((files / "models").iterdir())) == 1


def test_a_file_that_was_changed_is_refused(files: Path) -> None:
    artefact = keep(b"{}")
    path = files / artefact.name
    path.chmod(0o600)
    path.write_bytes(b'{"other": 1}')
    with pytest.raises(ArtefactRefused, match="is not what was stored"):
        read(artefact)
    path.unlink()
    with pytest.raises(ArtefactRefused, match="is gone"):
        read(artefact)


@pytest.mark.parametrize(
    "name", ["../secret_key", "models/../../secret_key", "documents/x.pdf", f"models/{'0' * 64}.pkl", ""]
)
def test_no_other_file_is_read(files: Path, name: str) -> None:
    with pytest.raises(ArtefactRefused, match="is not the name of a stored model"):
        read(Artefact(name, "0" * 64))


def test_a_name_that_does_not_go_with_its_hash_is_refused(files: Path) -> None:
    artefact = keep(b"{}")
    with pytest.raises(ArtefactRefused, match="is not the name of a stored model"):
        read(Artefact(artefact.name, "0" * 64))


def test_pickles_are_neither_kept_nor_read(files: Path) -> None:
    with pytest.raises(ArtefactRefused, match="JSON or skops"):
        keep(pickle.dumps([1]), "pkl")


def test_an_estimator_is_built_from_trusted_types_alone(files: Path) -> None:
    from sklearn.ensemble import IsolationForest

    rows = [[float(number % 7), float(number % 3)] for number in range(60)]
    forest = IsolationForest(n_estimators=5, random_state=1).fit(rows)
    again: Any = open_estimator(keep_estimator(forest))
    assert again.score_samples(rows).tolist() == forest.score_samples(rows).tolist()
    with pytest.raises(ArtefactRefused, match="is no skops file"):
        open_estimator(keep(b"{}"))


class Strange:
    """A type that nobody has looked at."""


def test_an_estimator_of_other_types_is_neither_kept_nor_opened(files: Path) -> None:
    import skops.io

    with pytest.raises(ArtefactRefused, match=r"holds what is not trusted: .*Strange"):
        keep_estimator(Strange())
    smuggled = keep(skops.io.dumps(Strange()), "skops")
    with pytest.raises(ArtefactRefused, match="holds what is not trusted"):
        open_estimator(smuggled)
