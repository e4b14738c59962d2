"""Untrusted bytes are parsed in a throw-away child process with limits.

The child is this package's own command. It puts the limits on itself before it looks at a byte,
reads the file from standard input and answers in JSON; it has no secrets in its environment and is
its own process group, which is killed whatever happens. What kills a child is a verdict on the
file, never on the caller.
"""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO

from engine.concepts.mapping import MappingRule
from engine.concluding import conclude_again
from engine.currency import Rate
from engine.edited_workbook import EditedCell
from engine.errors import EngineError, NotFound, Unreadable
from engine.exchange import reading_from_json, survey_from_json
from engine.limits import Limits
from engine.provenance import Place, Relocation
from engine.second_reader.lines import PrintedLine
from engine.statement import Reading, Survey
from engine.text.reading import TextReading, text_reading_from_json
from engine.xbrl.values import ListedFiling, TaggedReading

_ROOT = Path(__file__).resolve().parent.parent
_POLL = 0.01
_LOOKING_AT_PICTURES = 0.9  # of the wall clock; the rest is for making tables of what was seen
_MUCH_OF_MEMORY = 0.55  # of the limit: a death above it is put down to memory
_OUT_OF_TIME = (
    "The file took longer than {seconds:g} s to read and was given up. It may be built to exhaust a reader."
)
_OUT_OF_MEMORY = "Reading the file took more than {megabytes:,} MB of memory and was given up."
_CRASHED = "The reader broke down on this file ({how}). The file is likely damaged; fetch it again."


def read_safely(
    data: bytes,
    limits: Limits | None = None,
    *,
    rules: tuple[MappingRule, ...] = (),
    refuse_copying_forbidden: bool = False,
    ocr: bool = True,
) -> Reading:
    """`engine.reading.read` in a child. `rules` are applied here, to the printed words it returns.
    Text recognition (`ocr`) runs in children of the child under the same limits, at one to two
    seconds a page: a scanned report needs several minutes of wall clock.

    Raises Unreadable: the codes of `read`, and out_of_time, out_of_memory, reader_crashed.
    """
    limits = limits or Limits()
    options = ["--ocr-seconds", f"{limits.wall_seconds * _LOOKING_AT_PICTURES if ocr else 0:g}"]
    reading = reading_from_json(_asked("read", data, limits, refuse_copying_forbidden, options))
    return conclude_again(reading, rules) if rules else reading


def survey_safely(
    data: bytes, limits: Limits | None = None, *, refuse_copying_forbidden: bool = False
) -> Survey:
    """`engine.reading.survey` in a child; raises as `read_safely` does."""
    return survey_from_json(_asked("survey", data, limits or Limits(), refuse_copying_forbidden))


def render_safely(data: bytes, page: int, limits: Limits | None = None) -> bytes:
    """`engine.pdf.render.render_page` in a child: a page as PNG.

    Raises NotFound where the file has no such page, and Unreadable as `read_safely` does.
    """
    answer = json.loads(_asked("render", data, limits or Limits(), False, ["--page", str(page)]))
    return base64.b64decode(answer["png"])


def contact_sheet_safely(data: bytes, first: int, limits: Limits | None = None) -> bytes:
    """`engine.pdf.contact_sheet.contact_sheet` in a child: 24 pages as one JPEG; raises as
    `render_safely` does."""
    answer = json.loads(_asked("sheet", data, limits or Limits(), False, ["--first", str(first)]))
    return base64.b64decode(answer["jpeg"])


