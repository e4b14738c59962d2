"""When a figure is not sure enough to be used unseen."""

# Below this confidence a figure is marked and, where it was recognised from a picture, put before a
# person: measured on spoiled reports, four in five figures just below it are right.
LOW_CONFIDENCE = 0.8
