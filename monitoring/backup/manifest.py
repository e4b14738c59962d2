"""What a backup says of itself, and where its parts lie.

    FOLDER/
      contents/3f/3f9a…            files by the hash of their content, shared by all backups
      2026-11-21T231500Z/
        database.dump              PostgreSQL's own archive, or a SQLite database
        files.jsonl                a line for each stored file: name, size, hash
        manifest.json              written last: a backup without it was broken off

The manifest is sealed with a hash over everything it says, and says the hash of the other two.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST, DATABASE, FILES, CONTENTS = "manifest.json", "database.dump", "files.jsonl", "contents"
NAME = re.compile(r"\A\d{4}-\d{2}-\d{2}T\d{6}Z\Z")
_CHUNK = 1024 * 1024


class BackupRefused(Exception):
    """A backup cannot be made, or must not be put back. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the storage: its name there, its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was backed up.

    `rows` are counted in the very moment that the copy of the database shows; `audit_events` and
    `audit_seal` are the end of the audit trail then. `kind` is postgresql or sqlite.
    """

    made_at: str
    kind: str
    server: str
    database_sha256: str
    files_sha256: str
    files: int
    bytes: int
    migrations: list[str]
    rows: dict[str, int]
    audit_events: int
    audit_seal: str
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Put the manifest into the backup: whole or not at all."""
        content = asdict(self)
        part = folder / f"{MANIFEST}.part"
        part.write_text(json.dumps({**content, "seal": _seal(content)}, indent=1), encoding="utf-8")
        os.replace(part, folder / MANIFEST)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises BackupRefused where there is none, or it is not what was written."""
        path = folder / MANIFEST
        if not path.is_file():
            raise BackupRefused(
                f"{folder} is no complete backup: it has no {MANIFEST}. Name a folder like"
                " 2026-11-21T231500Z inside the folder of backups; one that was broken off cannot be used."
            )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            seal = content.pop("seal")
        except (ValueError, KeyError, AttributeError):
            raise _damaged(path) from None
        if content.get("format", 0) > FORMAT:
            raise BackupRefused(
                f"{folder} was made by a newer version of Tenfold. Install that version, and restore with it."
            )
        if seal != _seal(content) or set(content) != {field.name for field in fields(cls)}:
            raise _damaged(path)
        return cls(**content)


def write_files(folder: Path, files: list[StoredFile]) -> str:
    """The list of files; its hash."""
    path = folder / FILES
    with path.open("w", encoding="utf-8") as lines:
        for file in sorted(files, key=lambda file: file.name):
            lines.write(json.dumps(asdict(file), ensure_ascii=False) + "\n")
    return hash_of(path)


def read_files(folder: Path) -> Iterator[StoredFile]:
    """The list of files of a backup."""
    with (folder / FILES).open(encoding="utf-8") as lines:
        for line in lines:
            yield StoredFile(**json.loads(line))


def content_path(backups: Path, sha256: str) -> Path:
    """Where a content lies among the backups."""
    return backups / CONTENTS / sha256[:2] / sha256


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check(folder: Path) -> Manifest:
    """Read every byte of a backup and hold it against its hash. Raises BackupRefused at the first fault."""
    manifest = Manifest.read(folder)
    for name, sha256 in ((DATABASE, manifest.database_sha256), (FILES, manifest.files_sha256)):
        path = folder / name
        if not path.is_file() or hash_of(path) != sha256:
            raise _damaged(path)
    found = 0
    for file in read_files(folder):
        path = content_path(folder.parent, file.sha256)
        if not path.is_file():
            raise BackupRefused(
                f"{folder} is not complete: the content of {file.name} is not under {path}. Copy a backup"
                f" together with the folder {CONTENTS} beside it, or use another one."
            )
        if path.stat().st_size != file.size or hash_of(path) != file.sha256:
            raise _damaged(path)
        found += 1
    if found != manifest.files:
        raise _damaged(folder / FILES)
    return manifest


def _seal(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _damaged(path: Path) -> BackupRefused:
    return BackupRefused(
        f"The backup is damaged: {path} is not what was written. Use another backup, or fetch this one again"
        " from where it was copied to."
    )
