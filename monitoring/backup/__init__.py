"""Backups: a copy of the database and of every stored file, each by its hash, that can be put back."""
