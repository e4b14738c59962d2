"""The pages of this app in the admin: one module for each theme."""

from analysis.admin import sentiment

__all__ = ["sentiment"]
