"""Keeps sending and taking back runs, until it is told to stop."""

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, connection
from django.utils import timezone

from jobs.dispatch import dispatch_once
from jobs.silent_scheduler import LOOK_EVERY, start_what_it_owes

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send queued runs to the broker and take back runs of lost workers, every few seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=3.0, help="Seconds between two sweeps.")
        parser.add_argument("--once", action="store_true", help="Sweep once and say what was done.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] <= 0:
            raise CommandError("--every has to be more than 0 seconds.")
        if options["once"]:
            self.stdout.write(str(dispatch_once()))
            return
        self._sweep_until_told(options["every"])

    def _sweep_until_told(self, seconds: float) -> None:
        ended = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(name, lambda *_: ended.set())
        look_at = time.monotonic() + LOOK_EVERY
        while not ended.is_set():
            self._sweep()
            if time.monotonic() >= look_at:
                self._look_at_scheduler()
                look_at = time.monotonic() + LOOK_EVERY
            ended.wait(seconds)

    def _sweep(self) -> None:
        """One sweep that outlives a database that is away for a while."""
        try:
            close_old_connections()
            done = dispatch_once()
            if done is not None and done.did_anything:
                logger.info("Dispatched %s", done)
        except Exception:
            logger.exception("A sweep failed; the next one tries again")
            connection.close()

    def _look_at_scheduler(self) -> None:
        try:
            start_what_it_owes(timezone.now())
        except Exception:
            logger.exception("What a silent scheduler owes was not looked at; the next look tries again")
            connection.close()
