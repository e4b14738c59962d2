"""The report of the system: one section for each theme, made of the rows of a window and nothing else."""
