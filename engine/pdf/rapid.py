"""The words of a picture, read by RapidOCR, an optional package that brings its models with it.

The package and what it needs are large, native and slow to load, so it runs in a process of its
own that can be stopped: one for each picture.
"""

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from PIL import Image

from engine.pdf.seen import Seen

COARSE_DPI = 300  # as fast as any: so a page is read once, for finding and for reading
MULTILINGUAL = False
PACKAGE = "rapidocr_onnxruntime"
SECONDS_PER_PAGE = 60  # two to six are usual; a processor may be busy
_PROGRAM = "engine.pdf.rapid_process"
_ROOT = Path(__file__).resolve().parents[2]
# What else in the process would start threads and claim memory for each.
_QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


@cache
def is_available() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def see(image: Image.Image, dots_per_inch: int, language: str, careful: bool) -> list[Seen]:
    """The words of a grey picture, as `engine.pdf.seen.Recogniser` promises. The models know no
    accented letters, whatever the language, and there is no second look."""
    command = [sys.executable, "-m", _PROGRAM, str(image.width), str(image.height), str(dots_per_inch)]
    try:
        ended = subprocess.run(
            command,
            input=image.tobytes(),
            capture_output=True,
            env={**os.environ, **_QUIET, "PYTHONPATH": str(_ROOT)},
            timeout=SECONDS_PER_PAGE,
        )
        words = json.loads(ended.stdout) if ended.returncode == 0 else []
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return []
    return [Seen(text, x0, y0, x1, y1, sure, (line,)) for text, x0, y0, x1, y1, sure, line in words]
