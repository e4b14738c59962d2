"""Accuracy and speed of the reader, measured by anyone with the same commands."""