def relocate_safely(data: bytes, places: Sequence[Place], limits: Limits | None = None) -> Relocation:
    """`engine.provenance.relocate` in a child; raises as `read_safely` does."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="tenfold-", suffix=".json") as file:
        json.dump([place.to_json() for place in places], file)
        file.flush()
        answer = _asked("relocate", data, limits or Limits(), False, ["--places", file.name])
    found = json.loads(answer)
    return Relocation(found["sha256"], tuple(found["printed"]), tuple(found["found"]))


def lines_safely(
    data: bytes, pages: Sequence[int], read_by: str, limits: Limits | None = None
) -> tuple[PrintedLine, ...]:
    """`engine.second_reader.lines.printed_lines` in a child; raises as `read_safely` does."""
    options = ["--pages", ",".join(map(str, pages)), "--read-by", read_by]
    answer = json.loads(_asked("lines", data, limits or Limits(), False, options))
    return tuple(PrintedLine.from_json(values) for values in answer["lines"])


def passages_safely(
    data: bytes, limits: Limits | None = None, *, refuse_copying_forbidden: bool = False, ocr: bool = True
) -> TextReading:
    """`engine.text.reading.read_text` in a child; raises as `read_safely` does."""
    limits = limits or Limits()
    options = ["--ocr-seconds", f"{limits.wall_seconds * _LOOKING_AT_PICTURES if ocr else 0:g}"]
    return text_reading_from_json(
        json.loads(_asked("passages", data, limits, refuse_copying_forbidden, options))
    )


def edits_safely(data: bytes, limits: Limits | None = None) -> tuple[EditedCell, ...]:
    """`engine.edited_workbook.read_workbook` in a child.

    Raises Unreadable as `read_safely` does, with the codes of `read_workbook` besides.
    """
    answer = json.loads(_asked("edits", data, limits or Limits(), False))
    return tuple(EditedCell.from_json(values) for values in answer["cells"])


def tagged_safely(data: bytes, limits: Limits | None = None) -> TaggedReading:
    """`engine.xbrl.read.read_tagged` in a child.

    Raises Unreadable as `read_safely` does, with the codes of `read_tagged` besides.
    """
    return TaggedReading.from_json(json.loads(_asked("tagged", data, limits or Limits(), False)))


def filings_safely(data: bytes, limits: Limits | None = None) -> tuple[ListedFiling, ...]:
    """`engine.xbrl.listing.read_listing` in a child; raises as `tagged_safely` does."""
    answer = json.loads(_asked("filings", data, limits or Limits(), False))
    return tuple(ListedFiling.from_json(values) for values in answer["filings"])


def rates_safely(data: bytes, limits: Limits | None = None) -> tuple[Rate, ...]:
    """The rates of one of the European Central Bank's files, CSV or XML, read in a child.

    Raises Unreadable as `read_safely` does, and with the code bad_input for any other file.
    """
    answer = json.loads(_asked("rates", data, limits or Limits(), False))
    return tuple(
        Rate(currency, date.fromisoformat(day), Decimal(rate)) for currency, day, rate in answer["rates"]
    )


def _asked(command: str, data: bytes, limits: Limits, refuse: bool, options: Sequence[str] = ()) -> str:
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(data)
        question.seek(0)
        status, peak, in_time = _run([*_command(command, limits, refuse), *options], question, answer, limits)
        answer.seek(0)
        text = answer.read().decode("utf-8", "replace")
    if not in_time:
        raise Unreadable(_OUT_OF_TIME.format(seconds=limits.wall_seconds), code="out_of_time")
    complete = text.startswith("{") and text.endswith("}\n")
    if status in (0, 1) and complete and not text.startswith('{"error"'):
        return text
    raise _verdict(status, peak, text, limits)


def _command(command: str, limits: Limits, refuse: bool) -> list[str]:
    parts = [sys.executable, "-m", "engine", command, "-", "--json"]
    parts += ["--memory-bytes", str(limits.memory_bytes), "--cpu-seconds", str(limits.cpu_seconds)]
    parts += ["--answer-bytes", str(limits.answer_bytes)]
    return [*parts, "--refuse-copying-forbidden"] if refuse else parts


def _run(command: list[str], question: IO[bytes], answer: IO[bytes], limits: Limits) -> tuple[int, int, bool]:
    """Exit status, peak memory in bytes, and whether it ended in time."""
    environment = {
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    }
    child = subprocess.Popen(
        command,
        stdin=question,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=environment,
        start_new_session=True,
    )
    deadline = time.monotonic() + limits.wall_seconds
    in_time, peak = True, 0
    try:
        while True:
            ended, status = os.waitpid(child.pid, os.WNOHANG)
            if ended:
                break
            peak = max(peak, _peak_memory(child.pid))
            if time.monotonic() > deadline and in_time:
                in_time = False
                _kill_group(child.pid)
            time.sleep(_POLL)
        child.returncode = os.waitstatus_to_exitcode(status)
    finally:
        _kill_group(child.pid)
        if child.returncode is None:
            child.wait()
    return child.returncode, peak, in_time


def _peak_memory(pid: int) -> int:
    """The most memory a process has held so far, in bytes; 0 where the system does not tell.

    Not the figure that waiting for a child returns: that one begins with the size of the process it
    was forked from, so that a large caller would make every child look large.
    """
    try:
        # Looked at a hundred times a second: text that is decoded and buffered would cost as much as
        # what the child does.
        status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
    except OSError:
        return 0
    try:
        found = re.search(rb"VmHWM:\s+(\d+) kB", os.read(status, 4096))
    except OSError:
        return 0
    finally:
        os.close(status)
    return int(found[1]) * 1024 if found else 0


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _verdict(status: int, peak: int, text: str, limits: Limits) -> EngineError:
    try:
        error = json.loads(text)["error"]
        kind = NotFound if error["code"] == NotFound.code else Unreadable
        return kind(error["message"], code=error["code"])
    except (ValueError, KeyError, TypeError):
        pass
    megabytes = limits.memory_bytes >> 20
    if status == -signal.SIGXCPU:
        return Unreadable(_OUT_OF_TIME.format(seconds=limits.cpu_seconds), code="out_of_time")
    if status == -signal.SIGKILL or peak > _MUCH_OF_MEMORY * limits.memory_bytes:
        return Unreadable(_OUT_OF_MEMORY.format(megabytes=megabytes), code="out_of_memory")
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return Unreadable(_CRASHED.format(how=how), code="reader_crashed")
