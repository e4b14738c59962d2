"""The tasks of this app, where Celery looks for them: one module for each theme."""
