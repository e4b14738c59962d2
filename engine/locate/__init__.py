"""Which pages of a report carry which statement, and why."""
