"""The tone of sentences and of documents, with the words that made it."""
