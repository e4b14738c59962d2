"""Alerts: raised once, told within limits, delivered and decided."""
