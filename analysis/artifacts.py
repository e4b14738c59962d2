"""Files of trained models: JSON or skops, named by their content, checked by it when they are read.

A stored file must not be able to run code: JSON holds figures alone, and of a skops file only the types
that are listed here are built. Pickle is never read.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from analysis.errors import AnalysisError

FOLDER = "models"
_NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{64}})\.(json|skops)")
LARGEST = 64 * 1024 * 1024  # bytes
# What models that are kept as skops may be made of, beside what skops itself trusts.
TRUSTED_TYPES = frozenset(
    {
        "sklearn.ensemble._iforest.IsolationForest",
        "sklearn.tree._tree.Tree",
        "sklearn.tree._classes.ExtraTreeRegressor",
    }
)


class ArtefactRefused(AnalysisError):
    """The file of a trained model is missing, is not what was stored, or holds what is not allowed."""

    code = "artefact_refused"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Where the file of a model lies, and the hash of its content."""

    name: str
    sha256: str


def keep(content: bytes, kind: str = "json") -> Artefact:
    """Store a file of a model. Storing the same again changes nothing.

    Raises ArtefactRefused for what is neither JSON nor skops, or too large.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{FOLDER}/{sha256}.{kind}"
    if _NAME.fullmatch(name) is None or len(content) > LARGEST:
        raise ArtefactRefused("Models are kept as JSON or skops files of at most 64 MiB.")
    if not default_storage.exists(name):
        saved = default_storage.save(name, ContentFile(content))
        if saved != name:  # another process stored the same content at the same time
            default_storage.delete(saved)
    return Artefact(name, sha256)


def read(artefact: Artefact) -> bytes:
    """The content, if it is the one that was stored.

    Raises ArtefactRefused.
    """
    named = _NAME.fullmatch(artefact.name)
    if named is None or named[1] != artefact.sha256:
        raise ArtefactRefused(f"“{artefact.name}” is not the name of a stored model.")
    try:
        with default_storage.open(artefact.name) as file:
            content = bytes(file.read(LARGEST + 1))
    except FileNotFoundError:
        raise ArtefactRefused(
            f"The file {artefact.name} is gone. Bring it back from a backup, or train the model again."
        ) from None
    if hashlib.sha256(content).hexdigest() != artefact.sha256:
        raise ArtefactRefused(
            f"The file {artefact.name} is not what was stored, so that it is not used. Train the model again."
        )
    return content


def keep_estimator(estimator: Any) -> Artefact:
    """Store an estimator of scikit-learn as skops. Raises ArtefactRefused where it holds other types than
    can be read again."""
    import skops.io

    content = skops.io.dumps(estimator)
    _check_types(content)
    return keep(content, "skops")


def open_estimator(artefact: Artefact) -> Any:
    """The estimator of a skops file, built from trusted types alone. Raises ArtefactRefused."""
    import skops.io

    if not artefact.name.endswith(".skops"):
        raise ArtefactRefused(f"{artefact.name} is no skops file.")
    content = read(artefact)
    return skops.io.loads(content, trusted=_check_types(content))


def _check_types(content: bytes) -> list[str]:
    import skops.io

    found = skops.io.get_untrusted_types(data=content)
    strange = sorted(set(found) - TRUSTED_TYPES)
    if strange:
        raise ArtefactRefused(f"The model holds what is not trusted: {', '.join(strange)}.")
    return list(found)
