"""Extractions, facts and compiled statements over HTTP."""
