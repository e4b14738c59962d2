"""`python -m benchmarks.whole_company`: one company from the address of its site to ten comparable years.

Ten real reports lie on a web server of this machine, behind a page that links to them. The stack is
the embedded default: SQLite, its own broker, one worker with two processes, the dispatcher. Measured
is the whole of `extract_company_financial_data`, from the launch to its end, and each step of it.
Beside it the bare engine reads the same files, two at a time and each in processes of its own as the
worker does it: it looks them over, reads their statements, and takes their text apart for the search.
What the worker uses beyond that is the price of everything else: searching, fetching, classifying,
storing, compiling, and keeping books on all of it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks import processes, results, samples
from benchmarks.processes import ROOT
from stack import programs, valkey
from stack.places import Places

REPORTS = "GENERALMILLS_*.pdf"
LONGEST_SECONDS = 20.0
MOST_OUTSIDE = 0.40  # of the processor time that is not reading
PACKAGES = ("pypdfium2", "celery", "django")
GIVEN_UP_AFTER = 600.0


class Site(SimpleHTTPRequestHandler):
    """The files of a folder, without a line on the terminal for each."""

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Host and port of a site with the reports of the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def publish(reports: list[Path], folder: Path) -> None:
    """The page of a company's reports, as such pages are."""
    (folder / "investors").mkdir(parents=True)
    links = []
    for report in reports:
        year = next(part for part in report.stem.split("_") if part.isdigit())
        (folder / "investors" / f"{report.stem}.pdf").symlink_to(report)
        links.append(f'<li><a href="{report.stem}.pdf">Annual report {year} (PDF)</a></li>')
    page = f"<!doctype html><title>Annual reports</title><h1>Annual reports</h1><ul>{''.join(links)}</ul>"
    (folder / "investors" / "index.html").write_text(page, encoding="utf-8")


def whole(pair: str) -> dict[str, Any]:
    """The run on the database that the environment names: its seconds, and those of each task."""
    import django

    django.setup()
    from django.core.management import call_command

    from companies.models import Company
    from extraction.models import CompiledCell, ExtractionRun
    from jobs.launch import launch
    from jobs.models import TaskAttempt, TaskRun

    call_command("migrate", verbosity=0, interactive=False)
    places = Places(Path(os.environ["TENFOLD_STATE_DIR"]))
    company = Company.objects.create(
        name="Ten Reports", slug="ten-reports", investor_relations_url=f"http://{pair}/investors/"
    )
    with (
        valkey.running(places),
        processes.ready(programs.worker(places, {}), places.state) as worker,
        processes.running(list(programs.dispatcher({}).command), places.state / "dispatcher.log"),
    ):
        _settle(worker)
        before = processes.processor_seconds(worker)
        began = time.perf_counter()
        run = launch("extract_company_financial_data", subject=company, company_id=company.pk).run

        def ended() -> bool:
            run.refresh_from_db()
            return run.is_finished

        processes.wait_until(ended, "the company", every=0.05, seconds=GIVEN_UP_AFTER)
        seconds = time.perf_counter() - began
        used = processes.processor_seconds(worker) - before
    if run.state != "succeeded":
        raise SystemExit(f"The company did not succeed: {run.error_message or run.result}")
    steps: dict[str, list[float]] = defaultdict(list)
    for attempt in TaskAttempt.objects.select_related("run").filter(ended_at__isnull=False):
        steps[attempt.run.task].append((attempt.ended_at - attempt.started_at).total_seconds())
    return {
        "seconds": seconds,
        "processor": used,
        "steps": {task: [len(took), sum(took)] for task, took in steps.items()},
        "statements": ExtractionRun.objects.filter(status="succeeded").count(),
        "years": CompiledCell.objects.filter(value__isnull=False).values("period_end").distinct().count(),
        "runs": TaskRun.objects.count(),
    }


def _settle(worker: processes.Process, quiet: float = 0.5) -> None:
    """Waits until the worker's processes have all started, so that their start is not counted."""
    last = -1.0
    while (used := processes.processor_seconds(worker)) != last:
        last = used
        time.sleep(quiet)


def reading_alone(reports: list[Path], *readers: Callable[[bytes], object]) -> dict[str, float]:
    """Seconds and processor seconds of the bare engine on the same files, two at a time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda report: [reader(report.read_bytes()) for reader in readers], reports))
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "processor": used}


def measured(reports: list[Path]) -> dict[str, Any]:
    """The whole chain in a process of its own; all reading alone before and after it, the mean of both."""
    from engine.sandbox import passages_safely, read_safely, survey_safely

    everything = (survey_safely, read_safely, passages_safely)
    with processes.temporary_folder() as folder:
        publish(reports, folder / "site")
        first = reading_alone(reports, *everything)
        with site(folder / "site") as pair:
            environment = {
                **processes.settings(folder, f"sqlite:///{folder}/benchmark.sqlite3"),
                "TENFOLD_ALLOWED_PRIVATE_HOSTS": pair,
            }
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.whole_company", "--one", pair],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        second = reading_alone(reports, *everything)
        statements = reading_alone(reports, read_safely)
    alone = {key: (first[key] + second[key]) / 2 for key in first}
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found, "alone": alone, "statements alone": statements, "reports": len(reports)}


def outside(found: dict[str, Any]) -> float:
    """The share of the worker's processor time that is not reading."""
    return 1 - float(found["alone"]["processor"]) / float(found["processor"])


def lines_of(found: dict[str, Any]) -> list[str]:
    alone, statements = found["alone"], found["statements alone"]
    load = f"{os.getloadavg()[0]:.1f}"
    lines = [
        f"{found['reports']} reports, {found['statements']} read whole, {found['years']} period ends in the"
        f" compiled tables, {found['runs']} runs; load of the machine at the end {load}.",
        "",
        "| | s | processor s |",
        "|---|---:|---:|",
        f"| from the address to the tables | {found['seconds']:.1f} | {found['processor']:.1f} |",
        f"| the bare engine does all the reading in it | {alone['seconds']:.1f} | {alone['processor']:.1f} |",
        f"| of this the statements alone | {statements['seconds']:.1f} | {statements['processor']:.1f} |",
        f"| the whole to all the reading | {found['seconds'] / alone['seconds']:.2f} |"
        f" {found['processor'] / alone['processor']:.2f} |",
        "",
        f"Not reading: {100 * outside(found):.0f} % of the processor time.",
        "",
        "| task | times | s, all together |",
        "|---|---:|---:|",
    ]
    for task, (times, took) in sorted(found["steps"].items(), key=lambda item: -item[1][1]):
        lines.append(f"| `{task}` | {times} | {took:.1f} |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Prints the tables. Exit status 1 where it takes too long or too much of it is not reading."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.whole_company",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--samples", type=Path, default=samples.FOLDER, help="folder of real reports")
    parser.add_argument("--reports", default=REPORTS, metavar="PATTERN", help=f"whose ({REPORTS})")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    parser.add_argument("--one", metavar="PAIR", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(whole(options.one)))
        return 0
    reports = sorted((options.samples / "reports").glob(options.reports))
    if not reports:
        print(f"There are no reports {options.reports} in {options.samples / 'reports'}.", file=sys.stderr)
        return 2
    found = measured(reports)
    lines = lines_of(found)
    print("## A whole company\n\n" + "\n".join(lines))
    if options.write:
        results.write("A whole company", lines, packages=PACKAGES)
    return 0 if found["seconds"] <= LONGEST_SECONDS and outside(found) <= MOST_OUTSIDE else 1


if __name__ == "__main__":
    sys.exit(main())
