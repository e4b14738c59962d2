"""Files in a folder that are whole or not there, whenever the writer or the machine stops."""

import os
import secrets
import time
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

ABANDONED_AFTER = 24 * 3600.0  # seconds


class WholeFileStorage(FileSystemStorage):
    """Django's folder storage, but a name appears only once all of its bytes are on the disk.

    Django writes under the final name. A writer that is killed half-way then leaves a file that
    looks complete, and content that is named by its hash would never be written again. Here the
    bytes go to a file in `.parts`, which is renamed; what killed writers leave there is removed
    after a day. Saving a name that is there already replaces it.
    """

    def _save(self, name: str, content: Any) -> str:
        parts = Path(self.location) / ".parts"
        parts.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(parts)
        part = parts / secrets.token_hex(16)
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                file.flush()
                if self.file_permissions_mode is not None:
                    os.fchmod(file.fileno(), self.file_permissions_mode)
                os.fsync(file.fileno())
            part.replace(final)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _write_down(final.parent)
        return str(name).replace("\\", "/")


def _remove_abandoned(parts: Path) -> None:
    for part in parts.iterdir():
        try:
            if time.time() - part.stat().st_mtime > ABANDONED_AFTER:
                part.unlink()
        except FileNotFoundError:
            pass  # its writer has just finished


def _write_down(folder: Path) -> None:
    """Have the folder's new entry survive a power failure too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
