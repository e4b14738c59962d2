"""`python -m stack`: the stack under its guardian."""

import sys

from stack.guardian import guarded
from stack.up import options, up

if __name__ == "__main__":
    options(sys.argv[1:])  # --help and mistakes are answered before anything is started
    sys.exit(guarded(lambda: up(sys.argv[1:])))
