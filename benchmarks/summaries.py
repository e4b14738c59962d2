"""`python -m benchmarks.summaries`: summaries of the real reports of ../shared/samples.

Every sentence has to stand word for word on its page, none twice, and the same report has to give the
same ones again, in every style. Where the samples are missing it says so and looks at nothing.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping

from benchmarks import results
from benchmarks.searching import FOLDER
from engine.kinds import SummaryStyle
from engine.sandbox import Limits, passages_safely
from engine.text.reading import TextReading
from engine.text.summary import summarise

# Spaces, hyphens at the end of lines, and what pdfium writes for them.
_BETWEEN = re.compile(r"[\s\u00ad\x02\ufffe-]+")
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # characters that draw bullets
LEAST_BEGINNING = 8  # letters on the page that a sentence is said to be on, where it runs on over the next


def faults(reading: TextReading, counts: Counter[str]) -> Iterator[str]:
    """A sentence for each fault in the summaries of a report; `counts` learns what was looked at."""
    pages = {page.number: squashed(page.text) for page in reading.pages}
    for style in SummaryStyle:
        summary = summarise(reading.passages, style)
        counts["summaries"] += 1
        counts["sentences"] += len(summary)
        if not summary:
            yield f"{style}: no sentence"
        if summarise(reading.passages, style) != summary:
            yield f"{style}: other sentences the second time"
        forms = Counter(squashed(one.text).casefold() for one in summary)
        yield from (f"{style}: twice: {form[:60]}" for form, times in forms.items() if times > 1)
        yield from (
            f"{style}: not on page {one.page}: {one.text[:60]}"
            for one in summary
            if not stands_on(one.text, one.page, pages)
        )


def stands_on(sentence: str, page: int, pages: Mapping[int, str]) -> bool:
    """Whether a sentence stands on a page, or begins on it and runs on over the next one."""
    form = squashed(sentence)
    here, behind = pages.get(page, ""), pages.get(page + 1, "")
    return form in here or any(
        form[:split] in here and form[split:] in behind
        for split in range(min(LEAST_BEGINNING, len(form)), len(form))
    )


def squashed(text: str) -> str:
    """Without spaces and hyphens, which lines are broken at, and with one bullet for all."""
    return _BETWEEN.sub("", _PRIVATE.sub("•", text))


def main(arguments: list[str] | None = None) -> int:
    """Prints what was looked at and every fault; the exit status is 1 where there is one."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.summaries",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--reports", default="*.pdf", help="which files, as a pattern")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    if not FOLDER.is_dir():
        print("The real reports are not there, so that nothing was looked at.")
        return 0
    counts: Counter[str] = Counter()
    found = []
    for path in sorted((FOLDER / "reports").glob(options.reports)):
        reading = passages_safely(path.read_bytes(), Limits(wall_seconds=180, cpu_seconds=180))
        counts["reports"] += 1
        found += [f"* {path.stem}, {fault}" for fault in faults(reading, counts)]
    lines = told(counts, found)
    print("\n".join(lines))
    if options.write:
        results.write("Summaries", lines, packages=("scikit-learn",))
    return 1 if found or not counts["sentences"] else 0


def told(counts: Counter[str], found: list[str]) -> list[str]:
    """The counts in one sentence, and the faults."""
    return [
        f"{counts['summaries']} summaries of {counts['reports']} reports, with {counts['sentences']}"
        f" sentences: {len(found)} faults (not word for word on their page, twice, or otherwise the second"
        " time).",
        *(["", *found] if found else []),
    ]


if __name__ == "__main__":
    sys.exit(main())
