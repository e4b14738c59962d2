"""The Celery application of the worker of `benchmarks.jobs`: the product's, with its two tasks."""

from config.celery import app

__all__ = ["app"]

app.conf.imports = [*app.conf.imports, "benchmarks.jobs_tasks"]
