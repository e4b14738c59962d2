"""Results of analyses: one module for each theme."""
