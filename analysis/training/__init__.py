"""Training models on what is stored, and deciding which of them is used."""
