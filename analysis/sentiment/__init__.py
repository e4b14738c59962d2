"""The tone of documents: load, ask engine.sentiment, store. One module for each thing that is done."""
