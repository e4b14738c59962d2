"""Monitoring in the admin, one module for each theme."""

from monitoring.admin import alerts as alerts
