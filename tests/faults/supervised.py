"""A worker under the product's supervisor, in a process of its own: it ends everything below it."""

import os
import sys
from functools import partial
from pathlib import Path

from stack.programs import Program
from stack.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    folder = Path(os.environ["TENFOLD_STATE_DIR"])
    alive = folder / "worker.alive"
    worker = Program(
        name="worker",
        command=(
            *(sys.executable, "-m", "celery", "-A", "tests.faults.worker", "worker", "--concurrency", "1"),
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
        ),
        environment={"TENFOLD_ALIVE_FILE": str(alive)},
        alive=alive,
        alive_seconds=20,
    )
    with Supervisor(ROOT, folder / "logs", partial(print, flush=True)) as supervisor:
        supervisor.start(worker)
        supervisor.keep_running()
