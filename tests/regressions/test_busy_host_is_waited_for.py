"""A host in use by another worker was given up at once, because its lease was taken for the wait."""

import threading

from net.limiter import LocalHostLimiter, turn_at


def test_a_busy_host_is_waited_for_until_it_is_free() -> None:
    limiter = LocalHostLimiter(gap_seconds=0.0)
    turn = limiter.begin("northwind.example", gap=0.0, lease=70.0)
    threading.Timer(0.3, limiter.end, ("northwind.example", turn.token), {"gap": 0.0}).start()
    entered = []
    with turn_at(limiter, "northwind.example", gap=0.0, lease=70.0, longest_wait=5.0):
        entered.append(True)
    assert entered == [True]
