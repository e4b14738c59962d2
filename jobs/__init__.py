"""Background runs: the row is the truth, Celery is the transport. Knows no other app."""
