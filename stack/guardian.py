"""A process above the supervisor that leaves nothing running, however the supervisor ends.

    guardian  ── forks ──►  supervisor  ── starts ──►  broker, web, worker, …  ── their children

The supervisor stops its programs in order. Where it cannot, because it was killed, the kernel
kills the programs it started, and gives their orphaned children to the guardian, who ends them.
Where the guardian is killed, the kernel tells the supervisor, which stops in order.
"""

import os
import signal
from collections.abc import Callable

from stack import kernel

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def guarded(work: Callable[[], int]) -> int:
    """Do the work in a child; return its exit status when nothing of it is left."""
    kernel.adopt_orphans()
    guardian = os.getpid()
    child = os.fork()
    if child == 0:
        _work_as_child(work, guardian)

    def pass_on(number: int, frame: object) -> None:
        try:
            os.kill(child, number)
        except ProcessLookupError:
            pass

    for number in _PASSED_ON:
        signal.signal(number, pass_on)
    status = _wait_for(child)
    kernel.end_descendants()
    return status


def _work_as_child(work: Callable[[], int], guardian: int) -> None:
    status = 1
    try:
        # A group of its own: the terminal's Ctrl-C reaches the guardian, who passes it on once.
        os.setpgid(0, 0)
        kernel.die_with_parent(guardian, signal.SIGTERM)
        status = work()
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def _wait_for(child: int) -> int:
    """Collect every process that ends below, until the child itself does."""
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            return 1
        if pid == child:
            ended = os.waitstatus_to_exitcode(status)
            return ended if ended >= 0 else 128 - ended
