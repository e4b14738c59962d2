"""What looks wrong in a series, with the statistic, the threshold and the reason.

`windows.find` looks through long series (prices, measurements), `points` through the few figures of
annual and quarterly statements; `judge` sets aside what is explained and keeps false discoveries down.
"""
