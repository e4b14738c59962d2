"""The stored files, through Django's storage: into a backup and back."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage

from monitoring.backup.manifest import StoredFile, content_path

_CHUNK = 1024 * 1024
# What the storage keeps for itself, and what probes leave for a moment.
_PASSED_OVER = frozenset({".parts", "health"})


def names(folder: str = "") -> Iterator[str]:
    """Every name in the storage, each once."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        if folder or name not in _PASSED_OVER:
            yield from names(f"{folder}{name}/")


def keep(backups: Path, known: dict[str, StoredFile]) -> None:
    """Copy what the storage holds and `known` does not yet, and add it there.

    A content that lies among the backups already is read only where its name does not say its hash.
    """
    for name in names():
        if name in known:
            continue
        try:
            known[name] = _kept(backups, name)
        except FileNotFoundError:
            continue  # removed since it was listed


def _kept(backups: Path, name: str) -> StoredFile:
    stem = Path(name).stem
    if len(stem) == 64 and (there := content_path(backups, stem)).is_file():
        size = default_storage.size(name)
        if there.stat().st_size == size:
            return StoredFile(name, size, stem)
    part = backups / f".{secrets.token_hex(16)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with default_storage.open(name, "rb") as content, part.open("xb") as copy:
            for chunk in content.chunks(_CHUNK):
                copy.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        path = content_path(backups, digest.hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return StoredFile(name, size, digest.hexdigest())


def put_back(backups: Path, file: StoredFile) -> bool:
    """Have the storage hold the file under its name; False where it did already."""
    if default_storage.exists(file.name):
        if _stored_hash(file.name) == file.sha256:
            return False
        default_storage.delete(file.name)
    with content_path(backups, file.sha256).open("rb") as content:
        saved = default_storage.save(file.name, File(content))
    if saved != file.name:  # pragma: no cover - another program writes at the same time
        raise OSError(f"{file.name} was stored as {saved}. Stop every other program, and restore again.")
    return True


def _stored_hash(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name, "rb") as content:
        for chunk in content.chunks(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def forget(backups: Path, wanted: set[str]) -> int:
    """Remove contents that no backup names any more, and parts that were broken off; how many."""
    removed = 0
    for path in [*(backups / "contents").glob("*/*"), *backups.glob(".*.part")]:
        if path.name not in wanted or path.suffix == ".part":
            path.unlink()
            removed += 1
    return removed
