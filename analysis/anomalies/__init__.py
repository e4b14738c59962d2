"""Anomalies of statements and prices: searched, kept, decided about."""
