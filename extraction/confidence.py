"""When a figure is not sure enough to be used unseen."""

# Below this confidence a figure is marked and, where it was recognised from a picture, put before a
# person: on reports spoiled on purpose two of three such rows were right (`benchmarks/RESULTS.md`).
LOW_CONFIDENCE = 0.8
