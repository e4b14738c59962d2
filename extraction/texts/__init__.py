"""The text of a report beside its figures."""
