"""What Tenfold knows about finance, PDFs and statistics.

Pure functions over bytes and frozen values: no web framework, no task queue, no database, no
network, no clock. `engine.reading.read` is the way in for one report; `engine.compiling` folds
many reports into one statement.
"""

ENGINE_VERSION = "0.1.0"
