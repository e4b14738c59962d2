"""Prices in the admin."""
