"""The state of the system over HTTP."""
