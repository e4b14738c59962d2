"""How gunicorn serves the web pages behind a proxy. Used by docker-compose.yml and the systemd units.

Listens on 127.0.0.1:8000, or with PORT set on that port of every address. WEB_CONCURRENCY is the number of
processes, and each answers as many requests at once as it has threads.
"""

import os
from pathlib import Path

from config.logging import configuration

if "PORT" not in os.environ:
    bind = "127.0.0.1:8000"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
# A thread that hangs does not stop its process from answering; this ends a process that hangs as a whole.
timeout = 120
# What runs when the program is told to end may end by itself: below the time that compose and systemd allow.
graceful_timeout = 30
# Longer than the proxy keeps an idle connection, or it would send requests into one that closes.
keepalive = 65
# A process is replaced now and then, never all at once, which returns what they leaked.
max_requests = 5000
max_requests_jitter = 500
# Signs of life are written here; on a disk they would wait for it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Its own commands over a socket in a folder that may be read-only are not used.
control_socket_disable = True

accesslog = "-"
# The proxy's header, not the proxy, tells who asked.
access_log_format = '%({x-forwarded-for}i)s "%(r)s" %(s)s %(b)s %(M)s ms "%(a)s"'
# The same lines as everywhere else, JSON where TENFOLD_LOG_FORMAT says so.
logconfig_dict = configuration(
    os.environ.get("TENFOLD_LOG_LEVEL", "").strip().upper() or "INFO",
    os.environ.get("TENFOLD_LOG_FORMAT", "").strip().lower() or "text",
)
logconfig_dict["loggers"] = {
    name: {"handlers": ["console"], "level": "INFO", "propagate": False}
    for name in ("gunicorn.error", "gunicorn.access")
}
