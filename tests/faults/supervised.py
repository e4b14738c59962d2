"""A worker or a scheduler under the product's supervisor, in a process of its own: it ends everything
below it. `python -m tests.faults.supervised worker|beat`."""

import os
import sys
from functools import partial
from pathlib import Path

from stack.programs import Program
from stack.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
WORDS = {
    "worker": ("--concurrency", "1", "--without-gossip", "--without-mingle"),
    "beat": ("--pidfile", "", "--max-interval", "2"),
}

if __name__ == "__main__":
    name = sys.argv[1]
    folder = Path(os.environ["TENFOLD_STATE_DIR"])
    alive = folder / f"{name}.alive"
    program = Program(
        name=name,
        command=(
            *(sys.executable, "-m", "celery", "-A", "tests.faults.worker", name, "--loglevel", "INFO"),
            *WORDS[name],
        ),
        environment={"TENFOLD_ALIVE_FILE": str(alive)},
        alive=alive,
        alive_seconds=20,
    )
    with Supervisor(ROOT, folder / "logs", partial(print, flush=True)) as supervisor:
        supervisor.start(program)
        supervisor.keep_running()
