"""A stored file is whole or not there, also when its writer is killed."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from documents.storage import store_content
from documents.whole_files import WholeFileStorage

# Writes a first piece, says so and waits to be killed before the second.
WRITER = """
import sys, time
import django
from django.conf import settings
settings.configure()
from django.core.files.base import ContentFile
from documents.whole_files import WholeFileStorage

class Slow(ContentFile):
    def chunks(self, chunk_size=None):
        yield b"%PDF-half"
        print("half", flush=True)
        time.sleep(60)

WholeFileStorage(location=sys.argv[1]).save("documents/ab/cd/abcd.pdf", Slow(b""))
"""


def test_a_writer_that_is_killed_leaves_no_file(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=root)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    storage = WholeFileStorage(location=tmp_path)
    assert storage.exists("documents/ab/cd/abcd.pdf") is False
    (part,) = (tmp_path / ".parts").iterdir()

    assert storage.save("documents/ab/cd/abcd.pdf", ContentFile(b"%PDF-whole")) == "documents/ab/cd/abcd.pdf"
    assert (tmp_path / "documents/ab/cd/abcd.pdf").read_bytes() == b"%PDF-whole"
    assert part.exists()
    day_ago = time.time() - 25 * 3600
    os.utime(part, (day_ago, day_ago))
    storage.save("another", ContentFile(b"x"))
    assert list((tmp_path / ".parts").iterdir()) == []


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class Full(ContentFile):
        def chunks(self, chunk_size=None):  # type: ignore[no-untyped-def]
            yield b"%PDF"
            raise OSError(28, "No space left on device")

    storage = WholeFileStorage(location=tmp_path)
    with pytest.raises(OSError, match="No space left"):
        storage.save("a", Full(b""))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_product_stores_through_it(files: Path) -> None:
    content = ContentFile(b"%PDF-1.7 whole")
    stored = store_content(content)  # type: ignore[arg-type]
    digest = hashlib.sha256(b"%PDF-1.7 whole").hexdigest()
    assert stored.storage_name == f"documents/{digest[:2]}/{digest[2:4]}/{digest}.pdf"
    path = files / stored.storage_name
    assert path.read_bytes() == b"%PDF-1.7 whole"
    assert path.stat().st_mode & 0o777 == 0o640
    assert (files / ".parts").is_dir()
